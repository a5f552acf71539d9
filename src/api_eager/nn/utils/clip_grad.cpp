#include "triptych/eager/nn/utils/clip_grad.h"

#include <cmath>

#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn::utils {
namespace {

void check_defined(const char* op, const std::vector<Tensor>& tensors, Location where) {
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (!tensors[i].defined())
      throw ArgumentError(op, "a tensor is undefined", "number " + std::to_string(i), "", where);
}

std::vector<Tensor> gradients_of(const char* op, const std::vector<Tensor>& parameters, Location where) {
  check_defined(op, parameters, where);
  std::vector<Tensor> gradients;
  for (const Tensor& parameter : parameters)
    if (Tensor gradient = parameter.grad(); gradient.defined()) gradients.push_back(std::move(gradient));
  return gradients;
}

/// Replaces the gradients' elements when all are computed.
template <class F>
void rewrite(std::vector<Tensor> gradients, F f) {
  std::vector<Tensor> fresh;
  for (const Tensor& gradient : gradients) fresh.push_back(f(gradient));
  const Transaction whole;
  for (std::size_t i = 0; i < fresh.size(); ++i) gradients[i].copy_(fresh[i]);
}

}  // namespace

Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type, bool error_if_nonfinite, Location where) {
  const char* const op = "get_total_norm";
  if (!(norm_type > 0)) throw ArgumentError(op, "norm_type is not positive", number_text(norm_type), "", where);
  check_defined(op, tensors, where);
  const Frame frame(where);
  GradMode off(false);
  Tensor total;
  for (const Tensor& tensor : tensors) {
    if (tensor.numel() == 0) continue;
    const Tensor wide = tensor.dtype() == float64 ? tensor : cast(tensor, float32);
    const Tensor one = std::isinf(norm_type) ? amax(abs(wide))
                       : norm_type == 2      ? sum(square(wide))
                                             : sum(pow(abs(wide), norm_type));
    if (!total.defined())
      total = one;
    else {
      const Tensor here = cast(to(one, total.device()), total.dtype());
      total = std::isinf(norm_type) ? maximum(total, here) : total + here;
    }
  }
  if (!total.defined()) return zeros({}, float32);
  if (!std::isinf(norm_type)) total = norm_type == 2 ? sqrt(total) : pow(total, 1 / norm_type);
  if (error_if_nonfinite && !std::isfinite(total.item<double>()))
    throw ArgumentError(
        op, "the total norm is not finite", number_text(total.item<double>()),
        "An element is infinite or NaN; with error_if_nonfinite = false the gradients are multiplied by "
        "what comes of it",
        where);
  return cast(total, tensors[0].dtype());
}

void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm, const Tensor& total_norm,
                           Location where) {
  const char* const op = "clip_grads_with_norm_";
  if (!(max_norm >= 0)) throw ArgumentError(op, "max_norm is negative or NaN", number_text(max_norm), "", where);
  if (!total_norm.defined() || total_norm.numel(where) != 1)
    throw ArgumentError(op, "the total norm is not one number",
                        total_norm.defined() ? total_norm.shape().text() : "an undefined tensor", "", where);
  const Frame frame(where);
  GradMode off(false);
  const Tensor factor = minimum(max_norm / (cast(total_norm, float64) + 1e-6), 1.0);
  rewrite(gradients_of(op, parameters, where), [&](const Tensor& gradient) {
    const DType wide = gradient.dtype() == float64 ? float64 : float32;
    return cast(cast(gradient, wide) * cast(to(factor, gradient.device()), wide), gradient.dtype());
  });
}

Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite, Location where) {
  const Called called("clip_grad_norm_");
  if (!(max_norm >= 0))
    throw ArgumentError("clip_grad_norm_", "max_norm is negative or NaN", number_text(max_norm), "", where);
  const Tensor total =
      get_total_norm(gradients_of("clip_grad_norm_", parameters, where), norm_type, error_if_nonfinite, where);
  clip_grads_with_norm_(parameters, max_norm, total, where);
  return total;
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value, Location where) {
  const char* const op = "clip_grad_value_";
  if (!(clip_value >= 0)) throw ArgumentError(op, "clip_value is negative or NaN", number_text(clip_value), "", where);
  const Frame frame(where);
  GradMode off(false);
  rewrite(gradients_of(op, parameters, where),
          [&](const Tensor& gradient) { return clip(gradient, -clip_value, clip_value); });
}

}  // namespace triptych::eager::nn::utils
