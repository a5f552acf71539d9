#include "api_keras/training/trainer.h"

#include <algorithm>
#include <utility>

#include "api_keras/access.h"
#include "api_keras/names.h"
#include "api_keras/optimizers/loss_scale.h"
#include "api_keras/optimizers/paths.h"
#include "api_keras/preprocessing/adaptations.h"
#include "core/dispatch/backend.h"
#include "core/tensor/tensor_impl.h"
#include "core/tensor/transaction.h"
#include "triptych/core/numerics.h"
#include "triptych/core/ops.h"
#include "triptych/keras/layers/preprocessing/adaptive.h"

namespace triptych::keras {
namespace {

/// "; 'dense' was frozen at train.cpp:12": the first layer of that kind, the model itself included.
std::string frozen(const LayerBase& layer) {
  if (!layer.trainable())
    if (const Location where = LayerAccess::set_trainable_at(layer))
      return "; '" + layer.name() + "' was frozen at " + where.text();
  for (const Layer& inner : layer.layers())
    if (std::string text = frozen(inner.base()); !text.empty()) return text;
  return {};
}

/// The layer with the weight `tensor`, or null.
const LayerBase* owner_of(const Tensor& tensor, const LayerBase& layer) {
  for (const Weight& weight : LayerAccess::own_weights(layer))
    if (weight.value.is_same(tensor)) return &layer;
  for (const Layer& inner : layer.layers())
    if (const LayerBase* found = owner_of(tensor, inner.base())) return found;
  return nullptr;
}

void list_layers(const LayerBase& layer, std::vector<const LayerBase*>& into) {
  for (const Layer& inner : layer.layers()) {
    into.push_back(&inner.base());
    list_layers(inner.base(), into);
  }
}

bool contains(const std::vector<Tensor>& tensors, const Tensor& tensor) {
  return std::any_of(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.is_same(tensor); });
}

}  // namespace

Trainer::CallerScope::CallerScope(Trainer& trainer, const char* name, Location where)
    : trainer_(trainer),
      name_(std::exchange(trainer.caller_, name)),
      where_(std::exchange(trainer.where_, where)),
      frame_(where) {}
Trainer::CallerScope::~CallerScope() {
  trainer_.caller_ = name_;
  trainer_.where_ = where_;
}

void Trainer::compile(const CompileOptions& options, Location where) {
  if (options.engine != "graph" && options.engine != "eager")
    throw ArgumentError("compile", "there is no such engine", "'" + options.engine + "'", "Use 'graph' or 'eager'",
                        where);
  if (!options.numerics.empty() && options.numerics != "exact" && options.numerics != "fast")
    throw ArgumentError("compile", "there are no such numerics", "'" + options.numerics + "'", "Use 'exact' or 'fast'",
                        where);
  if (options.steps_per_execution < 1)
    throw ArgumentError("compile", "steps_per_execution is below 1", std::to_string(options.steps_per_execution), "",
                        where);
  device_.reset();
  if (!options.device.empty()) device_ = Device::from_text(options.device, where);
  options_ = options;
  if (options_.auto_scale_loss && model_.dtype_policy() == DTypePolicy("mixed_float16") &&
      !is_loss_scale_optimizer(options_.optimizer))
    options_.optimizer = optimizers::LossScaleOptimizer(options_.optimizer, {}, where);
  if (options_.run_eagerly) options_.engine = "eager";
  numerics_ = options.numerics == "exact" || (options.numerics.empty() && options_.engine == "eager") ? Numerics::exact
                                                                                                      : Numerics::fast;
  compiled_ = true;
  compiled_at_ = where;
  forget();
}

void Trainer::forget() {
  functions_.clear();
  prepared_.clear();
  parameters_.clear();
  constraints_.clear();
  metrics_.clear();
  metric_values_.clear();
  losses_.clear();
  own_names_.clear();
  output_count_ = 0;
}

