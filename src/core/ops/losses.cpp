// Losses that are made of simpler ops.
#include "triptych/core/ops/losses.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void check_same_shape(const char* op, const Arg& input, const Arg& target) {
  const Shape &a = input.tensor().shape(), &b = target.tensor().shape();
  if (!a.compatible(b))
    throw ArgumentError(op, "input and target must have the same shape",
                        "input is " + a.text() + ", target is " + b.text(),
                        "Broadcasting here is nearly always a mistake; reshape or squeeze one of them", input.where());
}

Tensor reduced(const Tensor& losses, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  return reduction == Reduction::sum ? sum(losses) : mean(losses);
}

}  // namespace

Tensor mse_loss(Arg input, Arg target, LossOptions options) {
  check_same_shape("mse_loss", input, target);
  const Frame frame(input.where());
  const Tensor difference = input.tensor() - target.tensor();
  return reduced(difference * difference, options.reduction);
}

Tensor l1_loss(Arg input, Arg target, LossOptions options) {
  check_same_shape("l1_loss", input, target);
  const Frame frame(input.where());
  return reduced(abs(input.tensor() - target.tensor()), options.reduction);
}

Tensor huber_loss(Arg input, Arg target, HuberLossOptions options) {
  check_same_shape("huber_loss", input, target);
  const Frame frame(input.where());
  const Tensor difference = input.tensor() - target.tensor(), distance = abs(difference);
  const Tensor near = difference * difference * 0.5, far = (distance - 0.5 * options.delta) * options.delta;
  return reduced(where(less(distance, options.delta), near, far), options.reduction);
}

}  // namespace triptych
