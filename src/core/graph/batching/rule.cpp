#include "core/graph/batching/rule.h"

#include <algorithm>

#include "core/ops/shape/split_axis.h"
#include "triptych/core/ops.h"

namespace triptych::batching {

Shape Call::with_size(Shape shape) const {
  shape.insert(0, size);
  return shape;
}

Tensor Call::all(std::size_t i) const {
  const Tensor& tensor = inputs[i].tensor;
  if (batched(i)) return tensor;
  Shape shape{size};
  for (int axis = 0; axis < rank(i); ++axis) shape.append(unknown);
  return expand(Arg(unsqueeze(Arg(tensor, where), 0), where), shape);
}

Tensors Call::all() const {
  Tensors tensors;
  for (std::size_t i = 0; i < count(); ++i) tensors.push_back(all(i));
  return tensors;
}

Tensor Call::aligned(std::size_t i, int wanted) const {
  return batched(i) ? spaced(inputs[i].tensor, wanted - rank(i)) : inputs[i].tensor;
}

Tensors Call::run(const Op& applied, const Tensors& tensors, const void* with, std::size_t outputs) const {
  Tensors made(outputs);
  apply(applied, tensors, with, made, where);
  return made;
}

Rule find_rule(const Op& op) {
  static const Rules rules = [] {
    Rules all;
    add_shape_rules(all);
    add_elementwise_rules(all);
    add_reduction_rules(all);
    add_indexing_rules(all);
    add_product_rules(all);
    add_window_rules(all);
    add_normalization_rules(all);
    add_sequence_rules(all);
    add_loss_rules(all);
    return all;
  }();
  const auto found = rules.find(op.name);
  return found == rules.end() ? nullptr : found->second;
}

Tensors leading(const Call& call) { return call.run(call.all(), call.attributes); }

Tensors broadcasting(const Call& call) {
  int rank = 0;
  for (std::size_t i = 0; i < call.count(); ++i) rank = std::max(rank, call.rank(i));
  Tensors inputs;
  for (std::size_t i = 0; i < call.count(); ++i) inputs.push_back(call.aligned(i, rank));
  return call.run(inputs, call.attributes);
}

Axes moved_back(const Axes& axes, int rank) {
  Axes result;
  for (const std::int64_t axis : axes) result.append((axis < 0 ? axis + rank : axis) + 1);
  return result;
}

Axes example_axes(int rank) {
  Axes result;
  for (int i = 1; i <= rank; ++i) result.append(i);
  return result;
}

Tensor merged(const Tensor& x) { return flatten(x, 0, 1); }
Tensor parted(const Tensor& x, std::int64_t size) { return split_axis(x, 0, Axes{size, unknown}); }

Tensor behind_first(const Tensor& x) { return flatten(moveaxis(x, 0, 1), 1, 2); }
Tensor in_front(const Tensor& x, std::int64_t size) { return moveaxis(split_axis(x, 1, Axes{size, unknown}), 1, 0); }

Tensor spaced(Tensor x, int axes) {
  for (int i = 0; i < axes; ++i) x = unsqueeze(x, 1);
  return x;
}

}  // namespace triptych::batching
