#include "core/autodiff/check_gradient.h"

#include <string>

#include "core/graph/graph.h"

namespace triptych {

void check_gradient(const Node& node, std::size_t i, const Tensor& gradient, bool symbolic) {
  const Tensor& input = node.inputs()[i];
  const auto text = [](const Tensor& tensor) {
    return std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text();
  };
  if (gradient.dtype() != input.dtype() || !gradient.shape().compatible(input.shape()))
    throw ArgumentError(node.op->name, "the gradient rule gives a gradient of another shape or dtype",
                        "input " + std::to_string(i) + " is " + text(input) + ", its gradient " + text(gradient),
                        "Mend the op's rule", node.where);
  if (!node.graph && gradient.is_symbolic() && !symbolic)
    throw ArgumentError(node.op->name, "the gradient rule gives a symbolic gradient of computed values",
                        "node '" + describe(*gradient.impl()->node) + "'", "Give a tensor with values", node.where);
}

}  // namespace triptych
