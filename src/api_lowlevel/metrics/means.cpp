// Metrics that are means.
#include "api_lowlevel/metrics/state.h"

namespace triptych::lowlevel::metrics {
namespace {

Metric mean_of(MetricScope& scope, const Tensor& values, const MetricOptions& options) {
  const RunningMean state(scope, values, options.weights);
  return scope.finish(state.value, state.update, options);
}

}  // namespace

Metric mean(const Arg& values, const MetricOptions& options) {
  MetricScope scope("mean", values, {}, options.name);
  return mean_of(scope, in_float(values), options);
}

Metric mean_tensor(const Arg& values, const MetricOptions& options) {
  MetricScope scope("mean", values, {}, options.name);
  const Tensor x = in_float(values);
  if (!x.shape().known())
    throw ArgumentError("mean_tensor", "the shape of the values is not known", x.shape().text(), "", values.where());
  const Variable total = scope.local("total_tensor", x.shape()), count = scope.local("count_tensor", x.shape());
  const Tensor counts = weights_for(options.weights, x, values.where()), value = divide_no_nan(total, count);
  return scope.finish(value, divide_no_nan(total.assign_add(x * counts), count.assign_add(counts)), options);
}

Metric accuracy(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  MetricScope scope("accuracy", labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const Tensor right = equal(cast(answer, truth.dtype()), truth);
  return mean_of(scope, cast(right, float32), options);
}

Metric percentage_below(const Arg& values, double threshold, const MetricOptions& options) {
  MetricScope scope("percentage_below_threshold", values, {}, options.name);
  return mean_of(scope, cast(less(values.tensor(), threshold), float32), options);
}

Metric mean_absolute_error(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  MetricScope scope("mean_absolute_error", labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  return mean_of(scope, abs(in_float(answer) - in_float(truth)), options);
}

Metric mean_squared_error(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  MetricScope scope("mean_squared_error", labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  return mean_of(scope, square(in_float(answer) - in_float(truth)), options);
}

Metric root_mean_squared_error(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  MetricScope scope("root_mean_squared_error", labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const RunningMean state(scope, square(in_float(answer) - in_float(truth)), options.weights);
  return scope.finish(sqrt(state.value), sqrt(state.update), options);
}

Metric mean_relative_error(const Arg& labels, const Arg& predictions, const Arg& normalizer,
                           const MetricOptions& options) {
  MetricScope scope("mean_relative_error", labels, {&predictions, &normalizer}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const Tensor error = abs(in_float(truth) - in_float(answer));
  return mean_of(scope, divide_no_nan(error, in_float(normalizer)), options);
}

Metric mean_cosine_distance(const Arg& labels, const Arg& predictions, std::int64_t dim, const MetricOptions& options) {
  MetricScope scope("mean_cosine_distance", labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const Tensor products = sum(in_float(answer) * in_float(truth), dim, true);
  const RunningMean state(scope, products, options.weights);
  return scope.finish(1 - state.value, 1 - state.update, options);
}

}  // namespace triptych::lowlevel::metrics
