// One step of training, evaluation or prediction: run as it is written, or traced into a graph once.
#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/layers/masks.h"
#include "api_keras/training/trainer.h"
#include "core/autodiff/gradient_stop.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/tensor/tensor_impl.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autocast.h"
#include "triptych/core/autograd.h"
#include "triptych/core/numerics.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

/// Everything that is fed, in one order.
std::vector<Tensor> fed(const ArrayBatch& batch) {
  std::vector<Tensor> tensors = batch.x;
  tensors.insert(tensors.end(), batch.y.begin(), batch.y.end());
  tensors.insert(tensors.end(), batch.sample_weight.begin(), batch.sample_weight.end());
  return tensors;
}

/// What a function is traced for: batches may differ in size.
std::vector<TensorMeta> inputs_of(const ArrayBatch& batch) {
  std::vector<TensorMeta> inputs;
  for (const Tensor& tensor : fed(batch)) {
    Shape shape = tensor.shape();
    shape.set(0, unknown);
    inputs.push_back({.shape = shape, .strides = {}, .dtype = tensor.dtype(), .device = {}});
  }
  return inputs;
}

/// Of the same dtypes and numbers of axes.
bool alike(const std::vector<TensorMeta>& a, const std::vector<TensorMeta>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const TensorMeta& x, const TensorMeta& y) {
    return x.dtype == y.dtype && x.shape.rank() == y.shape.rank();
  });
}

/// A function for `declared` takes `given`.
bool takes(const std::vector<TensorMeta>& declared, const std::vector<TensorMeta>& given) {
  if (!alike(declared, given)) return false;
  for (std::size_t i = 0; i < given.size(); ++i)
    for (int axis = 0; axis < given[i].shape.rank(); ++axis) {
      const Dim wanted = declared[i].shape.dim(axis);
      if (wanted.known() && wanted.raw() != given[i].shape.dim(axis).raw()) return false;
    }
  return true;
}

/// What the dtypes of a step depend on besides its inputs.
std::optional<DType> autocast_around(Device device) {
  return is_autocast_enabled(device) ? std::optional(get_autocast_dtype(device)) : std::nullopt;
}

/// Metrics count in float32 what a layer gave in 16 bits, as in Keras.
Tensor for_metrics(const Tensor& x) {
  if (x.dtype() != float16 && x.dtype() != bfloat16) return x;
  const Tensor single = cast(x, float32);
  if (const Tensor mask = mask_of(x); mask.defined()) set_mask(single, mask);
  return single;
}

/// An operation that runs whatever writes. Nobody asks for what such nodes give besides (a normalization its batch), so
/// that its memory is free once it was read.
Tensor all_effects(GraphImpl& graph, Location where) {
  std::vector<Node*> effects;
  for (const auto& node : graph.nodes)
    if (has_effect(*node)) effects.push_back(node.get());
  graph.control_stack.swap(effects);
  Node& all = graph.add(make_node(group_op, 0, 0, nullptr, where), "effects");
  graph.control_stack.swap(effects);
  return graph.handle(all);
}

/// `a` with the sizes left open in which `b` differs.
std::vector<TensorMeta> opened(std::vector<TensorMeta> a, const std::vector<TensorMeta>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    for (int axis = 0; axis < a[i].shape.rank(); ++axis)
      if (a[i].shape.dim(axis).raw() != b[i].shape.dim(axis).raw()) a[i].shape.set(axis, unknown);
  return a;
}

}  // namespace

void Trainer::no_gradient(const Tensor& loss) const {
  const std::string stop = loss.is_symbolic() ? gradient_stop(loss) : std::string();
  const bool named = !options_.loss.empty();
  throw ArgumentError(caller_, "the loss has no gradient",
                      named ? "loss '" + options_.loss[0].name() + "'" : std::string("what layers have added"),
                      stop.empty() ? "It must depend on trainable weights, and no op on the way, such as argmax or a "
                                     "comparison, may have no gradient"
                                   : stop,
                      named ? options_.loss[0].where() : where_);
}

namespace {

/// Of no step: what is met meanwhile is not known from now on.
struct ForgottenOutputs {
  std::size_t &count, before;
  ~ForgottenOutputs() { count = before; }
};

}  // namespace

