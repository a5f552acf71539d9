#include "api_keras/training/class_weights.h"

#include <cmath>

#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

/// The class of every example, of targets that are class numbers or one-hot.
std::vector<double> classes_of(const Tensor& y) {
  GradMode no_recording(false);
  const bool one_hot = y.ndim() > 1 && y.shape()[-1] != 1;
  return (one_hot ? argmax(y, -1) : y).to_vector<double>();
}

}  // namespace

void weigh_by_class(ArrayBatch& batch, const ClassWeights& weights, const char* caller, Location where) {
  if (batch.y.size() != 1)
    throw ArgumentError(caller, "class_weight is given, and there is not one target",
                        std::to_string(batch.y.size()) + " targets", "Use sample_weight", where);
  const Tensor& y = batch.y[0];
  const bool no_class = !y.defined() || (y.ndim() > 1 && y.shape()[-1] == 0);
  const std::vector<double> classes = no_class ? std::vector<double>() : classes_of(y);
  if (static_cast<std::int64_t>(classes.size()) != batch.size())
    throw ArgumentError(caller, "class_weight is given, and an example does not have one class",
                        y.defined() ? "targets of shape " + y.shape().text() : "an undefined target",
                        "Use sample_weight", where);
  std::vector<float> values(classes.size(), 1.0F);
  for (std::size_t i = 0; i < values.size(); ++i)
    for (const auto& [number, weight] : weights)
      if (std::nearbyint(classes[i]) == static_cast<double>(number)) values[i] = static_cast<float>(weight);
  const DeviceScope here(y.device());
  Tensor by_class = tensor(values);
  if (!batch.sample_weight.empty()) {
    const Tensor& others = batch.sample_weight[0];
    while (by_class.ndim() < others.ndim()) by_class = unsqueeze(by_class, -1);
    by_class = by_class * cast(others, float32);
  }
  batch.sample_weight = {by_class};
}

std::optional<ArrayBatch> ClassWeighted::next() {
  std::optional<ArrayBatch> batch = source_.next();
  if (batch) weigh_by_class(*batch, weights_, "fit", where_);
  return batch;
}

}  // namespace triptych::keras
