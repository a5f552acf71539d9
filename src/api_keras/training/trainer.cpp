#include "api_keras/training/trainer.h"

#include <algorithm>
#include <cmath>

#include "api_keras/access.h"
#include "api_keras/callbacks/callback_list.h"
#include "api_keras/callbacks/progbar.h"
#include "api_keras/names.h"
#include "core/autodiff/gradient_stop.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/numerics.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

const char* name_of(Phase phase) {
  constexpr const char* names[] = {"fit", "evaluate", "predict"};
  return names[static_cast<int>(phase)];
}

/// While alive, errors name the function that the user called. A callback may call another one inside of it.
struct CallerScope {
  CallerScope(const char*& caller, const char* name) : caller(caller), previous(std::exchange(caller, name)) {}
  ~CallerScope() { caller = previous; }
  const char*& caller;
  const char* previous;
};

struct TrainingScope {
  explicit TrainingScope(bool training) : previous(std::exchange(call_training(), training)) {}
  ~TrainingScope() { call_training() = previous; }
  bool previous;
};

/// Puts back what a model's forward pass has written, if the step fails. Copies are made by the writes only.
class StateGuard {
 public:
  explicit StateGuard(const std::vector<Tensor>& states) {
    for (const Tensor& state : states) saved_.emplace_back(state, alias(state));
  }
  ~StateGuard() {
    GradMode no_recording(false);
    for (auto& [state, value] : saved_) rebind(state, std::move(value));
  }
  StateGuard(const StateGuard&) = delete;
  StateGuard& operator=(const StateGuard&) = delete;
  void release() { saved_.clear(); }

 private:
  std::vector<std::pair<Tensor, Tensor>> saved_;
};

/// Everything that is fed, in one order.
std::vector<Tensor> fed(const ArrayBatch& batch) {
  std::vector<Tensor> tensors = batch.x;
  tensors.insert(tensors.end(), batch.y.begin(), batch.y.end());
  if (batch.sample_weight.defined()) tensors.push_back(batch.sample_weight);
  return tensors;
}

/// What a function is traced for: batches may differ in size.
std::string signature(Phase phase, const ArrayBatch& batch) {
  std::string text = name_of(phase);
  for (const Tensor& tensor : fed(batch)) {
    Shape shape = tensor.shape();
    if (shape.rank() > 0) shape.set(0, unknown);
    text += std::string(" ") + std::string(dtype_name(tensor.dtype())) + shape.text();
  }
  return text + (batch.sample_weight.defined() ? " weighted" : "");
}

/// Weights of examples by their class.
class ClassWeighted : public Source {
 public:
  ClassWeighted(Source& source, const std::vector<std::pair<std::int64_t, double>>& weights, Location where)
      : source_(source), weights_(weights), where_(where) {}
  std::int64_t steps() const override { return source_.steps(); }
  void start(std::int64_t epoch) override { source_.start(epoch); }
  std::optional<ArrayBatch> next() override {
    std::optional<ArrayBatch> batch = source_.next();
    if (!batch) return batch;
    if (batch->y.size() != 1 || is_floating(batch->y[0].dtype()) || batch->y[0].numel() != batch->size())
      throw ArgumentError("fit", "class_weight needs one target of class numbers",
                          std::to_string(batch->y.size()) + " targets", "Use sample_weight", where_);
    std::vector<float> values(static_cast<std::size_t>(batch->size()), 1.0F);
    const std::vector<std::int64_t> classes = batch->y[0].to_vector<std::int64_t>();
    for (std::size_t i = 0; i < values.size(); ++i)
      for (const auto& [number, weight] : weights_)
        if (number == classes[i]) values[i] = static_cast<float>(weight);
    const DeviceScope here(batch->y[0].device());
    const Tensor weights = tensor(values);
    batch->sample_weight = batch->sample_weight.defined() ? weights * batch->sample_weight : weights;
    return batch;
  }

 private:
  Source& source_;
  const std::vector<std::pair<std::int64_t, double>>& weights_;
  Location where_;
};

/// "; 'dense' was frozen at train.cpp:12": the first layer of that kind, the model itself included.
std::string frozen(const LayerBase& layer) {
  if (const Location where = LayerAccess::frozen_at(layer))
    return "; '" + layer.name() + "' was frozen at " + where.text();
  for (const Layer& inner : layer.layers())
    if (std::string text = frozen(inner.base()); !text.empty()) return text;
  return {};
}

}  // namespace

