// fit, evaluate and predict: steps over batches, and what is reported of them.
#include <algorithm>
#include <cstdio>

#include "api_keras/callbacks/callback_list.h"
#include "api_keras/callbacks/progbar.h"
#include "api_keras/training/class_weights.h"
#include "api_keras/training/trainer.h"
#include "core/dispatch/backend.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

/// Passes over the data, the first of which has the number `first`. If it goes on, an epoch takes up where the last one
/// ended.
class Passes {
 public:
  Passes(Source& source, bool goes_on, std::int64_t first) : source_(source), goes_on_(goes_on), number_(first) {}

  /// The first batch of an epoch.
  std::optional<ArrayBatch> first() {
    if (goes_on_ && left_ > 0)
      if (std::optional<ArrayBatch> batch = next()) return batch;
    source_.start(number_++);
    left_ = source_.steps();
    return next();
  }
  std::optional<ArrayBatch> next() {
    std::optional<ArrayBatch> batch = source_.next();
    left_ = batch ? left_ - 1 : 0;
    return batch;
  }

 private:
  Source& source_;
  bool goes_on_;
  std::int64_t number_, left_ = 0;
};

}  // namespace

void Trainer::reset_reports() {
  for (Mean& loss : losses_) loss.reset();
  for (OutputMetric& of : metrics_) of.metric.reset_state();
  if (output_count_ > 0 && own_names_.empty()) return;  // those that the model has itself are among them
  for (Metric& metric : model_.metrics()) metric.reset_state();
}

MetricBase::Direction Trainer::direction(const std::string& name) const {
  if (name == "loss" || std::find(loss_names_.begin(), loss_names_.end(), name) != loss_names_.end())
    return MetricBase::Direction::down;
  for (const OutputMetric& of : metrics_)
    if (name == of.name) return of.metric.base().direction();
  for (const Metric& metric : model_.metrics())
    if (name == metric.name()) return metric.base().direction();
  return MetricBase::Direction::unknown;
}

void Trainer::report(std::span<const Tensor> results, std::int64_t batch_size) {
  std::size_t next = 0;
  if (own_names_.empty())
    for (Mean& loss : losses_) loss.update(results[next++].item<double>(), static_cast<double>(batch_size));
  metric_values_.clear();
  while (next < results.size()) metric_values_.push_back(results[next++].item<double>());
}

Logs Trainer::logs() const {
  std::vector<Logs::Item> items;
  if (own_names_.empty()) {
    items.emplace_back("loss", losses_[0].result());
    for (std::size_t i = 0; i < loss_names_.size(); ++i) items.emplace_back(loss_names_[i], losses_[i + 1].result());
    for (std::size_t i = 0; i < metrics_.size(); ++i) items.emplace_back(metrics_[i].name, metric_values_[i]);
  } else {
    for (std::size_t i = 0; i < own_names_.size(); ++i) items.emplace_back(own_names_[i], metric_values_[i]);
  }
  std::sort(items.begin(), items.end());
  Logs logs;
  for (auto& [name, value] : items) logs.set(std::move(name), value);
  return logs;
}

std::vector<std::string> Trainer::metrics_names() const {
  if (!own_names_.empty()) return own_names_;
  if (losses_.empty()) return {};
  std::vector<std::string> names{"loss"};
  names.insert(names.end(), loss_names_.begin(), loss_names_.end());
  for (const OutputMetric& of : metrics_) names.push_back(of.name);
  return names;
}

void Trainer::check_any(bool any) const {
  if (!any)
    throw ArgumentError(caller_, "the data hold no batch", "the first one is missing",
                        "An empty data set, or drop_last with less examples than a batch?", where_);
}

void Trainer::warn_of_end(std::int64_t number, std::int64_t steps, const std::string& of) const {
  std::fprintf(stderr, "[%s] warning: the data end after %lld of the %lld steps%s.\n", caller_,
               static_cast<long long>(number), static_cast<long long>(steps), of.c_str());
}

Logs Trainer::test_epoch(Source& source, std::int64_t steps, CallbackList& callbacks) {
  Logs logs;
  callbacks.on_test_begin(logs);
  reset_reports();
  source.start(0);
  std::int64_t number = 0;
  while (steps == 0 || number < steps) {
    const std::optional<ArrayBatch> batch = source.next();
    if (!batch) break;
    Logs empty;
    callbacks.on_test_batch_begin(number, empty);
    const std::vector<Tensor> results = run(Phase::test, *batch);
    report(results, batch->size());
    logs = this->logs();
    callbacks.on_test_batch_end(number++, logs);
  }
  check_any(number > 0);
  if (number < steps) warn_of_end(number, steps);
  callbacks.on_test_end(logs);
  return logs;
}

