// What a gradient rule sees of its node: on the tape the saved values, in a graph handles to the node's inputs and
// outputs.
#include "core/autodiff/node.h"
#include "core/dispatch/registry.h"
#include "core/graph/graph.h"
#include "triptych/core/ops.h"

namespace triptych {

const void* Gradient::raw_attributes() const { return node_.attributes; }

Tensor Gradient::input(int i) const {
  const Tensor& slot = node_.inputs()[static_cast<std::size_t>(i)];
  if (!node_.graph) return slot;
  Node& producer = *slot.impl()->node;
  if (is_state(*producer.op) && in_mask(saved_values(*node_.op, node_.attributes).inputs, static_cast<std::size_t>(i)))
    return node_.graph->value_at(producer, node_);
  return node_.graph->handle(producer, slot.impl()->output);
}

Tensor Gradient::output(int i) const {
  Node& node = const_cast<Node&>(node_);
  if (node.graph) return node.graph->handle(node, static_cast<std::uint32_t>(i));
  const Tensor& slot = node.outputs()[static_cast<std::size_t>(i)];
  if (!slot.defined())
    throw InternalError(node.op->name, "a gradient rule reads an output that its op does not save",
                        "output " + std::to_string(i), "Add it to saves_outputs of the op");
  if (slot.impl()->has(detail::TensorHead::metadata_only)) return slot;
  Tensor output = alias(slot);  // attached here only: the node itself holding its output would be a cycle
  output.impl()->node = Ref<Node>::share(&node);
  output.impl()->output = static_cast<std::uint32_t>(i);
  output.impl()->flags |= detail::TensorHead::requires_grad;
  return output;
}

Tensor Gradient::upstream(int i) const {
  const Tensor& gradient = upstream_[static_cast<std::size_t>(i)];
  return gradient.defined() ? gradient : full_like(output(i), 0.0);
}

}  // namespace triptych
