// Group normalization and its fused gradient; instance normalization is that of groups of one channel.
#include "core/ops/normalization/group_norm.h"

#include "core/autodiff/second_order.h"
#include "core/ops/ops.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/group_norm.h"

namespace triptych {

extern const Op group_norm_grad_op;

namespace {

/// Checks x and the vectors of C elements from `first` on; returns the shape of one value for each group.
Shape infer_groups(Infer& infer, int x, int first) {
  const Shape& shape = infer.shape(x);
  const std::int64_t groups = infer.attributes<GroupNormAttributes>().groups;
  if (!is_floating(infer.dtype(x))) infer.fail("the input is not floating-point", infer.given());
  infer.check(shape.rank() >= 2, "the input is not (N, C, ...)");
  const Dim channels = shape.dim(1);
  if (groups < 1 || (channels.known() && channels.raw() % groups != 0))
    infer.fail("num_groups does not divide the number of channels", std::to_string(groups) + " for " + shape.text());
  Shape vector;
  vector.append(channels);
  for (int i = first; i < infer.input_count(); ++i)
    if (!infer.shape(i).compatible(vector) || infer.dtype(i) != infer.dtype(x))
      infer.fail("gamma or beta does not have one value of x's dtype for each channel", infer.given());
  Shape rows;
  rows.append(shape.dim(0));
  rows.append(groups);
  return rows;
}

// Inputs x[, gamma, beta]; outputs y, mean, 1 / sqrt(var + eps).
void group_norm_infer(Infer& infer) {
  infer.check(infer.input_count() != 2, "one of gamma and beta is missing");
  const Shape rows = infer_groups(infer, 0, 1);
  infer.output(0, infer.shape(0), infer.dtype(0));
  infer.output(1, rows, statistics_dtype(infer.dtype(0)));
  infer.output(2, rows, statistics_dtype(infer.dtype(0)));
}

// Inputs upstream, x, mean, inverse[, gamma, beta]; outputs the gradient of x[, of gamma, of beta].
void group_norm_grad_infer(Infer& infer) {
  const Shape rows = infer_groups(infer, 1, 4);
  infer.check(infer.shape(0).compatible(infer.shape(1)) && infer.dtype(0) == infer.dtype(1),
              "upstream differs from x in shape or dtype");
  for (const int i : {2, 3})
    infer.check(infer.shape(i).compatible(rows) && infer.dtype(i) == statistics_dtype(infer.dtype(1)),
                "there is not one mean and deviation for each group");
  infer.check(infer.input_count() != 5, "one of gamma and beta is missing");
  infer.check_outputs(infer.input_count() > 4 ? 3 : 1);
  infer.output(0, infer.shape(1), infer.dtype(1));
  for (int i = 1; i < infer.output_count(); ++i) infer.output(i, infer.shape(4), infer.dtype(4));
}

void group_norm_gradient(Gradient& g) {
  if (!g.has_upstream(0)) return;
  std::vector<Tensor> inputs{g.upstream(), g.input(0), g.output(1), g.output(2)};
  for (int i = 1; i < g.input_count(); ++i) inputs.push_back(g.input(i));
  std::vector<Tensor> results(static_cast<std::size_t>(g.input_count()));
  apply(group_norm_grad_op, inputs, &g.attributes<GroupNormAttributes>(), results, {});
  for (int i = 0; i < g.input_count(); ++i)
    if (g.needs(i)) g.set(i, results[static_cast<std::size_t>(i)]);
}

/// The same from x[, gamma, beta], made of other ops; dimensions may be unknown.
Tensor plain_group_norm(std::span<const Tensor> inputs, const GroupNormAttributes& a) {
  const Tensor& x = inputs[0];
  const Tensor channels = x.ndim() > 2 ? flatten(x, 2) : unsqueeze(x, -1);
  std::vector<Tensor> groups;
  for (const Tensor& group : chunk(channels, a.groups, 1)) {
    const Tensor centered = group - mean(group, {1, 2}, true);
    groups.push_back(centered / sqrt(mean(square(centered), {1, 2}, true) + a.eps));
  }
  Tensor normal = groups.size() == 1 ? groups[0] : concat(groups, 1);
  if (inputs.size() > 1) normal = normal * unsqueeze(inputs[1], -1) + unsqueeze(inputs[2], -1);
  return reshape_like(normal, x);
}

void group_norm_grad_gradient(Gradient& g) {
  GradientRoles roles{{1}, {0}, {0}};
  if (g.input_count() > 4) roles = {{1, 4, 5}, {0}, {0, 1, 2}};
  differentiate_gradient(g, roles, [&](std::span<const Tensor> arguments) {
    return std::vector{plain_group_norm(arguments, g.attributes<GroupNormAttributes>())};
  });
}

}  // namespace

extern const Op group_norm_op{.name = "group_norm",
                              .inputs = 1,
                              .max_inputs = 3,
                              .attributes = &attribute_type<GroupNormAttributes>,
                              .infer = group_norm_infer,
                              .gradient = group_norm_gradient,
                              .saves_inputs = 0b111,
                              .saves_outputs = 0b110};
extern const Op group_norm_grad_op{.name = "group_norm_grad",
                                   .inputs = 4,
                                   .max_inputs = 6,
                                   .attributes = &attribute_type<GroupNormAttributes>,
                                   .infer = group_norm_grad_infer,
                                   .gradient = group_norm_grad_gradient,
                                   .saves_inputs = 0b110011,
                                   .wide_gradient = true};

namespace {

Tensor apply_group_norm(const Arg& x, std::int64_t groups, const Tensor& gamma, const Tensor& beta, double eps) {
  const GroupNormAttributes attributes{groups, eps};
  const bool scaled = gamma.defined() || beta.defined();
  const Tensor scales = scaled && !gamma.defined() ? ones_like(beta) : gamma,
               shifts = scaled && !beta.defined() ? zeros_like(gamma) : beta;
  const Arg scale(scales, x.where()), shift(shifts, x.where());
  const Arg* inputs[] = {&x, &scale, &shift};
  Tensor outputs[3];
  apply(group_norm_op, {inputs, scaled ? std::size_t{3} : std::size_t{1}}, &attributes, outputs, x.where());
  return outputs[0];
}

/// running <- (1 - momentum) running + momentum (the mean over the examples), which has no gradient.
void move_running(const Tensor& running, const Tensor& of_examples, double momentum) {
  const Tensor next = mean(widened(of_examples), {0});
  assign(running, cast(widened(running) * (1 - momentum) + next * momentum, running.dtype()));
}

}  // namespace

Tensor group_norm(Arg x, std::int64_t num_groups, const Tensor& gamma, const Tensor& beta, double eps) {
  const Frame frame(x.where());
  static_cast<void>(operand("group_norm", x));
  Hyperparameters("group_norm", x.where()).not_negative("eps", eps);
  return apply_group_norm(x, num_groups, gamma, beta, eps);
}

Tensor instance_norm(Arg x, InstanceNormOptions options) {
  const Location where = x.where();
  const Frame frame(where);
  const Tensor& input = operand("instance_norm", x);
  const Hyperparameters check("instance_norm", where);
  check.not_negative("eps", options.eps);
  check.finite("momentum", options.momentum);
  const auto fail = [&](const char* wrong, const char* hint = "") {
    throw ArgumentError("instance_norm", wrong, "x is " + input.shape().text(), hint, where);
  };
  if (input.ndim() < 3) fail("x is not (N, C, ...) with one more axis");
  const Tensor &mean_of = options.running_mean, &var_of = options.running_var;
  if (mean_of.defined() != var_of.defined()) fail("one of running mean and variance is missing");
  if (!options.use_input_stats) {
    if (!mean_of.defined()) fail("there are no running statistics", "Give them, or use the input's own");
    return batch_norm(input, mean_of, var_of, options.gamma, options.beta, {.eps = options.eps});
  }
  const Dim channels = input.shape().dim(1);
  if (!channels.known()) fail("the number of channels is unknown");
  Dim elements = 1;
  for (int i = 2; i < input.ndim(); ++i) elements = elements * input.shape().dim(i);
  if (elements.known() && elements.raw() == 1) fail("a channel of an example has less than two values");
  const Transaction whole;
  const Tensor y = apply_group_norm(x, channels.raw(), options.gamma, options.beta, options.eps);
  if (mean_of.defined()) {
    const GradMode unrecorded(false);
    Axes axes;
    for (int i = 2; i < input.ndim(); ++i) axes.append(i);
    const Tensor wide = widened(input.detach());
    move_running(mean_of, mean(wide, axes), options.momentum);
    move_running(var_of, var(wide, axes), options.momentum);
  }
  return y;
}

}  // namespace triptych
