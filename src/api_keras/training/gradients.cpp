#include "triptych/keras/gradients.h"

#include "triptych/core/ops.h"

namespace triptych::keras {

std::vector<Tensor> gradients(const TensorList& loss, const TensorList& weights, const GradientOptions& options,
                              Location where) {
  const Frame frame(where);
  std::vector<Tensor> numbers = loss;
  for (Tensor& number : numbers)
    if (number.defined() && !number.is_symbolic() && number.numel() != 1) number = sum(number);
  return triptych::gradients(numbers, weights, {}, options, where);
}

Tensor watch(const Tensor& x, Location where) {
  Tensor watched = x;
  if (!x.is_symbolic() && !x.requires_grad()) watched.set_requires_grad(true, where);
  return watched;
}

}  // namespace triptych::keras
