// Functions of probability distributions.
#include "triptych/core/ops/probability.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op igamma_op, igammac_op, zeta_op, erfcx_op, ndtri_op;

namespace {

constexpr double sqrt_half = std::numbers::sqrt2 / 2;

Tensor floating(const char* op, const Arg& x) {
  const Tensor& given = operand(op, x);
  return is_floating(given.dtype()) ? given : cast(given, float32);
}

[[noreturn]] void no_derivative(const char* op, const char* operand) {
  throw UnsupportedError(op, std::string("there is no derivative with respect to ") + operand, "it needs a gradient",
                         "Give it without: detach()");
}

void igamma_gradient(Gradient& g, double sign) {
  if (g.needs(0)) no_derivative(sign > 0 ? "igamma" : "igammac", "a");
  const Tensor a = g.input(0), x = g.input(1);
  if (g.needs(1)) g.set(1, g.upstream() * sign * exp(xlogy(a - 1, x) - x - lgamma(a)));
}

void zeta_gradient(Gradient& g) {
  if (g.needs(0)) no_derivative("zeta", "s");
  const Tensor s = g.input(0), q = g.input(1);
  if (g.needs(1)) g.set(1, g.upstream() * neg(s) * zeta(s + 1, q));
}

void erfcx_gradient(Gradient& g) {
  const Tensor x = g.input(0);
  g.set(0, g.upstream() * (2 * x * erfcx(x) - 2 * std::numbers::inv_sqrtpi));
}

/// One over the density at the quantile.
void ndtri_gradient(Gradient& g) {
  const double root = std::numbers::sqrt2 / std::numbers::inv_sqrtpi;
  g.set(0, g.upstream() * exp(square(g.output()) / 2) * root);
}

}  // namespace

extern const Op igamma_op{.name = "igamma",
                          .inputs = 2,
                          .infer = infer_floating,
                          .gradient = [](Gradient& g) { igamma_gradient(g, 1); },
                          .saves_inputs = 0b11,
                          .wide_gradient = true,
                          .broadcasts = true};
extern const Op igammac_op{.name = "igammac",
                           .inputs = 2,
                           .infer = infer_floating,
                           .gradient = [](Gradient& g) { igamma_gradient(g, -1); },
                           .saves_inputs = 0b11,
                           .wide_gradient = true,
                           .broadcasts = true};
extern const Op zeta_op{.name = "zeta",
                        .inputs = 2,
                        .infer = infer_floating,
                        .gradient = zeta_gradient,
                        .saves_inputs = 0b11,
                        .wide_gradient = true,
                        .broadcasts = true};
extern const Op erfcx_op{.name = "erfcx",
                         .inputs = 1,
                         .infer = infer_floating,
                         .gradient = erfcx_gradient,
                         .saves_inputs = 0b1,
                         .wide_gradient = true};
extern const Op ndtri_op{.name = "ndtri",
                         .inputs = 1,
                         .infer = infer_floating,
                         .gradient = ndtri_gradient,
                         .saves_outputs = 0b1,
                         .wide_gradient = true};

Tensor igamma(Arg a, Arg x) { return apply_arithmetic(igamma_op, a, x, true); }
Tensor igammac(Arg a, Arg x) { return apply_arithmetic(igammac_op, a, x, true); }
Tensor zeta(Arg s, Arg q) { return apply_arithmetic(zeta_op, s, q, true); }
Tensor erfcx(Arg x) { return apply_floating(erfcx_op, x); }
Tensor ndtri(Arg p) { return apply_floating(ndtri_op, p); }

Tensor erfcinv(Arg x) {
  const Called called("erfcinv");
  const Frame frame(x.where());
  return rounded_once(floating("erfcinv", x), [](const Tensor& t) { return ndtri(t / 2) * -sqrt_half; });
}

Tensor ndtr(Arg x) {
  const Called called("ndtr");
  const Frame frame(x.where());
  return rounded_once(floating("ndtr", x), [](const Tensor& t) { return erfc(t * -sqrt_half) / 2; });
}

Tensor log_ndtr(Arg x) {
  const Called called("log_ndtr");
  const Frame frame(x.where());
  return rounded_once(floating("log_ndtr", x), [](const Tensor& t) {
    const Tensor low = less(t, -1);
    // Each side is given values of its own, so that the other's infinities reach no gradient.
    const Tensor below = where(low, t, -1), above = where(low, -1, t);
    const Tensor tail = log(erfcx(below * -sqrt_half) / 2) - square(below) / 2;
    return where(low, tail, log1p(erfc(above * sqrt_half) / -2));
  });
}

Tensor entr(Arg x) {
  const Called called("entr");
  const Frame frame(x.where());
  return rounded_once(floating("entr", x), [](const Tensor& t) {
    return where(less(t, 0), -std::numeric_limits<double>::infinity(), neg(xlogy(t, t)));
  });
}

Tensor mvlgamma(Arg x, std::int64_t p) {
  const Called called("mvlgamma");
  const Frame frame(x.where());
  if (p < 1 || p > 1000) throw ArgumentError("mvlgamma", "p is not from 1 to 1000", std::to_string(p), "", x.where());
  return rounded_once(floating("mvlgamma", x), [&](const Tensor& t) {
    const auto dimensions = static_cast<double>(p);
    Tensor total = lgamma(t) + dimensions * (dimensions - 1) / 4 * std::log(std::numbers::pi);
    for (std::int64_t j = 1; j < p; ++j) total = total + lgamma(t - static_cast<double>(j) / 2);
    return total;
  });
}

}  // namespace triptych
