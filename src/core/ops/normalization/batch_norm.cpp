// Batch normalization. With the batch's statistics it is an op that may write the running ones, and has a fused
// gradient; with the running statistics it is an op without effects, differentiated through its parts.
#include "core/ops/normalization/batch_norm.h"

#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "core/ops/written_once.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op batch_norm_grad_op;

namespace {

/// Checks x and the vectors of C elements after it; returns the shape (C).
Shape infer_channels(Infer& infer, int x, int first_vector) {
  const Shape& shape = infer.shape(x);
  if (!is_floating(infer.dtype(x))) infer.fail("the input is not floating-point", infer.given());
  Shape channels;
  channels.append(shape.dim(infer.axis(infer.attributes<BatchNormAttributes>().axis, shape.rank())));
  for (int i = first_vector; i < infer.input_count(); ++i) {
    if (!infer.shape(i).compatible(channels))
      infer.fail("there is not one value for each channel", infer.given(),
                 "Channels are on axis " + std::to_string(infer.attributes<BatchNormAttributes>().axis));
    if (infer.dtype(i) != infer.dtype(x) && infer.dtype(i) != statistics_dtype(infer.dtype(x)))
      infer.fail("dtypes differ", infer.given(), "Convert one with cast");
    if (!channels.known() && infer.shape(i).known()) channels = infer.shape(i);
  }
  return channels;
}

// Inputs x, gamma, beta[, running_mean, running_var]; outputs y, mean, 1 / sqrt(var + eps).
void batch_norm_infer(Infer& infer) {
  infer.check(infer.input_count() != 4, "one of running mean and variance is missing");
  const Shape channels = infer_channels(infer, 0, 1);
  const Dim n = infer.shape(0).numel(), c = channels.dim(0);
  const bool torch = infer.attributes<BatchNormAttributes>().formula == UpdateFormula::torch;
  if (torch && n.known() && c.known() && c.raw() > 0 && n.raw() / c.raw() < 2)
    infer.fail("in training a channel has less than two values", infer.given(),
               "Use a larger batch, or training = false");
  infer.output(0, infer.shape(0), infer.dtype(0));
  infer.output(1, channels, statistics_dtype(infer.dtype(0)));
  infer.output(2, channels, statistics_dtype(infer.dtype(0)));
}

bool batch_norm_writes(int i, int) { return i >= 3; }

void batch_norm_gradient(Gradient& g) {
  const auto& a = g.attributes<BatchNormAttributes>();
  const Tensor x = g.input(0), gamma = g.input(1), mean = g.output(1), inverse = g.output(2);
  const Axes axes = axes_without(a.axis, x.ndim());
  const Tensor inputs[] = {g.upstream(), x, gamma, mean, inverse};
  Tensor results[3];
  apply(batch_norm_grad_op, inputs, &a, results, {});
  const auto add = [&](const Tensor& more) { results[0] = results[0] + cast(more, x.dtype()); };
  if (g.has_upstream(1))  // d mean / dx = 1 / n
    add(sum_grad(divide_by_count(g.upstream(1), x, axes), x, axes, false));
  if (g.has_upstream(2)) {  // d inverse / dx = -inverse^3 (x - mean) / n
    const Tensor factor = divide_by_count(g.upstream(2) * inverse * inverse * inverse * -1, x, axes);
    add((widened(x) - sum_grad(mean, x, axes, false)) * sum_grad(factor, x, axes, false));
  }
  for (int i = 0; i < 3; ++i)
    if (g.needs(i)) g.set(i, results[i]);
}

// Inputs upstream, x, gamma, mean, inverse; outputs the gradients of x, gamma, beta.
void batch_norm_grad_infer(Infer& infer) {
  infer_channels(infer, 1, 2);
  infer.check(infer.shape(0).compatible(infer.shape(1)) && infer.dtype(0) == infer.dtype(1),
              "upstream differs from x in shape or dtype");
  infer.output(0, infer.shape(1), infer.dtype(1));
  infer.output(1, infer.shape(2), infer.dtype(2));
  infer.output(2, infer.shape(2), infer.dtype(2));
}

// With d = x - mean, i = inverse and sums over the n elements of a channel:
// dgamma = i sum(dy d), dbeta = sum(dy), dx = gamma i (dy - sum(dy) / n - d i^2 sum(dy d) / n).
std::vector<Tensor> batch_norm_grad_decompose(std::span<const Tensor> inputs, const void* attributes) {
  const Tensor &mean = inputs[3], &inverse = inputs[4];
  const DType dtype = inputs[1].dtype(), gamma_dtype = inputs[2].dtype();
  const Tensor upstream = widened(inputs[0]), x = widened(inputs[1]), gamma = widened(inputs[2]);
  const Axes axes = axes_without(static_cast<const BatchNormAttributes*>(attributes)->axis, x.ndim());
  const auto expand = [&](const Tensor& channels) { return sum_grad(channels, x, axes, false); };
  const auto add_up = [&](const Tensor& t) { return axes.empty() ? t : sum(t, axes); };
  const Tensor centered = x - expand(mean);
  const Tensor beta_grad = add_up(upstream), dot = add_up(upstream * centered);
  const Tensor shift = divide_by_count(beta_grad, x, axes), slope = inverse * inverse * divide_by_count(dot, x, axes);
  return {cast((upstream - expand(shift) - centered * expand(slope)) * expand(gamma * inverse), dtype),
          cast(dot * inverse, gamma_dtype), cast(beta_grad, gamma_dtype)};
}

// Inputs x, gamma, beta, mean, var.
void batch_norm_inference_infer(Infer& infer) {
  infer_channels(infer, 0, 1);
  infer.output(0, infer.shape(0), infer.dtype(0));
}

std::vector<Tensor> batch_norm_inference_decompose(std::span<const Tensor> inputs, const void* attributes) {
  const auto& a = *static_cast<const BatchNormAttributes*>(attributes);
  const Tensor x = widened(inputs[0]), gamma = widened(inputs[1]), beta = widened(inputs[2]);
  const Tensor mean = widened(inputs[3]), var = widened(inputs[4]);
  const Axes axes = axes_without(a.axis, x.ndim());
  const auto expand = [&](const Tensor& channels) { return sum_grad(channels, x, axes, false); };
  return {cast((x - expand(mean)) * expand(gamma * (1 / sqrt(var + a.eps))) + expand(beta), inputs[0].dtype())};
}

}  // namespace

