// What a training loop calls around its steps, and the hooks that every loop wants. Names are tf.compat.v1.train's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/graph.h"
#include "triptych/lowlevel/saver.h"
#include "triptych/lowlevel/session.h"
#include "triptych/lowlevel/summary.h"

namespace triptych::lowlevel::train {

class Scaffold;

/// What a hook wants of the next step, besides what the loop runs.
struct SessionRunArgs {
  std::vector<Tensor> fetches = {};
  std::vector<Feed> feed_dict = {};
  /// RunMetadata is filled for `after_run`.
  bool trace = false;
};

/// What it got.
struct SessionRunValues {
  std::vector<Tensor> results = {};  // of its fetches
  RunMetadata run_metadata = {};     // if a hook asked for a trace
};

/// The step: what runs, and whether it is the last.
class TRIPTYCH_API SessionRunContext {
 public:
  SessionRunContext(const SessionRunArgs& original_args, const Session& session)
      : original_args_(original_args), session_(session) {}
  const SessionRunArgs& original_args() const { return original_args_; }
  const Session& session() const { return session_; }
  void request_stop() { stop_requested_ = true; }
  bool stop_requested() const { return stop_requested_; }

 private:
  SessionRunArgs original_args_;
  Session session_;
  bool stop_requested_ = false;
};

/// Derive from it for a hook of one's own, and override what it needs. An exception of a hook ends the step and reaches
/// who runs it; the session can still be closed.
class TRIPTYCH_API SessionRunHook {
 public:
  virtual ~SessionRunHook();
  /// Once, before the graph is finalized: nodes may be added.
  virtual void begin(const Graph& graph);
  /// Variables have their values.
  virtual void after_create_session(const Session& session);
  virtual SessionRunArgs before_run(SessionRunContext& run_context);
  virtual void after_run(SessionRunContext& run_context, const SessionRunValues& run_values);
  /// Once, if the loop ended well.
  virtual void end(const Session& session);
};

/// Says at which steps something is due: every so many, or after so many seconds, whatever is not 0.
class TRIPTYCH_API SecondOrStepTimer {
 public:
  /// ArgumentError of `hook` if both are given, or none, or one is negative.
  SecondOrStepTimer(std::optional<double> every_secs, std::optional<std::int64_t> every_steps, Text hook,
                    Location where = Location::here());
  bool should_trigger_for_step(std::int64_t step) const;
  /// Seconds and steps since the last one; nothing the first time.
  std::optional<std::pair<double, std::int64_t>> update_last_triggered_step(std::int64_t step);
  const std::optional<std::int64_t>& last_triggered_step() const { return last_step_; }

 private:
  std::optional<double> every_secs_;
  std::optional<std::int64_t> every_steps_, last_step_;
  std::chrono::steady_clock::time_point last_time_;
};

/// Asks the loop to stop after `num_steps` more steps, or when the global step is `last_step`.
/// All hooks of global steps: ArgumentError when the loop begins if the graph has none (get_or_create_global_step).
class TRIPTYCH_API StopAtStepHook : public SessionRunHook {
 public:
  /// ArgumentError if both are given, or none, or one is negative.
  explicit StopAtStepHook(std::optional<std::int64_t> num_steps, std::optional<std::int64_t> last_step = {},
                          Location where = Location::here());
  void begin(const Graph& graph) override;
  void after_create_session(const Session& session) override;
  SessionRunArgs before_run(SessionRunContext& run_context) override;
  void after_run(SessionRunContext& run_context, const SessionRunValues& run_values) override;

 private:
  std::optional<std::int64_t> num_steps_, last_step_;
  Variable global_step_;
};

/// Told by a CheckpointSaverHook before and after each checkpoint.
class TRIPTYCH_API CheckpointSaverListener {
 public:
  virtual ~CheckpointSaverListener();
  virtual void begin();
  virtual void before_save(const Session& session, std::int64_t global_step);
  /// True asks the loop to stop.
  virtual bool after_save(const Session& session, std::int64_t global_step);
  virtual void end(const Session& session, std::int64_t global_step);
};

struct CheckpointSaverHookOptions {
  /// One of them.
  std::optional<double> save_secs = {};
  std::optional<std::int64_t> save_steps = {};
  /// Null: one of the scaffold, else one of its own.
  std::shared_ptr<Saver> saver = nullptr;
  OwnedText checkpoint_basename = "model.ckpt";
  std::vector<std::shared_ptr<CheckpointSaverListener>> listeners = {};
};
/// Saves at the first step, then at intervals and in the end.
class TRIPTYCH_API CheckpointSaverHook : public SessionRunHook {
 public:
  explicit CheckpointSaverHook(const OwnedText& checkpoint_dir, const CheckpointSaverHookOptions& options = {},
                               Location where = Location::here());
  void begin(const Graph& graph) override;
  void after_create_session(const Session& session) override;
  SessionRunArgs before_run(SessionRunContext& run_context) override;
  void after_run(SessionRunContext& run_context, const SessionRunValues& run_values) override;
  void end(const Session& session) override;