Tensor Trainer::compiled_loss(const StepData& data, const std::vector<Tensor>& y_pred) {
  if (*caller_) return loss_of_step(data, y_pred);
  // An error names the line that compiled the model.
  const CallerScope scope(*this, "compute_loss", compiled_ ? compiled_at_ : LayerAccess::made_at(model_));
  const ForgottenOutputs forgotten{output_count_, output_count_};
  return loss_of_step(data, y_pred);
}

StepLogs Trainer::compiled_metrics(const StepData& data, const std::vector<Tensor>& y_pred) {
  if (*caller_) return metrics_of_step(data, y_pred);
  const CallerScope scope(*this, "compute_metrics", compiled_ ? compiled_at_ : LayerAccess::made_at(model_));
  const ForgottenOutputs forgotten{output_count_, output_count_};
  return metrics_of_step(data, y_pred);
}

StepLogs Trainer::metrics_of_step(const StepData& data, const std::vector<Tensor>& y_pred) {
  check_compiled();
  if (output_count_ == 0) meet_outputs(y_pred.size());
  std::vector<Tensor> results;
  put_metrics(data, y_pred, results);
  StepLogs logs;
  for (std::size_t i = 0; i < results.size(); ++i) logs.emplace_back(metrics_[i].name, results[i]);
  return logs;
}

std::vector<Tensor> Trainer::targets_of(const std::vector<Tensor>& y) const {
  if (y.size() == output_count_) return y;
  std::vector<Tensor> targets(output_count_);
  std::size_t next = 0;
  for (std::size_t i = 0; i < output_count_ && i < output_losses_.size(); ++i)
    if (output_losses_[i] && next++ < y.size()) targets[i] = y[next - 1];
  return next == y.size() ? targets : std::vector<Tensor>();
}

Tensor Trainer::loss_of_step(const StepData& data, const std::vector<Tensor>& y_pred) {
  check_compiled();
  if (output_count_ == 0) meet_outputs(y_pred.size());
  if (y_pred.size() != output_count_)
    throw ArgumentError(caller_, "there is not one prediction for each output",
                        std::to_string(y_pred.size()) + " predictions, " + std::to_string(output_count_) + " outputs",
                        "", where_);
  if (data.sample_weight.size() > 1 && data.sample_weight.size() != y_pred.size())
    throw ArgumentError(
        caller_, "there is neither one sample_weight nor one for each output",
        std::to_string(data.sample_weight.size()) + " weights, " + std::to_string(y_pred.size()) + " outputs", "",
        where_);
  const std::vector<Tensor> targets = targets_of(data.y);
  if (!options_.loss.empty() && targets.empty())
    throw ArgumentError(caller_, "there is not one target for each output",
                        std::to_string(data.y.size()) + " targets, " + std::to_string(y_pred.size()) + " outputs", "",
                        where_);
  Tensor total;
  const auto add = [&](const Tensor& loss) {
    total = total.defined() ? total + (loss.dtype() == total.dtype() ? loss : cast(loss, total.dtype())) : loss;
  };
  for (std::size_t i = 0; i < y_pred.size(); ++i) {
    if (!output_losses_[i]) continue;
    const Loss& loss = *output_losses_[i];
    const Tensor weight =
        data.sample_weight.empty() ? Tensor() : data.sample_weight[data.sample_weight.size() == 1 ? 0 : i];
    const Tensor value = loss(targets[i], y_pred[i], weight, loss.where());
    if (value.ndim() != 0)
      throw ArgumentError(caller_, "the loss is not one number",
                          "loss '" + loss.name() + "' has shape " + value.shape().text(),
                          "A loss to train with has a reduction", loss.where());
    if (!loss_names_.empty()) loss_values_.push_back(value);
    add(loss_weights_[i] == 1 ? value : value * loss_weights_[i]);
  }
  const Frame frame(where_);
  for (const Tensor& added : model_.losses()) add(added);
  if (!total.defined())
    throw ArgumentError(caller_, "there is no loss", "compile was given none", "Set .loss in compile", where_);
  return total;
}

std::optional<Trainer::Evaluation> Trainer::own_step(Phase phase, const StepData& data) {
  const bool training = phase == Phase::train;
  std::optional<StepLogs> logs;
  {
    const GradMode recording(training);
    const UserCode its_lines;
    logs = training ? model_.train_step(data) : model_.test_step(data);
  }
  if (!logs) return std::nullopt;
  Evaluation evaluation;
  for (auto& [name, value] : *logs) {
    if (!value.defined() || !value.shape().known() || value.numel() != 1)
      throw ArgumentError(
          caller_, "what a step reports is not one number",
          "'" + name + "' is " + (value.defined() ? "of shape " + value.shape().text() : std::string("undefined")), "",
          where_);
    evaluation.results.push_back(identity(value));
    evaluation.names.push_back(name);
  }
  return evaluation;
}

