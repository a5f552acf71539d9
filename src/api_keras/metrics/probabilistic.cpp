#include "triptych/keras/metrics/probabilistic.h"

#include "api_keras/losses/reduction.h"
#include "api_keras/metrics/mean_of.h"
#include "api_keras/metrics/registered.h"
#include "api_keras/training/targets.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/keras/losses/probabilistic.h"

namespace triptych::keras {
namespace {

constexpr auto down = MetricBase::Direction::down;

/// With weights, examples of an ignored class do not count; without, they count as 0, as in Keras.
class SparseCrossentropy : public MetricBase {
 public:
  SparseCrossentropy(OwnedText name, SparseCrossentropyArguments arguments)
      : MetricBase(std::move(name)), arguments_(arguments) {}
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    const Tensor each = losses::sparse_categorical_crossentropy(y_true, y_pred, arguments_);
    Tensor counts;
    if (arguments_.ignore_class && sample_weight.defined())
      counts = not_equal(class_numbers(y_true, y_pred), *arguments_.ignore_class);
    add_to_mean(each, with_mask(sample_weight, counts, each.dtype()));
  }
  Direction direction() const override { return Direction::down; }

 private:
  SparseCrossentropyArguments arguments_;
};

}  // namespace

namespace metrics {

Metric KLDivergence(MetricOptions options) {
  return known_as("KLDivergence", options,
                  mean_of(given_name(options.name, "kl_divergence"), down,
                          [](const Tensor& y, const Tensor& p) { return losses::kl_divergence(y, p); }));
}
Metric Poisson(MetricOptions options) {
  return known_as("Poisson", options,
                  mean_of(given_name(options.name, "poisson"), down,
                          [](const Tensor& y, const Tensor& p) { return losses::poisson(y, p); }));
}
Metric BinaryCrossentropy(BinaryCrossentropyMetricOptions options, Location where) {
  Hyperparameters("BinaryCrossentropy", where).share("label_smoothing", options.label_smoothing);
  const CrossentropyArguments arguments{options.from_logits, options.label_smoothing, -1};
  return known_as("BinaryCrossentropy", options,
                  mean_of(options.name, down, [arguments](const Tensor& y, const Tensor& p) {
                    return losses::binary_crossentropy(y, p, arguments);
                  }));
}
Metric CategoricalCrossentropy(CategoricalCrossentropyMetricOptions options, Location where) {
  Hyperparameters("CategoricalCrossentropy", where).share("label_smoothing", options.label_smoothing);
  const CrossentropyArguments arguments{options.from_logits, options.label_smoothing, options.axis};
  return known_as("CategoricalCrossentropy", options,
                  mean_of(options.name, down, [arguments](const Tensor& y, const Tensor& p) {
                    return losses::categorical_crossentropy(y, p, arguments);
                  }));
}
Metric SparseCategoricalCrossentropy(SparseCategoricalCrossentropyMetricOptions options, Location) {
  const SparseCrossentropyArguments arguments{options.from_logits, options.ignore_class, options.axis};
  return known_as("SparseCategoricalCrossentropy", options,
                  Metric(std::make_shared<SparseCrossentropy>(options.name, arguments)));
}

}  // namespace metrics
}  // namespace triptych::keras
