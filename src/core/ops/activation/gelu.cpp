// gelu, exact or by tanh, and its backward op.
#include <numbers>

#include "core/ops/activation/activation.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op gelu_grad_op;

namespace {

const double sqrt_2_over_pi = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
constexpr double cubic = 0.044715;

/// upstream d gelu(x) / dx.
Tensor gelu_grad(Arg upstream, Arg x, const GeluAttributes& attributes) {
  return apply(gelu_grad_op, {&upstream, &x}, &attributes);
}

void gelu_gradient(Gradient& g) { g.set(0, gelu_grad(g.upstream(), g.input(0), g.attributes<GeluAttributes>())); }

/// (x Phi)'' = phi (2 - x^2), with phi = Phi' = exp(-x^2 / 2) / sqrt(2 pi).
Tensor exact_curvature(const Tensor& x) {
  const Tensor x2 = square(x);
  return exp(x2 * -0.5) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2) * (2 - x2);
}

/// The second derivative of x / 2 (1 + t), t = tanh(u), u = c (x + a x^3): t' + x / 2 t'', where t' = (1 - t^2) u' and
/// t'' = (1 - t^2) u'' - 2 t t' u'.
Tensor tanh_curvature(const Tensor& x) {
  const Tensor x2 = square(x), t = tanh((x + x * x2 * cubic) * sqrt_2_over_pi);
  const Tensor u1 = (x2 * (3 * cubic) + 1) * sqrt_2_over_pi, u2 = x * (6 * cubic * sqrt_2_over_pi);
  const Tensor rest = 1 - square(t), t1 = rest * u1, t2 = rest * u2 - t * t1 * u1 * 2;
  return t1 + x * t2 * 0.5;
}

void gelu_grad_gradient(Gradient& g) {
  const auto& attributes = g.attributes<GeluAttributes>();
  const Tensor x = g.input(1);
  if (g.needs(0)) g.set(0, gelu_grad(g.upstream(), x, attributes));
  if (g.needs(1)) g.set(1, g.upstream() * g.input(0) * (attributes.tanh ? tanh_curvature(x) : exact_curvature(x)));
}

}  // namespace

extern const Op gelu_op{.name = "gelu",
                        .inputs = 1,
                        .attributes = &attribute_type<GeluAttributes>,
                        .infer = infer_floating,
                        .gradient = gelu_gradient,
                        .saves_inputs = 0b1};
extern const Op gelu_grad_op{.name = "gelu_grad",
                             .inputs = 2,
                             .attributes = &attribute_type<GeluAttributes>,
                             .infer = infer_floating,
                             .gradient = gelu_grad_gradient,
                             .saves_inputs = 0b11,
                             .wide_gradient = true,
                             .broadcasts = true};

Tensor gelu(Arg x, const GeluOptions& options) {
  if (options.approximate != "none" && options.approximate != "tanh")
    throw ArgumentError("gelu", "there is no such approximation", "'" + options.approximate + "'",
                        "It is 'none' or 'tanh'", x.where());
  const GeluAttributes attributes{options.approximate == "tanh"};
  return apply_floating(gelu_op, x, &attributes);
}

}  // namespace triptych
