#include "core/autodiff/gradient_stop.h"

#include <algorithm>
#include <unordered_set>

#include "core/graph/graph.h"

namespace triptych {

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
      if (stops)
        return "No gradient passes '" + describe(*node) + "'" +
               (node->where ? ", made at " + node->where.text() : std::string());
      depends.insert(node);
    }
  }
  return {};
}

}  // namespace triptych
