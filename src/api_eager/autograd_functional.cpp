#include "triptych/eager/autograd_functional.h"

namespace triptych::eager::autograd::functional::detail {

void check_options(const char* op, const JacobianOptions& options, Location where) {
  if (options.strategy == Strategy::forward_mode && !options.vectorize)
    throw ArgumentError(op, "the forward mode is asked for, row by row", "vectorize = false", "Set vectorize", where);
  if (options.strict && options.vectorize)
    throw ArgumentError(op, "strict and vectorize do not go together", "both are true", "Leave one out", where);
}

Tensors released(Tensors tensors, bool create_graph) {
  for (Tensor& tensor : tensors)
    if (!create_graph && tensor.defined() && tensor.requires_grad()) tensor = tensor.detach();
  return tensors;
}

}  // namespace triptych::eager::autograd::functional::detail
