#include "triptych/keras/metrics/metric.h"

#include <algorithm>
#include <array>

#include "api_keras/access.h"
#include "api_keras/losses/reduction.h"
#include "api_keras/metrics/accuracies.h"
#include "api_keras/metrics/mean_of.h"
#include "api_keras/metrics/registered.h"
#include "api_keras/metrics/samples.h"
#include "api_keras/names.h"
#include "api_keras/saving/registry.h"
#include "api_keras/training/targets.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"
#include "triptych/keras/losses/loss.h"
#include "triptych/keras/metrics.h"

namespace triptych::keras {
namespace {

struct NamedMetric {
  const char* name;
  Metric (*make)(const std::string& name);
};

/// A metric that is made from a name is called by it, as in Keras.
constexpr std::array named_metrics{
    NamedMetric{"accuracy", [](const std::string& name) { return accuracy_by_shape(name); }},
    NamedMetric{"acc", [](const std::string& name) { return accuracy_by_shape(name); }},
    NamedMetric{"binary_accuracy", [](const std::string& name) { return metrics::BinaryAccuracy({.name = name}); }},
    NamedMetric{"categorical_accuracy",
                [](const std::string& name) { return metrics::CategoricalAccuracy({.name = name}); }},
    NamedMetric{"sparse_categorical_accuracy",
                [](const std::string& name) { return metrics::SparseCategoricalAccuracy({.name = name}); }},
    NamedMetric{"top_k_categorical_accuracy",
                [](const std::string& name) { return metrics::TopKCategoricalAccuracy({.name = name}); }},
    NamedMetric{"sparse_top_k_categorical_accuracy",
                [](const std::string& name) { return metrics::SparseTopKCategoricalAccuracy({.name = name}); }},
    NamedMetric{"mean_squared_error",
                [](const std::string& name) { return metrics::MeanSquaredError({.name = name}); }},
    NamedMetric{"mse", [](const std::string& name) { return metrics::MeanSquaredError({.name = name}); }},
    NamedMetric{"root_mean_squared_error",
                [](const std::string& name) { return metrics::RootMeanSquaredError({.name = name}); }},
    NamedMetric{"mean_absolute_error",
                [](const std::string& name) { return metrics::MeanAbsoluteError({.name = name}); }},
    NamedMetric{"mae", [](const std::string& name) { return metrics::MeanAbsoluteError({.name = name}); }},
    NamedMetric{"mean_absolute_percentage_error",
                [](const std::string& name) { return metrics::MeanAbsolutePercentageError({.name = name}); }},
    NamedMetric{"mape", [](const std::string& name) { return metrics::MeanAbsolutePercentageError({.name = name}); }},
    NamedMetric{"mean_squared_logarithmic_error",
                [](const std::string& name) { return metrics::MeanSquaredLogarithmicError({.name = name}); }},
    NamedMetric{"msle", [](const std::string& name) { return metrics::MeanSquaredLogarithmicError({.name = name}); }},
    NamedMetric{"cosine_similarity", [](const std::string& name) { return metrics::CosineSimilarity({.name = name}); }},
    NamedMetric{"log_cosh_error", [](const std::string& name) { return metrics::LogCoshError({.name = name}); }},
    NamedMetric{"r2_score", [](const std::string& name) { return metrics::R2Score({.name = name}); }},
    NamedMetric{"pearson_correlation",
                [](const std::string& name) { return metrics::PearsonCorrelation({.name = name}); }},
    NamedMetric{"concordance_correlation",
                [](const std::string& name) { return metrics::ConcordanceCorrelation({.name = name}); }},
    NamedMetric{"auc", [](const std::string& name) { return metrics::AUC({.name = name}); }},
    NamedMetric{"precision", [](const std::string& name) { return metrics::Precision({.name = name}); }},
    NamedMetric{"recall", [](const std::string& name) { return metrics::Recall({.name = name}); }},
    NamedMetric{"true_positives", [](const std::string& name) { return metrics::TruePositives({.name = name}); }},
    NamedMetric{"true_negatives", [](const std::string& name) { return metrics::TrueNegatives({.name = name}); }},
    NamedMetric{"false_positives", [](const std::string& name) { return metrics::FalsePositives({.name = name}); }},
    NamedMetric{"false_negatives", [](const std::string& name) { return metrics::FalseNegatives({.name = name}); }},
    NamedMetric{"f1_score", [](const std::string& name) { return metrics::F1Score({.name = name}); }},
    NamedMetric{"f_beta_score", [](const std::string& name) { return metrics::FBetaScore({.name = name}); }},
    NamedMetric{"binary_io_u", [](const std::string& name) { return metrics::BinaryIoU({.name = name}); }},
    NamedMetric{"hinge", [](const std::string& name) { return metrics::Hinge({.name = name}); }},
    NamedMetric{"squared_hinge", [](const std::string& name) { return metrics::SquaredHinge({.name = name}); }},
    NamedMetric{"categorical_hinge", [](const std::string& name) { return metrics::CategoricalHinge({.name = name}); }},
    NamedMetric{"kl_divergence", [](const std::string& name) { return metrics::KLDivergence({.name = name}); }},
    NamedMetric{"poisson", [](const std::string& name) { return metrics::Poisson({.name = name}); }},
    NamedMetric{"binary_crossentropy",
                [](const std::string& name) { return metrics::BinaryCrossentropy({.name = name}); }},
    NamedMetric{"bce", [](const std::string& name) { return metrics::BinaryCrossentropy({.name = name}); }},
    NamedMetric{"categorical_crossentropy",
                [](const std::string& name) { return metrics::CategoricalCrossentropy({.name = name}); }},
    NamedMetric{"sparse_categorical_crossentropy",
                [](const std::string& name) { return metrics::SparseCategoricalCrossentropy({.name = name}); }},
};

/// A class's name or an alias as in the table.
std::string table_name(const std::string& name) {
  const std::string snake = to_snake_case(name);
  if (snake == "r2score") return "r2_score";
  if (snake == "f1score") return "f1_score";
  return snake == "fbeta_score" ? "f_beta_score" : snake;
}

Tensor sum_of(const Tensor& x) { return cast(x.ndim() == 0 ? x : sum(x), float64); }

}  // namespace

// --- MetricBase -----------------------------------------------------------------------------------------------------

MetricBase::~MetricBase() = default;
std::string MetricBase::class_name() const { return class_name_.empty() ? class_name_of(typeid(*this)) : class_name_; }

Tensor MetricBase::values(const Tensor&, const Tensor&) {
  throw ArgumentError("metric", "the metric has no function",
                      "'" + name_ + "' overrides neither values nor update_state");
}

void MetricBase::update_values(const Tensor&, const Tensor&) {
  throw ArgumentError("metric", "the metric takes targets and predictions", "'" + name_ + "' was given values alone",
                      "metrics::Mean and metrics::Sum take any numbers");
}

void MetricBase::update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) {
  const auto [y, p] = detail::to_same_rank(y_true, y_pred);
  const Tensor each = values(y, p);
  if (!each.defined())
    throw ArgumentError("metric", "the metric's function returned an undefined tensor", "'" + name_ + "'");
  add_to_mean(each, with_mask(sample_weight, mask_of(y_pred), each.dtype()));
}