void Trainer::retract() {
  compiled_ = false;
  forget();
}

void Trainer::notice_changes() {
  if (adaptations_ != adaptations()) {
    adaptations_ = adaptations();
    const auto learns = [](const LayerBase* layer) { return dynamic_cast<const AdaptiveLayerBase*>(layer) != nullptr; };
    if (std::any_of(structure_.begin(), structure_.end(), learns)) {
      functions_.clear();
      prepared_.clear();
    }
  }
  if (changes_ == structure_changes()) return;
  const std::vector<const LayerBase*> before = std::move(structure_);
  remember_structure();
  if (structure_ != before) forget();
}

void Trainer::remember_structure() {
  changes_ = structure_changes();
  structure_.clear();
  list_layers(model_, structure_);
}

const Optimizer& Trainer::optimizer(Location where) const {
  if (!compiled_)
    throw ArgumentError("optimizer", "the model is not compiled", "model '" + model_.name() + "'",
                        "Call model.compile({.optimizer = ..., .loss = ...})", where);
  return options_.optimizer;
}

void Trainer::check_compiled() const {
  if (!compiled_)
    throw ArgumentError(caller_, "the model is not compiled", "model '" + model_.name() + "'",
                        "Call model.compile({.optimizer = ..., .loss = ...})", where_);
}

void Trainer::check_trainable() {
  notice_changes();
  const std::uint64_t changes = trainability_changes();
  if (parameters_.empty() || trainability_ == changes) return;
  const std::vector<Tensor> now = model_.trainable_weights();
  const auto check = [&](const std::vector<Tensor>& of, const std::vector<Tensor>& in, const char* happened) {
    for (const Tensor& weight : of) {
      if (contains(in, weight)) continue;
      const LayerBase* owner = owner_of(weight, model_);
      const Location at = owner ? LayerAccess::set_trainable_at(*owner) : Location();
      throw ArgumentError(caller_, "a layer was frozen or unfrozen after compile",
                          "'" + (owner ? owner->name() : model_.name()) + "' was " + happened +
                              (at ? " at " + at.text() : std::string()),
                          "Call compile again, so that it takes effect", where_);
    }
  };
  check(now, parameters_, "unfrozen");
  check(parameters_, now, "frozen");
  trainability_ = changes;
}

void Trainer::check_batch(Phase phase, const ArrayBatch& batch) const {
  const auto check = [&](const Tensor& tensor, const char* name) {
    if (!tensor.defined() || tensor.ndim() == 0)
      throw ArgumentError(caller_, "an array has no first axis of examples",
                          std::string(name) + (tensor.defined() ? " is one number" : " is undefined"), "", where_);
    if (tensor.is_symbolic())
      throw ArgumentError(caller_, "an array has no values", std::string(name) + " is symbolic", "", where_);
    if (tensor.size(0) != batch.size())
      throw ArgumentError(
          caller_, "the arrays hold different numbers of examples",
          "x has " + std::to_string(batch.size()) + ", " + name + " has " + std::to_string(tensor.size(0)), "", where_);
  };
  for (const Tensor& x : batch.x) check(x, "x");
  if (phase == Phase::predict) return;
  if (batch.size() == 0)
    throw ArgumentError(caller_, "there are no examples",
                        batch.x.empty() ? "x is empty" : "x has shape " + batch.x[0].shape().text(), "", where_);
  if (batch.y.empty() && !options_.loss.empty())
    throw ArgumentError(caller_, "there are no targets", "y is empty", "", where_);
  for (const Tensor& y : batch.y) check(y, "y");
  for (const Tensor& weight : batch.sample_weight) check(weight, "sample_weight");
  if (batch.sample_weight.size() > 1 && batch.sample_weight.size() != batch.y.size())
    throw ArgumentError(
        caller_, "there is neither one sample_weight nor one for each output",
        std::to_string(batch.sample_weight.size()) + " weights, " + std::to_string(batch.y.size()) + " targets", "",
        where_);
}