void Trainer::put_metrics(const StepData& data, const std::vector<Tensor>& y_pred, std::vector<Tensor>& results) {
  const Frame frame(where_);
  const GradMode no_recording(false);
  const std::vector<Tensor> targets = targets_of(data.y);
  for (OutputMetric& of : metrics_) {
    if (of.output < y_pred.size()) {
      if (of.output >= targets.size() || !targets[of.output].defined())
        throw ArgumentError(caller_, "a metric has no target", "'" + of.name + "'", "", where_);
      const std::vector<Tensor>& weights = data.sample_weight;
      const bool is_weighted = of.weighted && !weights.empty();
      of.metric.base().update_state(for_metrics(targets[of.output]), for_metrics(y_pred[of.output]),
                                    is_weighted ? weights[weights.size() == 1 ? 0 : of.output] : Tensor());
    }
    const Tensor result = of.metric.base().result();
    if (!result.defined() || !result.shape().known() || result.numel() != 1)
      throw ArgumentError(
          caller_, "a metric that is reported is not one number",
          "'" + of.name + "' is " + (result.defined() ? "of shape " + result.shape().text() : std::string("undefined")),
          "Give it an average, or update it yourself", where_);
    results.push_back(identity(result));
  }
}

Trainer::Evaluation Trainer::evaluate_step(Phase phase, const ArrayBatch& batch) {
  const bool training = phase == Phase::train;
  clear_losses(model_);
  const StepData data{batch.x, batch.y, batch.sample_weight};
  const CallScope call(model_, training);
  if (phase != Phase::predict)
    if (std::optional<Evaluation> own = own_step(phase, data)) return std::move(*own);
  std::vector<Tensor> predictions;
  {
    GradMode recording(training);
    predictions = outputs_of(model_, batch.x, only_training(training, batch.x.size()), where_);
  }
  if (output_count_ == 0) meet_outputs(predictions.size());
  if (phase == Phase::predict) return {.results = std::move(predictions)};

  if (training && parameters_.empty()) meet_parameters();
  Evaluation evaluation;
  std::vector<Tensor>& results = evaluation.results;
  {
    GradMode recording(training);
    loss_values_.clear();
    results.push_back(model_.compute_loss(data, predictions, training));
    if (!results[0].defined() || results[0].ndim() != 0)
      throw ArgumentError(
          caller_, "compute_loss did not return one number",
          results[0].defined() ? "a tensor of shape " + results[0].shape().text() : "an undefined tensor", "", where_);
    clear_losses(model_);
    const std::vector<Tensor> of_outputs = std::move(loss_values_);
    if (of_outputs.size() != loss_names_.size()) {  // a compute_loss of the model's own did not ask for them
      loss_names_.clear();
      losses_.resize(1);
    } else {
      results.insert(results.end(), of_outputs.begin(), of_outputs.end());
    }
  }
  if (training) {
    const bool dependent = results[0].is_symbolic() || results[0].requires_grad();
    Tensor scaled;
    {
      GradMode recording(true);
      scaled = options_.optimizer.base().scale_loss(results[0]);
    }
    const std::vector<Tensor> all = dependent ? gradients({&scaled, 1}, parameters_, {}, {.allow_unused = true})
                                              : std::vector<Tensor>(parameters_.size());
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (!all[i].defined()) continue;
      evaluation.parameters.push_back(parameters_[i]);
      evaluation.gradients.push_back(all[i]);
    }
    if (evaluation.parameters.empty()) no_gradient(results[0]);
  }
  put_metrics(data, predictions, results);
  return evaluation;
}

void Trainer::update(const Evaluation& evaluation) {
  if (evaluation.parameters.empty()) return;
  const Frame frame(where_);
  GradMode no_recording(false);
  if (!constraints_.empty()) {  // they may fail once the optimizer has written
    for (const Tensor& parameter : evaluation.parameters) Transaction::will_write(*parameter.impl());
    for (const auto& [name, variable] : options_.optimizer.base().variables())
      Transaction::will_write(*variable.impl());
  }
  options_.optimizer.base().apply(evaluation.gradients, evaluation.parameters);
  for (const auto& [weight, constraint] : constraints_) assign(weight, constraint(weight));
}

