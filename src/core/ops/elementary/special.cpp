// Special functions: those of gamma and of the error function, sinc, and sums of logarithms.
#include "core/ops/elementary/special.h"

#include <numbers>
#include <string>

#include "core/ops/ops.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/special.h"

namespace triptych {

extern const Op polygamma_op, sinc_op;

namespace {

Tensor of_order(const Op& op, Arg& x, std::int64_t order) {
  const OrderAttributes attributes{order};
  return apply_floating(op, x, &attributes);
}
Tensor of_order(const Op& op, const Tensor& x, std::int64_t order) {
  Arg operand(x);
  return of_order(op, operand, order);
}

void polygamma_infer(Infer& infer) {
  const std::int64_t order = infer.attributes<OrderAttributes>().order;
  if (order < 1 || order > std::int64_t{1} << 31)
    infer.fail("n is not a derivative's order", std::to_string(order), "0, 1, 2, ...");
  infer_floating(infer);
}

void sinc_infer(Infer& infer) {
  const std::int64_t order = infer.attributes<OrderAttributes>().order;
  if (order < 0 || order > 32) infer.fail("there is no derivative of this order", std::to_string(order), "0 to 32");
  infer_floating(infer);
}

void erfc_gradient(Gradient& g) {
  g.set(0, g.upstream() * exp(neg(square(g.input(0)))) * (-2 * std::numbers::inv_sqrtpi));
}
void erfinv_gradient(Gradient& g) {
  g.set(0, g.upstream() * exp(square(g.output())) * (0.5 / std::numbers::inv_sqrtpi));
}
void lgamma_gradient(Gradient& g) { g.set(0, g.upstream() * digamma(g.input(0))); }
void digamma_gradient(Gradient& g) { g.set(0, g.upstream() * polygamma(1, g.input(0))); }
void polygamma_gradient(Gradient& g) {
  g.set(0, g.upstream() * polygamma(g.attributes<OrderAttributes>().order + 1, g.input(0)));
}
void sinc_gradient(Gradient& g) {
  g.set(0, g.upstream() * of_order(sinc_op, g.input(0), g.attributes<OrderAttributes>().order + 1));
}

void xlogy_gradient(Gradient& g) {
  const Tensor x = g.input(0), y = g.input(1);
  if (g.needs(0)) {
    // 0 where the value is, beside a logarithm that is none.
    const Tensor nothing = logical_and(equal(x, 0), less_equal(y, 0));
    g.set(0, where(nothing, 0, g.upstream() * log(where(nothing, 1, y))));
  }
  if (g.needs(1)) g.set(1, g.upstream() * x / y);
}

void logaddexp_gradient(Gradient& g) {
  const Tensor difference = g.input(0) - g.input(1);
  if (g.needs(0)) g.set(0, g.upstream() * sigmoid(difference));
  if (g.needs(1)) g.set(1, g.upstream() * sigmoid(neg(difference)));
}
void logaddexp2_gradient(Gradient& g) {
  const Tensor difference = (g.input(0) - g.input(1)) * std::numbers::ln2;
  if (g.needs(0)) g.set(0, g.upstream() * sigmoid(difference));
  if (g.needs(1)) g.set(1, g.upstream() * sigmoid(neg(difference)));
}

}  // namespace

extern const Op erfc_op{.name = "erfc",
                        .inputs = 1,
                        .infer = infer_floating,
                        .gradient = erfc_gradient,
                        .saves_inputs = 0b1,
                        .wide_gradient = true};
extern const Op erfinv_op{.name = "erfinv",
                          .inputs = 1,
                          .infer = infer_floating,
                          .gradient = erfinv_gradient,
                          .saves_outputs = 0b1,
                          .wide_gradient = true};
extern const Op lgamma_op{.name = "lgamma",
                          .inputs = 1,
                          .infer = infer_floating,
                          .gradient = lgamma_gradient,
                          .saves_inputs = 0b1,
                          .wide_gradient = true};
extern const Op digamma_op{.name = "digamma",
                           .inputs = 1,
                           .infer = infer_floating,
                           .gradient = digamma_gradient,
                           .saves_inputs = 0b1,
                           .wide_gradient = true};
extern const Op polygamma_op{.name = "polygamma",
                             .inputs = 1,
                             .attributes = &attribute_type<OrderAttributes>,
                             .infer = polygamma_infer,
                             .gradient = polygamma_gradient,
                             .saves_inputs = 0b1,
                             .wide_gradient = true};
extern const Op sinc_op{.name = "sinc",
                        .inputs = 1,
                        .attributes = &attribute_type<OrderAttributes>,
                        .infer = sinc_infer,
                        .gradient = sinc_gradient,
                        .saves_inputs = 0b1,
                        .wide_gradient = true};
extern const Op xlogy_op{.name = "xlogy",
                         .inputs = 2,
                         .infer = infer_floating,
                         .gradient = xlogy_gradient,
                         .saves_inputs = 0b11,
                         .wide_gradient = true,
                         .broadcasts = true};
extern const Op logaddexp_op{.name = "logaddexp",
                             .inputs = 2,
                             .infer = infer_floating,
                             .gradient = logaddexp_gradient,
                             .saves_inputs = 0b11,
                             .wide_gradient = true,
                             .broadcasts = true};
extern const Op logaddexp2_op{.name = "logaddexp2",
                              .inputs = 2,
                              .infer = infer_floating,
                              .gradient = logaddexp2_gradient,
                              .saves_inputs = 0b11,
                              .wide_gradient = true,
                              .broadcasts = true};

Tensor erfc(Arg x) { return apply_floating(erfc_op, x); }
Tensor erfinv(Arg x) { return apply_floating(erfinv_op, x); }
Tensor lgamma(Arg x) { return apply_floating(lgamma_op, x); }
Tensor digamma(Arg x) { return apply_floating(digamma_op, x); }
Tensor polygamma(std::int64_t n, Arg x) { return n == 0 ? digamma(std::move(x)) : of_order(polygamma_op, x, n); }
Tensor sinc(Arg x) { return of_order(sinc_op, x, 0); }
Tensor xlogy(Arg x, Arg y) { return apply_arithmetic(xlogy_op, x, y, true); }
Tensor logaddexp(Arg a, Arg b) { return apply_arithmetic(logaddexp_op, a, b, true); }
Tensor logaddexp2(Arg a, Arg b) { return apply_arithmetic(logaddexp2_op, a, b, true); }

Tensor logit(Arg x, std::optional<double> eps) {
  if (eps) Hyperparameters("logit", x.where()).finite("eps", *eps);
  const Tensor& given = operand("logit", x);
  const Frame frame(x.where());
  return rounded_once(is_floating(given.dtype()) ? given : cast(given, float32), [&](const Tensor& t) {
    // A choice, not clip, whose gradient stops at the bounds themselves.
    const Tensor inner = eps ? where(less(t, *eps), *eps, where(greater(t, 1 - *eps), 1 - *eps, t)) : t;
    return log(inner) - log1p(neg(inner));
  });
}

Tensor float_power(Arg a, Arg b) {
  const Frame frame(a.where());
  const auto wide = [](const Arg& x) { return x.is_scalar() ? Tensor() : cast(operand("float_power", x), float64); };
  const Tensor exponent = wide(b);
  const Tensor base = a.is_scalar() && b.is_scalar() ? full({}, a.scalar(), float64) : wide(a);
  return pow(base.defined() ? Arg(base) : Arg(a), exponent.defined() ? Arg(exponent) : Arg(b));
}

}  // namespace triptych
