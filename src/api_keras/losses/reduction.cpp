#include "api_keras/losses/reduction.h"

#include "api_keras/training/targets.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

Tensor divide_no_nan(const Tensor& a, const Tensor& b) {
  const Tensor is_zero = equal(b, 0);
  return where(is_zero, zeros_like(a), a / where(is_zero, ones_like(b), b));
}

Tensor times(const Tensor& weight, const Tensor& mask) {
  Tensor wide = weight;
  if (wide.ndim() == mask.ndim() + 1 && wide.shape().dim(-1).raw() == 1) wide = squeeze(wide, -1);
  while (wide.ndim() < mask.ndim()) wide = unsqueeze(wide, -1);
  return mask * wide;
}

}  // namespace

Tensor with_mask(const Tensor& sample_weight, const Tensor& mask, DType dtype) {
  if (!mask.defined()) return sample_weight;
  const Tensor counts = cast(mask, dtype);
  return sample_weight.defined() ? times(cast(sample_weight, dtype), counts) : counts;
}

Tensor reduce_losses(const Tensor& losses, const Tensor& sample_weight, const Tensor& mask,
                     const std::string& reduction) {
  const bool is_mean = reduction == "sum_over_batch_size" || reduction == "mean";
  Tensor weight = with_mask(sample_weight, mask, losses.dtype());
  if (mask.defined() && is_mean) {  // the mean is over what the mask leaves
    const Tensor share = mean(cast(mask, losses.dtype()));
    weight = divide_no_nan(weight, share);
  }
  const Tensor values = weight.defined() ? weighted(losses, weight) : losses;
  if (reduction == "none" || values.ndim() == 0) return values;
  if (reduction == "sum") return sum(values);
  if (reduction == "mean_with_sample_weight" && weight.defined())
    return divide_no_nan(sum(values), sum(cast(weight, losses.dtype())));
  return mean(values);
}

}  // namespace triptych::keras
