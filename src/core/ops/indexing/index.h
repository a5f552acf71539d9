// An index compiled to one slice, the new axes and what tensors choose.
#pragma once

#include <span>
#include <vector>

#include "core/ops/indexing/pick.h"
#include "core/ops/indexing/slice.h"
#include "triptych/core/index.h"

namespace triptych {

/// What an index does: one slice, then an axis of length one at each of `new_axes` (places in the result, ascending),
/// and of that what the tensors, if there are any, choose.
struct CompiledIndex {
  SliceAttributes slice;
  Axes new_axes;
  int sliced_rank = 0;
  std::vector<Tensor> tensors;  // int32 or int64, one for each of `chosen.axes`
  IndexAttributes chosen;
  Tensor mask;  // where it is all that chooses
};
CompiledIndex compile_index(std::span<const Index> indices, const Shape& shape, Location where);

void append_slice(SliceAttributes& attributes, const Slice& slice);
void append_integer(SliceAttributes& attributes, std::int64_t index);

Tensor apply_slice(Arg x, const SliceAttributes& attributes);
/// x with the selected part replaced by `value`, of x's dtype, which broadcasts to it.
Tensor apply_slice_update(const Arg& x, const Arg& value, const SliceAttributes& attributes);
Tensor apply_index(Arg x, std::span<const Index> indices);
/// x with the selected part replaced; `value` is cast to x's dtype.
Tensor apply_index_update(Arg x, std::span<const Index> indices, const Arg& value);

}  // namespace triptych
