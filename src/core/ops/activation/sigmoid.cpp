// sigmoid, tanh, silu, and their backward ops: one pass over memory instead of three or more.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op sigmoid_grad_op, tanh_grad_op, silu_grad_op;

namespace {

// upstream y (1 - y), with y = sigmoid(x)
Tensor sigmoid_grad(Arg upstream, Arg output) { return apply(sigmoid_grad_op, {&upstream, &output}); }
// upstream (1 - y^2), with y = tanh(x)
Tensor tanh_grad(Arg upstream, Arg output) { return apply(tanh_grad_op, {&upstream, &output}); }
// upstream s (1 + x (1 - s)), with s = sigmoid(x)
Tensor silu_grad(Arg upstream, Arg x) { return apply(silu_grad_op, {&upstream, &x}); }

void sigmoid_gradient(Gradient& g) { g.set(0, sigmoid_grad(g.upstream(), g.output())); }
void tanh_gradient(Gradient& g) { g.set(0, tanh_grad(g.upstream(), g.output())); }
void silu_gradient(Gradient& g) { g.set(0, silu_grad(g.upstream(), g.input(0))); }

void sigmoid_grad_gradient(Gradient& g) {
  const Tensor y = g.input(1);
  if (g.needs(0)) g.set(0, sigmoid_grad(g.upstream(), y));
  if (g.needs(1)) g.set(1, g.upstream() * g.input(0) * (1 - y * 2));
}

void tanh_grad_gradient(Gradient& g) {
  const Tensor y = g.input(1);
  if (g.needs(0)) g.set(0, tanh_grad(g.upstream(), y));
  if (g.needs(1)) g.set(1, g.upstream() * g.input(0) * (y * -2));
}

// (x s)'' = 2 s' + x s'', with s' = s (1 - s) and s'' = s' (1 - 2 s)
void silu_grad_gradient(Gradient& g) {
  const Tensor x = g.input(1);
  if (g.needs(0)) g.set(0, silu_grad(g.upstream(), x));
  if (!g.needs(1)) return;
  const Tensor s = sigmoid(x), slope = s * (1 - s);
  g.set(1, g.upstream() * g.input(0) * slope * (2 + x * (1 - s * 2)));
}

}  // namespace

extern const Op sigmoid_op{
    .name = "sigmoid", .inputs = 1, .infer = infer_floating, .gradient = sigmoid_gradient, .saves_outputs = 0b1};
extern const Op tanh_op{
    .name = "tanh", .inputs = 1, .infer = infer_floating, .gradient = tanh_gradient, .saves_outputs = 0b1};
extern const Op silu_op{
    .name = "silu", .inputs = 1, .infer = infer_floating, .gradient = silu_gradient, .saves_inputs = 0b1};
extern const Op sigmoid_grad_op{.name = "sigmoid_grad",
                                .inputs = 2,
                                .infer = infer_floating,
                                .gradient = sigmoid_grad_gradient,
                                .saves_inputs = 0b11,
                                .wide_gradient = true,
                                .broadcasts = true};
extern const Op tanh_grad_op{.name = "tanh_grad",
                             .inputs = 2,
                             .infer = infer_floating,
                             .gradient = tanh_grad_gradient,
                             .saves_inputs = 0b11,
                             .wide_gradient = true,
                             .broadcasts = true};
extern const Op silu_grad_op{.name = "silu_grad",
                             .inputs = 2,
                             .infer = infer_floating,
                             .gradient = silu_grad_gradient,
                             .saves_inputs = 0b11,
                             .wide_gradient = true,
                             .broadcasts = true};

Tensor sigmoid(Arg x) { return apply_floating(sigmoid_op, x); }
Tensor tanh(Arg x) { return apply_floating(tanh_op, x); }
Tensor silu(Arg x) { return apply_floating(silu_op, x); }

}  // namespace triptych
