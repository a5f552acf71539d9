// Runs a graph node by node with the eager kernels: for steps that cannot be compiled, and the oracle for those that are.
#include <unordered_map>

#include "core/execute.h"
#include "core/graph/graph.h"
#include "core/inline_vector.h"
#include "triptych/core/autograd.h"

namespace triptych {
namespace {

Tensor source_value(Node& node, VariableStore& variables) {
  if (node.op == &constant_op) return node.attributes_as<ConstantAttributes>().value;
  if (node.op == &captured_op) return node.attributes_as<CapturedAttributes>().tensor;
  if (node.op == &variable_op) {
    std::lock_guard lock(variables.mutex);
    if (auto found = variables.values.find(&node); found != variables.values.end()) return found->second;
    throw ArgumentError("session", "a variable was read before it was initialized", "'" + describe(node) + "'",
                        "Run graph.initializer() first", node.where);
  }
  const auto& attributes = node.attributes_as<PlaceholderAttributes>();
  if (attributes.default_value.defined()) return attributes.default_value;
  throw ArgumentError("session", "a placeholder was not fed", "'" + describe(node) + "' " + attributes.shape.text(),
                      "Pass a value for it in the feeds", node.where);
}

}  // namespace

std::vector<Tensor> interpret(GraphImpl& graph, std::span<const Tensor> fetches, std::span<const Feed> feeds,
                              VariableStore& variables) {
  GradMode no_recording(false);
  std::vector<Node*> roots;
  for (const Tensor& fetch : fetches) roots.push_back(fetch.impl()->node.get());
  std::unordered_map<const Node*, std::vector<Tensor>> values;
  for (const Feed& feed : feeds) {
    auto& slots = values[feed.node];
    slots.resize(feed.node->output_count);
    slots[feed.output] = feed.value;
  }
  for (Node* node : needed_nodes(graph, roots)) {
    auto& slots = values[node];
    slots.resize(node->output_count);
    bool complete = true;
    for (const Tensor& slot : slots) complete &= slot.defined();
    if (complete && node->output_count > 0) continue;
    if (is_source(*node->op)) {
      slots[0] = source_value(*node, variables);
      continue;
    }
    if (node->op == &group_op) continue;
    InlineVector<const Tensor*, 4> inputs(node->input_count);
    for (std::size_t i = 0; i < node->input_count; ++i) {
      const TensorImpl& input = *node->inputs()[i].impl();
      inputs[i] = &values[input.node.get()][input.output];
    }
    run_now(*node->op, inputs.span(), node->attributes, slots, node->where);
  }
  std::vector<Tensor> results;
  for (const Tensor& fetch : fetches) {
    const TensorImpl& impl = *fetch.impl();
    const auto& slots = values[impl.node.get()];
    results.push_back(slots.empty() ? Tensor() : slots[impl.output]);
  }
  return results;
}

}  // namespace triptych