void MetricBase::add_to_mean(const Tensor& values, const Tensor& sample_weight) {
  if (!total_.defined()) {
    const auto made = add_variables({{.dtype = float64, .name = "total"}, {.dtype = float64, .name = "count"}});
    total_ = made[0];
    count_ = made[1];
  }
  const Samples samples = samples_of(values, sample_weight, false);
  assign_add(total_, sum_of(samples.values));
  assign_add(count_, sum_of(samples.weights.defined() ? samples.weights : ones_like(samples.values)));
}

Tensor MetricBase::result() {
  if (!total_.defined()) return full({}, 0, float64);
  return total_ / where(equal(count_, 0), ones_like(count_), count_);
}

void MetricBase::reset_state() {
  RunNow now;
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    Tensor& variable = variables_[i].second;
    variable.copy_(initializers_[i](variable.shape(), variable.dtype()));
  }
}

Tensor MetricBase::add_variable(const MetricVariableOptions& options, Location where) {
  const auto has = [&](const std::string& name) {
    return std::any_of(variables_.begin(), variables_.end(), [&](const auto& known) { return known.first == name; });
  };
  std::string name = options.name;
  for (int i = 0; options.name.empty(); ++i) {
    name = i == 0 ? "variable" : "variable_" + std::to_string(i);
    if (!has(name)) break;
  }
  if (has(name))
    throw ArgumentError("metric", "the name of a variable is taken", "'" + name + "' of metric '" + name_ + "'", "",
                        where);
  if (!options.shape.known())
    throw ArgumentError("metric", "a variable's shape is not known",
                        "'" + name + "' of metric '" + name_ + "' has shape " + options.shape.text(), "", where);
  RunNow now;
  Tensor value = options.initializer(options.shape, options.dtype, where);
  if (!value.defined() || value.shape() != options.shape || value.dtype() != options.dtype)
    throw ArgumentError("metric", "an initializer made another shape or dtype than it was asked for",
                        "'" + name + "' of metric '" + name_ + "'", "", where);
  mark_state(value);
  initializers_.reserve(initializers_.size() + 1);
  variables_.emplace_back(std::move(name), value);
  initializers_.push_back(options.initializer);
  return value;
}

