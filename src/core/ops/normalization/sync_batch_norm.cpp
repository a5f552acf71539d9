// Batch normalization in parts, with a hook where processes meet.
#include "triptych/core/ops/sync_batch_norm.h"

#include "core/ops/normalization/batch_norm.h"
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// running <- the formula's mean of running and batch.
void move_running(const Tensor& running, const Tensor& batch, const BatchNormOptions& options) {
  const double kept = options.formula == UpdateFormula::torch ? 1 - options.momentum : options.momentum;
  assign(running, cast(widened(running) * kept + batch.detach() * (1 - kept), running.dtype()));
}

}  // namespace

Tensor sync_batch_norm(Arg x, const Tensor& running_mean, const Tensor& running_var, const Tensor& gamma,
                       const Tensor& beta, BatchNormOptions options, const SumOverProcesses& sum_over) {
  const Location where = x.where();
  const Frame frame(where);
  const Tensor& input = operand("sync_batch_norm", x);
  if (!sum_over) throw ArgumentError("sync_batch_norm", "there is no function that sums", "an empty one", "", where);
  if (running_mean.defined() != running_var.defined())
    throw ArgumentError("sync_batch_norm", "one of running mean and variance is missing", "one of them is undefined",
                        "", where);
  if (!options.training && running_mean.defined())
    return batch_norm(input, running_mean, running_var, gamma, beta, options);
  const Hyperparameters check("sync_batch_norm", where);
  check.not_negative("eps", options.eps);
  check.finite("momentum", options.momentum);
  if (!is_floating(input.dtype()))
    throw ArgumentError("sync_batch_norm", "the input is not floating-point", std::string(dtype_name(input.dtype())),
                        "", where);
  const int axis = normalize_axis("sync_batch_norm", options.axis, input.ndim(), where);
  const Axes others = axes_without(axis, input.ndim());
  const Tensor wide = widened(input);
  const auto over_batch = [&](const Tensor& t) { return others.empty() ? t : sum(t, others); };
  const auto expanded = [&](const Tensor& channels) { return sum_grad(channels, wide, others, false); };
  const Transaction whole;
  // The sums and the numbers of elements of all processes, then the squares around the mean that they share.
  const Tensor sums = sum_over(stack({over_batch(wide), over_batch(ones_like(wide))}, 0));
  const Tensor count = select(sums, 0, 1).detach(), mean = select(sums, 0, 0) / count;
  const Tensor centered = wide - expanded(mean);
  const Tensor var = sum_over(over_batch(square(centered))) / count;
  Tensor y = centered * expanded(1 / sqrt(var + options.eps));
  if (gamma.defined()) y = y * expanded(widened(gamma));
  if (beta.defined()) y = y + expanded(widened(beta));
  if (running_mean.defined()) {
    const GradMode unrecorded(false);
    move_running(running_mean, mean, options);
    const bool unbiased = options.formula == UpdateFormula::torch;
    move_running(running_var, unbiased ? var * (count / (count - 1)) : var, options);
  }
  return cast(y, input.dtype());
}

}  // namespace triptych
