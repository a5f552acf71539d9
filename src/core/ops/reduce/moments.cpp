// Mean and variance of populations.
#include "triptych/core/ops/moments.h"

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor population_var(Arg x) {
  const Frame frame(x.where());
  return var(Arg(flatten(x), x.where()), 0, {.correction = 0});
}
Tensor population_var(Arg x, const Axes& axes, bool keepdims) {
  return var(std::move(x), axes, {.correction = 0, .keepdims = keepdims});
}
Tensor population_std(Arg x) {
  const Frame frame(x.where());
  return triptych::std(Arg(flatten(x), x.where()), 0, {.correction = 0});
}
Tensor population_std(Arg x, const Axes& axes, bool keepdims) {
  return triptych::std(std::move(x), axes, {.correction = 0, .keepdims = keepdims});
}

Moments moments(Arg x, const Axes& axes, bool keepdims) {
  const Frame frame(x.where());
  return {mean(x, axes, keepdims), population_var(x, axes, keepdims)};
}

Moments weighted_moments(Arg x, const Axes& axes, Arg frequency_weights, bool keepdims) {
  const Called called("weighted_moments");
  const Frame frame(x.where());
  const Tensor& given = operand("weighted_moments", x);
  if (!is_floating(given.dtype()))
    throw ArgumentError("weighted_moments", "x is not floating", std::string(dtype_name(given.dtype())),
                        "Convert it with cast", x.where());
  const Tensor values = widened(given);
  const Tensor weights = expand_like(cast(operand("weighted_moments", frequency_weights), values.dtype()), values);
  const Tensor total = sum(weights, axes, true), center = sum(values * weights, axes, true) / total;
  const Tensor spread = sum(square(values - center) * weights, axes, true) / total;
  const auto shaped = [&](const Tensor& t) { return cast(keepdims ? t : squeeze(t, axes), given.dtype()); };
  return {shaped(center), shaped(spread)};
}

Tensor normalized_by(Arg x, Arg mean, Arg variance, const Tensor& offset, const Tensor& scale, double epsilon) {
  const Called called("batch_normalization");
  const Frame frame(x.where());
  Hyperparameters("batch_normalization", x.where()).not_negative("epsilon", epsilon);
  const Tensor root = rsqrt(variance + epsilon);
  const Tensor result = (x - mean) * (scale.defined() ? root * scale : root);
  return offset.defined() ? result + offset : result;
}

}  // namespace triptych