std::vector<Tensor> MetricBase::add_variables(const std::vector<MetricVariableOptions>& options, Location where) {
  const std::size_t before = variables_.size();
  std::vector<Tensor> made;
  try {
    for (const MetricVariableOptions& each : options) made.push_back(add_variable(each, where));
  } catch (...) {
    variables_.erase(variables_.begin() + static_cast<std::ptrdiff_t>(before), variables_.end());
    initializers_.erase(initializers_.begin() + static_cast<std::ptrdiff_t>(before), initializers_.end());
    throw;
  }
  return made;
}

// --- Metric ---------------------------------------------------------------------------------------------------------

Metric::Metric(std::shared_ptr<MetricBase> base, Location where) : base_(std::move(base)) {
  if (!base_) throw ArgumentError("metric", "there is no metric", "a null pointer", "", where);
}
Metric::Metric(const char* name, Location where) : Metric(std::string(not_null(name, where)), where) {}
Metric::Metric(const std::string& name, Location where) {
  std::vector<std::string> names;
  const std::string wanted = table_name(name);
  for (const NamedMetric& entry : named_metrics) {
    if (wanted == entry.name) {
      base_ = entry.make(name).base_;
      made_by_name_ = name;
      return;
    }
    names.emplace_back(entry.name);
  }
  if (auto function = custom_function<Tensor(const Tensor&, const Tensor&)>(name))
    base_ = std::make_shared<RegisteredMetric>(name, std::move(function));
  else if (const auto make = custom_function<Metric(const Config&)>(name))
    *this = make({});
  else
    no_such("metric", name, names, where);
}

Metric Metric::fresh() const { return made_by_name_.empty() ? *this : Metric(made_by_name_); }

void Metric::update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight, Location where) {
  const Frame frame(where);
  GradMode no_recording(false);
  check_targets("metric", y_true, y_pred);
  const Transaction whole;
  base_->update_state(y_true, y_pred, sample_weight);
}

void Metric::update_state(const Tensor& values, Location where) { update_values(values, {}, where); }

void Metric::update_values(const Tensor& values, const Tensor& sample_weight, Location where) {
  const Frame frame(where);
  GradMode no_recording(false);
  if (!values.defined()) throw ArgumentError("metric", "the values are undefined", "a default-constructed Tensor");
  const Transaction whole;
  base_->update_values(values, sample_weight);
}

Tensor Metric::result_tensor(Location where) const {
  const Frame frame(where);
  GradMode no_recording(false);
  Tensor result = base_->result();
  if (!result.defined())
    throw ArgumentError("metric", "the metric's result is an undefined tensor", "'" + name() + "'");
  return identity(result);  // it may be the state itself, which goes on
}

double Metric::result(Location where) const {
  const Tensor result = result_tensor(where);
  if (result.numel() != 1)
    throw ArgumentError("metric", "the metric has several numbers",
                        "'" + name() + "' has a result of shape " + result.shape().text(), "Use result_tensor()",
                        where);
  return result.item<double>();
}

double Metric::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight, Location where) {
  update_state(y_true, y_pred, sample_weight, where);
  return result(where);
}

void Metric::reset_state(Location where) {
  const Frame frame(where);
  const Transaction whole;
  base_->reset_state();
}

}  // namespace triptych::keras
