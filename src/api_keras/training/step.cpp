// One step of training, evaluation or prediction: run as it is written, or traced into a graph once.
#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/metrics/contributions.h"
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
  if (batch.sample_weight.defined()) tensors.push_back(batch.sample_weight);
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
  throw ArgumentError(caller_, "the loss has no gradient", "loss '" + options_.loss[0].name() + "'",
                      stop.empty() ? "It must depend on trainable weights, and no op on the way, such as argmax or a "
                                     "comparison, may have no gradient"
                                   : stop,
                      options_.loss[0].where());
}

Trainer::Evaluation Trainer::evaluate_step(Phase phase, const ArrayBatch& batch) {
  const bool training = phase == Phase::train;
  clear_losses(model_);
  const CallScope call(model_, training);
  std::vector<Tensor> predictions;
  {
    GradMode recording(training);
    predictions = outputs_of(model_, batch.x, training, where_);
  }
  if (output_count_ == 0) meet_outputs(predictions.size());
  if (phase == Phase::predict) return {std::move(predictions), {}, {}};

  if (options_.loss.empty())
    throw ArgumentError(caller_, "there is no loss", "compile was given none", "Set .loss in compile", where_);
  if (batch.y.size() != predictions.size())
    throw ArgumentError(caller_, "there is not one target for each output",
                        std::to_string(batch.y.size()) + " targets, " + std::to_string(predictions.size()) + " outputs",
                        "", where_);
  if (training && parameters_.empty()) meet_parameters();
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
    const Frame frame(where_);
    for (const Tensor& added : model_.losses()) results[0] = results[0] + cast(added, results[0].dtype());
    clear_losses(model_);
  }
  if (training) {
    const bool dependent = results[0].is_symbolic() || results[0].requires_grad();
    const std::vector<Tensor> all = dependent ? gradients({results.data(), 1}, parameters_, {}, {.allow_unused = true})
                                              : std::vector<Tensor>(parameters_.size());
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (!all[i].defined()) continue;
      evaluation.parameters.push_back(parameters_[i]);
      evaluation.gradients.push_back(all[i]);
    }
    if (evaluation.parameters.empty()) no_gradient(results[0]);
  }
  const Frame frame(where_);
  GradMode no_recording(false);
  for (const OutputMetric& of : metrics_)
    for (Tensor& part : contributions_of(of.metric.base(), batch.y[of.output], predictions[of.output]))
      results.push_back(std::move(part));
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
  if (batch.sample_weight.defined()) symbolic.sample_weight = placeholder("sample_weight");

  std::vector<Tensor> fetches;
  {
    TraceScope scope(graph);
    Evaluation evaluation = evaluate_step(phase, symbolic);
    update(evaluation);
    fetches = std::move(evaluation.results);
  }
  Function result{.phase = phase,
                  .inputs = std::move(inputs),
                  .weighted = batch.sample_weight.defined(),
                  .autocast = autocast_around(*device_),
                  .runner = {},
                  .function = {},
                  .outputs = fetches.size()};
  GraphImpl& impl = graph.impl();
  for (const auto& node : impl.nodes)
    if (has_effect(*node)) fetches.push_back(impl.handle(*node));
  SessionOptions options;
  options.numerics = numerics_;
  result.runner = std::make_unique<Runner>(graph, options);
  result.function = result.runner->function(placeholders, fetches, where_);
  return result;
}

Trainer::Function& Trainer::function_for(Phase phase, const ArrayBatch& batch) {
  std::vector<TensorMeta> given = inputs_of(batch);
  const bool weighted = batch.sample_weight.defined();
  const std::optional<DType> autocast = autocast_around(*device_);
  const auto of_kind = [&](const Function& f) {
    return f.phase == phase && f.weighted == weighted && f.autocast == autocast;
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
  if (batch.sample_weight.defined()) batch.sample_weight = on_device(batch.sample_weight, *device_);
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
  }
  if (changes_ != structure_changes()) remember_structure();  // what the model has built in this step
  return results;
}

}  // namespace triptych::keras
