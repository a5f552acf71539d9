#include "api_keras/metrics/samples.h"

#include "api_keras/training/targets.h"
#include "triptych/core/ops.h"
#include "triptych/keras/losses/loss.h"

namespace triptych::keras {
namespace {

/// Axes from `first` on as one number.
Tensor reduced(const Tensor& x, int first, bool by_sum) {
  if (x.ndim() <= first) return x;
  Axes axes;
  for (int axis = first; axis < x.ndim(); ++axis) axes.append(axis);
  return by_sum ? sum(x, axes) : mean(x, axes);
}

}  // namespace

Samples samples_of(const Tensor& values, const Tensor& sample_weight, bool by_sum) {
  const Tensor numbers = is_floating(values.dtype()) ? values : cast(values, float32);
  if (!sample_weight.defined()) return {reduced(numbers, 1, by_sum), {}};
  const auto [given, weights] = detail::to_same_rank(numbers, cast(sample_weight, numbers.dtype()));
  const Tensor each = reduced(given, weights.ndim(), by_sum);
  return {reduced(weighted(each, weights), 1, by_sum), reduced(expand_like(weights, each), 1, by_sum)};
}

}  // namespace triptych::keras
