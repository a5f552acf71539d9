// keras.ops, mathematics: what is more than another order of arguments.
#include "triptych/keras/ops/math.h"

#include <string>

#include "api_keras/models/operation.h"

namespace triptych::keras::ops {
namespace {

/// The axes that a norm is taken over: all of a vector or a matrix.
Axes axes_of(const Arg& x, const Axes& axis) {
  if (!axis.empty()) return axis;
  const int rank = x.tensor().ndim(x.where());
  if (rank != 1 && rank != 2)
    throw ArgumentError("norm", "x is neither a vector nor a matrix", x.tensor().shape().text(), "Say the axis",
                        x.where());
  return rank == 1 ? Axes{-1} : Axes{-2, -1};
}

using Tensors = std::vector<Tensor>;

/// What is one function of the core, and one class of Keras's.
Tensor one(const char* module, const char* class_name, const Arg& x, Tensor (*function)(Arg x)) {
  return apply(
      {module, class_name}, {x.tensor()}, [function](const Tensors& t) { return Tensors{function(t[0])}; },
      x.where())[0];
}

/// Whether Keras, which knows `rcond` alone, can say this.
bool has_rtol_alone(const triptych::linalg::RankOptions& options) { return !options.atol && !options.hermitian; }
Json or_null(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

using Unsorted = Tensor (*)(Arg, Arg, std::int64_t);

Tensor segments(const char* class_name, Unsorted reduce, const Arg& data, const Arg& segment_ids,
                std::optional<std::int64_t> num_segments) {
  if (num_segments)
    return apply(
        {"math", class_name, {{"num_segments", *num_segments}, {"sorted", false}}},
        {data.tensor(), segment_ids.tensor()},
        [reduce, count = *num_segments](const Tensors& t) { return Tensors{reduce(t[0], t[1], count)}; },
        data.where())[0];
  const Frame frame(data.where());
  const Tensor& ids = segment_ids.tensor();
  if (ids.is_symbolic())
    throw ArgumentError("segment", "the number of segments is not known", "numbers of a graph", "Give num_segments",
                        data.where());
  if (ids.numel(segment_ids.where()) == 0)
    throw ArgumentError("segment", "there is no segment", "no numbers", "Give num_segments", data.where());
  return segments(class_name, reduce, data, segment_ids,
                  triptych::max(ids).item<std::int64_t>(segment_ids.where()) + 1);
}

/// The core's order is a number, or a name; `written` is as files have it.
template <class Order>
Tensor matrix_norm_of(const Arg& x, const Order& ord, const Json& written, const Axes& axes, bool keepdims) {
  const Json axis = std::vector<std::int64_t>(axes.begin(), axes.end());
  return apply(
      {"linalg", "Norm", {{"ord", written}, {"axis", axis}, {"keepdims", keepdims}}}, {x.tensor()},
      [=](const Tensors& t) { return Tensors{triptych::linalg::matrix_norm(t[0], ord, axes, keepdims)}; },
      x.where())[0];
}

}  // namespace

Tensor norm(const Arg& x, double ord, const Axes& axis, bool keepdims) {
  const Frame frame(x.where());
  const Axes axes = axes_of(x, axis);
  if (axes.size() == 1) return vector_norm(x, ord, axes, keepdims);
  return matrix_norm_of(x, ord, ord, axes, keepdims);
}
Tensor norm(const Arg& x, Text ord, const Axes& axis, bool keepdims) {
  const Frame frame(x.where());
  return matrix_norm_of(x, std::string(std::string_view(ord)), std::string(std::string_view(ord)), axes_of(x, axis),
                        keepdims);
}

Tensor det(const Arg& x) { return one("linalg", "Det", x, triptych::linalg::det); }
Tensor logdet(const Arg& x) { return one("math", "Logdet", x, triptych::linalg::logdet); }
Tensor inv(const Arg& x) { return one("linalg", "Inv", x, triptych::linalg::inv); }
triptych::linalg::Slogdet slogdet(const Arg& x) {
  const Tensors results = apply(
      {"numpy", "Slogdet"}, {x.tensor()},
      [](const Tensors& t) {
        const triptych::linalg::Slogdet both = triptych::linalg::slogdet(t[0]);
        return Tensors{both.sign, both.logabsdet};
      },
      x.where());
  return {results[0], results[1]};
}
Tensor pinv(const Arg& x, triptych::linalg::RankOptions options) {
  if (!has_rtol_alone(options)) return triptych::linalg::pinv(x, options);
  return apply(
      {"linalg", "Pinv", {{"rcond", or_null(options.rtol)}}}, {x.tensor()},
      [options](const Tensors& t) { return Tensors{triptych::linalg::pinv(t[0], options)}; }, x.where())[0];
}
Tensor matrix_rank(const Arg& x, triptych::linalg::RankOptions options) {
  if (!has_rtol_alone(options)) return triptych::linalg::matrix_rank(x, options);
  return apply(
      {"linalg", "MatrixRank", {{"tol", or_null(options.rtol)}}}, {x.tensor()},
      [options](const Tensors& t) { return Tensors{triptych::linalg::matrix_rank(t[0], options)}; }, x.where())[0];
}
Tensor solve(const Arg& a, const Arg& b) {
  return apply(
      {"linalg", "Solve"}, {a.tensor(), b.tensor()},
      [](const Tensors& t) { return Tensors{triptych::linalg::solve(t[0], t[1])}; }, a.where())[0];
}
LuFactor lu_factor(const Arg& x) {
  const Tensors results = apply(
      {"linalg", "LuFactor"}, {x.tensor()},
      [](const Tensors& t) {
        const triptych::linalg::LuFactors factors = triptych::linalg::lu_factor(t[0]);
        return Tensors{factors.LU, factors.pivots - 1};
      },
      x.where());
  return {results[0], results[1]};
}
Tensor lstsq(const Arg& a, const Arg& b, std::optional<double> rcond) {
  return apply(
      {"linalg", "Lstsq", {{"rcond", or_null(rcond)}}}, {a.tensor(), b.tensor()},
      [rcond](const Tensors& t) { return Tensors{triptych::linalg::lstsq(t[0], t[1], rcond).solution}; }, a.where())[0];
}

Tensor extract_sequences(const Arg& x, std::int64_t sequence_length, std::int64_t sequence_stride) {
  return apply(
      {"math", "ExtractSequences", {{"sequence_length", sequence_length}, {"sequence_stride", sequence_stride}}},
      {x.tensor()},
      [=](const Tensors& t) { return Tensors{triptych::unfold(t[0], -1, sequence_length, sequence_stride)}; },
      x.where())[0];
}

Tensor scatter(const Arg& indices, const Arg& values, const Shape& shape) {
  if (!shape.known()) return scatter_nd(indices, values, shape);
  return apply(
      {"core", "Scatter", {{"shape", std::vector<std::int64_t>(shape.begin(), shape.end())}}},
      {indices.tensor(), values.tensor()}, [shape](const Tensors& t) { return Tensors{scatter_nd(t[0], t[1], shape)}; },
      indices.where())[0];
}
Tensor scatter_update(const Arg& inputs, const Arg& indices, const Arg& updates) {
  return apply(
      {"core", "ScatterUpdate", {{"reduction", nullptr}}}, {inputs.tensor(), indices.tensor(), updates.tensor()},
      [](const Tensors& t) { return Tensors{tensor_scatter_nd_update(t[0], t[1], t[2])}; }, inputs.where())[0];
}
Tensor slice_update(const Arg& inputs, const Arg& start_indices, const Arg& updates) {
  return apply(
      {"core", "SliceUpdate"}, {inputs.tensor(), start_indices.tensor(), updates.tensor()},
      [](const Tensors& t) { return Tensors{dynamic_update_slice(t[0], t[2], t[1])}; }, inputs.where())[0];
}

Tensor segment_max(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments) {
  return segments("SegmentMax", unsorted_segment_max, data, segment_ids, num_segments);
}
Tensor segment_min(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments) {
  return segments("SegmentMin", unsorted_segment_min, data, segment_ids, num_segments);
}
Tensor segment_prod(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments) {
  return segments("SegmentProd", unsorted_segment_prod, data, segment_ids, num_segments);
}
Tensor segment_sum(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments) {
  return segments("SegmentSum", unsorted_segment_sum, data, segment_ids, num_segments);
}

Tensor convert_to_tensor(const Arg& x, std::optional<DType> dtype) {
  if (x.is_scalar()) return tensor(x.scalar(), dtype, x.where());
  return dtype ? cast(x, *dtype) : identity(x);
}

}  // namespace triptych::keras::ops