void Trainer::compile(const CompileOptions& options, Location where) {
  if (options.engine != "graph" && options.engine != "eager")
    throw ArgumentError("compile", "there is no such engine", "'" + options.engine + "'", "Use 'graph' or 'eager'",
                        where);
  if (!options.numerics.empty() && options.numerics != "exact" && options.numerics != "fast")
    throw ArgumentError("compile", "there are no such numerics", "'" + options.numerics + "'", "Use 'exact' or 'fast'",
                        where);
  device_.reset();
  if (!options.device.empty()) device_ = Device::from_text(options.device, where);
  options_ = options;
  if (options_.run_eagerly) options_.engine = "eager";
  numerics_ = options.numerics == "exact" || (options.numerics.empty() && options_.engine == "eager") ? Numerics::exact
                                                                                                      : Numerics::fast;
  compiled_ = true;
  functions_.clear();
  prepared_.clear();
  output_count_ = 0;
}

const Optimizer& Trainer::optimizer(Location where) const {
  check_compiled("optimizer", where);
  return options_.optimizer;
}

void Trainer::check_compiled(const char* what, Location where) const {
  if (!compiled_)
    throw ArgumentError(what, "the model must be compiled first", "model '" + model_.name() + "'",
                        "Call model.compile({.optimizer = ..., .loss = ...})", where);
}

std::vector<Tensor> Trainer::adjusted(const std::vector<Tensor>& x, const char* what, Location where) const {
  const std::vector<TensorMeta> expected = model_.input_metas();
  if (expected.empty()) return x;
  if (x.size() != expected.size())
    throw ArgumentError(what, "as many arrays as the model has inputs are needed",
                        "model '" + model_.name() + "' has " + std::to_string(expected.size()) + ", " +
                            std::to_string(x.size()) + " were given",
                        "", where);
  std::vector<Tensor> result;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Shape& wanted = expected[i].shape;
    Tensor value = x[i];
    if (!value.defined()) throw ArgumentError(what, "x is undefined", "a default-constructed Tensor", "", where);
    if (value.ndim() + 1 == wanted.rank() && wanted.dim(-1).raw() == 1) value = unsqueeze(value, -1);
    if (!value.shape().compatible(wanted))
      throw ArgumentError(what, "the data do not have the shape of the model's input",
                          "x is " + x[i].shape().text() + ", model '" + model_.name() + "' takes " + wanted.text(), "",
                          where);
    if (value.dtype() != expected[i].dtype) value = cast(value, expected[i].dtype);
    result.push_back(std::move(value));
  }
  return result;
}

void Trainer::move(std::vector<Tensor>& tensors) const {
  for (Tensor& tensor : tensors)
    if (tensor.defined()) tensor = on_device(tensor, *device_);
}

void Trainer::prepare(Phase phase, const ArrayBatch& batch, Location where) {
  if (phase != Phase::predict && batch.y.empty())
    throw ArgumentError(caller_, "targets are needed", "y is empty", "", where);
  if (output_count_ == 0) {
    std::vector<Shape> shapes;
    std::vector<TensorMeta> metas;
    for (const Tensor& x : batch.x) {
      Shape shape = x.shape();
      if (shape.rank() > 0) shape.set(0, unknown);
      shapes.push_back(shape);
      metas.push_back({.shape = shape, .strides = {}, .dtype = x.dtype(), .device = {}});
    }
    ensure_built(model_, shapes);
    output_count_ = infer_outputs(model_, metas).size();
    output_names_ = model_.output_names();
    for (std::size_t i = output_names_.size(); i < output_count_; ++i)
      output_names_.push_back("output_" + std::to_string(i));
    const bool several = output_count_ > 1;
    if (several && compiled_ && !options_.metrics.empty() && options_.metrics.size() != output_count_)
      throw ArgumentError(
          "compile", "a model of several outputs needs one metric for each",
          std::to_string(options_.metrics.size()) + " metrics, " + std::to_string(output_count_) + " outputs", "",
          where);
    metrics_.clear();
    if (compiled_)
      for (std::size_t i = 0; i < options_.metrics.size(); ++i) {
        const Metric& metric = options_.metrics[i];
        metrics_.push_back({several ? i : 0, several ? output_names_[i] + "_" + metric.name() : metric.name(), metric});
      }
    losses_.assign(several ? 1 + output_count_ : 1, Mean());
  }
  state_.clear();
  for (const std::vector<Weight>& list : {model_.weights(), model_.states()})
    for (const Weight& weight : list) state_.push_back(weight.value);
  std::vector<Tensor> residents = state_;
  if (compiled_)
    for (auto& [name, variable] : options_.optimizer.base().variables()) residents.push_back(variable);
  for (Tensor& tensor : residents)  // the handles to it stay valid
    if (tensor.device() != *device_) set_data(tensor, on_device(tensor, *device_));
  if (phase == Phase::predict) return;
  check_compiled(caller_, where);
  if (options_.loss.empty())
    throw ArgumentError(caller_, "a loss is needed", "compile was given none", "Set .loss in compile", where);
  if (options_.loss.size() != 1 && options_.loss.size() != output_count_)
    throw ArgumentError(caller_, "one loss, or one for each output, is needed",
                        std::to_string(options_.loss.size()) + " losses, " + std::to_string(output_count_) + " outputs",
                        "", where);
  if (batch.y.size() != output_count_)
    throw ArgumentError(caller_, "one target for each output is needed",
                        std::to_string(batch.y.size()) + " targets, " + std::to_string(output_count_) + " outputs", "",
                        where);
  if (!options_.loss_weights.empty() && options_.loss_weights.size() != output_count_)
    throw ArgumentError(
        caller_, "one loss weight for each output is needed",
        std::to_string(options_.loss_weights.size()) + " weights, " + std::to_string(output_count_) + " outputs", "",
        where);
  if (phase == Phase::train) {
    const std::vector<Tensor> parameters = model_.trainable_weights();
    if (parameters.empty())
      throw ArgumentError(caller_, "the model has no trainable weights",
                          "model '" + model_.name() + "'" + frozen(model_),
                          "Add a layer that has some, or set trainable", where);
    RunNow now;
    options_.optimizer.base().build(parameters);
  }
}

