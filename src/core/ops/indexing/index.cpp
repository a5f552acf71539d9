// NumPy's basic indexing: `x[{...}]`, `x.set({...}, value)` and their functions.
#include "core/ops/indexing/index.h"

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/tensor/converted.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych {

void append_slice(SliceAttributes& attributes, const Slice& slice) {
  const bool forward = slice.step >= 0;
  attributes.append(!slice.start.open ? slice.start.value
                    : forward         ? 0
                                      : SliceAttributes::last,
                    !slice.stop.open ? slice.stop.value
                    : forward        ? SliceAttributes::last
                                     : SliceAttributes::first,
                    slice.step);
}

void append_integer(SliceAttributes& attributes, std::int64_t index) {
  attributes.dropped |= std::int64_t{1} << attributes.starts.size();
  attributes.append(index, index, 1);
}

CompiledIndex compile_index(std::span<const Index> indices, const Shape& shape, Location where) {
  int taken = 0, ellipses = 0;
  for (const Index& index : indices) {
    taken += index.kind == Index::Kind::integer || index.kind == Index::Kind::slice;
    ellipses += index.kind == Index::Kind::ellipsis;
  }
  if (ellipses > 1)
    throw ArgumentError("index", "an index has more than one ellipsis", std::to_string(ellipses) + " are given", "",
                        where);
  if (taken > shape.rank())
    throw ArgumentError("index", "there are more indices than dimensions",
                        std::to_string(taken) + " for shape " + shape.text(), "", where);
  CompiledIndex result;
  for (const Index& index : indices) {
    switch (index.kind) {
      case Index::Kind::integer:
        append_integer(result.slice, index.integer);
        break;
      case Index::Kind::slice:
        append_slice(result.slice, index.slice);
        ++result.result_rank;
        break;
      case Index::Kind::ellipsis:
        for (int i = taken; i < shape.rank(); ++i, ++result.result_rank) append_slice(result.slice, {});
        break;
      case Index::Kind::newaxis:
        result.new_axes.append(result.result_rank++, where);
        break;
    }
  }
  result.result_rank += shape.rank() - result.slice.starts.size();
  if (result.result_rank > Shape::max_rank)
    throw ArgumentError("index", "a tensor has more than 8 dimensions",
                        std::to_string(result.result_rank) + " would come of shape " + shape.text(), "", where);
  return result;
}

Tensor apply_index(Arg x, std::span<const Index> indices) {
  const Called called("index");
  const Frame frame(x.where());
  const Location where = x.where();
  const CompiledIndex compiled = compile_index(indices, operand("index", x).shape(), where);
  Tensor result = apply_slice(std::move(x), compiled.slice);
  for (std::int64_t axis : compiled.new_axes) result = unsqueeze(Arg(result, where), axis);
  return result;
}

Tensor apply_index_update(Arg x, std::span<const Index> indices, const Arg& value) {
  const Called called("index_update");
  const Frame frame(x.where());
  const CompiledIndex compiled = compile_index(indices, operand("index_update", x).shape(), x.where());
  const DType dtype = x.tensor().dtype();
  Tensor part = value.is_scalar() ? number_as(dtype, "index_update", value, x.tensor().device())
                                  : converted_to_fit("index_update", value, dtype);
  Axes new_axes;  // counted from the end, as the value may have fewer dimensions
  for (std::int64_t axis : compiled.new_axes)
    if (const std::int64_t from_end = axis - compiled.result_rank; - from_end <= part.ndim()) new_axes.append(from_end);
  if (!new_axes.empty()) part = squeeze(Arg(part, value.where()), new_axes);
  const Arg replaced(part, value.where());
  return apply_slice_update(x, replaced, compiled.slice);
}

Tensor index(Arg x, const std::vector<Index>& indices) { return apply_index(std::move(x), indices); }

Tensor index_update(Arg x, const std::vector<Index>& indices, Arg value) {
  return apply_index_update(std::move(x), indices, value);
}

Tensor Tensor::operator[](const Index& index) const { return apply_index(Arg(*this, index.where), {&index, 1}); }

Tensor Tensor::operator[](std::initializer_list<Index> indices) const {
  return apply_index(Arg(*this, indices.size() ? indices.begin()->where : Location()),
                     {indices.begin(), indices.size()});
}

}  // namespace triptych
