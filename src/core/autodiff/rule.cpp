// What a gradient rule sees of its node: on the tape the saved values, in a graph handles to the node's inputs and
// outputs. A rule of several steps sees float32 where its op has 16 bits, so that only what it sets is rounded.
#include <string>

#include "core/autodiff/node_extras.h"
#include "core/dispatch/registry.h"
#include "core/graph/graph.h"
#include "core/tensor/compute_dtype.h"
#include "triptych/core/ops.h"

namespace triptych {

namespace {

/// The value as the rule of `op` sees it; one that it does not read stays as it is.
Tensor seen(const Op& op, Tensor value, bool read = true) {
  if (!read || !op.wide_gradient) return value;
  const DType dtype = compute_dtype(value.dtype());
  return cast(std::move(value), dtype);
}

}  // namespace

const void* Gradient::raw_attributes() const { return node_.attributes; }

void Gradient::out_of_range(int i, std::size_t count) const {
  throw InternalError(node_.op->name, "a gradient rule asks for what its op does not have",
                      "number " + std::to_string(i) + " of " + std::to_string(count));
}

Tensor Gradient::input(int i) const {
  const bool read = in_mask(saved_values(*node_.op, node_.attributes).inputs, static_cast<std::size_t>(i));
  const Tensor& slot = node_.inputs()[place(i, results_.size())];
  if (!node_.graph) {
    const Tensor unpacked = unpack_saved(node_, false, static_cast<std::uint32_t>(i), slot);
    return seen(*node_.op, unpacked.defined() ? unpacked : slot, read);
  }
  Node& producer = *slot.impl()->node;
  Tensor value = read && is_state(*producer.op) ? node_.graph->value_at(producer, node_)
                                                : node_.graph->handle(producer, slot.impl()->output);
  return seen(*node_.op, std::move(value), read);
}

Tensor Gradient::output(int i) const {
  Node& node = const_cast<Node&>(node_);
  static_cast<void>(place(i, upstream_.size()));
  if (node.graph) {
    const bool read = in_mask(saved_values(*node.op, node.attributes).outputs, static_cast<std::size_t>(i));
    return seen(*node.op, node.graph->handle(node, static_cast<std::uint32_t>(i)), read);
  }
  const Tensor& slot = node.outputs()[static_cast<std::size_t>(i)];
  if (!slot.defined())
    throw InternalError(node.op->name, "a gradient rule reads an output that its op does not save",
                        "output " + std::to_string(i), "Add it to saves_outputs of the op");
  const Tensor unpacked = unpack_saved(node_, true, static_cast<std::uint32_t>(i), slot);
  if (!unpacked.defined() && slot.impl()->has(detail::TensorHead::metadata_only)) return slot;
  Tensor output = alias(
      unpacked.defined() ? unpacked : slot);  // attached here only: the node itself holding its output would be a cycle
  output.impl()->node = Ref<Node>::share(&node);
  output.impl()->output = static_cast<std::uint32_t>(i);
  output.impl()->flags |= detail::TensorHead::requires_grad;
  return seen(*node.op, std::move(output));
}

Tensor Gradient::upstream(int i) const {
  const Tensor& gradient = upstream_[place(i, upstream_.size())];
  return gradient.defined() ? seen(*node_.op, gradient) : full_like(output(i), 0.0);
}

}  // namespace triptych