History Trainer::fit(Source& data, Source* validation, const FitOptions& options, Location where) {
  const CallerScope scope(*this, "fit", where);
  check_compiled();
  ClassWeighted weighted(data, options.class_weight, where);
  Source& train = options.class_weight.empty() ? data : weighted;
  const std::int64_t steps = options.steps_per_epoch > 0 ? options.steps_per_epoch : train.steps();
  CallbackList callbacks(options.callbacks, model_,
                         {.verbose = options.verbose, .epochs = options.epochs, .steps = steps});
  model_.stop_training = false;
  History history;
  Logs logs;
  model_.resume_epoch.reset();
  callbacks.on_train_begin(logs);
  const int first = model_.resume_epoch.value_or(options.initial_epoch);
  const int verbose = callbacks.shows_bar() ? 0 : options.verbose;
  Passes passes(train, options.steps_per_epoch > 0, first);
  for (int epoch = first; epoch < options.epochs && !model_.stop_training; ++epoch) {
    Logs empty;
    callbacks.on_epoch_begin(epoch, empty);
    check_trainable();
    if (verbose && options.epochs > 1)
      print("Epoch " + std::to_string(epoch + 1) + "/" + std::to_string(options.epochs) + "\n");
    Progbar bar(steps, verbose);
    std::int64_t number = 0;
    reset_reports();
    const auto goes_on = [&] { return (options.steps_per_epoch == 0 || number < steps) && !model_.stop_training; };
    bool ended = false;
    while (goes_on() && !ended) {
      std::int64_t taken = 0;  // of this execution
      for (; taken < options_.steps_per_execution && goes_on(); ++taken) {
        const std::optional<ArrayBatch> batch = number == 0 ? passes.first() : passes.next();
        ended = !batch;
        if (ended) break;
        if (taken == 0) callbacks.on_train_batch_begin(number, empty);
        report(run(Phase::train, *batch), batch->size());
        ++number;
      }
      if (taken == 0) break;
      logs = this->logs();
      callbacks.on_train_batch_end(number - 1, logs);
      if (verbose == 1) bar.update(number, logs);
    }
    check_any(number > 0 || model_.stop_training);
    if (options.steps_per_epoch > 0 && number < steps && ended)
      warn_of_end(number, steps, " of epoch " + std::to_string(epoch + 1));
    if (validation && (epoch + 1) % options.validation_freq == 0)
      for (const auto& [name, value] : test_epoch(*validation, options.validation_steps, callbacks))
        logs.set("val_" + name, value);
    callbacks.on_epoch_end(epoch, logs);
    if (verbose) bar.update(number, logs, true);
    history.append(epoch, logs);
  }
  options_.optimizer.base().finalize_variable_values(parameters_);
  callbacks.on_train_end(logs);
  return history;
}

Logs Trainer::evaluate(Source& source, const EvaluateOptions& options, Location where) {
  const CallerScope scope(*this, "evaluate", where);
  check_compiled();
  const std::int64_t steps = options.steps > 0 ? options.steps : source.steps();
  CallbackList callbacks(options.callbacks, model_, {.verbose = options.verbose, .epochs = 1, .steps = steps});
  Progbar bar(steps, options.verbose);
  callbacks.show(options.verbose ? &bar : nullptr);
  return test_epoch(source, options.steps, callbacks);
}

std::vector<Tensor> Trainer::predict(Source& source, const PredictOptions& options, Location where) {
  const CallerScope scope(*this, "predict", where);
  const std::int64_t steps = options.steps > 0 ? options.steps : source.steps();
  CallbackList callbacks(options.callbacks, model_, {.verbose = options.verbose, .epochs = 1, .steps = steps});
  Progbar bar(steps, options.verbose);
  Logs logs;
  callbacks.on_predict_begin(logs);
  source.start(0);
  std::vector<std::vector<Tensor>> parts;
  std::int64_t number = 0;
  while (options.steps == 0 || number < options.steps) {
    std::optional<ArrayBatch> batch = source.next();
    if (!batch) break;
    callbacks.on_predict_batch_begin(number, logs);
    std::vector<Tensor> outputs = run(Phase::predict, {.x = std::move(batch->x), .y = {}, .sample_weight = {}});
    parts.resize(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) parts[i].push_back(on_host(outputs[i]));
    callbacks.on_predict_batch_end(number++, logs);
    if (options.verbose) bar.update(number, {});
  }
  check_any(number > 0);
  if (number < options.steps) warn_of_end(number, options.steps);
  callbacks.on_predict_end(logs);
  if (options.verbose) bar.update(number, {}, true);
  const Frame frame(where);
  GradMode no_recording(false);
  std::vector<Tensor> results;
  for (const std::vector<Tensor>& of_output : parts)
    results.push_back(of_output.size() == 1 ? of_output[0] : concat(of_output, 0));
  return results;
}

Logs Trainer::run_batch(Phase phase, const ArrayBatch& batch, Location where) {
  const CallerScope scope(*this, phase == Phase::train ? "train_on_batch" : "test_on_batch", where);
  check_compiled();
  if (phase == Phase::train) check_trainable();
  reset_reports();
  const std::vector<Tensor> results = run(phase, batch);
  report(results, batch.size());
  return logs();
}

std::vector<Tensor> Trainer::predict_batch(const ArrayBatch& batch, Location where) {
  const CallerScope scope(*this, "predict_on_batch", where);
  std::vector<Tensor> outputs = run(Phase::predict, batch);
  for (Tensor& output : outputs) output = on_host(output);
  return outputs;
}

}  // namespace triptych::keras
