// dropout. Its mask is not kept: the gradient makes it again from the (key, counter) that was drawn.
#include "core/ops/normalization/dropout.h"

#include "core/ops/ops.h"
#include "core/random/random.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op dropout_grad_op;

namespace {

void check_inputs(Infer& infer) {
  if (!is_floating(infer.dtype(0)))
    infer.fail("the tensor is not floating-point", infer.given(), "Convert it with cast(x, float32)");
  if (!infer.shape(1).compatible(Shape{2}) || infer.dtype(1) != int64)
    infer.fail("the state is not an int64 tensor (key, counter)", infer.given(), "Generator::next_stream() makes one");
  const double p = infer.attributes<DropoutAttributes>().p;
  if (!(p >= 0 && p <= 1)) infer.fail("p is outside of [0, 1]", std::to_string(p));
}

// Inputs x, state; outputs y and the (key, counter) that was drawn.
void dropout_infer(Infer& infer) {
  check_inputs(infer);
  infer.output(0, infer.shape(0), infer.dtype(0));
  infer.output(1, Shape{2}, int64);
}

bool dropout_writes(int i, int) { return i == 1; }

void dropout_gradient(Gradient& g) {
  g.set(0, with_mask_of_draw(g.upstream(), g.output(1), g.attributes<DropoutAttributes>().p));
}

void dropout_grad_infer(Infer& infer) {
  check_inputs(infer);
  infer.output(0, infer.shape(0), infer.dtype(0));
}

void dropout_grad_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, with_mask_of_draw(g.upstream(), g.input(1), g.attributes<DropoutAttributes>().p));
}

}  // namespace

extern const Op dropout_op{.name = "dropout",
                           .inputs = 2,
                           .attributes = &attribute_type<DropoutAttributes>,
                           .infer = dropout_infer,
                           .gradient = dropout_gradient,
                           .saves_outputs = 0b10,
                           .stateful = true,
                           .writes = dropout_writes};
/// Inputs x and a (key, counter): x with the mask of that draw.
extern const Op dropout_grad_op{.name = "dropout_grad",
                                .inputs = 2,
                                .attributes = &attribute_type<DropoutAttributes>,
                                .infer = dropout_grad_infer,
                                .gradient = dropout_grad_gradient,
                                .saves_inputs = 0b10};

Tensor with_mask_of_draw(const Tensor& x, const Tensor& draw, double p) {
  const Arg values = x, drawn = draw;
  const DropoutAttributes attributes{p};
  return apply(dropout_grad_op, {&values, &drawn}, &attributes);
}

Tensor dropout(Arg x, DropoutOptions options, const Tensor& state) {
  Hyperparameters("dropout", x.where()).share("p", options.p);
  if (!is_floating(operand("dropout", x).dtype()))
    throw ArgumentError("dropout", "x is not floating", std::string(dtype_name(x.tensor().dtype())),
                        "Convert it with cast", x.where());
  if (!options.training || options.p == 0) return x.tensor();
  const DropoutAttributes attributes{options.p};
  const Transaction whole;
  const Tensor draw = state.defined() ? state : random_state_for(x.tensor());
  const Arg state_arg(draw, x.where());
  const Arg* inputs[] = {&x, &state_arg};
  Tensor outputs[2];
  apply(dropout_op, inputs, &attributes, outputs, x.where());
  return outputs[0];
}

}  // namespace triptych
