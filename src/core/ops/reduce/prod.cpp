// prod over axes. Its gradient does not divide by the factors, so that zeros are nothing special.
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op prod_of_others_op, prod_of_others_grad_op;

namespace {

void prod_infer(Infer& infer) {
  const auto& a = infer.attributes<ReduceAttributes>();
  const DType dtype = infer.dtype(0);
  infer_reduction(infer, a.axes, a.keepdims, is_floating(dtype) ? dtype : int64);
}

// Inputs: x[, a tensor of its shape].
void prod_of_others_infer(Infer& infer) {
  const int last = infer.input_count() - 1;
  infer.check(infer.shape(last).compatible(infer.shape(0)) && infer.dtype(last) == infer.dtype(0),
              "the inputs differ in shape or dtype");
  infer.check(is_floating(infer.dtype(0)), "the dtype is not floating", "Convert it with cast");
  reduced_shape(infer, infer.shape(0), infer.attributes<ReduceAttributes>().axes, false);
  infer_like_first(infer);
}

// d prod / dx_i is the product of the others.
void prod_gradient(Gradient& g) {
  const auto& a = g.attributes<ReduceAttributes>();
  const Tensor x = g.input(0);
  const Arg factors = x;
  g.set(0, apply(prod_of_others_op, {&factors}, &a) * sum_grad(g.upstream(), x, a.axes, a.keepdims));
}

void prod_of_others_gradient(Gradient& g) {
  const Tensor x = g.input(0), upstream = g.upstream();
  const Arg factors = x, weights = upstream;
  g.set(0, apply(prod_of_others_grad_op, {&factors, &weights}, &g.attributes<ReduceAttributes>()));
}

// Linear in the weights, and its own transpose: sum over i, k != i of u_k g_i times the product of the rest.
void prod_of_others_grad_gradient(Gradient& g) {
  if (g.needs(0)) throw UnsupportedError("prod", "the third derivative is not available", "an input requires it");
  const Tensor x = g.input(0), upstream = g.upstream();
  const Arg factors = x, weights = upstream;
  g.set(1, apply(prod_of_others_grad_op, {&factors, &weights}, &g.attributes<ReduceAttributes>()));
}

}  // namespace

extern const Op prod_op{.name = "prod",
                        .inputs = 1,
                        .attributes = &attribute_type<ReduceAttributes>,
                        .infer = prod_infer,
                        .gradient = prod_gradient,
                        .saves_inputs = 0b1,
                        .wide_gradient = true};
/// For each element the product of the others along the axes.
extern const Op prod_of_others_op{.name = "prod_of_others",
                                  .inputs = 1,
                                  .attributes = &attribute_type<ReduceAttributes>,
                                  .infer = prod_of_others_infer,
                                  .gradient = prod_of_others_gradient,
                                  .saves_inputs = 0b1};
/// Inputs x, g. For element k: the sum over i other than k of g_i times the product of all x but x_i and x_k.
extern const Op prod_of_others_grad_op{.name = "prod_of_others_grad",
                                       .inputs = 2,
                                       .attributes = &attribute_type<ReduceAttributes>,
                                       .infer = prod_of_others_infer,
                                       .gradient = prod_of_others_grad_gradient,
                                       .saves_inputs = 0b1};

Tensor prod(Arg x) { return apply_reduction(prod_op, x); }
Tensor prod(Arg x, const Axes& axes, bool keepdims) { return apply_reduction(prod_op, x, axes, keepdims); }

}  // namespace triptych
