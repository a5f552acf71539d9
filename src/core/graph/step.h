// A compiled step: a function of the graph for one set of feed shapes, as a flat list of prepared kernel calls.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/dispatch/backend.h"
#include "core/graph/plan.h"

namespace triptych {

class Step {
 public:
  /// Runs the passes, plans and prepares. Throws NotCompilable, or the error of a shape rule. State that the step
  /// writes is moved to storage of its own; the caller holds the locks. The memory of feeds that are `owned` may be
  /// written to.
  Step(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed, std::span<const Tensor> values,
       const VariableStore& variables, const SessionOptions& options, const std::vector<bool>& owned = {});
  ~Step();

  /// A run on memory of the caller's, of a step without data-dependent calls; it may run many times, and allocates in
  /// its first run only.
  class Flight;
  /// The feed in whose memory fetch `i` is, as a whole, or -1.
  int gives_feed(std::size_t i) const;
  /// The state that it reads or writes, in the order in which a Flight takes it.
  std::vector<const Node*> state_nodes() const;

  /// The feeds have the shapes that the step was made for.
  bool fits(std::span<const Tensor> values) const;
  /// Runs; nothing if state now lies in memory differently, or each op's result is to be checked now, so that the step
  /// must be made again. May be called by several threads if it writes no state. If it throws, no state has changed.
  std::optional<std::vector<Tensor>> run(std::span<const Tensor> values, RunMetadata* metadata);

  StepReport report() const;

 private:
  struct Call {
    const Op* op;
    void (*run)(const KernelCall&);
    const void* attributes;
    const Prepared* prepared;
    std::uint32_t first, inputs, outputs;  // operands
    Device device;
    Location where;
    const PlannedCall* dynamic;  // shapes of operands depend on data
  };
  struct State {
    Tensor tensor;
    TensorMeta meta;
    bool written, saved;
  };
  /// An operand whose memory is known only when the step runs: base pointer number `base` plus `offset` bytes.
  struct Patch {
    std::uint32_t operand, base;
    std::int64_t offset;
  };
  /// What one run in flight needs; kept for the next.
  struct Workspace {
    std::vector<Ref<Storage>> arenas;
    std::vector<Operand> operands;
    std::vector<char*> bases;  // of feeds, states, slots
    std::vector<Ref<Storage>> slots;
    std::vector<Tensor> dynamic;  // values whose shape depends on data
    // For a step that is captured: the graph, feeds at addresses that it knows, and where state was then.
    std::unique_ptr<Captured> captured;
    std::vector<Ref<Storage>> feeds;
    std::vector<char*> captured_states;
    bool has_addresses = false;
    int runs = 0, captures = 0;
  };
  class Borrowed;

  void prepare(const SessionOptions& options);
  void add_operand(const PlannedValue& value);
  std::unique_ptr<Workspace> make_workspace() const;
  bool stale() const;
  void bind(Workspace& workspace, std::span<const Tensor> values);
  void execute(Workspace& workspace, std::span<const Tensor> values, RunMetadata* metadata);
  /// Which calls wait for which, if branches may run side by side.
  void make_schedule(int threads);
  void execute_side_by_side(Workspace& workspace, RunMetadata* metadata);
  /// The kernel of a call whose shapes are known, on the CPU.
  void run_here(const Call& call, const Workspace& workspace, const RunContext& context) const;
  NodeTiming timing_of(std::size_t call, const Workspace& workspace) const;
  void run_dynamic(const Call& call, Workspace& workspace, std::span<const Tensor> values);
  /// A planned value as a tensor, under a handle of its own.
  Tensor tensor_of(const PlannedValue& value, const Workspace& workspace, std::span<const Tensor> values) const;
  bool is_copied(const PlannedValue& fetch) const;
  Tensor result_of(const PlannedValue& fetch, const Workspace& workspace, std::span<const Tensor> values) const;
  void fill_result(const PlannedValue& fetch, const Workspace& workspace, const Tensor& result) const;
  void find_captured_device();
  void find_direct_results();
  void bind_for_capture(Workspace& workspace, std::span<const Tensor> values);
  void execute_captured(Workspace& workspace);
  std::uint32_t base_of(const PlannedBuffer& buffer) const;

  Plan plan_;
  std::vector<Call> calls_;
  std::vector<TensorMeta> metas_;  // of all operands
  std::vector<std::shared_ptr<const Prepared>> prepared_;
  std::vector<Patch> patches_;
  std::vector<State> states_;
  std::vector<PlannedArena> slots_;
  std::vector<TensorMeta> feeds_;
  Numerics numerics_ = Numerics::exact;
  StepReport report_;
  std::optional<Device> captured_on_;  // the one device of all calls, if they are captured
  int threads_ = 1;                    // more: calls run side by side, by this schedule
  std::vector<std::vector<int>> successors_;
  std::vector<int> predecessors_;  // how many
  std::vector<int> direct_;        // for each fetch the slot that a Flight puts where its result goes, or -1

  mutable std::mutex pool_mutex_;
  std::vector<std::unique_ptr<Workspace>> pool_;
  std::size_t workspaces_ = 0;  // that there are, in the pool or out of it
};

/// A workspace from the pool, given back at the end.
class Step::Borrowed {
 public:
  explicit Borrowed(Step& step);
  ~Borrowed();
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  Workspace& operator*() const { return *workspace_; }

 private:
  Step& step_;
  std::unique_ptr<Workspace> workspace_;
};

class Step::Flight {
 public:
  explicit Flight(Step& step);
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  /// Feeds and state are dense, at these addresses; fetches are put, densely, at `results`, null for none.
  void run(std::span<char* const> feeds, std::span<char* const> states, std::span<char* const> results);

 private:
  Step& step_;
  Borrowed borrowed_;
};

}  // namespace triptych
