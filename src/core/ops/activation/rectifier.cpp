// Activations with thresholds, and gated ones, made of simpler ops.
#include "triptych/core/ops/rectifier.h"

#include <cmath>

#include "core/ops/ops.h"
#include "core/random/random.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// What `steps` make of the operand in its own dtype, of integers in float32; 16 bits are rounded once.
template <class Steps>
Tensor activation(const char* op, const Arg& x, Steps steps) {
  const Frame frame(x.where());
  const Tensor& t = operand(op, x);
  return rounded_once(is_floating(t.dtype()) ? t : cast(t, float32), steps);
}

Tensor gated(const char* op, const Arg& x, std::int64_t axis, Tensor (*f)(const Tensor&)) {
  const Shape& shape = operand(op, x).shape();
  const Dim length = shape.dim(normalize_axis(op, axis, shape.rank(), x.where()));
  if (length.known() && length.raw() % 2 != 0)
    throw ArgumentError(op, "the length of the axis is odd", "x is " + shape.text(), "", x.where());
  return activation(op, x, [&](const Tensor& t) {
    const std::vector<Tensor> halves = chunk(t, 2, axis);
    return halves[0] * f(halves[1]);
  });
}

}  // namespace

Tensor prelu(Arg x, Arg weight) {
  const Frame frame(x.where());
  const Tensor& t = operand("prelu", x);
  if (weight.is_scalar()) return leaky_relu(x, weight.scalar().to_double());
  const Tensor& w = operand("prelu", weight);
  const Dim weights = w.ndim() == 0 ? Dim(1) : w.shape().dim(0), channels = t.ndim() > 1 ? t.shape().dim(1) : Dim(1);
  const bool single = weights.known() && weights.raw() == 1;
  if (w.ndim() > 1 || (!single && conflict(weights, channels)))
    throw ArgumentError("prelu", "there are neither one weight nor one for each channel",
                        "x is " + t.shape().text() + ", weight is " + w.shape().text(), "The channels are axis 1",
                        x.where());
  if (!is_floating(w.dtype()))
    throw ArgumentError("prelu", "the weight is not floating", std::string(dtype_name(w.dtype())),
                        "Convert it with cast", weight.where());
  return activation("prelu", x, [&](const Tensor& wide) {
    Shape shape{unknown};
    for (int i = 2; i < t.ndim(); ++i) shape.append(1);
    const Tensor slope = cast(w.ndim() == 0 || t.ndim() < 2 ? w : reshape(w, shape), wide.dtype());
    // An infinite x does not reach the weight's gradient; and of a 0-d tensor, too, the result has x's shape.
    const Tensor positive = greater(wide, 0), product = slope * where(positive, 0, wide);
    return where(positive, wide, t.ndim() == 0 ? reshape_like(product, wide) : product);
  });
}

Tensor rrelu(Arg x, RReluOptions options, const Tensor& state) {
  const Hyperparameters check("rrelu", x.where());
  check.finite("lower", options.lower);
  check.finite("upper", options.upper);
  if (options.lower > options.upper)
    throw ArgumentError("rrelu", "lower is above upper",
                        number_text(options.lower) + " and " + number_text(options.upper), "", x.where());
  if (!options.training || options.lower == options.upper)
    return leaky_relu(std::move(x), (options.lower + options.upper) / 2);
  const Transaction whole;
  return activation("rrelu", x, [&](const Tensor& t) {
    const Tensor draw = state.defined() ? state : random_state_for(t);
    return where(greater(t, 0), t, t * random_uniform_like(draw, t, options.lower, options.upper));
  });
}

Tensor threshold(Arg x, double threshold, double value) {
  const Frame frame(x.where());
  const Tensor& t = operand("threshold", x);
  return where(less_equal(t, threshold), value, t);
}

Tensor hardshrink(Arg x, double lambd) {
  return activation("hardshrink", x, [=](const Tensor& t) {
    return where(logical_and(greater_equal(t, -lambd), less_equal(t, lambd)), 0, t);
  });
}

Tensor softshrink(Arg x, double lambd) {
  Hyperparameters("softshrink", x.where()).not_negative("lambd", lambd);
  return activation("softshrink", x, [=](const Tensor& t) {
    return where(logical_and(greater_equal(t, -lambd), less_equal(t, lambd)), 0, t - sign(t) * lambd);
  });
}

Tensor tanhshrink(Arg x) {
  return activation("tanhshrink", x, [](const Tensor& t) { return t - tanh(t); });
}

Tensor hard_sigmoid(Arg x) {
  return activation("hard_sigmoid", x, [](const Tensor& t) { return clip(t / 6 + 0.5, 0, 1); });
}

Tensor squareplus(Arg x, double b) {
  Hyperparameters("squareplus", x.where()).not_negative("b", b);
  return activation("squareplus", x, [=](const Tensor& t) { return (t + sqrt(square(t) + b)) * 0.5; });
}

Tensor sparse_plus(Arg x) {
  return activation("sparse_plus", x,
                    [](const Tensor& t) { return where(less(t, 1), square(clip(t, -1, 1) + 1) * 0.25, t); });
}

Tensor sparse_sigmoid(Arg x) {
  return activation("sparse_sigmoid", x, [](const Tensor& t) { return (clip(t, -1, 1) + 1) * 0.5; });
}

Tensor reglu(Arg x, std::int64_t axis) {
  return gated("reglu", x, axis, [](const Tensor& t) { return relu(t); });
}
Tensor geglu(Arg x, std::int64_t axis) {
  return gated("geglu", x, axis, [](const Tensor& t) { return gelu(t); });
}
Tensor swiglu(Arg x, std::int64_t axis) {
  return gated("swiglu", x, axis, [](const Tensor& t) { return silu(t); });
}

}  // namespace triptych
