// linear: x w + b, with an activation if a graph pass fused one.
#include "core/ops/ops.h"
#include "core/ops/product/matmul.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op linear_op, relu_grad_op;

namespace {

void linear_infer(Infer& infer) {
  const auto& attributes = infer.attributes<LinearAttributes>();
  const Shape &x = infer.shape(0), &weight = infer.shape(1);
  infer.check(x.rank() > 0, "x has no dimensions");
  infer.check(weight.rank() == 2, "the weight is not a matrix");
  for (int i = 1; i < infer.input_count(); ++i)
    if (infer.dtype(i) != infer.dtype(0)) infer.fail("dtypes differ", infer.given(), "Convert one with cast");
  infer.check(infer.dtype(0) != boolean, "bools are multiplied", "Convert with cast");
  const Dim in = weight.dim(attributes.transpose_weight ? 1 : 0), out = weight.dim(attributes.transpose_weight ? 0 : 1);
  if (conflict(x.dim(-1), in))
    infer.fail("inner dimensions differ", "x is " + x.text() + ", the weight is " + weight.text(),
               attributes.transpose_weight ? "The weight is (out, in)" : "The weight is (in, out)");
  if (infer.input_count() == 3 && (infer.shape(2).rank() != 1 || conflict(infer.shape(2).dim(0), out)))
    infer.fail("the bias does not have one element for each output",
               "the bias is " + infer.shape(2).text() + ", the weight is " + weight.text());
  Shape shape = x;
  shape.set(-1, out);
  infer.output(0, shape, infer.dtype(0));
}

std::vector<Tensor> linear_decompose(std::span<const Tensor> inputs, const void* raw) {
  const auto& attributes = *static_cast<const LinearAttributes*>(raw);
  Tensor result = matmul(inputs[0], attributes.transpose_weight ? transpose(inputs[1]) : inputs[1]);
  if (inputs.size() == 3) result = result + inputs[2];
  if (attributes.activation == Activation::relu) result = relu(result);
  return {result};
}

// y = x w + b: dx = dy w^T, dw = x^T dy, db = the sum of dy.
void linear_gradient(Gradient& g) {
  const auto& attributes = g.attributes<LinearAttributes>();
  const Tensor x = g.input(0), weight = g.input(1);
  Tensor upstream = g.upstream();
  if (attributes.activation ==
      Activation::relu) {  // graph passes fuse after differentiating, so this is rare: run again
    const Tensor output = g.input_count() == 3
                              ? linear(x, weight, g.input(2), {attributes.transpose_weight, Activation::relu})
                              : linear(x, weight, {attributes.transpose_weight, Activation::relu});
    const Arg arguments[] = {upstream, output};
    upstream = apply(relu_grad_op, {&arguments[0], &arguments[1]});
  }
  if (g.needs(0)) g.set(0, matmul(upstream, attributes.transpose_weight ? weight : transpose(weight)));
  if (g.needs(1)) {
    const Tensor rows = x.ndim() == 1 ? unsqueeze(x, 0) : x, up = x.ndim() == 1 ? unsqueeze(upstream, 0) : upstream;
    g.set(1, attributes.transpose_weight ? transposed_product(up, rows) : transposed_product(rows, up));
  }
  if (g.input_count() == 3 && g.needs(2)) g.set(2, sum_to_like(upstream, g.input(2)));
}

}  // namespace

extern const Op linear_op{.name = "linear",
                          .inputs = 2,
                          .max_inputs = 3,
                          .attributes = &attribute_type<LinearAttributes>,
                          .infer = linear_infer,
                          .gradient = linear_gradient,
                          .saves_inputs = 0b111,
                          .decompose = linear_decompose};

Tensor linear(Arg x, Arg weight, LinearOptions options) {
  const LinearAttributes attributes{options.transpose_weight, options.activation};
  return apply(linear_op, {&x, &weight}, &attributes);
}

Tensor linear(Arg x, Arg weight, Arg bias, LinearOptions options) {
  const LinearAttributes attributes{options.transpose_weight, options.activation};
  return apply(linear_op, {&x, &weight, &bias}, &attributes);
}

}  // namespace triptych
