// Normalization by the root mean square, and its fused gradient.
#include "triptych/core/ops/rms_norm.h"

#include <limits>

#include "core/autodiff/second_order.h"
#include "core/ops/normalization/layer_norm.h"
#include "core/ops/ops.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op rms_norm_op, rms_norm_grad_op;

namespace {

/// Checks x and what comes after `first` of the normalized shape; returns the shape of one value for each row.
Shape infer_rows(Infer& infer, int x, int first) {
  const Shape& shape = infer.shape(x);
  const std::int64_t axes = infer.attributes<LayerNormAttributes>().axes;
  if (!is_floating(infer.dtype(x))) infer.fail("the input is not floating-point", infer.given());
  infer.check(axes >= 1 && axes <= shape.rank(), "the input has fewer axes than normalized_shape");
  Shape rows, normalized;
  for (int i = 0; i < shape.rank(); ++i) (i < shape.rank() - axes ? rows : normalized).append(shape.dim(i));
  for (int i = first; i < infer.input_count(); ++i)
    if (!infer.shape(i).compatible(normalized) || infer.dtype(i) != infer.dtype(x))
      infer.fail("the weight differs from the last axes of x in shape, or from x in dtype", infer.given());
  return rows;
}

// Inputs x[, weight]; outputs y, 1 / sqrt(mean(x^2) + eps).
void rms_norm_infer(Infer& infer) {
  const Shape rows = infer_rows(infer, 0, 1);
  infer.output(0, infer.shape(0), infer.dtype(0));
  infer.output(1, rows, statistics_dtype(infer.dtype(0)));
}

// Inputs upstream, x, inverse[, weight]; outputs the gradient of x[, of weight].
void rms_norm_grad_infer(Infer& infer) {
  const Shape rows = infer_rows(infer, 1, 3);
  infer.check(infer.shape(0).compatible(infer.shape(1)) && infer.dtype(0) == infer.dtype(1),
              "upstream differs from x in shape or dtype");
  infer.check(infer.shape(2).compatible(rows) && infer.dtype(2) == statistics_dtype(infer.dtype(1)),
              "there is not one mean square for each row");
  infer.check_outputs(infer.input_count() - 2);
  for (int i = 0; i < infer.output_count(); ++i) infer.output(i, infer.shape(i == 0 ? 1 : 3), infer.dtype(1));
}

void rms_norm_gradient(Gradient& g) {
  if (!g.has_upstream(0)) return;
  std::vector<Tensor> inputs{g.upstream(), g.input(0), g.output(1)};
  if (g.input_count() > 1) inputs.push_back(g.input(1));
  std::vector<Tensor> results(static_cast<std::size_t>(g.input_count()));
  apply(rms_norm_grad_op, inputs, &g.attributes<LayerNormAttributes>(), results, {});
  for (int i = 0; i < g.input_count(); ++i)
    if (g.needs(i)) g.set(i, results[static_cast<std::size_t>(i)]);
}

/// The same from x[, weight], made of other ops.
Tensor plain_rms_norm(std::span<const Tensor> inputs, const LayerNormAttributes& a) {
  Axes axes;
  for (std::int64_t i = 1; i <= a.axes; ++i) axes.append(-i);
  const Tensor normal = inputs[0] / sqrt(mean(square(inputs[0]), axes, true) + a.eps);
  return inputs.size() > 1 ? normal * inputs[1] : normal;
}

void rms_norm_grad_gradient(Gradient& g) {
  GradientRoles roles{{1}, {0}, {0}};
  if (g.input_count() > 3) roles = {{1, 3}, {0}, {0, 1}};
  differentiate_gradient(g, roles, [&](std::span<const Tensor> arguments) {
    return std::vector{plain_rms_norm(arguments, g.attributes<LayerNormAttributes>())};
  });
}

}  // namespace

extern const Op rms_norm_op{.name = "rms_norm",
                            .inputs = 1,
                            .max_inputs = 2,
                            .attributes = &attribute_type<LayerNormAttributes>,
                            .infer = rms_norm_infer,
                            .gradient = rms_norm_gradient,
                            .saves_inputs = 0b11,
                            .saves_outputs = 0b10};
extern const Op rms_norm_grad_op{.name = "rms_norm_grad",
                                 .inputs = 3,
                                 .max_inputs = 4,
                                 .attributes = &attribute_type<LayerNormAttributes>,
                                 .infer = rms_norm_grad_infer,
                                 .gradient = rms_norm_grad_gradient,
                                 .saves_inputs = 0b1011,
                                 .wide_gradient = true};

namespace {

/// The distance from 1 to the next number of the dtype.
double smallest_step(DType dtype) {
  return dtype == float64    ? std::numeric_limits<double>::epsilon()
         : dtype == float16  ? 0x1p-10
         : dtype == bfloat16 ? 0x1p-7
                             : std::numeric_limits<float>::epsilon();
}

}  // namespace

Tensor rms_norm(Arg x, const Shape& normalized_shape, const Tensor& weight, std::optional<double> eps) {
  const Location where = x.where();
  const Frame frame(where);
  const Shape& shape = operand("rms_norm", x).shape();
  if (eps) Hyperparameters("rms_norm", where).not_negative("eps", *eps);
  const int axes = normalized_shape.rank();
  bool fits = axes >= 1 && axes <= shape.rank();
  for (int i = 1; fits && i <= axes; ++i) fits = !conflict(shape.dim(-i), normalized_shape.dim(-i));
  if (!fits)
    throw ArgumentError("rms_norm", "normalized_shape differs from the lengths of the last axes of x",
                        "normalized_shape is " + normalized_shape.text() + ", x is " + shape.text(), "", where);
  const LayerNormAttributes attributes{axes, eps.value_or(smallest_step(x.tensor().dtype()))};
  const Arg scale(weight, where);
  const Arg* inputs[] = {&x, &scale};
  Tensor outputs[2];
  apply(rms_norm_op, {inputs, std::size_t{1} + weight.defined()}, &attributes, outputs, where);
  return outputs[0];
}

}  // namespace triptych