extern const Op batch_norm_op{.name = "batch_norm",
                              .inputs = 3,
                              .max_inputs = 5,
                              .attributes = &attribute_type<BatchNormAttributes>,
                              .infer = batch_norm_infer,
                              .gradient = batch_norm_gradient,
                              .saves_inputs = 0b11,
                              .saves_outputs = 0b110,
                              .writes = batch_norm_writes};
extern const Op batch_norm_grad_op{.name = "batch_norm_grad",
                                   .inputs = 5,
                                   .attributes = &attribute_type<BatchNormAttributes>,
                                   .infer = batch_norm_grad_infer,
                                   .saves_inputs = 0b11111,
                                   .wide_gradient = true,
                                   .decompose = batch_norm_grad_decompose};
extern const Op batch_norm_inference_op{.name = "batch_norm_inference",
                                        .inputs = 5,
                                        .attributes = &attribute_type<BatchNormAttributes>,
                                        .infer = batch_norm_inference_infer,
                                        .saves_inputs = 0b11111,
                                        .wide_gradient = true,
                                        .decompose = batch_norm_inference_decompose};

Tensor batch_norm(Arg x, const Tensor& running_mean, const Tensor& running_var, const Tensor& gamma, const Tensor& beta,
                  BatchNormOptions options) {
  const Location where = x.where();
  const Frame frame(where);
  const Tensor& input = operand("batch_norm", x);
  if (running_mean.defined() != running_var.defined())
    throw ArgumentError("batch_norm", "one of running mean and variance is missing", "one of them is undefined", "",
                        where);
  const Hyperparameters check("batch_norm", where);
  check.not_negative("eps", options.eps);
  check.finite("momentum", options.momentum);
  const int axis = normalize_axis("batch_norm", options.axis, input.ndim(), where);
  const Dim count = input.shape().dim(axis);
  const auto channels = [&](double value) {
    if (running_mean.defined()) return full_like(running_mean, value);
    const DeviceScope beside(input.device());
    if (count.known()) return full({count.raw()}, value, input.dtype(), where);
    const Axes others = axes_without(axis, input.ndim());
    return full_like(others.empty() ? input : sum(Arg(input, where), others), value);
  };
  const Tensor scale = gamma.defined() ? gamma : channels(1), shift = beta.defined() ? beta : channels(0);
  const BatchNormAttributes attributes{options.axis, options.eps, options.momentum, options.formula};
  const Arg scale_arg(scale, where), shift_arg(shift, where), mean_arg(running_mean, where),
      var_arg(running_var, where);
  const Arg* inputs[] = {&x, &scale_arg, &shift_arg, &mean_arg, &var_arg};
  if (!options.training && running_mean.defined()) return apply(batch_norm_inference_op, inputs, &attributes, where);
  if (running_mean.defined()) {
    const Tensor given[] = {input, scale, shift, running_mean, running_var};
    check_written_once(batch_norm_op, given, where);
  }
  Tensor outputs[3];
  apply(batch_norm_op, {inputs, running_mean.defined() ? std::size_t{5} : std::size_t{3}}, &attributes, outputs, where);
  return outputs[0];
}

}  // namespace triptych
