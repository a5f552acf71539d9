// What each pass saves, measured: the same step with and without it.
#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "core/graph/runner.h"
#include "triptych/lowlevel/session.h"

namespace triptych::lowlevel {
namespace {

/// Puts back what runs write besides a session's variables: parameters and buffers that the graph captured.
class CapturedState {
 public:
  explicit CapturedState(Runner& runner) : runner_(runner) {
    for (const auto& [tensor, node] : runner.graph().impl().captured)
      if (runner.graph().impl().writes.contains(node)) values_.emplace_back(node, runner.value(*node));
  }
  ~CapturedState() {
    if (!values_.empty()) runner_.set_values(values_);
  }
  CapturedState(const CapturedState&) = delete;
  CapturedState& operator=(const CapturedState&) = delete;

 private:
  Runner& runner_;
  std::vector<std::pair<const Node*, Tensor>> values_;
};

/// A session with options of its own, and its best time.
struct Contender {
  std::string without;  // a pass; empty: none
  Session session;
  Callable step;
  double microseconds = std::numeric_limits<double>::infinity();
};

constexpr std::pair<const char*, bool SessionOptions::*> switches[] = {
    {"constant_folding", &SessionOptions::constant_folding},
    {"algebraic_simplification", &SessionOptions::algebraic_simplification},
    {"common_subexpressions", &SessionOptions::common_subexpressions},
    {"fusion", &SessionOptions::fusion},
    {"fuse_elementwise", &SessionOptions::fuse_elementwise},
};

}  // namespace

StepReport Session::measure_passes(const TensorList& fetches, const std::vector<Feed>& feeds, int runs,
                                   Location where) const {
  if (runs <= 0)
    throw ArgumentError("measure_passes", "the number of runs is not positive", std::to_string(runs), "", where);
  std::vector<Tensor> keys, values;
  for (const Feed& feed : feeds) {
    keys.push_back(feed.tensor);
    values.push_back(feed.value);
  }
  std::vector<std::pair<const Node*, Tensor>> variables;
  for (const Variable& variable : graph().variables()) {
    const Node* node = variable.impl()->node.get();
    if (const Tensor value = runner_->value(*node, where); value.defined()) variables.emplace_back(node, value);
  }
  const CapturedState captured(*runner_);

  std::vector<Contender> contenders;
  const auto enter = [&](const char* name, const SessionOptions& options) {
    const Session session(runner_->graph(), options);
    session.runner_->set_values(variables, where);
    contenders.push_back({name, session, session.make_callable(keys, fetches, where)});
  };
  SessionOptions options = runner_->options();
  options.dump_directory.clear();
  options.log_device_placement = false;
  enter("", options);
  for (const auto& [name, enabled] : switches) {
    if (!(options.*enabled)) continue;
    SessionOptions without = options;
    without.*enabled = false;
    enter(name, without);
  }
  constexpr int warm_up = 2;  // the first run compiles
  for (int run = -warm_up; run < runs; ++run)
    for (Contender& one : contenders) {  // in turn, so that a machine that slows down slows all
      const auto start = std::chrono::steady_clock::now();
      static_cast<void>(one.step.run(values, where));
      const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
      if (run >= 0) one.microseconds = std::min(one.microseconds, time.count());
    }
  StepReport report = contenders[0].step.report();
  report.microseconds = contenders[0].microseconds;
  for (PassReport& pass : report.passes)
    for (const Contender& one : contenders)
      if (one.without == pass.name) pass.saved_microseconds = one.microseconds - contenders[0].microseconds;
  return report;
}

}  // namespace triptych::lowlevel