std::vector<Tensor> Trainer::adjusted(const std::vector<Tensor>& x) const {
  const std::vector<TensorMeta> expected = model_.input_metas();
  if (expected.empty()) return x;
  if (x.size() != expected.size())
    throw ArgumentError(caller_, "the number of arrays is not that of the model's inputs",
                        "model '" + model_.name() + "' has " + std::to_string(expected.size()) + ", " +
                            std::to_string(x.size()) + " were given",
                        "", where_);
  std::vector<Tensor> result;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Shape& wanted = expected[i].shape;
    Tensor value = x[i];
    if (!value.defined()) throw ArgumentError(caller_, "x is undefined", "a default-constructed Tensor", "", where_);
    if (value.ndim() + 1 == wanted.rank() && wanted.dim(-1).raw() == 1) value = unsqueeze(value, -1);
    if (!value.shape().compatible(wanted))
      throw ArgumentError(caller_, "the data do not have the shape of the model's input",
                          "x is " + x[i].shape().text() + ", model '" + model_.name() + "' takes " + wanted.text(), "",
                          where_);
    if (value.dtype() != expected[i].dtype) value = cast(value, expected[i].dtype);
    result.push_back(std::move(value));
  }
  return result;
}

void Trainer::move(std::vector<Tensor>& tensors) const {
  for (Tensor& tensor : tensors)
    if (tensor.defined()) tensor = on_device(tensor, *device_);
}

void Trainer::prepare(const ArrayBatch& batch) {
  std::vector<Shape> shapes;
  for (const Tensor& x : batch.x) shapes.push_back(x.shape());
  {
    const Frame frame(where_);
    ensure_built(model_, shapes);
  }
  std::vector<Tensor> residents = all_state();
  if (compiled_)
    for (auto& [name, variable] : options_.optimizer.base().variables()) residents.push_back(variable);
  for (const MetricList* metrics : {&options_.metrics, &options_.weighted_metrics}) {
    for (const Metric& metric : metrics->in_order)
      for (const auto& [name, variable] : metric.base().variables()) residents.push_back(variable);
    for (const NamedMetrics& of : metrics->by_output)
      for (const Metric& metric : of.metrics)
        for (const auto& [name, variable] : metric.base().variables()) residents.push_back(variable);
  }
  for (const Metric& metric : model_.metrics())
    for (const auto& [name, variable] : metric.base().variables()) residents.push_back(variable);
  const Transaction whole;
  for (Tensor& tensor : residents)  // the handles to it stay valid
    if (tensor.device() != *device_) set_data(tensor, on_device(tensor, *device_));
}

std::vector<Tensor> Trainer::all_state() const {
  std::vector<Tensor> all;
  for (const std::vector<Weight>& list : {model_.weights(), model_.states()})
    for (const Weight& weight : list) all.push_back(weight.value);
  return all;
}

void Trainer::meet_outputs(std::size_t count) {
  std::vector<std::string> names = model_.output_names();
  for (std::size_t i = names.size(); i < count; ++i) names.push_back("output_" + std::to_string(i));
  metrics_.clear();
  loss_names_.clear();
  if (compiled_) {
    meet_losses(count, names);
    meet_metrics(count, names);
  }
  losses_.assign(1 + loss_names_.size(), Mean());
  output_names_ = std::move(names);
  output_count_ = count;  // known from now on
}

namespace {

/// Which output is called `name`; ArgumentError at `where` if none is.
std::size_t output_of(const std::string& name, const std::vector<std::string>& names, Location where) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) no_such("output", name, names, where);
  return static_cast<std::size_t>(found - names.begin());
}

[[noreturn]] void wrong_count(const char* caller, const char* rule, std::size_t given, const char* what,
                              std::size_t outputs, Location where) {
  throw ArgumentError(caller, rule, std::to_string(given) + " " + what + ", " + std::to_string(outputs) + " outputs",
                      "", where);
}

}  // namespace

