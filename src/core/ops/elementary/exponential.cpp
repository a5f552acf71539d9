// exp, exp2, expm1, their inverses log, log2, log10, log1p, and erf.
#include <numbers>

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void exp_gradient(Gradient& g) { g.set(0, g.upstream() * g.output()); }
void exp2_gradient(Gradient& g) { g.set(0, g.upstream() * g.output() * std::numbers::ln2); }
void expm1_gradient(Gradient& g) { g.set(0, g.upstream() * (g.output() + 1)); }
void log_gradient(Gradient& g) { g.set(0, g.upstream() / g.input(0)); }
void log1p_gradient(Gradient& g) { g.set(0, g.upstream() / (g.input(0) + 1)); }
void log2_gradient(Gradient& g) { g.set(0, g.upstream() / (g.input(0) * std::numbers::ln2)); }
void log10_gradient(Gradient& g) { g.set(0, g.upstream() / (g.input(0) * std::numbers::ln10)); }
void erf_gradient(Gradient& g) {
  g.set(0, g.upstream() * exp(neg(square(g.input(0)))) * (2 * std::numbers::inv_sqrtpi));
}

}  // namespace

extern const Op exp_op{
    .name = "exp", .inputs = 1, .infer = infer_floating, .gradient = exp_gradient, .saves_outputs = 0b1};
extern const Op exp2_op{.name = "exp2",
                        .inputs = 1,
                        .infer = infer_floating,
                        .gradient = exp2_gradient,
                        .saves_outputs = 0b1,
                        .wide_gradient = true};
extern const Op expm1_op{.name = "expm1",
                         .inputs = 1,
                         .infer = infer_floating,
                         .gradient = expm1_gradient,
                         .saves_outputs = 0b1,
                         .wide_gradient = true};
extern const Op log_op{
    .name = "log", .inputs = 1, .infer = infer_floating, .gradient = log_gradient, .saves_inputs = 0b1};
extern const Op log1p_op{.name = "log1p",
                         .inputs = 1,
                         .infer = infer_floating,
                         .gradient = log1p_gradient,
                         .saves_inputs = 0b1,
                         .wide_gradient = true};
extern const Op log2_op{.name = "log2",
                        .inputs = 1,
                        .infer = infer_floating,
                        .gradient = log2_gradient,
                        .saves_inputs = 0b1,
                        .wide_gradient = true};
extern const Op log10_op{.name = "log10",
                         .inputs = 1,
                         .infer = infer_floating,
                         .gradient = log10_gradient,
                         .saves_inputs = 0b1,
                         .wide_gradient = true};
extern const Op erf_op{.name = "erf",
                       .inputs = 1,
                       .infer = infer_floating,
                       .gradient = erf_gradient,
                       .saves_inputs = 0b1,
                       .wide_gradient = true};

Tensor exp(Arg x) { return apply_floating(exp_op, x); }
Tensor exp2(Arg x) { return apply_floating(exp2_op, x); }
Tensor expm1(Arg x) { return apply_floating(expm1_op, x); }
Tensor log(Arg x) { return apply_floating(log_op, x); }
Tensor log1p(Arg x) { return apply_floating(log1p_op, x); }
Tensor log2(Arg x) { return apply_floating(log2_op, x); }
Tensor log10(Arg x) { return apply_floating(log10_op, x); }
Tensor erf(Arg x) { return apply_floating(erf_op, x); }

}  // namespace triptych
