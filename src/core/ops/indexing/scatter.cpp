// The ways to put of NumPy, PyTorch and TensorFlow, by scatter and index_put.
#include "triptych/core/ops/scatter.h"

#include <algorithm>
#include <limits>

#include "core/ops/indexing/gather.h"
#include "core/ops/indexing/index.h"
#include "core/ops/indexing/limits.h"
#include "core/ops/indexing/pick.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/tensor/converted.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/rearrange.h"

namespace triptych {
namespace {

/// What is put has x's dtype.
const Tensor& same_dtype(const char* op, const Arg& x, const Arg& source) {
  const DType dtype = operand(op, x).dtype(), given = operand(op, source).dtype();
  if (dtype != given)
    throw ArgumentError(op, "tensor and source differ in dtype",
                        std::string(dtype_name(dtype)) + " and " + std::string(dtype_name(given)), "Convert with cast",
                        source.where());
  return source.tensor();
}

/// The elements to be put for those of the index, of which there may be more: a number for all, or the first ones.
Tensor for_index(const char* op, const Arg& x, const Arg& index, const Arg& source) {
  if (source.is_scalar()) return expand_like(number_as(operand(op, x).dtype(), op, source, x.tensor().device()), index);
  const Shape &wanted = operand(op, index).shape(), &given = same_dtype(op, x, source).shape();
  if (wanted.rank() != given.rank())
    throw ArgumentError(op, "source and index differ in the number of dimensions",
                        given.text() + " and " + wanted.text(), "", source.where());
  for (int i = 0; i < wanted.rank(); ++i)
    if (conflict(wanted.dim(i), given.dim(i)) && wanted.dim(i).raw() > given.dim(i).raw())
      throw ArgumentError(op, "the source is shorter than the index", given.text() + " for " + wanted.text(), "",
                          source.where());
  return first_of(source, index);
}

Tensor combine_along(const Arg& x, int axis, const Arg& index, const Tensor& source, Combine combine) {
  if (combine == Combine::add) return scatter_add(x, axis, index, source);
  return put_along(x, index, source, {axis, combine});
}

int axis_of(const char* op, const Arg& x, std::int64_t axis) {
  return normalize_axis(op, axis, operand(op, x).ndim(), x.where());
}

Tensor mean_along(const Arg& x, int axis, const Arg& index, const Tensor& source, bool include_self) {
  const auto steps = [&](const Tensor& wide) {
    const Tensor values = cast(source, wide.dtype()), ones = ones_like(values);
    const auto none_at_index = [&](const Tensor& t) { return put_along(t, index, zeros_like(values), {axis}); };
    const Tensor from = include_self ? wide : none_at_index(wide);
    const Tensor counts = include_self ? ones_like(wide) : none_at_index(ones_like(wide));
    const Tensor sums = scatter_add(from, axis, index, values), number = scatter_add(counts, axis, index, ones);
    return is_floating(wide.dtype()) ? sums / number : floor_divide(sums, number);
  };
  return rounded_once(x.tensor(), steps);
}

}  // namespace

Tensor scatter(Arg x, std::int64_t axis, Arg index, Arg source) {
  const Frame frame(x.where());
  const Called called("scatter");
  const int at = axis_of("scatter", x, axis);
  return combine_along(x, at, index, for_index("scatter", x, index, source), Combine::replace);
}

Tensor scatter(Arg x, std::int64_t axis, Arg index, Arg source, Text reduce) {
  const Frame frame(x.where());
  const Called called("scatter");
  if (reduce != "add" && reduce != "multiply")
    throw ArgumentError("scatter", "the reduction is neither \"add\" nor \"multiply\"", std::string(reduce),
                        "scatter_reduce has others", x.where());
  const int at = axis_of("scatter", x, axis);
  return combine_along(x, at, index, for_index("scatter", x, index, source),
                       reduce == "add" ? Combine::add : Combine::multiply);
}

Tensor scatter_reduce(Arg x, std::int64_t axis, Arg index, Arg source, Text reduce, bool include_self) {
  const Frame frame(x.where());
  const Called called("scatter_reduce");
  const int at = axis_of("scatter_reduce", x, axis);
  const Tensor values = for_index("scatter_reduce", x, index, source);
  if (reduce == "mean") {
    if (x.tensor().dtype() == boolean)
      throw ArgumentError("scatter_reduce", "bool has no mean", "bool", "Convert with cast", x.where());
    return mean_along(x, at, index, values, include_self);
  }
  const Combine combine = reduce == "sum"    ? Combine::add
                          : reduce == "prod" ? Combine::multiply
                          : reduce == "amax" ? Combine::maximum
                          : reduce == "amin" ? Combine::minimum
                                             : Combine::replace;
  if (combine == Combine::replace)
    throw ArgumentError("scatter_reduce", "there is no such reduction", std::string(reduce),
                        "Reductions are sum, prod, mean, amax and amin", x.where());
  if (include_self) return combine_along(x, at, index, values, combine);
  const Tensor from = put_along(x, index, full_like(values, neutral(combine, values.dtype())), {at});
  return combine_along(Arg(from, x.where()), at, index, values, combine);
}

Tensor put_along_axis(Arg x, Arg index, Arg values, std::int64_t axis) {
  const Frame frame(x.where());
  const Called called("put_along_axis");
  const int at = axis_of("put_along_axis", x, axis);
  const Shape& shape = x.tensor().shape();
  if (operand("put_along_axis", index).ndim() != shape.rank())
    throw ArgumentError("put_along_axis", "the index differs from the tensor in the number of dimensions",
                        index.tensor().shape().text() + " and " + shape.text(), "", index.where());
  Shape wide = shape;
  wide.set(at, unknown);
  for (int i = 0; i < shape.rank(); ++i)
    if (conflict(index.tensor().shape().dim(i), 1)) wide.set(i, unknown);
  const Tensor places = expand(index, wide);
  if (values.is_scalar()) return combine_along(x, at, places, for_index("put_along_axis", x, places, values), {});
  const Tensor source = expand_like(Arg(same_dtype("put_along_axis", x, values), values.where()), places);
  return combine_along(x, at, places, source, Combine::replace);
}

Tensor index_add(Arg x, std::int64_t axis, Arg index, Arg source, Scalar alpha) {
  const Frame frame(x.where());
  const Called called("index_add");
  if (alpha.kind() == Scalar::Kind::floating && !is_floating(operand("index_add", source).dtype()))
    throw ArgumentError("index_add", "alpha is no integer, as the source's elements are",
                        std::string(dtype_name(source.tensor().dtype())), "", x.where());
  const Tensor scaled = cast(mul(source, alpha), source.tensor().dtype());
  return index_add(x, axis, index, Arg(scaled, source.where()));
}

Tensor index_copy(Arg x, std::int64_t axis, Arg index, Arg source) {
  const Frame frame(x.where());
  const Called called("index_copy");
  const int at = axis_of("index_copy", x, axis);
  const Tensor& places = operand("index_copy", index);
  if (places.ndim() > 1)
    throw ArgumentError("index_copy", "the index is not a vector", places.shape().text(), "flatten it", index.where());
  const Tensor line = atleast_1d(index);
  Shape part = x.tensor().shape();
  part.set(at, line.shape().dim(0));
  if (!same_dtype("index_copy", x, source).shape().compatible(part))
    throw ArgumentError("index_copy", "source does not have one slice for each index",
                        source.tensor().shape().text() + ", expected " + part.text(), "", source.where());
  return put(x, source, std::vector{line}, {at, at, Combine::replace});
}

Tensor index_fill(Arg x, std::int64_t axis, Arg index, Arg value) {
  const Frame frame(x.where());
  const Called called("index_fill");
  const int at = axis_of("index_fill", x, axis);
  if (operand("index_fill", index).ndim() > 1)
    throw ArgumentError("index_fill", "the index is not a vector", index.tensor().shape().text(), "flatten it",
                        index.where());
  if (!value.is_scalar() && operand("index_fill", value).ndim() != 0)
    throw ArgumentError("index_fill", "the value is not a single one", value.tensor().shape().text(), "",
                        value.where());
  const DType dtype = x.tensor().dtype();
  const Tensor number = value.is_scalar() ? number_as(dtype, "index_fill", value, x.tensor().device())
                                          : converted_to_fit("index_fill", value, dtype);
  return put(x, Arg(number, value.where()), std::vector{index.tensor()}, {at, at, Combine::replace});
}

namespace {

struct NdIndex {
  std::vector<Tensor> indices;
  Axes axes;
};

/// The index tensors in the last dimension of an index as gather_nd takes it.
NdIndex nd_index(const char* op, const Arg& x, const Arg& index) {
  const Shape& shape = operand(op, index).shape();
  const int rank = operand(op, x).ndim();
  if (shape.empty() || !shape.dim(-1).known())
    throw ArgumentError(op, "the last dimension of the index is not known", shape.text(), "", index.where());
  if (shape[-1] == 0 || shape[-1] > rank)
    throw ArgumentError(op, "the last dimension of the index is not in [1, the number of the tensor's dimensions]",
                        shape.text() + " for shape " + x.tensor().shape().text(), "", index.where());
  NdIndex result;
  for (int i = 0; i < static_cast<int>(shape[-1]); ++i) {
    result.indices.push_back(select(index, -1, i));
    result.axes.append(i);
  }
  return result;
}

Tensor put_nd(const char* op, const Arg& x, const Arg& index, const Arg& updates, Combine combine) {
  const Frame frame(x.where());
  const Called called(op);
  same_dtype(op, x, updates);
  const NdIndex at = nd_index(op, x, index);
  return put(x, updates, at.indices, {at.axes, 0, combine});
}

}  // namespace

Tensor tensor_scatter_nd_update(Arg x, Arg index, Arg updates) {
  return put_nd("tensor_scatter_nd_update", x, index, updates, Combine::replace);
}
Tensor tensor_scatter_nd_add(Arg x, Arg index, Arg updates) {
  return put_nd("tensor_scatter_nd_add", x, index, updates, Combine::add);
}
Tensor tensor_scatter_nd_sub(Arg x, Arg index, Arg updates) {
  const Frame frame(x.where());
  const Called called("tensor_scatter_nd_sub");
  const Tensor taken = neg(updates);
  return put_nd("tensor_scatter_nd_sub", x, index, Arg(taken, updates.where()), Combine::add);
}
Tensor tensor_scatter_nd_max(Arg x, Arg index, Arg updates) {
  return put_nd("tensor_scatter_nd_max", x, index, updates, Combine::maximum);
}
Tensor tensor_scatter_nd_min(Arg x, Arg index, Arg updates) {
  return put_nd("tensor_scatter_nd_min", x, index, updates, Combine::minimum);
}

Tensor scatter_nd(Arg index, Arg updates, const Shape& shape) {
  const Frame frame(index.where());
  const Called called("scatter_nd");
  const Tensor& values = operand("scatter_nd", updates);
  const Tensor none = to(zeros(shape, values.dtype(), index.where()), values.device());
  return put_nd("scatter_nd", Arg(none, index.where()), index, updates, Combine::add);
}

Tensor index_put(Arg x, const std::vector<Tensor>& indices, Arg values, bool accumulate) {
  const Frame frame(x.where());
  const Called called("index_put");
  if (indices.empty()) throw ArgumentError("index_put", "there is no index", "an empty list", "", x.where());
  std::vector<Tensor> places;
  Axes axes;
  const Shape& shape = operand("index_put", x).shape();
  for (const Tensor& index : indices) {
    const DType dtype = operand("index_put", Arg(index, x.where())).dtype();
    const bool is_mask = dtype == boolean || dtype == uint8;
    const int taken = is_mask ? index.ndim() : 1;
    if (axes.size() + taken > shape.rank())
      throw ArgumentError("index_put", "there are more indices than dimensions", "shape " + shape.text(), "",
                          x.where());
    for (int i = 0; is_mask && i < taken; ++i)
      if (conflict(index.shape().dim(i), shape.dim(axes.size() + i)))
        throw ArgumentError("index_put", "the mask's shape differs from the tensor's",
                            "mask " + index.shape().text() + " for shape " + shape.text(), "", x.where());
    const Tensor rows = is_mask ? nonzero(index) : Tensor();
    for (int i = 0; i < taken; ++i) {
      places.push_back(is_mask ? select(rows, 1, i) : index);
      axes.append(axes.size());
    }
  }
  if (axes.empty())
    throw ArgumentError("index_put", "the index takes no axis", "a mask without dimensions", "", x.where());
  const DType dtype = x.tensor().dtype();
  const Tensor number = values.is_scalar() ? number_as(dtype, "index_put", values, x.tensor().device()) : Tensor();
  const Tensor& source = values.is_scalar() ? number : same_dtype("index_put", x, values);
  return put(x, Arg(source, values.where()), places, {axes, 0, accumulate ? Combine::add : Combine::replace});
}

Tensor put(Arg x, Arg index, Arg source, bool accumulate) {
  const Frame frame(x.where());
  const Called called("put");
  same_dtype("put", x, source);
  if (!operand("put", index).shape().compatible(source.tensor().shape()))
    throw ArgumentError("put", "index and source differ in shape",
                        index.tensor().shape().text() + " and " + source.tensor().shape().text(), "", index.where());
  const Tensor flat = put(flatten(x), source, std::vector{index.tensor()},
                          IndexPutAttributes{0, 0, accumulate ? Combine::add : Combine::replace});
  return reshape_like(flat, x);
}

namespace {

/// x with the selected part replaced by `source`, which has its shape.
Tensor replace_part(const char* op, const Arg& x, const Arg& source, const SliceAttributes& part) {
  const Tensor shape_of = apply_slice(Arg(operand(op, x), x.where()), part);
  if (!same_dtype(op, x, source).shape().compatible(shape_of.shape()))
    throw ArgumentError(op, "the source does not have the part's shape",
                        source.tensor().shape().text() + ", the part is " + shape_of.shape().text(), "",
                        source.where());
  return apply_slice_update(x, source, part);
}

}  // namespace

Tensor select_scatter(Arg x, Arg source, std::int64_t axis, std::int64_t index) {
  const Frame frame(x.where());
  const Called called("select_scatter");
  SliceAttributes part;
  for (int i = axis_of("select_scatter", x, axis); i > 0; --i) append_slice(part, {});
  append_integer(part, index);
  return replace_part("select_scatter", x, source, part);
}

Tensor slice_scatter(Arg x, Arg source, std::int64_t axis, Slice range) {
  const Frame frame(x.where());
  const Called called("slice_scatter");
  SliceAttributes part;
  for (int i = axis_of("slice_scatter", x, axis); i > 0; --i) append_slice(part, {});
  append_slice(part, range);
  return replace_part("slice_scatter", x, source, part);
}

Tensor diagonal_scatter(Arg x, Arg source, std::int64_t offset, std::int64_t axis1, std::int64_t axis2) {
  const Frame frame(x.where());
  const Called called("diagonal_scatter");
  const Tensor part = diagonal(Arg(operand("diagonal_scatter", x), x.where()), offset, axis1, axis2);
  if (!same_dtype("diagonal_scatter", x, source).shape().compatible(part.shape()))
    throw ArgumentError("diagonal_scatter", "the source does not have the diagonal's shape",
                        source.tensor().shape().text() + ", the diagonal is " + part.shape().text(), "",
                        source.where());
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t up = offset == std::numeric_limits<std::int64_t>::min() ? most : -offset;
  const Tensor steps = iota_along(part, part.ndim() - 1);
  const Tensor rows = offset < 0 ? steps + up : steps, columns = offset > 0 ? steps + offset : steps;
  const int rank = x.tensor().ndim();
  return put(x, source, std::vector{rows, columns},
             {{axis1 < 0 ? axis1 + rank : axis1, axis2 < 0 ? axis2 + rank : axis2}, rank - 2, Combine::replace});
}

}  // namespace triptych
