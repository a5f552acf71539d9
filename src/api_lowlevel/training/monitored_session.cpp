#include "triptych/lowlevel/monitored_session.h"

#include <exception>
#include <utility>

#include "api_lowlevel/training/step_of.h"

namespace triptych::lowlevel::train {

void Scaffold::finalize(const Graph& graph, Location where) {
  const auto initializer = [&](const std::vector<Variable>& variables, const char* name) {
    return variables.empty() ? graph.no_op(name, where) : variables_initializer(variables, where);
  };
  if (!options_.init_op.defined())
    options_.init_op =
        made_once(graph, GraphKeys::INIT_OP, [&] { return initializer(global_variables(graph), "init"); });
  if (!options_.local_init_op.defined())
    options_.local_init_op = made_once(graph, GraphKeys::LOCAL_INIT_OP, [&] {
      const Tensor variables = initializer(local_variables(graph), "local_init");
      return group({variables, tables_initializer(graph)}, "local_init_op", where);
    });
  if (!options_.saver) options_.saver = std::make_shared<Saver>(SaverOptions(), where);
}

struct MonitoredSession::State {
  Session session;
  std::vector<std::shared_ptr<SessionRunHook>> hooks;
  bool stop = false, closed = false;
};

MonitoredSession::MonitoredSession(const Graph& graph, const MonitoredSessionOptions& options, Location where) {
  const Frame frame(where);
  for (const auto& hook : options.hooks)
    if (!hook) throw ArgumentError("MonitoredSession", "a hook is null", "an empty pointer", "", where);
  for (const auto& hook : options.hooks) {
    const UserCode its_lines;
    hook->begin(graph);
  }
  Scaffold scaffold = options.scaffold;
  scaffold.finalize(graph, where);
  graph.finalize();
  state_ = std::make_shared<State>(State{Session(graph, options.config), options.hooks});
  const Session& session = state_->session;
  const std::string latest =
      options.checkpoint_dir.empty() ? "" : latest_checkpoint(options.checkpoint_dir, "checkpoint", where);
  if (latest.empty()) {
    session.run(scaffold.init_op(), scaffold.options().init_feed_dict, {}, where);
    if (scaffold.options().init_fn) scaffold.options().init_fn(session);
  } else {
    scaffold.saver()->restore(session, latest, where);
  }
  session.run(scaffold.local_init_op(), {}, {}, where);
  for (const auto& hook : state_->hooks) {
    const UserCode its_lines;
    hook->after_create_session(session);
  }
}

Tensor MonitoredSession::run(const Tensor& fetch, const std::vector<Feed>& feed_dict, Location where) const {
  return run(std::vector<Tensor>{fetch}, feed_dict, where)[0];
}

std::vector<Tensor> MonitoredSession::run(const std::vector<Tensor>& fetches, const std::vector<Feed>& feed_dict,
                                          Location where) const {
  const Frame frame(where);
  const auto held = state_;  // a hook may drop the last handle
  State& state = *held;
  if (state.closed)
    throw ArgumentError("MonitoredSession", "the session is closed", "a run after close()",
                        "Look at should_stop() before each step", where);
  SessionRunContext context({.fetches = fetches, .feed_dict = feed_dict}, state.session);
  std::vector<Tensor> all = fetches;
  std::vector<Feed> feeds = feed_dict;
  std::vector<std::size_t> counts;
  bool trace = false;
  for (const auto& hook : state.hooks) {
    const SessionRunArgs wanted = [&] {
      const UserCode its_lines;
      return hook->before_run(context);
    }();
    for (const Feed& feed : wanted.feed_dict) {
      for (const Feed& other : feeds)
        if (feed.tensor.defined() && other.tensor.defined() && feed.tensor.is_symbolic() &&
            other.tensor.is_symbolic() && name_of(feed.tensor) == name_of(other.tensor))
          throw ArgumentError("MonitoredSession", "a hook feeds a tensor that is fed already",
                              "'" + name_of(feed.tensor) + "'", "", where);
      feeds.push_back(feed);
    }
    all.insert(all.end(), wanted.fetches.begin(), wanted.fetches.end());
    counts.push_back(wanted.fetches.size());
    trace |= wanted.trace;
  }
  SessionRunValues values;
  std::vector<Tensor> results;
  try {
    results = state.session.run(all, feeds, {.metadata = trace ? &values.run_metadata : nullptr}, where);
  } catch (const OutOfRangeError&) {
    state.stop = true;
    throw;
  }
  auto next = results.begin() + static_cast<std::ptrdiff_t>(fetches.size());
  for (std::size_t i = 0; i < state.hooks.size(); ++i) {
    const auto end = next + static_cast<std::ptrdiff_t>(counts[i]);
    values.results.assign(next, end);
    const UserCode its_lines;
    state.hooks[i]->after_run(context, values);
    next = end;
  }
  if (context.stop_requested()) state.stop = true;
  results.resize(fetches.size());
  return results;
}

bool MonitoredSession::should_stop() const { return state_->stop || state_->closed; }

void MonitoredSession::close(Location where) const {
  const auto held = state_;
  if (std::exchange(held->closed, true)) return;
  const Frame frame(where);
  std::exception_ptr first;
  for (const auto& hook : held->hooks) {
    try {
      const UserCode its_lines;
      hook->end(held->session);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

const Session& MonitoredSession::raw_session() const { return state_->session; }

MonitoredSession MonitoredTrainingSession(const Graph& graph, const MonitoredTrainingSessionOptions& options,
                                          Location where) {
  if (options.log_step_count_steps < 0)
    throw ArgumentError("MonitoredTrainingSession", "log_step_count_steps is negative",
                        std::to_string(options.log_step_count_steps), "", where);
  if (options.save_checkpoint_secs && options.save_checkpoint_steps)
    throw ArgumentError(
        "MonitoredTrainingSession", "both save_checkpoint_secs and save_checkpoint_steps are given",
        std::to_string(*options.save_checkpoint_secs) + " and " + std::to_string(*options.save_checkpoint_steps),
        "Give one of them", where);
  MonitoredSessionOptions all{.checkpoint_dir = options.checkpoint_dir,
                              .scaffold = options.scaffold,
                              .hooks = options.hooks,
                              .config = options.config};
  const OwnedText& summary_dir = options.summary_dir.empty() ? options.checkpoint_dir : options.summary_dir;
  if (!summary_dir.empty() && options.log_step_count_steps > 0)
    all.hooks.push_back(std::make_shared<StepCounterHook>(
        StepCounterHookOptions{.every_n_steps = options.log_step_count_steps, .output_dir = summary_dir}, where));
  SummarySaverHookOptions summaries{.save_steps = options.save_summaries_steps,
                                    .save_secs = options.save_summaries_secs,
                                    .output_dir = summary_dir,
                                    .summary_op = options.scaffold.options().summary_op};
  if (!summaries.save_steps && !summaries.save_secs) summaries.save_steps = 100;
  const bool summarizes = summaries.save_steps ? *summaries.save_steps != 0 : *summaries.save_secs != 0;
  if (!summary_dir.empty() && summarizes) all.hooks.push_back(std::make_shared<SummarySaverHook>(summaries, where));
  constexpr double ten_minutes = 600;
  CheckpointSaverHookOptions saving{.save_secs = options.save_checkpoint_secs,
                                    .save_steps = options.save_checkpoint_steps,
                                    .saver = options.scaffold.saver()};
  if (!saving.save_secs && !saving.save_steps) saving.save_secs = ten_minutes;
  const bool saves = saving.save_steps ? *saving.save_steps != 0 : *saving.save_secs != 0;
  if (!options.checkpoint_dir.empty() && saves)
    all.hooks.push_back(std::make_shared<CheckpointSaverHook>(options.checkpoint_dir, saving, where));
  return MonitoredSession(graph, all, where);
}

MonitoredSession MonitoredTrainingSession(const MonitoredTrainingSessionOptions& options, Location where) {
  return MonitoredTrainingSession(get_default_graph(), options, where);
}

std::int64_t global_step(const Session& session, Location where) {
  return session.value(needed_step(session.graph(), "global_step", where), where).item<std::int64_t>();
}

}  // namespace triptych::lowlevel::train