std::vector<Tensor> Trainer::run_eagerly(Phase phase, const ArrayBatch& batch) {
  NumericsMode numerics(numerics_);
  const Transaction whole;
  Evaluation evaluation = evaluate_step(phase, batch);
  update(evaluation);  // the last that happens: it makes everything ready before it writes
  own_names_ = std::move(evaluation.names);
  return std::move(evaluation.results);
}

Trainer::Function Trainer::trace(Phase phase, const ArrayBatch& batch, std::vector<TensorMeta> inputs) {
  const GraphHandle graph;
  std::vector<Tensor> placeholders;
  const auto placeholder = [&](const char* name) {
    const TensorMeta& input = inputs[placeholders.size()];
    placeholders.push_back(graph_placeholder(graph, name, input.dtype, input.shape, {}, where_));
    return placeholders.back();
  };
  ArrayBatch symbolic;
  for (std::size_t i = 0; i < batch.x.size(); ++i) symbolic.x.push_back(placeholder("x"));
  for (std::size_t i = 0; i < batch.y.size(); ++i) symbolic.y.push_back(placeholder("y"));
  for (std::size_t i = 0; i < batch.sample_weight.size(); ++i)
    symbolic.sample_weight.push_back(placeholder("sample_weight"));

  std::vector<Tensor> fetches;
  std::vector<std::string> names;
  {
    TraceScope scope(graph);
    Evaluation evaluation = evaluate_step(phase, symbolic);
    update(evaluation);
    fetches = std::move(evaluation.results);
    names = std::move(evaluation.names);
  }
  Function result{.phase = phase,
                  .inputs = std::move(inputs),
                  .weights = batch.sample_weight.size(),
                  .autocast = autocast_around(*device_),
                  .runner = {},
                  .function = {},
                  .outputs = fetches.size(),
                  .names = std::move(names)};
  fetches.push_back(all_effects(graph.impl(), where_));
  SessionOptions options;
  options.numerics = numerics_;
  result.runner = std::make_unique<Runner>(graph, options);
  result.function = result.runner->function(placeholders, fetches, where_);
  return result;
}

Trainer::Function& Trainer::function_for(Phase phase, const ArrayBatch& batch) {
  std::vector<TensorMeta> given = inputs_of(batch);
  const std::size_t weights = batch.sample_weight.size();
  const std::optional<DType> autocast = autocast_around(*device_);
  const auto of_kind = [&](const Function& f) {
    return f.phase == phase && f.weights == weights && f.autocast == autocast;
  };
  for (Function& function : functions_)
    if (of_kind(function) && takes(function.inputs, given)) return function;
  // Images of many sizes: one function with these sizes left open takes all of them, and its runner compiles it for a
  // bounded number.
  const auto other = std::find_if(functions_.begin(), functions_.end(),
                                  [&](const Function& f) { return of_kind(f) && alike(f.inputs, given); });
  if (other != functions_.end()) {
    try {
      *other = trace(phase, batch, opened(other->inputs, given));
      return *other;
    } catch (const Error&) {
      // The model asks for the sizes, so it needs a function for each of them.
    }
  }
  const auto most = static_cast<std::size_t>(SessionOptions().max_compiled_shapes);
  if (functions_.size() >= most) functions_.erase(functions_.begin());
  functions_.push_back(trace(phase, batch, std::move(given)));
  return functions_.back();
}

std::vector<Tensor> Trainer::run(Phase phase, ArrayBatch batch) {
  notice_changes();
  if (!device_) {
    const std::vector<Weight> weights = model_.weights();
    device_ = weights.empty() ? modes.device : weights[0].value.device();
  }
  const DeviceScope on(*device_);
  batch.x = adjusted(batch.x);
  check_batch(phase, batch);
  const BatchScope scope(batch.size());
  move(batch.x);
  move(batch.y);
  move(batch.sample_weight);
  if (!prepared_.contains(phase)) {
    prepare(batch);
    prepared_.insert(phase);
  }
  std::vector<Tensor> results;
  if (compiled_ && options_.engine == "eager") {
    results = run_eagerly(phase, batch);
  } else {
    Function& function = function_for(phase, batch);
    results = function.runner->call(*function.function, fed(batch), where_);
    results.resize(function.outputs);
    own_names_ = function.names;
  }
  if (changes_ != structure_changes()) remember_structure();  // what the model has built in this step
  return results;
}

}  // namespace triptych::keras