// --- The step -------------------------------------------------------------------------------------------------------

void Trainer::no_gradient(const Tensor& loss) const {
  const std::string stop = loss.is_symbolic() ? gradient_stop(loss) : std::string();
  throw ArgumentError(caller_, "the loss has no gradient", "loss '" + options_.loss[0].name() + "'",
                      stop.empty() ? "It must depend on trainable weights, and no op on the way, such as argmax or a "
                                     "comparison, may have no gradient"
                                   : stop,
                      options_.loss[0].where());
}

Trainer::Evaluation Trainer::evaluate_step(Phase phase, const ArrayBatch& batch) {
  const bool training = phase == Phase::train;
  TrainingScope scope(training);
  std::vector<Tensor> predictions;
  {
    GradMode recording(training);
    predictions = model_.call_many(batch.x, training);
  }
  if (phase == Phase::predict) return {std::move(predictions), {}, {}};

  Evaluation evaluation;
  std::vector<Tensor>& results = evaluation.results;
  results.resize(1);
  {
    GradMode recording(training);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      const Loss& loss = options_.loss[options_.loss.size() == 1 ? 0 : i];
      const Tensor value = loss(batch.y[i], predictions[i], batch.sample_weight, loss.where());
      if (predictions.size() > 1) results.push_back(value);
      const Tensor weighted = options_.loss_weights.empty() ? value : value * options_.loss_weights[i];
      results[0] = results[0].defined() ? results[0] + weighted : weighted;
    }
  }
  if (training) {
    const std::vector<Tensor> parameters = model_.trainable_weights();
    const bool dependent = results[0].is_symbolic() || results[0].requires_grad();
    const std::vector<Tensor> all = dependent ? gradients({results.data(), 1}, parameters, {}, {.allow_unused = true})
                                              : std::vector<Tensor>(parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (!all[i].defined()) continue;
      evaluation.parameters.push_back(parameters[i]);
      evaluation.gradients.push_back(all[i]);
    }
    if (evaluation.parameters.empty()) no_gradient(results[0]);
  }
  GradMode no_recording(false);
  for (const OutputMetric& of : metrics_)
    for (Tensor& part : of.metric.base().contributions(batch.y[of.output], predictions[of.output]))
      results.push_back(std::move(part));
  return evaluation;
}

void Trainer::update(const Evaluation& evaluation) {
  if (evaluation.parameters.empty()) return;
  GradMode no_recording(false);
  options_.optimizer.base().apply(evaluation.gradients, evaluation.parameters);
}

std::vector<Tensor> Trainer::run_eagerly(Phase phase, const ArrayBatch& batch) {
  NumericsMode numerics(numerics_);
  StateGuard unchanged(state_);
  Evaluation evaluation = evaluate_step(phase, batch);
  unchanged.release();
  update(evaluation);  // the last that happens: it checks everything before it writes
  return std::move(evaluation.results);
}

