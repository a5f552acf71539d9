#include "core/autodiff/gradient_stop.h"

#include <algorithm>
#include <unordered_set>

#include "core/graph/graph.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;

std::string line_of(const char* verb, Location where) {
  return where ? std::string(verb) + " at " + where.text() : std::string();
}

void remember(const Tensor& tensor, const Ref<Node>& stop) {
  tensor.impl()->stop = stop;
  tensor.impl()->flags |= Head::gradient_stopped;
}

}  // namespace

void note_gradient_stop(const Op& op, std::span<const Tensor* const> inputs, const void* attributes,
                        std::span<const Tensor> outputs, Location where) {
  Ref<Node> stop;
  for (const Tensor* input : inputs) {
    if (input->requires_grad()) {
      stop = make_node(op, 0, 0, attributes, where);
      break;
    }
    if (!stop && (input->flags() & Head::gradient_stopped)) stop = input->impl()->stop;
  }
  // An op may hand back its operand, which others see: it keeps what it is.
  for (const Tensor& output : outputs)
    if (output.defined() && output.impl()->references.load(std::memory_order_acquire) == 1) remember(output, stop);
}

void note_frozen(Tensor& leaf, Location where) { remember(leaf, make_node(leaf_op, 0, 0, nullptr, where)); }

std::string remembered_stop(const Tensor& y) {
  if (!y.defined() || !(y.flags() & Head::gradient_stopped)) return {};
  const Node& stop = *y.impl()->stop;
  if (stop.op == &leaf_op) return "A tensor that it was made from was frozen" + line_of("", stop.where);
  return "No gradient passes '" + describe(stop) + "'" + line_of(", called", stop.where);
}

std::string gradient_stop(const Tensor& y) {
  const Place root = place_of(y);
  std::unordered_set<const Node*> depends;
  for (const Node* node : needed_nodes(*y.impl()->graph, {&root, 1}, {})) {
    const auto inputs = node->inputs();
    const bool reached = std::any_of(inputs.begin(), inputs.end(),
                                     [&](const Tensor& input) { return depends.contains(place_of(input).node); });
    if (is_state(*node->op)) {
      depends.insert(node);
    } else if (reached) {
      const auto outputs = node->outputs();
      const bool stops =
          node->op->gradient_stops || std::none_of(outputs.begin(), outputs.end(),
                                                   [](const Tensor& output) { return is_floating(output.dtype()); });
      if (stops) return "No gradient passes '" + describe(*node) + "'" + line_of(", made", node->where);
      depends.insert(node);
    }
  }
  return {};
}

}  // namespace triptych
