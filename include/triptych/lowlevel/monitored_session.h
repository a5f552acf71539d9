// A training loop that begins at the latest checkpoint, calls hooks around its steps, and ends in good order. Names are
// tf.compat.v1.train's.
//
//   auto hooks = {std::make_shared<train::StopAtStepHook>(1000)};
//   train::MonitoredSession session = train::MonitoredTrainingSession({.checkpoint_dir = "run", .hooks = hooks});
//   while (!session.should_stop()) session.run(train_op, {{x, images}});
//   session.close();
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/session_run_hook.h"

namespace triptych::lowlevel::train {

/// How a session gets its variables. What is left out is made of the graph.
struct ScaffoldOptions {
  /// Initializes what no checkpoint restores; undefined: all variables that are not local.
  Tensor init_op = {};
  std::vector<Feed> init_feed_dict = {};
  /// Called after init_op.
  std::function<void(const Session& session)> init_fn = {};
  /// Initializes what no checkpoint keeps; undefined: all local variables.
  Tensor local_init_op = {};
  /// What MonitoredTrainingSession's SummarySaverHook writes; undefined: all summaries.
  Tensor summary_op = {};
  std::shared_ptr<Saver> saver = nullptr;
};

class TRIPTYCH_API Scaffold {
 public:
  explicit Scaffold(const ScaffoldOptions& options = {}) : options_(options) {}
  /// Makes what was left out, as nodes of the graph, or takes what another one made.
  void finalize(const Graph& graph, Location where = Location::here());
  const Tensor& init_op() const { return options_.init_op; }
  const Tensor& local_init_op() const { return options_.local_init_op; }
  const std::shared_ptr<Saver>& saver() const { return options_.saver; }
  const ScaffoldOptions& options() const { return options_; }

 private:
  ScaffoldOptions options_;
};

struct MonitoredSessionOptions {
  /// Where the latest checkpoint is looked for; empty: variables are initialized.
  OwnedText checkpoint_dir = "";
  Scaffold scaffold = Scaffold();
  std::vector<std::shared_ptr<SessionRunHook>> hooks = {};
  SessionOptions config = {};
};

/// A session with hooks. A handle: copies are the same loop. If it is not closed, its end closes the session without
/// the hooks' `end`, as an error does.
class TRIPTYCH_API MonitoredSession {
 public:
  /// Calls the hooks' `begin`, finalizes the graph, restores the latest checkpoint or initializes, and calls
  /// `after_create_session`. ArgumentError if a hook is null; and what all these throw.
  explicit MonitoredSession(const Graph& graph, const MonitoredSessionOptions& options = {},
                            Location where = Location::here());
  explicit MonitoredSession(const MonitoredSessionOptions& options = {}, Location where = Location::here())
      : MonitoredSession(get_default_graph(), options, where) {}
  MonitoredSession(const MonitoredSession&) = default;
  MonitoredSession& operator=(const MonitoredSession&) = default;

  /// One step, with what the hooks want besides. ArgumentError after `close`, and if a hook feeds what is fed. After an
  /// OutOfRangeError, which a loop over a data set catches, `should_stop` is true.
  Tensor run(const Tensor& fetch, const std::vector<Feed>& feed_dict = {}, Location where = Location::here()) const;
  std::vector<Tensor> run(const std::vector<Tensor>& fetches, const std::vector<Feed>& feed_dict = {},
                          Location where = Location::here()) const;
  /// A hook asked to stop, the data ended, or the session is closed.
  bool should_stop() const;
  /// Calls the hooks' `end`, of all of them even if one throws, and ends the session; nothing the second time.
  void close(Location where = Location::here()) const;

  /// The session itself, for what hooks should not see.
  const Session& raw_session() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// In the order of TensorFlow's arguments.
struct MonitoredTrainingSessionOptions {
  /// Checkpoints are saved and looked for here; empty: none are.
  OwnedText checkpoint_dir = "";
  Scaffold scaffold = Scaffold();
  std::vector<std::shared_ptr<SessionRunHook>> hooks = {};
  /// Checkpoints every so many seconds, or steps (below): every 600 seconds if neither is given; 0: none.
  std::optional<double> save_checkpoint_secs = {};
  /// Summaries every 100 steps if neither is given; 0: none.
  std::optional<std::int64_t> save_summaries_steps = {};
  std::optional<double> save_summaries_secs = {};
  SessionOptions config = {};
  /// Steps in a second, as a line and a summary; 0: neither.
  std::int64_t log_step_count_steps = 100;
  std::optional<std::int64_t> save_checkpoint_steps = {};
  /// Where summaries go; empty: into checkpoint_dir. If that is empty too, none are written, and no steps counted.
  OwnedText summary_dir = "";
};
/// A MonitoredSession with a CheckpointSaverHook, a SummarySaverHook and a StepCounterHook.
TRIPTYCH_API MonitoredSession MonitoredTrainingSession(const Graph& graph,
                                                       const MonitoredTrainingSessionOptions& options = {},
                                                       Location where = Location::here());
TRIPTYCH_API MonitoredSession MonitoredTrainingSession(const MonitoredTrainingSessionOptions& options = {},
                                                       Location where = Location::here());

/// The value of the graph's global step in the session. ArgumentError if there is none.
TRIPTYCH_API std::int64_t global_step(const Session& session, Location where = Location::here());

}  // namespace triptych::lowlevel::train
