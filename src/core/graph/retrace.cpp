#include "core/graph/retrace.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/dispatch/modes.h"
#include "core/support/pointer_map.h"

namespace triptych {

extern const Op custom_gradient_op;

namespace {

using Head = detail::TensorHead;

/// While alive, nodes that are added belong to no call or scope, are recorded, and run where their inputs are: what was
/// computed before does not depend on where it is used first.
class OnItsOwn {
 public:
  explicit OnItsOwn(GraphImpl& graph)
      : top_level_(graph),
        no_grad_(std::exchange(modes.no_grad, false)),
        device_set_(std::exchange(modes.device_set, false)) {}
  ~OnItsOwn() {
    modes.device_set = device_set_;
    modes.no_grad = no_grad_;
  }
  OnItsOwn(const OnItsOwn&) = delete;
  OnItsOwn& operator=(const OnItsOwn&) = delete;

 private:
  TopLevel top_level_;
  bool no_grad_, device_set_;
};

class Retracing {
 public:
  Retracing(GraphImpl& graph, Location where) : graph_(graph), where_(where) {}

  Tensor result(const Tensor& computed) {
    const TensorImpl& impl = *computed.impl();
    const std::vector<const Node*> nodes = missing(*impl.node);
    for (const Node* node : nodes) check(*node);  // all before the first: a refusal leaves the graph as it was
    for (const Node* node : nodes) add(*node);
    return output(*impl.node, impl.output);
  }

 private:
  bool is_known(const Node& node) const { return graph_.retraced.contains(node.sequence); }

  Tensor output(const Node& node, std::uint32_t number) {
    return graph_.handle(*graph_.retraced.at(node.sequence), number);
  }

  /// The nodes behind `root`, itself included, that the graph does not have yet, in the order of their creation.
  std::vector<const Node*> missing(const Node& root) const {
    std::vector<const Node*> found, stack;  // not the call stack: a chain may have a million nodes
    PointerMap seen;
    const auto meet = [&](const Node* node) {
      if (!node || node->op == &leaf_op || is_known(*node) || !seen.insert(node, 0)) return;
      found.push_back(node);
      stack.push_back(node);
    };
    meet(&root);
    while (!stack.empty()) {
      const Node& node = *stack.back();
      stack.pop_back();
      for (const Tensor& input : node.inputs())
        if (input.defined()) meet(input.impl()->node.get());
    }
    std::sort(found.begin(), found.end(), [](const Node* a, const Node* b) { return a->sequence < b->sequence; });
    return found;
  }

  /// Random numbers would be drawn again and writes repeated in every run; a custom gradient's forward is not on the
  /// tape.
  void check(const Node& node) const {
    bool writes = node.op->stateful;
    const int count = static_cast<int>(node.input_count);
    for (int i = 0; i < count; ++i) writes |= node.op->writes && node.op->writes(i, count);
    if (writes) refuse(node, "it draws random numbers or writes state");
    if (node.op == &custom_gradient_op) refuse(node, "the tape does not hold how its result was computed");
    for (const Tensor& slot : node.inputs()) check_operand(node, slot);
  }

  void check_operand(const Node& node, const Tensor& slot) const {
    constexpr const char* not_kept = "the tape does not keep an operand that needs no gradient";
    if (!slot.defined()) refuse(node, not_kept);
    const TensorImpl& impl = *slot.impl();
    const Node* producer = impl.node.get();
    if (producer && (producer->op != &leaf_op || producer->leaf)) return;
    if (impl.has(Head::gradient_stopped) && impl.stop->op != &leaf_op)  // what is frozen stays as it is
      refuse(node, "no gradient passes '" + describe(*impl.stop) +
                       "', on the way to an operand, which would stay as it is now");
    if (!impl.has(Head::metadata_only)) return;
    refuse(node, node.released ? "backward has freed its operands" : producer ? "its leaf is gone" : not_kept);
  }

  void add(const Node& node) {
    std::vector<Tensor> inputs, outputs(node.output_count);
    for (const Tensor& slot : node.inputs()) inputs.push_back(operand(slot, node.where));
    const FrameAt computed_there(node.where);
    append(graph_, *node.op, inputs, node.attributes, outputs, node.where);
    graph_.retraced.emplace(node.sequence, outputs[0].impl()->node.get());
  }

  Tensor operand(const Tensor& slot, Location computed) {
    const Node* producer = slot.impl()->node.get();
    if (producer && producer->op != &leaf_op) return output(*producer, slot.impl()->output);
    const GraphHandle self(&graph_);
    if (producer && producer->leaf) return graph_captured(self, share(producer->leaf));
    return graph_constant(self, slot, "constant", computed);
  }

  [[noreturn]] void refuse(const Node& node, const std::string& why) const {
    throw ArgumentError("graph", "a tensor that was computed from what is trained cannot be captured",
                        "'" + describe(node) + "', computed at " + node.where.text() +
                            ", cannot be computed again in the graph: " + why,
                        "Compute it in a graph.scope() or in a module's or layer's call, where it becomes nodes of the "
                        "graph, or detach() it to use the value that it has now",
                        where_);
  }

  GraphImpl& graph_;
  Location where_;
};

}  // namespace

Tensor retrace(GraphImpl& graph, const Tensor& computed, Location where) {
  Retracing retracing(graph, where);
  const OnItsOwn alone(graph);
  return retracing.result(computed);
}

}  // namespace triptych
