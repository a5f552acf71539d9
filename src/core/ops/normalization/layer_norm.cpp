// Layer normalization and its fused gradient.
#include "core/ops/normalization/layer_norm.h"

#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op layer_norm_grad_op;

namespace {

/// Checks x and the tensors of the normalized shape after `first`; returns the shape of one value for each row.
Shape infer_layers(Infer& infer, int x, int first) {
  const Shape& shape = infer.shape(x);
  const std::int64_t axes = infer.attributes<LayerNormAttributes>().axes;
  if (!is_floating(infer.dtype(x))) infer.fail("the input is not floating-point", infer.given());
  infer.check(axes >= 1 && axes <= shape.rank(), "the input has fewer axes than normalized_shape");
  const int lead = shape.rank() - static_cast<int>(axes);
  Shape rows, normalized;
  for (int i = 0; i < shape.rank(); ++i) (i < lead ? rows : normalized).append(shape.dim(i));
  for (int i = first; i < infer.input_count(); ++i)
    if (!infer.shape(i).compatible(normalized) || infer.dtype(i) != infer.dtype(x))
      infer.fail("gamma or beta differs from the last axes of x in shape, or from x in dtype", infer.given());
  return rows;
}

// Inputs x[, gamma[, beta]]; outputs y, mean, 1 / sqrt(var + eps).
void layer_norm_infer(Infer& infer) {
  const Shape rows = infer_layers(infer, 0, 1);
  const DType dtype = statistics_dtype(infer.dtype(0));
  infer.output(0, infer.shape(0), infer.dtype(0));
  infer.output(1, rows, dtype);
  infer.output(2, rows, dtype);
}

/// The last (`last`) or the other axes.
Axes split_axes(const LayerNormAttributes& a, int rank, bool last) {
  Axes result;
  for (int i = 0; i < rank; ++i)
    if ((i >= rank - a.axes) == last) result.append(i);
  return result;
}

void layer_norm_gradient(Gradient& g) {
  const auto& a = g.attributes<LayerNormAttributes>();
  const Tensor x = g.input(0), mean = g.output(1), inverse = g.output(2);
  const Axes axes = split_axes(a, x.ndim(), true);
  std::vector<Tensor> inputs{g.upstream(), x, mean, inverse};
  if (g.input_count() > 1) inputs.push_back(g.input(1));
  Tensor results[3];
  apply(layer_norm_grad_op, inputs, &a, {results, g.input_count() > 1 ? std::size_t{3} : std::size_t{1}}, {});
  const auto add = [&](const Tensor& more) { results[0] = results[0] + cast(more, x.dtype()); };
  if (g.has_upstream(1))  // d mean / dx = 1 / n
    add(sum_grad(divide_by_count(g.upstream(1), x, axes), x, axes, false));
  if (g.has_upstream(2)) {  // d inverse / dx = -inverse^3 (x - mean) / n
    const Tensor factor = divide_by_count(g.upstream(2) * inverse * inverse * inverse * -1, x, axes);
    add((widened(x) - sum_grad(mean, x, axes, false)) * sum_grad(factor, x, axes, false));
  }
  for (int i = 0; i < g.input_count(); ++i)
    if (g.needs(i)) g.set(i, results[i]);
}

// Inputs upstream, x, mean, inverse[, gamma]; outputs the gradient of x[, of gamma, of beta].
void layer_norm_grad_infer(Infer& infer) {
  const Shape rows = infer_layers(infer, 1, 4);
  infer.check(infer.shape(0).compatible(infer.shape(1)) && infer.dtype(0) == infer.dtype(1),
              "upstream differs from x in shape or dtype");
  for (const int i : {2, 3})
    infer.check(infer.shape(i).compatible(rows) && infer.dtype(i) == statistics_dtype(infer.dtype(1)),
                "there is not one mean and deviation for each row");
  infer.check_outputs(infer.input_count() > 4 ? 3 : 1);
  infer.output(0, infer.shape(1), infer.dtype(1));
  for (int i = 1; i < infer.output_count(); ++i) infer.output(i, infer.shape(4), infer.dtype(4));
}

// With h = (x - mean) inverse and g = dy gamma: dx = (g - mean(g) - h mean(g h)) inverse, dgamma = sum(dy h), dbeta =
// sum(dy).
std::vector<Tensor> layer_norm_grad_decompose(std::span<const Tensor> inputs, const void* attributes) {
  const auto& a = *static_cast<const LayerNormAttributes*>(attributes);
  const Tensor upstream = widened(inputs[0]), x = widened(inputs[1]);
  const Axes axes = split_axes(a, x.ndim(), true), rows = split_axes(a, x.ndim(), false);
  const auto expand = [&](const Tensor& t) { return sum_grad(t, x, axes, false); };
  const auto over_rows = [&](const Tensor& t) { return rows.empty() ? t : sum(t, rows); };
  const Tensor inverse = expand(inputs[3]), normal = (x - expand(inputs[2])) * inverse;
  const Tensor g = inputs.size() > 4 ? upstream * widened(inputs[4]) : upstream;
  const Tensor shift = divide_by_count(sum(g, axes), x, axes), slope = divide_by_count(sum(g * normal, axes), x, axes);
  const DType dtype = inputs[1].dtype();
  std::vector<Tensor> results{cast((g - expand(shift) - normal * expand(slope)) * inverse, dtype)};
  if (inputs.size() > 4) {
    results.push_back(cast(over_rows(upstream * normal), dtype));
    results.push_back(cast(over_rows(upstream), dtype));
  }
  return results;
}

}  // namespace

extern const Op layer_norm_op{.name = "layer_norm",
                              .inputs = 1,
                              .max_inputs = 3,
                              .attributes = &attribute_type<LayerNormAttributes>,
                              .infer = layer_norm_infer,
                              .gradient = layer_norm_gradient,
                              .saves_inputs = 0b11,
                              .saves_outputs = 0b110};
extern const Op layer_norm_grad_op{.name = "layer_norm_grad",
                                   .inputs = 4,
                                   .max_inputs = 5,
                                   .attributes = &attribute_type<LayerNormAttributes>,
                                   .infer = layer_norm_grad_infer,
                                   .saves_inputs = 0b11111,
                                   .wide_gradient = true,
                                   .decompose = layer_norm_grad_decompose};

Tensor layer_norm(Arg x, const Shape& normalized_shape, const Tensor& gamma, const Tensor& beta, double eps) {
  const Location where = x.where();
  const Frame frame(where);
  const Shape& shape = operand("layer_norm", x).shape();
  Hyperparameters("layer_norm", where).not_negative("eps", eps);
  const int axes = normalized_shape.rank();
  bool fits = axes >= 1 && axes <= shape.rank();
  for (int i = 1; fits && i <= axes; ++i) fits = !conflict(shape.dim(-i), normalized_shape.dim(-i));
  if (!fits)
    throw ArgumentError("layer_norm", "normalized_shape differs from the lengths of the last axes of x",
                        "normalized_shape is " + normalized_shape.text() + ", x is " + shape.text(), "", where);
  const Tensor scale = beta.defined() && !gamma.defined() ? full_like(beta, 1) : gamma;
  const LayerNormAttributes attributes{axes, eps};
  const Arg scale_arg(scale, where), shift_arg(beta, where);
  const Arg* inputs[] = {&x, &scale_arg, &shift_arg};
  Tensor outputs[3];
  apply(layer_norm_op, {inputs, std::size_t{1} + scale.defined() + beta.defined()}, &attributes, outputs, where);
  return outputs[0];
}

}  // namespace triptych
