// keras.ops, mathematics: what is more than another order of arguments.
#include "triptych/keras/ops/math.h"

#include <string>

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

using Unsorted = Tensor (*)(Arg, Arg, std::int64_t);

Tensor segments(Unsorted reduce, const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments) {
  if (num_segments) return reduce(data, segment_ids, *num_segments);
  const Frame frame(data.where());
  const Tensor& ids = segment_ids.tensor();
  if (ids.is_symbolic())
    throw ArgumentError("segment", "the number of segments is not known", "numbers of a graph", "Give num_segments",
                        data.where());
  if (ids.numel(segment_ids.where()) == 0)
    throw ArgumentError("segment", "there is no segment", "no numbers", "Give num_segments", data.where());
  return reduce(data, segment_ids, triptych::max(ids).item<std::int64_t>(segment_ids.where()) + 1);
}

}  // namespace

Tensor norm(const Arg& x, double ord, const Axes& axis, bool keepdims) {
  const Frame frame(x.where());
  const Axes axes = axes_of(x, axis);
  return axes.size() == 1 ? vector_norm(x, ord, axes, keepdims) : triptych::linalg::matrix_norm(x, ord, axes, keepdims);
}
Tensor norm(const Arg& x, Text ord, const Axes& axis, bool keepdims) {
  const Frame frame(x.where());
  return triptych::linalg::matrix_norm(x, ord, axes_of(x, axis), keepdims);
}

Tensor segment_max(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments) {
  return segments(unsorted_segment_max, data, segment_ids, num_segments);
}
Tensor segment_min(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments) {
  return segments(unsorted_segment_min, data, segment_ids, num_segments);
}
Tensor segment_prod(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments) {
  return segments(unsorted_segment_prod, data, segment_ids, num_segments);
}
Tensor segment_sum(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments) {
  return segments(unsorted_segment_sum, data, segment_ids, num_segments);
}

Tensor convert_to_tensor(const Arg& x, std::optional<DType> dtype) {
  if (x.is_scalar()) return tensor(x.scalar(), dtype, x.where());
  return dtype ? cast(x, *dtype) : identity(x);
}

}  // namespace triptych::keras::ops