Trainer::Function Trainer::trace(Phase phase, const ArrayBatch& batch, Location where) {
  const GraphHandle graph;
  std::vector<Tensor> placeholders;
  const auto placeholder = [&](const Tensor& like, const char* name) {
    Shape shape = like.shape();
    if (shape.rank() > 0) shape.set(0, unknown);
    placeholders.push_back(graph_placeholder(graph, name, like.dtype(), shape, {}, where));
    return placeholders.back();
  };
  ArrayBatch symbolic;
  for (const Tensor& x : batch.x) symbolic.x.push_back(placeholder(x, "x"));
  for (const Tensor& y : batch.y) symbolic.y.push_back(placeholder(y, "y"));
  if (batch.sample_weight.defined()) symbolic.sample_weight = placeholder(batch.sample_weight, "sample_weight");

  std::vector<Tensor> fetches;
  {
    TraceScope scope(graph);
    Evaluation evaluation = evaluate_step(phase, symbolic);
    update(evaluation);
    fetches = std::move(evaluation.results);
  }
  Function result;
  result.outputs = fetches.size();
  GraphImpl& impl = graph.impl();
  for (const auto& node : impl.nodes)
    if (has_effect(*node)) fetches.push_back(impl.handle(*node));
  SessionOptions options;
  options.numerics = numerics_;
  result.runner = std::make_unique<Runner>(graph, options);
  result.function = result.runner->function(placeholders, fetches, where);
  return result;
}

std::vector<Tensor> Trainer::run(Phase phase, ArrayBatch batch, Location where) {
  if (!device_) {
    const std::vector<Weight> weights = model_.weights();
    device_ = weights.empty() ? modes.device : weights[0].value.device();
  }
  const DeviceScope on(*device_);
  batch.x = adjusted(batch.x, caller_, where);
  move(batch.x);
  move(batch.y);
  if (batch.sample_weight.defined()) batch.sample_weight = on_device(batch.sample_weight, *device_);
  const std::string key = signature(phase, batch);
  if (!prepared_.contains(key)) {
    prepare(phase, batch, where);
    prepared_.insert(key);
  }
  if (compiled_ && options_.engine == "eager") return run_eagerly(phase, batch);
  auto found = functions_.find(key);
  if (found == functions_.end()) found = functions_.emplace(key, trace(phase, batch, where)).first;
  Function& function = found->second;
  std::vector<Tensor> results = function.runner->call(*function.function, fed(batch), where);
  results.resize(function.outputs);
  return results;
}

// --- What is reported -----------------------------------------------------------------------------------------------

void Trainer::reset_reports() {
  for (Mean& loss : losses_) loss.reset();
  for (OutputMetric& of : metrics_) of.metric.reset_state();
}

void Trainer::report(std::span<const Tensor> results, std::int64_t batch_size) {
  std::size_t next = 0;
  for (Mean& loss : losses_) loss.update(results[next++].item<double>(), static_cast<double>(batch_size));
  for (OutputMetric& of : metrics_) {
    std::vector<double> parts;
    for (std::size_t i = 0; i < of.metric.base().parts(); ++i) parts.push_back(results[next++].item<double>());
    of.metric.add(parts);
  }
}

Logs Trainer::logs() const {
  std::vector<Logs::Item> items{{"loss", losses_[0].result()}};
  for (std::size_t i = 1; i < losses_.size(); ++i)
    items.emplace_back(output_names_[i - 1] + "_loss", losses_[i].result());
  for (const OutputMetric& of : metrics_) items.emplace_back(of.name, of.metric.result());
  std::sort(items.begin(), items.end());
  Logs logs;
  for (auto& [name, value] : items) logs.set(std::move(name), value);
  return logs;
}

// --- The loops ------------------------------------------------------------------------------------------------------

Logs Trainer::test_epoch(Source& source, CallbackList& callbacks, Location where) {
  Logs logs;
  callbacks.on_test_begin(logs);
  reset_reports();
  source.start(0);
  std::int64_t number = 0;
  while (std::optional<ArrayBatch> batch = source.next()) {
    Logs empty;
    callbacks.on_test_batch_begin(number, empty);
    const std::vector<Tensor> results = run(Phase::test, *batch, where);
    if (number == 0) reset_reports();  // the first step may have set them up
    report(results, batch->size());
    logs = this->logs();
    callbacks.on_test_batch_end(number++, logs);
  }
  callbacks.on_test_end(logs);
  return logs;
}

