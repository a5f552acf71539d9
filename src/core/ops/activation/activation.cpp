// Activations that are made of simpler ops.
#include "triptych/core/ops/activation.h"

#include "core/dispatch/modes.h"
#include "core/ops/arithmetic/clip.h"
#include "core/ops/ops.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// The operand; integers and booleans become float32.
Tensor floating(std::string_view op, const Arg& x) {
  const Tensor& t = operand(op, x);
  return is_floating(t.dtype()) ? t : cast(t, float32);
}

}  // namespace

Tensor hardtanh(Arg x, double min_val, double max_val) {
  if (!(min_val <= max_val))
    throw ArgumentError("hardtanh", "min_val is not at most max_val",
                        std::to_string(min_val) + " and " + std::to_string(max_val), "", x.where());
  const Frame frame(x.where());
  const Tensor t = floating("hardtanh", x);
  return hard_clip(t, min_val, max_val);
}

Tensor relu6(Arg x) {
  const Frame frame(x.where());
  return hard_clip(operand("relu6", x), 0, 6);
}

Tensor hardsigmoid(Arg x) {
  const Frame frame(x.where());
  return rounded_once(floating("hardsigmoid", x), [](const Tensor& t) { return clip(t + 3, 0, 6) / 6; });
}

Tensor selu(Arg x) {
  const Frame frame(x.where());
  return rounded_once(floating("selu", x), [](const Tensor& t) {
    return elu(t, 1.6732632423543772848170429916717) * 1.0507009873554804934193349852946;
  });
}

Tensor celu(Arg x, double alpha) {
  Hyperparameters("celu", x.where()).finite("alpha", alpha);
  if (alpha == 0) throw ArgumentError("celu", "alpha is 0", "", "", x.where());
  const Frame frame(x.where());
  return rounded_once(floating("celu", x), [alpha](const Tensor& t) { return elu(t / alpha) * alpha; });
}

Tensor softsign(Arg x) {
  const Frame frame(x.where());
  return rounded_once(floating("softsign", x), [](const Tensor& t) { return t / (abs(t) + 1); });
}

Tensor glu(Arg x, std::int64_t axis) {
  const Frame frame(x.where());
  const Tensor t = floating("glu", x);
  const Dim length = t.shape().dim(normalize_axis("glu", axis, t.ndim(), x.where()));
  if (length.known() && length.raw() % 2 != 0)
    throw ArgumentError("glu", "the length of the axis is odd", "x is " + t.shape().text(), "", x.where());
  return rounded_once(t, [axis](const Tensor& wide) {
    const std::vector<Tensor> halves = chunk(wide, 2, axis);
    return halves[0] * sigmoid(halves[1]);
  });
}

}  // namespace triptych
