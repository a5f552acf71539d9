// Ops that arrange elements.
#include "core/graph/batching/rule.h"
#include "core/ops/image/resample.h"
#include "core/ops/indexing/slice.h"
#include "core/ops/shape/concat.h"
#include "core/ops/shape/permute.h"
#include "core/ops/shape/roll.h"
#include "core/ops/shape/windows.h"
#include "triptych/core/ops.h"

namespace triptych::batching {
namespace {

/// What keeps all elements in their order.
Tensors reshaped(const Call& c) { return {reshape(c.all(0), c.with_size(c.result()))}; }

Tensors expanded(const Call& c) {
  return {expand(spaced(c.all(0), c.result().rank() - c.rank(0)), c.with_size(c.result()))};
}

Tensors permuted(const Call& c) {
  Axes axes = 0;
  for (const std::int64_t axis : moved_back(c.attributes_as<PermuteAttributes>().axes, c.rank(0))) axes.append(axis);
  return {permute(c.all(0), axes)};
}

Tensors diagonals(const Call& c) {
  auto [offset, axis1, axis2] = c.attributes_as<DiagonalViewAttributes>();
  const Axes axes = moved_back(Axes{axis1, axis2}, c.rank(0));
  return {diagonal(c.all(0), offset, axes[0], axes[1])};
}

SliceAttributes behind_examples(const SliceAttributes& of_one) {
  SliceAttributes slice;
  slice.append(SliceAttributes::first, SliceAttributes::last, 1);
  for (int i = 0; i < of_one.starts.size(); ++i) slice.append(of_one.starts[i], of_one.stops[i], of_one.steps[i]);
  slice.dropped = of_one.dropped << 1;
  return slice;
}

Tensors sliced(const Call& c) {
  const SliceAttributes slice = behind_examples(c.attributes_as<SliceAttributes>());
  return c.run(c.all(), &slice);
}

Tensors slice_updated(const Call& c) {
  const auto& of_one = c.attributes_as<SliceAttributes>();
  const SliceAttributes slice = behind_examples(of_one);
  int part = c.rank(0);
  for (int i = 0; i < of_one.starts.size(); ++i) part -= of_one.drops(i);
  return c.run({c.all(0), c.aligned(1, part)}, &slice);
}

Tensors padded(const Call& c) {
  const auto& of_one = c.attributes_as<PadAttributes>();
  PadAttributes pad{0, 0, of_one.value};
  for (int i = 0; i < of_one.before.size(); ++i) {
    pad.before.append(of_one.before[i]);
    pad.after.append(of_one.after[i]);
  }
  return c.run(c.all(), &pad);
}

}  // namespace

void add_shape_rules(Rules& rules) {
  add(rules, reshaped, {"reshape", "reshape_like", "flatten", "squeeze", "unsqueeze", "split_axis"});
  add(rules, expanded, {"expand", "expand_like"});
  add(rules, permuted, {"permute"});
  add(rules, diagonals, {"diagonal"});
  add(rules, along_axis<UnfoldAxisAttributes>, {"unfold_axis"});
  add(rules, sliced, {"slice", "slice_grad"});
  add(rules, slice_updated, {"slice_update"});
  add(rules, padded, {"pad"});
  add(rules, along_axis<ConcatAttributes>, {"concat", "concat_grad"});
  add(rules, along_axis<SplitAttributes>, {"split"});
  add(rules, along_axis<RollAttributes>, {"roll"});
  add(rules, along_axis<ResampleAttributes>, {"resample", "resample_grad"});
}

}  // namespace triptych::batching
