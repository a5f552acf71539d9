// Session: runs parts of a graph and holds the values of its variables.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "triptych/core/profiler.h"
#include "triptych/core/session_options.h"
#include "triptych/core/text.h"
#include "triptych/lowlevel/graph.h"

namespace triptych {
class Runner;
class GraphFunction;
}  // namespace triptych

namespace triptych::lowlevel {

/// tf.errors.
namespace errors {
using triptych::CancelledError;
using triptych::DeadlineExceededError;
using triptych::OutOfRangeError;
}  // namespace errors

using triptych::Cancellation;
using triptych::write_timeline;
namespace profiler = triptych::profiler;
using triptych::RunMetadata;
using triptych::RunOptions;
using triptych::SessionOptions;
using triptych::StepReport;

class Debugger;
class Session;

/// Whether a variable has a value in the session.
TRIPTYCH_API bool is_variable_initialized(const Session& session, const Tensor& variable,
                                          Location where = Location::here());
/// Names of those of these variables that have none; without a list of all, local ones too.
TRIPTYCH_API std::vector<std::string> report_uninitialized_variables(const Session& session,
                                                                     const std::vector<Variable>& var_list = {},
                                                                     Location where = Location::here());

/// A tensor of the graph (a placeholder or any other) and the value that it has in this run.
struct TRIPTYCH_API Feed {
  Feed(const Tensor& key, const Arg& value);

  Tensor tensor;
  Tensor value;
};

/// A part of a graph as a function: compiled on the first call for the shapes of its arguments, later calls look
/// nothing up. May be copied; may be called from several threads.
class TRIPTYCH_API Callable {
 public:
  // Copies alone: a handle that was moved from is still one.
  Callable(const Callable&) = default;
  Callable& operator=(const Callable&) = default;
  /// Takes the values of the feeds in their order; gives those of the fetches (undefined for operations without a
  /// value).
  std::vector<Tensor> operator()(Location where = Location::here()) const { return run({}, where); }
  template <class... Rest>
  std::vector<Tensor> operator()(const Arg& first, const Rest&... rest) const {
    return call(first, {Arg(rest)...});
  }
  std::vector<Tensor> run(const std::vector<Tensor>& values, Location where = Location::here()) const;
  std::vector<Tensor> run(const std::vector<Tensor>& values, const RunOptions& options,
                          Location where = Location::here()) const;
  /// How the latest call was compiled.
  StepReport report() const;

 private:
  friend class Session;
  Callable(std::shared_ptr<Runner> runner, std::shared_ptr<GraphFunction> function)
      : runner_(std::move(runner)), function_(std::move(function)) {}
  std::vector<Tensor> call(const Arg& first, std::initializer_list<Arg> rest) const;

  std::shared_ptr<Runner> runner_;
  std::shared_ptr<GraphFunction> function_;
};

/// A run in parts, as `Session::partial_run_setup` begins it. A handle.
class PartialRun {
 public:
  PartialRun(const PartialRun&) = default;  // moving copies it, too
  PartialRun& operator=(const PartialRun&) = default;
  struct State;

 private:
  friend class Session;
  explicit PartialRun(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// Runs what the fetches need, and no more. Fetch any tensor, feed any tensor. May be used by several threads: runs
/// that write variables wait for each other.
class TRIPTYCH_API Session {
 public:
  explicit Session(const GraphHandle& graph, const SessionOptions& options = {});
  Session(const Session&) = default;  // a handle; moving copies it, too
  Session& operator=(const Session&) = default;

  /// The value of one tensor.
  Tensor run(const Tensor& fetch, const std::vector<Feed>& feeds = {}, const RunOptions& options = {},
             Location where = Location::here()) const;
  /// The values of several, in their order; undefined for operations without a value.
  std::vector<Tensor> run(std::initializer_list<Tensor> fetches, const std::vector<Feed>& feeds = {},
                          const RunOptions& options = {}, Location where = Location::here()) const;
  std::vector<Tensor> run(const std::vector<Tensor>& fetches, const std::vector<Feed>& feeds = {},
                          const RunOptions& options = {}, Location where = Location::here()) const;
  template <class = void>
  Tensor run(const Tensor& fetch, const std::vector<Feed>& feeds, ...) const = delete;  // no RunOptions
  /// `auto step = session.make_callable({images, labels}, {loss, train}); step(x, y)`.
  Callable make_callable(const TensorList& feeds, const TensorList& fetches, Location where = Location::here()) const;

  /// A run whose feeds come one after the other, `fetches` and `feeds` in all:
  ///   const auto handle = session.partial_run_setup({a, b}, {x, y});
  ///   const Tensor first = session.partial_run(handle, a, {{x, 1}});
  ///   const Tensor second = session.partial_run(handle, b, {{y, first * 2}});
  /// What one part has computed is not computed again in another; variables are read as they are then. ArgumentError as
  /// `run`.
  PartialRun partial_run_setup(const TensorList& fetches, const TensorList& feeds = {},
                               Location where = Location::here()) const;
  /// The next part. ArgumentError if a fetch or feed was not named at the beginning or had its turn, or a feed that is
  /// needed has not come yet; the part may be tried again.
  Tensor partial_run(const PartialRun& handle, const Tensor& fetch, const std::vector<Feed>& feeds = {},
                     Location where = Location::here()) const;
  std::vector<Tensor> partial_run(const PartialRun& handle, std::initializer_list<Tensor> fetches,
                                  const std::vector<Feed>& feeds = {}, Location where = Location::here()) const;
  std::vector<Tensor> partial_run(const PartialRun& handle, const std::vector<Tensor>& fetches,
                                  const std::vector<Feed>& feeds = {}, Location where = Location::here()) const;

  /// A snapshot of a variable's value; ArgumentError before it is initialized.
  Tensor value(const Tensor& variable, Location where = Location::here()) const;
  /// Sets a variable's value (copied).
  void set_value(const Tensor& variable, const Tensor& value, Location where = Location::here()) const;

  /// Writes the values of all variables, by name, as a safetensors file.
  void save(const OwnedText& path, Location where = Location::here()) const;
  /// Reads them back: every variable must be in the file with its shape and dtype, or nothing changes.
  void restore(const OwnedText& path, Location where = Location::here()) const;

  Graph graph() const;

  /// What the passes do to the step that computes `fetches`, and what each saves: by how much a run is longer without
  /// it, the shortest of `runs` with and without. Sessions of their own run, with the variables as they are here, so
  /// that nothing changes; what prints does so each time. ArgumentError unless `runs` is positive, and as `run`.
  StepReport measure_passes(const TensorList& fetches, const std::vector<Feed>& feeds = {}, int runs = 20,
                            Location where = Location::here()) const;

  /// What looks into runs of this session, at the terminal or between these streams (triptych/lowlevel/debugger.h).
  Debugger debugger() const;
  Debugger debugger(std::istream& in, std::ostream& out) const;

 private:
  friend struct SessionAccess;  // of the library's own files
  std::shared_ptr<Runner> runner_;
};

}  // namespace triptych::lowlevel