 private:
  /// True if a listener asks to stop.
  bool save(const Session& session, std::int64_t step);
  std::string folder_;
  CheckpointSaverHookOptions options_;
  SecondOrStepTimer timer_;
  std::shared_ptr<Saver> saver_;
  Variable global_step_;
  Location where_;
};

/// Told as (tag, value) in the order of the map.
using TensorFormatter = std::function<std::string(const std::map<std::string, Tensor>& tensors)>;

struct LoggingTensorHookOptions {
  /// One of them, or only at the end.
  std::optional<std::int64_t> every_n_iter = {};
  std::optional<double> every_n_secs = {};
  bool at_end = false;
  /// Makes the line; else "loss = 0.5, step = 7 (0.1 sec)".
  TensorFormatter formatter = {};
  /// Where lines go; null: the standard error output.
  std::ostream* stream = nullptr;
};
/// Prints tensors at intervals.
class TRIPTYCH_API LoggingTensorHook : public SessionRunHook {
 public:
  explicit LoggingTensorHook(const std::map<std::string, Tensor>& tensors, const LoggingTensorHookOptions& options = {},
                             Location where = Location::here());
  void begin(const Graph& graph) override;
  SessionRunArgs before_run(SessionRunContext& run_context) override;
  void after_run(SessionRunContext& run_context, const SessionRunValues& run_values) override;
  void end(const Session& session) override;

 private:
  void log(const std::vector<Tensor>& values);
  std::map<std::string, Tensor> tensors_;
  LoggingTensorHookOptions options_;
  std::optional<SecondOrStepTimer> timer_;
  std::int64_t iteration_ = 0;
  bool due_ = false;
};

struct StepCounterHookOptions {
  std::optional<std::int64_t> every_n_steps = 100;
  std::optional<double> every_n_secs = {};
  /// A summary "global_step/sec" goes to the writer, or one for this folder.
  OwnedText output_dir = "";
  std::optional<summary::FileWriter> summary_writer = {};
  /// Told the steps in a second and the global step; else a line "global_step/sec: 12.3" on the standard error output.
  std::function<void(double steps_per_sec, std::int64_t global_step)> report = {};
};
/// Counts steps in a second.
class TRIPTYCH_API StepCounterHook : public SessionRunHook {
 public:
  explicit StepCounterHook(const StepCounterHookOptions& options = {}, Location where = Location::here());
  void begin(const Graph& graph) override;
  SessionRunArgs before_run(SessionRunContext& run_context) override;
  void after_run(SessionRunContext& run_context, const SessionRunValues& run_values) override;
  void end(const Session& session) override;

 private:
  StepCounterHookOptions options_;
  SecondOrStepTimer timer_;
  Variable global_step_;
  Location where_;
};

/// What NanTensorHook throws.
class TRIPTYCH_API NanLossDuringTrainingError : public Error {
 public:
  using Error::Error;
  ~NanLossDuringTrainingError() override;
};
/// Ends the loop when the loss is NaN: by an error, or by asking it to stop.
class TRIPTYCH_API NanTensorHook : public SessionRunHook {
 public:
  explicit NanTensorHook(const Tensor& loss_tensor, bool fail_on_nan_loss = true, Location where = Location::here());
  SessionRunArgs before_run(SessionRunContext& run_context) override;
  void after_run(SessionRunContext& run_context, const SessionRunValues& run_values) override;

 private:
  Tensor loss_;
  bool fail_;
  Location where_;
};

struct SummarySaverHookOptions {
  /// One of them.
  std::optional<std::int64_t> save_steps = {};
  std::optional<double> save_secs = {};
  /// Where summaries go: into a file in this folder, or to this writer.
  OwnedText output_dir = "";
  std::optional<summary::FileWriter> summary_writer = {};
  /// Undefined: all that are in the graph's collection SUMMARIES when the loop begins; nothing if there is none.
  Tensor summary_op = {};
};
/// Computes a summary at intervals, the first step's too, and writes it.
class TRIPTYCH_API SummarySaverHook : public SessionRunHook {
 public:
  /// ArgumentError without a folder or a writer, and for a summary that is not of a graph.
  explicit SummarySaverHook(const SummarySaverHookOptions& options, Location where = Location::here());
  void begin(const Graph& graph) override;
  SessionRunArgs before_run(SessionRunContext& run_context) override;
  void after_run(SessionRunContext& run_context, const SessionRunValues& run_values) override;
  void end(const Session& session) override;

 private:
  SummarySaverHookOptions options_;
  SecondOrStepTimer timer_;
  Variable global_step_;
  std::int64_t next_step_ = 0;
  bool due_ = false;
  Location where_;
};

struct ProfilerHookOptions {
  std::optional<std::int64_t> save_steps = {};
  std::optional<double> save_secs = {};
  OwnedText output_dir = "";
};
/// Writes the times of a step's nodes at intervals, as "timeline-<step>.json" for chrome://tracing.
class TRIPTYCH_API ProfilerHook : public SessionRunHook {
 public:
  explicit ProfilerHook(const ProfilerHookOptions& options, Location where = Location::here());
  void begin(const Graph& graph) override;
  SessionRunArgs before_run(SessionRunContext& run_context) override;
  void after_run(SessionRunContext& run_context, const SessionRunValues& run_values) override;

 private:
  ProfilerHookOptions options_;
  SecondOrStepTimer timer_;
  Variable global_step_;
  std::int64_t next_step_ = 0;
  bool due_ = false;
  Location where_;
};

/// Runs tensors when the loop ends well.
class TRIPTYCH_API FinalOpsHook : public SessionRunHook {
 public:
  explicit FinalOpsHook(const TensorList& final_ops, const std::vector<Feed>& final_ops_feed_dict = {});
  void end(const Session& session) override;
  /// Empty before.
  const std::vector<Tensor>& final_ops_values() const { return values_; }

 private:
  std::vector<Tensor> ops_, values_;
  std::vector<Feed> feeds_;
};

/// Feeds what a function gives, in every step.
class TRIPTYCH_API FeedFnHook : public SessionRunHook {
 public:
  explicit FeedFnHook(std::function<std::vector<Feed>()> feed_fn, Location where = Location::here());
  SessionRunArgs before_run(SessionRunContext& run_context) override;

 private:
  std::function<std::vector<Feed>()> feed_fn_;
};

}  // namespace triptych::lowlevel::train
