// A sub-graph made ready to run: for each set of shapes of its inputs what shapes its outputs have and a compiled step.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/graph/step.h"
#include "triptych/core/subgraph.h"

namespace triptych {

/// The options of the session that this thread runs, for the sub-graphs of its nodes; null outside of a session.
extern constinit thread_local const SessionOptions* running_options;

struct SubgraphStep;

/// What all uses of one sub-graph share. It refers to the sub-graph's nodes, which the sub-graph keeps.
class SubgraphCode {
 public:
  explicit SubgraphCode(const Subgraph& subgraph);
  ~SubgraphCode();

  std::size_t input_count() const { return inputs_.size(); }
  std::size_t output_count() const { return output_count_; }
  std::size_t fetch_count() const { return fetches_.size(); }
  /// Input `i` stands for state, and the sub-graph writes it.
  bool writes(std::size_t i) const { return written_[i]; }
  const Node* input_node(std::size_t i) const { return inputs_[i].node; }

  /// The metadata of the outputs for inputs of these shapes, of which dimensions may be unknown.
  std::vector<TensorMeta> outputs_for(std::span<const TensorMeta* const> inputs);
  /// The step for dense inputs of these shapes, or null: they are run by `replay`. A step may write over the first
  /// `owned` inputs, but for those that it gives as they are. Fetches are the outputs, then the effects.
  std::shared_ptr<const SubgraphStep> step_for(std::span<const TensorMeta* const> inputs, std::size_t owned = 0);
  /// Runs it node by node, on any values; state is written where it is.
  std::vector<Tensor> replay(std::span<const Tensor> inputs);

 private:
  struct Shapes;
  std::shared_ptr<Shapes> shapes_for(std::span<const TensorMeta* const> inputs);
  std::vector<TensorMeta> infer(std::span<const TensorMeta* const> inputs) const;
  std::shared_ptr<const SubgraphStep> compile(std::span<const TensorMeta* const> inputs, std::size_t owned,
                                              const SessionOptions& options) const;

  GraphImpl& graph_;
  std::vector<Place> inputs_, fetches_;
  std::vector<bool> written_;
  std::size_t output_count_;
  std::vector<Node*> nodes_;  // that the fetches need, in order
  std::mutex mutex_;
  std::vector<std::shared_ptr<Shapes>> shapes_;  // the latest last
};

/// A sub-graph's step, and which of the sub-graph's inputs are its feeds and its state.
struct SubgraphStep {
  SubgraphStep(const SubgraphCode& code, std::shared_ptr<Step> step);

  std::shared_ptr<Step> step;
  std::vector<std::size_t> feeds, states;
  std::vector<bool> stays;  // output `i` is made in the memory of input `i`
};

/// A run of it on memory of the caller's; it may run many times.
class SubgraphFlight {
 public:
  explicit SubgraphFlight(const SubgraphStep& step) : step_(step), flight_(*step.step) {}
  /// Values of the inputs are read and written at these addresses; fetches go to `results`, null for none.
  void run(std::span<char* const> inputs, std::span<char* const> results);

 private:
  const SubgraphStep& step_;
  Step::Flight flight_;
};

}  // namespace triptych
