// relu(x) = max(x, 0); its gradient passes where the output is positive, and at NaN, as PyTorch's.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op relu_grad_op;

namespace {

Tensor relu_grad(Arg upstream, Arg output) { return apply(relu_grad_op, {&upstream, &output}); }

void relu_gradient(Gradient& g) { g.set(0, relu_grad(g.upstream(), g.output())); }

// The second derivative is zero almost everywhere, so only the upstream's gradient flows.
void relu_grad_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, relu_grad(g.upstream(), g.input(1)));
}

}  // namespace

extern const Op relu_op{
    .name = "relu", .inputs = 1, .infer = infer_elementwise, .gradient = relu_gradient, .saves_outputs = 0b1};
/// 0 where output <= 0, else upstream.
extern const Op relu_grad_op{
    .name = "relu_grad", .inputs = 2, .infer = infer_elementwise, .gradient = relu_grad_gradient, .saves_inputs = 0b10};

Tensor relu(Arg x) { return apply(relu_op, {&x}); }

}  // namespace triptych
