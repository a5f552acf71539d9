// Losses that are made of simpler ops.
#include "triptych/core/ops/losses.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void check_operands(const char* op, const Arg& input, const Arg& target) {
  const Shape &a = operand(op, input).shape(), &b = operand(op, target).shape();
  if (!a.compatible(b))
    throw ArgumentError(op, "input and target must have the same shape",
                        "input is " + a.text() + ", target is " + b.text(),
                        "Broadcasting here is nearly always a mistake; reshape or squeeze one of them", input.where());
  const DType dtype = result_type(input.tensor(), target.tensor());
  if (!is_floating(dtype))
    throw ArgumentError(op, "input or target is floating", "both are " + std::string(dtype_name(dtype)),
                        "Convert one with cast", input.where());
}

Tensor reduced(const Tensor& losses, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  return reduction == Reduction::sum ? sum(losses) : mean(losses);
}

}  // namespace

Tensor mse_loss(Arg input, Arg target, LossOptions options) {
  check_operands("mse_loss", input, target);
  const Frame frame(input.where());
  const Tensor difference = input.tensor() - target.tensor();
  return reduced(difference * difference, options.reduction);
}

Tensor l1_loss(Arg input, Arg target, LossOptions options) {
  check_operands("l1_loss", input, target);
  const Frame frame(input.where());
  return reduced(abs(input.tensor() - target.tensor()), options.reduction);
}

Tensor huber_loss(Arg input, Arg target, HuberLossOptions options) {
  check_operands("huber_loss", input, target);
  if (!(options.delta > 0))
    throw ArgumentError("huber_loss", "delta is positive", std::to_string(options.delta), "", input.where());
  const Frame frame(input.where());
  const Tensor difference = input.tensor() - target.tensor(), distance = abs(difference);
  const Tensor near = difference * difference * 0.5, far = (distance - 0.5 * options.delta) * options.delta;
  return reduced(where(less(distance, options.delta), near, far), options.reduction);
}

}  // namespace triptych
