// Hooks that look at some of the steps: summaries, and the times of nodes.
#include <filesystem>

#include "api_lowlevel/training/step_of.h"
#include "triptych/core/profiler.h"
#include "triptych/lowlevel/session_run_hook.h"

namespace triptych::lowlevel::train {

SummarySaverHook::SummarySaverHook(const SummarySaverHookOptions& options, Location where)
    : options_(options), timer_(options.save_secs, options.save_steps, "SummarySaverHook", where), where_(where) {
  if (options.summary_op.defined() && !options.summary_op.is_symbolic())
    throw ArgumentError("SummarySaverHook", "summary_op is not a tensor of a graph", "a concrete tensor", "", where);
  if (!options.summary_writer && options.output_dir.empty())
    throw ArgumentError("SummarySaverHook", "nothing says where summaries go", "neither output_dir nor summary_writer",
                        "Give one of them", where);
}

void SummarySaverHook::begin(const Graph& graph) {
  global_step_ = needed_step(graph, "SummarySaverHook", where_);
  if (!options_.summary_op.defined())
    options_.summary_op = made_once(graph, GraphKeys::SUMMARY_OP,
                                    [&] { return summary::merge_all(graph, GraphKeys::SUMMARIES, "", where_); });
  if (!options_.summary_writer) options_.summary_writer = summary::FileWriterCache::get(options_.output_dir, where_);
}

SessionRunArgs SummarySaverHook::before_run(SessionRunContext& run_context) {
  next_step_ = step_in(run_context.session(), global_step_) + 1;
  due_ = options_.summary_op.defined() && timer_.should_trigger_for_step(next_step_);
  SessionRunArgs args;
  if (due_) args.fetches.push_back(options_.summary_op);
  return args;
}

void SummarySaverHook::after_run(SessionRunContext& run_context, const SessionRunValues& run_values) {
  if (!due_) return;
  const std::int64_t step = step_in(run_context.session(), global_step_);
  timer_.update_last_triggered_step(step);
  options_.summary_writer->add_summary(run_values.results.at(0), step, where_);
}

void SummarySaverHook::end(const Session&) { options_.summary_writer->flush(where_); }

ProfilerHook::ProfilerHook(const ProfilerHookOptions& options, Location where)
    : options_(options), timer_(options.save_secs, options.save_steps, "ProfilerHook", where), where_(where) {}

void ProfilerHook::begin(const Graph& graph) { global_step_ = needed_step(graph, "ProfilerHook", where_); }

SessionRunArgs ProfilerHook::before_run(SessionRunContext& run_context) {
  next_step_ = step_in(run_context.session(), global_step_) + 1;
  due_ = timer_.should_trigger_for_step(next_step_);
  return {.trace = due_};
}

void ProfilerHook::after_run(SessionRunContext&, const SessionRunValues& run_values) {
  if (!due_) return;
  timer_.update_last_triggered_step(next_step_);
  const std::filesystem::path path =
      std::filesystem::path(std::string(options_.output_dir)) / ("timeline-" + std::to_string(next_step_) + ".json");
  write_timeline(path, run_values.run_metadata, where_);
}

}  // namespace triptych::lowlevel::train
