// Hooks that stop, save, print and count.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "api_lowlevel/training/step_of.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel/session_run_hook.h"

namespace triptych::lowlevel::train {
namespace {

using Clock = std::chrono::steady_clock;

std::string formatted(const char* format, double number) {
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

std::string value_text(const Tensor& value) {
  if (!value.defined()) return "none";
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace

SessionRunHook::~SessionRunHook() = default;
void SessionRunHook::begin(const Graph&) {}
void SessionRunHook::after_create_session(const Session&) {}
SessionRunArgs SessionRunHook::before_run(SessionRunContext&) { return {}; }
void SessionRunHook::after_run(SessionRunContext&, const SessionRunValues&) {}
void SessionRunHook::end(const Session&) {}

// --- The timer -------------------------------------------------------------------------------------------------------

SecondOrStepTimer::SecondOrStepTimer(std::optional<double> every_secs, std::optional<std::int64_t> every_steps,
                                     Text hook, Location where)
    : every_secs_(every_secs), every_steps_(every_steps) {
  const std::string_view of = std::string_view(hook).empty() ? "SecondOrStepTimer" : std::string_view(hook);
  if (every_secs.has_value() == every_steps.has_value())
    throw ArgumentError(of, every_secs ? "both seconds and steps are given" : "neither seconds nor steps are given",
                        every_secs ? std::to_string(*every_secs) + " and " + std::to_string(*every_steps) : "nothing",
                        "Give one of them", where);
  if (every_secs && !(*every_secs > 0))
    throw ArgumentError(of, "the interval is not positive", std::to_string(*every_secs) + " s", "", where);
  if (every_steps && *every_steps < 1)
    throw ArgumentError(of, "the interval is not positive", std::to_string(*every_steps) + " steps", "", where);
}

bool SecondOrStepTimer::should_trigger_for_step(std::int64_t step) const {
  if (!last_step_) return true;
  if (*last_step_ == step) return false;
  if (every_secs_) return std::chrono::duration<double>(Clock::now() - last_time_).count() >= *every_secs_;
  return step >= *last_step_ && static_cast<std::uint64_t>(step) - static_cast<std::uint64_t>(*last_step_) >=
                                    static_cast<std::uint64_t>(*every_steps_);
}

std::optional<std::pair<double, std::int64_t>> SecondOrStepTimer::update_last_triggered_step(std::int64_t step) {
  const Clock::time_point now = Clock::now();
  std::optional<std::pair<double, std::int64_t>> since;
  if (last_step_)
    since.emplace(
        std::chrono::duration<double>(now - last_time_).count(),
        static_cast<std::int64_t>(static_cast<std::uint64_t>(step) - static_cast<std::uint64_t>(*last_step_)));
  last_time_ = now;
  last_step_ = step;
  return since;
}

// --- StopAtStepHook --------------------------------------------------------------------------------------------------

StopAtStepHook::StopAtStepHook(std::optional<std::int64_t> num_steps, std::optional<std::int64_t> last_step,
                               Location where)
    : num_steps_(num_steps), last_step_(last_step) {
  if (num_steps.has_value() == last_step.has_value())
    throw ArgumentError(
        "StopAtStepHook",
        num_steps ? "both num_steps and last_step are given" : "neither num_steps nor last_step is given",
        num_steps ? std::to_string(*num_steps) + " and " + std::to_string(*last_step) : "nothing", "Give one of them",
        where);
  if (const std::int64_t given = num_steps ? *num_steps : *last_step; given < 0)
    throw ArgumentError("StopAtStepHook", "a number of steps is negative", std::to_string(given), "", where);
}

void StopAtStepHook::begin(const Graph& graph) { global_step_ = needed_step(graph, "StopAtStepHook"); }

void StopAtStepHook::after_create_session(const Session& session) {
  if (last_step_) return;
  const std::int64_t now = step_in(session, global_step_);
  last_step_ = now > INT64_MAX - *num_steps_ ? INT64_MAX : now + *num_steps_;
}

SessionRunArgs StopAtStepHook::before_run(SessionRunContext&) { return {}; }

void StopAtStepHook::after_run(SessionRunContext& run_context, const SessionRunValues&) {
  if (step_in(run_context.session(), global_step_) >= *last_step_) run_context.request_stop();
}

// --- CheckpointSaverHook ---------------------------------------------------------------------------------------------

CheckpointSaverListener::~CheckpointSaverListener() = default;
void CheckpointSaverListener::begin() {}
void CheckpointSaverListener::before_save(const Session&, std::int64_t) {}
bool CheckpointSaverListener::after_save(const Session&, std::int64_t) { return false; }
void CheckpointSaverListener::end(const Session&, std::int64_t) {}

CheckpointSaverHook::CheckpointSaverHook(const OwnedText& checkpoint_dir, const CheckpointSaverHookOptions& options,
                                         Location where)
    : folder_(checkpoint_dir),
      options_(options),
      timer_(options.save_secs, options.save_steps, "CheckpointSaverHook", where),
      saver_(options.saver),
      where_(where) {
  if (folder_.empty()) throw ArgumentError("CheckpointSaverHook", "the folder is empty", "''", "", where);
  if (options.checkpoint_basename.empty())
    throw ArgumentError("CheckpointSaverHook", "the name of the checkpoints is empty", "''", "", where);
  for (const auto& listener : options.listeners)
    if (!listener) throw ArgumentError("CheckpointSaverHook", "a listener is null", "an empty pointer", "", where);
  if (!saver_) saver_ = std::make_shared<Saver>(SaverOptions(), where);
}

void CheckpointSaverHook::begin(const Graph& graph) {
  global_step_ = needed_step(graph, "CheckpointSaverHook", where_);
  for (const auto& listener : options_.listeners) listener->begin();
}

void CheckpointSaverHook::after_create_session(const Session& session) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);  // if it cannot be made, saving says so
  const std::optional<CheckpointState> state = get_checkpoint_state(folder_, "checkpoint", where_);
  if (state && saver_->last_checkpoints().empty()) saver_->recover_last_checkpoints(state->all_model_checkpoint_paths);
  const std::int64_t step = step_in(session, global_step_);
  save(session, step);
  timer_.update_last_triggered_step(step);
}

SessionRunArgs CheckpointSaverHook::before_run(SessionRunContext&) { return {}; }

void CheckpointSaverHook::after_run(SessionRunContext& run_context, const SessionRunValues&) {
  const std::int64_t step = step_in(run_context.session(), global_step_);
  if (!timer_.should_trigger_for_step(step)) return;
  timer_.update_last_triggered_step(step);
  if (save(run_context.session(), step)) run_context.request_stop();
}

void CheckpointSaverHook::end(const Session& session) {
  const std::int64_t step = step_in(session, global_step_);
  if (timer_.last_triggered_step() != step) save(session, step);
  for (const auto& listener : options_.listeners) listener->end(session, step);
}

bool CheckpointSaverHook::save(const Session& session, std::int64_t step) {
  for (const auto& listener : options_.listeners) listener->before_save(session, step);
  saver_->save(session, (std::filesystem::path(folder_) / std::string(options_.checkpoint_basename)).string(),
               {.global_step = step}, where_);
  bool stop = false;
  for (const auto& listener : options_.listeners) stop |= listener->after_save(session, step);
  return stop;
}

// --- LoggingTensorHook -----------------------------------------------------------------------------------------------

LoggingTensorHook::LoggingTensorHook(const std::map<std::string, Tensor>& tensors,
                                     const LoggingTensorHookOptions& options, Location where)
    : tensors_(tensors), options_(options) {
  if (tensors.empty()) throw ArgumentError("LoggingTensorHook", "there is no tensor", "an empty map", "", where);
  for (const auto& [tag, tensor] : tensors)
    if (!tensor.is_symbolic())
      throw ArgumentError("LoggingTensorHook", "a tensor is not one of a graph", "'" + tag + "'", "", where);
  const bool only_at_end = options.at_end && !options.every_n_iter && !options.every_n_secs;
  if (!only_at_end) timer_.emplace(options.every_n_secs, options.every_n_iter, "LoggingTensorHook", where);
}

void LoggingTensorHook::begin(const Graph&) { iteration_ = 0; }

SessionRunArgs LoggingTensorHook::before_run(SessionRunContext&) {
  due_ = timer_ && timer_->should_trigger_for_step(iteration_);
  SessionRunArgs args;
  if (due_)
    for (const auto& [tag, tensor] : tensors_) args.fetches.push_back(tensor);
  return args;
}

void LoggingTensorHook::after_run(SessionRunContext&, const SessionRunValues& run_values) {
  if (due_) log(run_values.results);
  ++iteration_;
}

void LoggingTensorHook::end(const Session& session) {
  if (!options_.at_end) return;
  std::vector<Tensor> fetches;
  for (const auto& [tag, tensor] : tensors_) fetches.push_back(tensor);
  log(session.run(fetches));
}

void LoggingTensorHook::log(const std::vector<Tensor>& values) {
  std::map<std::string, Tensor> by_tag;
  std::string line;
  std::size_t i = 0;
  for (const auto& [tag, tensor] : tensors_) {
    line += (line.empty() ? "" : ", ") + tag + " = " + value_text(values[i]);
    by_tag.emplace(tag, values[i++]);
  }
  std::optional<std::pair<double, std::int64_t>> since;
  if (timer_) since = timer_->update_last_triggered_step(iteration_);
  if (options_.formatter)
    line = options_.formatter(by_tag);
  else if (since)
    line += " (" + formatted("%.3f", since->first) + " sec)";
  (options_.stream ? *options_.stream : std::cerr) << line << std::endl;
}

// --- StepCounterHook -------------------------------------------------------------------------------------------------

StepCounterHook::StepCounterHook(const StepCounterHookOptions& options, Location where)
    : options_(options),
      timer_(options.every_n_secs,
             options.every_n_secs && options.every_n_steps == StepCounterHookOptions().every_n_steps
                 ? std::nullopt
                 : options.every_n_steps,
             "StepCounterHook", where),
      where_(where) {}

void StepCounterHook::begin(const Graph& graph) {
  global_step_ = needed_step(graph, "StepCounterHook", where_);
  if (!options_.summary_writer && !options_.output_dir.empty())
    options_.summary_writer = summary::FileWriterCache::get(options_.output_dir, where_);
}

SessionRunArgs StepCounterHook::before_run(SessionRunContext& run_context) {
  if (!timer_.last_triggered_step()) timer_.update_last_triggered_step(step_in(run_context.session(), global_step_));
  return {};
}

void StepCounterHook::after_run(SessionRunContext& run_context, const SessionRunValues&) {
  const std::int64_t step = step_in(run_context.session(), global_step_);
  if (!timer_.should_trigger_for_step(step)) return;
  const auto since = timer_.update_last_triggered_step(step);
  if (!since) return;
  const double rate = since->first > 0 ? static_cast<double>(since->second) / since->first : 0;
  if (options_.summary_writer)
    options_.summary_writer->add_summary(summary::scalar("global_step/sec", tensor(rate)), step, where_);
  if (options_.report)
    options_.report(rate, step);
  else
    std::cerr << "global_step/sec: " << formatted("%g", rate) << std::endl;
}

void StepCounterHook::end(const Session&) {
  if (options_.summary_writer) options_.summary_writer->flush(where_);
}

// --- NanTensorHook ---------------------------------------------------------------------------------------------------

NanLossDuringTrainingError::~NanLossDuringTrainingError() = default;

NanTensorHook::NanTensorHook(const Tensor& loss_tensor, bool fail_on_nan_loss, Location where)
    : loss_(loss_tensor), fail_(fail_on_nan_loss), where_(where) {
  if (!loss_.is_symbolic() || !is_floating(loss_.dtype()))
    throw ArgumentError("NanTensorHook", "the loss is not a floating-point tensor of a graph",
                        loss_.defined() ? std::string(dtype_name(loss_.dtype())) : std::string("undefined"), "", where);
}

SessionRunArgs NanTensorHook::before_run(SessionRunContext&) { return {.fetches = {loss_}}; }

void NanTensorHook::after_run(SessionRunContext& run_context, const SessionRunValues& run_values) {
  const std::vector<double> values = run_values.results.at(0).to_vector<double>();
  for (const double value : values) {
    if (!std::isnan(value)) continue;
    if (fail_)
      throw NanLossDuringTrainingError("NanTensorHook", "the loss is NaN", "'" + name_of(loss_) + "'",
                                       "Lower the learning rate, or look where it comes from: session.debugger()",
                                       where_);
    std::cerr << "the loss '" << name_of(loss_) << "' is NaN: training stops" << std::endl;
    run_context.request_stop();
    return;
  }
}

// --- FinalOpsHook, FeedFnHook ----------------------------------------------------------------------------------------

FinalOpsHook::FinalOpsHook(const TensorList& final_ops, const std::vector<Feed>& final_ops_feed_dict)
    : ops_(final_ops.tensors()), feeds_(final_ops_feed_dict) {}

void FinalOpsHook::end(const Session& session) { values_ = session.run(ops_, feeds_); }

FeedFnHook::FeedFnHook(std::function<std::vector<Feed>()> feed_fn, Location where) : feed_fn_(std::move(feed_fn)) {
  check_callable("FeedFnHook", feed_fn_, where);
}

SessionRunArgs FeedFnHook::before_run(SessionRunContext&) { return {.feed_dict = feed_fn_()}; }

}  // namespace triptych::lowlevel::train
