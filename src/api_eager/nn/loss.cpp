#include "triptych/eager/nn/loss.h"

namespace triptych::eager::nn {

Tensor Loss::operator()(const Arg& input, const Arg& target) {
  const CallScope scope(input);
  check_members(input.where());
  return forward(input.tensor(), target.tensor());
}

Tensor CrossEntropyLoss::forward(const Tensor& input, const Tensor& target) {
  return cross_entropy(input, target, options);
}
Tensor NLLLoss::forward(const Tensor& input, const Tensor& target) { return nll_loss(input, target, options); }
Tensor MSELoss::forward(const Tensor& input, const Tensor& target) { return mse_loss(input, target, options); }
Tensor BCEWithLogitsLoss::forward(const Tensor& input, const Tensor& target) {
  return binary_cross_entropy_with_logits(input, target, options);
}

}  // namespace triptych::eager::nn