void Trainer::meet_losses(std::size_t count, const std::vector<std::string>& names) {
  const LossList& losses = options_.loss;
  output_losses_.assign(count, {});
  if (!losses.outputs.empty()) {
    for (std::size_t i = 0; i < losses.size(); ++i)
      output_losses_[output_of(losses.outputs[i], names, where_)] = losses[i];
  } else if (!losses.empty()) {
    if (losses.size() > 1 && losses.size() != count)
      wrong_count(caller_, "there is neither one loss nor one for each output", losses.size(), "losses", count, where_);
    for (std::size_t i = 0; i < count; ++i) output_losses_[i] = losses[losses.size() == 1 ? 0 : i];
  }
  const LossWeights& weights = options_.loss_weights;
  loss_weights_.assign(count, 1);
  if (!weights.outputs.empty()) {
    for (std::size_t i = 0; i < weights.size(); ++i)
      loss_weights_[output_of(weights.outputs[i], names, where_)] = weights[i];
  } else if (!weights.empty()) {
    if (weights.size() != count)
      wrong_count(caller_, "there is not a loss weight for each output", weights.size(), "weights", count, where_);
    loss_weights_ = weights;
  }
  for (std::size_t i = 0; i < count; ++i)
    if (output_losses_[i]) loss_names_.push_back(names[i] + "_loss");
  if (loss_names_.size() == 1) loss_names_.clear();  // it is the loss
}

void Trainer::add_metrics(const MetricList& metrics, bool weighted, std::size_t count,
                          const std::vector<std::string>& names) {
  const auto add = [&](std::size_t output, const Metric& metric) {
    const std::string plain = count > 1 ? names[output] + "_" + metric.name() : metric.name();
    const auto taken = [&](const std::string& name) {
      return std::any_of(metrics_.begin(), metrics_.end(), [&](const OutputMetric& of) { return of.name == name; });
    };
    std::string name = plain;
    if (taken(name) && weighted)
      name = count > 1 ? names[output] + "_weighted_" + metric.name() : "weighted_" + metric.name();
    const std::string base = name;
    for (int i = 1; taken(name); ++i) name = base + "_" + std::to_string(i);
    metrics_.push_back({output, name, metric.fresh(), weighted});
  };
  for (const auto& [output, of_output] : metrics.by_output)
    for (const Metric& metric : of_output) add(output_of(output, names, where_), metric);
  const OutputMetrics& in_order = metrics.in_order;
  if (count > 1 && !in_order.empty() && in_order.size() != count)
    wrong_count(caller_, "a model of several outputs does not have a metric for each", in_order.size(), "metrics",
                count, where_);
  for (std::size_t i = 0; i < in_order.size(); ++i) add(count > 1 ? i : 0, in_order[i]);
}

void Trainer::meet_metrics(std::size_t count, const std::vector<std::string>& names) {
  add_metrics(options_.metrics, false, count, names);
  add_metrics(options_.weighted_metrics, true, count, names);
  for (OutputMetric& of : metrics_) of.metric.reset_state();
  for (const Metric& metric : model_.metrics())
    metrics_.push_back({count, metric.name(), metric, false});  // of no output: the model updates it
}

void Trainer::meet_parameters() {
  std::vector<Tensor> parameters = model_.trainable_weights();
  if (parameters.empty())
    throw ArgumentError(caller_, "the model has no trainable weights", "model '" + model_.name() + "'" + frozen(model_),
                        "Add a layer that has some, or set trainable", where_);
  RunNow now;
  options_.optimizer.base().build(parameters, paths_of(model_, parameters));
  for (const Weight& weight : model_.weights())
    if (weight.trainable && weight.constraint.defined()) constraints_.emplace_back(weight.value, weight.constraint);
  parameters_ = std::move(parameters);
}

}  // namespace triptych::keras