History Trainer::fit(Source& data, Source* validation, const FitOptions& options, Location where) {
  const CallerScope scope(caller_, "fit");
  check_compiled("fit", where);
  if (options.verbose < 0 || options.verbose > 2)
    throw ArgumentError("fit", "verbose is 0, 1 or 2", std::to_string(options.verbose), "", where);
  ClassWeighted weighted(data, options.class_weight, where);
  Source& train = options.class_weight.empty() ? data : weighted;
  const std::int64_t steps =
      options.steps_per_epoch > 0 ? std::min(options.steps_per_epoch, train.steps()) : train.steps();
  CallbackList callbacks(options.callbacks, model_,
                         {.verbose = options.verbose, .epochs = options.epochs, .steps = steps});
  model_.stop_training = false;
  History history;
  Logs logs;
  callbacks.on_train_begin(logs);
  for (int epoch = options.initial_epoch; epoch < options.epochs && !model_.stop_training; ++epoch) {
    Logs empty;
    callbacks.on_epoch_begin(epoch, empty);
    if (options.verbose) print("Epoch " + std::to_string(epoch + 1) + "/" + std::to_string(options.epochs) + "\n");
    Progbar bar(steps, options.verbose);
    train.start(epoch);
    std::int64_t number = 0;
    while (number < steps && !model_.stop_training) {
      const std::optional<ArrayBatch> batch = train.next();
      if (!batch) break;
      callbacks.on_train_batch_begin(number, empty);
      const std::vector<Tensor> results = run(Phase::train, *batch, where);
      if (number == 0) reset_reports();
      report(results, batch->size());
      logs = this->logs();
      callbacks.on_train_batch_end(number++, logs);
      if (options.verbose == 1) bar.update(number, logs);
    }
    if (validation && (epoch + 1) % options.validation_freq == 0)
      for (const auto& [name, value] : test_epoch(*validation, callbacks, where)) logs.set("val_" + name, value);
    callbacks.on_epoch_end(epoch, logs);
    if (options.verbose) bar.update(number, logs, true);
    history.append(epoch, logs);
  }
  callbacks.on_train_end(logs);
  return history;
}

Logs Trainer::evaluate(Source& source, const EvaluateOptions& options, Location where) {
  const CallerScope scope(caller_, "evaluate");
  check_compiled("evaluate", where);
  CallbackList callbacks(options.callbacks, model_, {.verbose = options.verbose, .epochs = 1, .steps = source.steps()});
  Progbar bar(source.steps(), options.verbose);
  callbacks.show(options.verbose ? &bar : nullptr);
  return test_epoch(source, callbacks, where);
}

std::vector<Tensor> Trainer::predict(Source& source, const PredictOptions& options, Location where) {
  const CallerScope scope(caller_, "predict");
  CallbackList callbacks(options.callbacks, model_, {.verbose = options.verbose, .epochs = 1, .steps = source.steps()});
  Progbar bar(source.steps(), options.verbose);
  Logs logs;
  callbacks.on_predict_begin(logs);
  source.start(0);
  std::vector<std::vector<Tensor>> parts;
  std::int64_t number = 0;
  while (std::optional<ArrayBatch> batch = source.next()) {
    callbacks.on_predict_batch_begin(number, logs);
    std::vector<Tensor> outputs = run(Phase::predict, *batch, where);
    parts.resize(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) parts[i].push_back(on_host(outputs[i]));
    callbacks.on_predict_batch_end(number++, logs);
    if (options.verbose) bar.update(number, {}, number == source.steps());
  }
  callbacks.on_predict_end(logs);
  GradMode no_recording(false);
  std::vector<Tensor> results;
  for (const std::vector<Tensor>& of_output : parts)
    results.push_back(of_output.size() == 1 ? of_output[0] : concat(of_output, 0));
  return results;
}

Logs Trainer::run_batch(Phase phase, const ArrayBatch& batch, Location where) {
  const CallerScope scope(caller_, phase == Phase::train ? "train_on_batch" : "test_on_batch");
  check_compiled(caller_, where);
  const std::vector<Tensor> results = run(phase, batch, where);
  reset_reports();
  report(results, batch.size());
  return logs();
}

std::vector<Tensor> Trainer::predict_batch(const ArrayBatch& batch, Location where) {
  const CallerScope scope(caller_, "predict_on_batch");
  std::vector<Tensor> outputs = run(Phase::predict, batch, where);
  for (Tensor& output : outputs) output = on_host(output);
  return outputs;
}

}  // namespace triptych::keras
