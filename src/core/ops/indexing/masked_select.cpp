// masked_select: the elements that a mask chooses, whose number its kernel measures. Its gradient puts them back.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op masked_select_grad_op;

namespace {

Shape common_shape(const Infer& infer, int x, int mask) {
  infer.check(infer.dtype(mask) == boolean, "the mask is not bool", "Compare, or convert it with cast");
  Shape shape;
  infer.check(broadcast(infer.shape(x), infer.shape(mask), shape), "shapes do not broadcast",
              "Dimensions, counted from the last, must be equal or 1");
  return shape;
}

void masked_select_infer(Infer& infer) {
  common_shape(infer, 0, 1);
  infer.output(0, {unknown}, infer.dtype(0));
}

void masked_select_gradient(Gradient& g) {
  const Tensor upstream = g.upstream(), mask = g.input(1), x = g.input(0);
  const Arg a = upstream, b = mask, c = x;
  g.set(0, apply(masked_select_grad_op, {&a, &b, &c}));
}

// Inputs: upstream, the mask, x, whose values are not read.
void masked_select_grad_infer(Infer& infer) {
  infer.check(infer.shape(0).rank() == 1, "the gradient is not a vector");
  infer.output(0, common_shape(infer, 2, 1), infer.dtype(0));
}

void masked_select_grad_gradient(Gradient& g) { g.set(0, masked_select(g.upstream(), g.input(1))); }

}  // namespace

extern const Op masked_select_op{.name = "masked_select",
                                 .inputs = 2,
                                 .infer = masked_select_infer,
                                 .gradient = masked_select_gradient,
                                 .saves_inputs = 0b10,
                                 .broadcasts = true};
/// Zeros of the common shape of x and mask, with the gradient's elements, as far as they go, where the mask is true.
extern const Op masked_select_grad_op{.name = "masked_select_grad",
                                      .inputs = 3,
                                      .infer = masked_select_grad_infer,
                                      .gradient = masked_select_grad_gradient,
                                      .saves_inputs = 0b10,
                                      .metadata_inputs = 0b100};

Tensor masked_select(Arg x, Arg mask) { return apply(masked_select_op, {&x, &mask}); }

}  // namespace triptych
