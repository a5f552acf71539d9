#include "core/autodiff/node.h"

#include <new>
#include <utility>

#include "core/autodiff/gradient_stop.h"
#include "core/autodiff/leaf.h"
#include "core/autodiff/node_extras.h"
#include "core/autodiff/tape_number.h"
#include "core/dispatch/attributes.h"
#include "core/dispatch/modes.h"
#include "core/dispatch/registry.h"
#include "core/graph/graph.h"
#include "core/memory/allocator.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;

std::atomic<std::uint64_t> tape_sequence{1};

std::size_t attributes_offset(const Op& op, std::size_t tensors) {
  const std::size_t end = sizeof(Node) + tensors * sizeof(Tensor);
  const std::size_t alignment = op.attributes ? op.attributes->alignment : 1;
  return (end + alignment - 1) / alignment * alignment;
}

std::size_t block_bytes(const Op& op, std::size_t tensors) {
  return attributes_offset(op, tensors) + (op.attributes ? op.attributes->size : 0);
}

void destroy_node(Node* node) {
  if (node->hooks) forget_extras(*node);
  const std::size_t tensors = node->input_count + node->output_count;
  const std::size_t bytes = block_bytes(*node->op, tensors);
  for (std::size_t i = 0; i < tensors; ++i) node->inputs_[i].~Tensor();
  if (node->attributes && node->op->attributes) node->op->attributes->destroy(const_cast<void*>(node->attributes));
  node->~Node();
  cached_free(node, bytes);
}

/// Nodes whose last reference went while another node was being destroyed: a chain is taken apart in a loop, since
/// recursion would overflow the stack at some hundred thousand nodes. Dead nodes are linked by their `outputs_`, which
/// nobody reads any more: letting go must not need memory.
struct Pending {
  Node* latest = nullptr;
  bool active = false;
};
constinit thread_local Pending pending;

}  // namespace

void retain(Node* node) { node->references.fetch_add(1, std::memory_order_relaxed); }

void release(Node* node) {
  // Who holds the only reference needs no locked instruction to give it up.
  if (node->references.load(std::memory_order_acquire) != 1 &&
      node->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  if (pending.active) {
    node->outputs_ = reinterpret_cast<Tensor*>(std::exchange(pending.latest, node));
    return;
  }
  pending.active = true;
  destroy_node(node);
  while (Node* next = pending.latest) {
    pending.latest = reinterpret_cast<Node*>(next->outputs_);
    destroy_node(next);
  }
  pending.active = false;
}

Ref<Node> make_node(const Op& op, std::size_t inputs, std::size_t outputs, const void* attributes, Location where) {
  count_node();
  const std::size_t tensors = inputs + outputs;
  auto* block = static_cast<char*>(cached_allocate(block_bytes(op, tensors)));
  auto* node = new (block) Node;
  node->op = &op;
  node->where = Frame::resolve(where);
  node->input_count = static_cast<std::uint32_t>(inputs);
  node->output_count = static_cast<std::uint16_t>(outputs);
  node->inputs_ = reinterpret_cast<Tensor*>(block + sizeof(Node));
  node->outputs_ = node->inputs_ + inputs;
  for (std::size_t i = 0; i < tensors; ++i) new (node->inputs_ + i) Tensor;
  Ref<Node> result = Ref<Node>::adopt(node);
  if (op.attributes && attributes) {
    void* copy = block + attributes_offset(op, tensors);
    op.attributes->copy(copy, attributes);
    node->attributes = copy;
  }
  return result;
}

extern const Op leaf_op{.name = "leaf", .inputs = 0};

void make_leaf(TensorImpl& tensor) {
  if (tensor.node) return;
  tensor.node = make_node(leaf_op, 0, 1, nullptr, {});
  tensor.node->leaf = &tensor;  // sequence 0: walked after everything else
}

Ref<Node> gradient_edge(TensorImpl& tensor) {
  if (!tensor.has(Head::requires_grad)) return {};
  make_leaf(tensor);
  return tensor.node;
}

void record(const Op& op, std::span<const Tensor* const> inputs, const void* attributes, std::span<Tensor> outputs,
            Location where) {
  Ref<Node> node = make_node(op, inputs.size(), outputs.size(), attributes, where);
  node->sequence = tape_sequence.fetch_add(1, std::memory_order_relaxed);
  const SavedValues kept = saved_values(op, attributes);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    TensorImpl& input = *inputs[i]->impl();
    const bool saved = in_mask(kept.inputs, i) || is_kept_number(*inputs[i]);
    const bool needs_gradient = input.has(Head::requires_grad);
    if (!saved && !needs_gradient && op.broadcasts) continue;  // nobody asks for it
    Tensor slot = saved ? alias(*inputs[i]) : make_metadata_only(input.meta);
    if (needs_gradient) {
      slot.impl()->node = gradient_edge(input);
      slot.impl()->output = input.output;
      slot.impl()->flags |= Head::requires_grad;
    } else if (input.has(Head::gradient_stopped)) [[unlikely]] {
      slot.impl()->stop = input.stop;
      slot.impl()->flags |= Head::gradient_stopped;
    }
    node->inputs()[i] = std::move(slot);
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    // A rule may ask for the shape of an output that got no gradient: only where there are several.
    if (in_mask(kept.outputs, i))
      node->outputs()[i] = alias(outputs[i]);
    else if (outputs.size() > 1)
      node->outputs()[i] = make_metadata_only(outputs[i].meta());
    if (!is_floating(outputs[i].dtype())) {
      note_gradient_stop(op, inputs, attributes, outputs.subspan(i, 1), where);
      continue;
    }
    TensorImpl& output = *outputs[i].impl();
    output.node = node;
    output.output = static_cast<std::uint32_t>(i);
    output.flags |= Head::requires_grad;
  }
  pack_saved(*node);
}

std::uint64_t next_tape_number() { return tape_sequence.load(std::memory_order_relaxed); }

void release_saved(Node& node) {
  const auto drop = [&](const Tensor& slot) {
    if (!slot.defined() || slot.impl()->has(Head::metadata_only)) return;
    slot.impl()->storage = {};
    slot.impl()->flags |= Head::metadata_only;
    node.released = true;
  };
  for (const Tensor& input : node.inputs()) drop(input);
  for (const Tensor& output : node.outputs()) drop(output);
  if (NodeExtras* const extras = node.hooks ? extras_of(node) : nullptr; extras && !extras->packed.empty()) {
    extras->packed.clear();
    node.released = true;
  }
}

std::string describe(const Node& node) {
  if (node.graph) return node.graph->info_of(node).name;
  std::string text = node.op->name;
  text += "(";
  if (node.attributes) print_readably(*node.op->attributes, node.attributes, text);
  return text + ")";
}

}  // namespace triptych
