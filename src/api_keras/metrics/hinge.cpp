#include "triptych/keras/metrics/hinge.h"

#include "api_keras/metrics/mean_of.h"
#include "api_keras/metrics/registered.h"
#include "triptych/keras/losses/hinge.h"

namespace triptych::keras::metrics {
namespace {

constexpr auto down = MetricBase::Direction::down;

}  // namespace

Metric Hinge(MetricOptions options) {
  return known_as("Hinge", options,
                  mean_of(given_name(options.name, "hinge"), down,
                          [](const Tensor& y, const Tensor& p) { return losses::hinge(y, p); }));
}
Metric SquaredHinge(MetricOptions options) {
  return known_as("SquaredHinge", options,
                  mean_of(given_name(options.name, "squared_hinge"), down,
                          [](const Tensor& y, const Tensor& p) { return losses::squared_hinge(y, p); }));
}
Metric CategoricalHinge(MetricOptions options) {
  return known_as("CategoricalHinge", options,
                  mean_of(given_name(options.name, "categorical_hinge"), down,
                          [](const Tensor& y, const Tensor& p) { return losses::categorical_hinge(y, p); }));
}

}  // namespace triptych::keras::metrics
