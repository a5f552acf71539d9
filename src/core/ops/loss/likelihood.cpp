// Negative log-likelihoods of numbers, and divergences, made of simpler ops.
#include <numbers>

#include "core/ops/loss/losses.h"
#include "core/ops/reduce/reduce.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/classification_losses.h"
#include "triptych/core/ops/regression_losses.h"
#include "triptych/core/ops/special.h"

namespace triptych {
namespace {

constexpr double ln_2_pi = 1.8378770664093454835606594728112;

/// The variance beside the input: a dimension of length one for the last one that it may lack.
Tensor beside(const Arg& input, const Arg& var) {
  const Shape &x = input.tensor().shape(), &v = operand("gaussian_nll_loss", var).shape();
  if (x.compatible(v) || v.rank() == 0) return var.tensor();
  Shape shorter = x, single = x;
  if (x.rank() > 0) {
    shorter.erase(x.rank() - 1);
    single.set(x.rank() - 1, 1);
    if (v.compatible(shorter)) return unsqueeze(var, -1);
    if (v.compatible(single)) return var.tensor();
  }
  throw ArgumentError("gaussian_nll_loss", "var does not fit the input",
                      "input is " + x.text() + ", var is " + v.text(),
                      "It has the input's shape, with 1 for the last dimension or without it", var.where());
}

}  // namespace

Tensor poisson_nll_loss(Arg input, Arg target, PoissonNllLossOptions options) {
  const DType dtype = check_operands("poisson_nll_loss", input, target);
  Hyperparameters("poisson_nll_loss", input.where()).not_negative("eps", options.eps);
  return loss_of(
      input, dtype, options.reduction,
      [&](const Tensor& x, const Tensor& t) {
        const Tensor losses = options.log_input ? exp(x) - t * x : x - t * log(x + options.eps);
        if (!options.full) return losses;
        const Tensor many = greater(t, 1), events = where(many, t, 1);
        const Tensor stirling = events * log(events) - events + log(events * (2 * std::numbers::pi)) * 0.5;
        return losses + where(many, stirling, 0);
      },
      input, target);
}

Tensor gaussian_nll_loss(Arg input, Arg target, Arg var, GaussianNllLossOptions options) {
  const DType dtype = check_operands("gaussian_nll_loss", input, target);
  Hyperparameters("gaussian_nll_loss", input.where()).positive("eps", options.eps);
  const Frame frame(input.where());
  const Tensor fitting = beside(input, var);
  return loss_of(
      input, dtype, options.reduction,
      [&](const Tensor& x, const Tensor& t, const Tensor& v) {
        // Moved up by what is no function of it, so that the gradient passes.
        const Tensor variance = where(less(v, options.eps), v + (options.eps - v).detach(), v);
        const Tensor losses = (log(variance) + square(x - t) / variance) * 0.5;
        return options.full ? losses + ln_2_pi / 2 : losses;
      },
      input, target, Arg(fitting));
}

Tensor kl_div(Arg input, Arg target, KlDivOptions options) {
  const DType dtype = check_operands("kl_div", input, target);
  const auto of = [&](const Tensor& x, const Tensor& t) {
    return options.log_target ? exp(t) * (t - x) : xlogy(t, t) - t * x;
  };
  if (!options.batchmean || input.tensor().ndim() == 0)
    return loss_of(input, dtype, options.batchmean ? Reduction::sum : options.reduction, of, input, target);
  const auto divided = [&](const Tensor& x, const Tensor& t) {
    const Tensor losses = of(x, t);
    return divide_by_count(sum(losses), losses, 0);
  };
  return loss_of(input, dtype, Reduction::none, divided, input, target);
}

}  // namespace triptych
