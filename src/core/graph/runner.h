// What a session is made of: its variables, and the functions of the graph that it has run.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <vector>

#include "core/graph/graph.h"
#include "core/graph/iterator.h"
#include "core/graph/step.h"

namespace triptych {

/// A function of a graph: values of `feeds` to values of `fetches`.
class GraphFunction {
 public:
  GraphFunction(const GraphHandle& graph, std::vector<Place> feeds, std::vector<Place> fetches, Location where);

  /// Those that the caller gives, `given` of them, then the outputs of iterators, which a run draws.
  const std::vector<Place>& feeds() const { return feeds_; }
  std::size_t given() const { return given_; }
  const std::vector<Place>& fetches() const { return fetches_; }
  /// It writes state.
  bool has_effects() const { return has_effects_; }
  /// Variables that it writes and that its first run initializes.
  const std::vector<const Node*>& on_demand() const { return on_demand_; }
  /// How the latest step was compiled, or why not.
  StepReport report() const;

  /// The step for these values, compiled if need be; null: run node by node. The caller holds the locks on state.
  std::shared_ptr<Step> step(std::span<const Tensor> values, const VariableStore& variables,
                             const SessionOptions& options);
  /// Forgets a step that cannot be used any more.
  void drop(const std::shared_ptr<Step>& step);

 private:
  GraphHandle graph_;
  std::vector<Place> feeds_, fetches_;
  std::size_t given_ = 0;
  bool has_effects_ = false;
  std::vector<const Node*> on_demand_;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Step>> steps_;  // the latest last
  bool never_ = false;
  std::string reason_;  // why it ran node by node
};

/// Runs functions of one graph. Runs that write state wait for all others; the others run side by side.
class Runner {
 public:
  Runner(const GraphHandle& graph, const SessionOptions& options) : graph_(graph), options_(options) {}

  const GraphHandle& graph() const { return graph_; }
  const SessionOptions& options() const { return options_; }

  /// The function for these tensors of the graph; one object for one list.
  std::shared_ptr<GraphFunction> function(std::span<const Tensor> feeds, std::span<const Tensor> fetches,
                                          Location where);
  /// Checks the values and runs.
  std::vector<Tensor> call(GraphFunction& function, std::span<const Tensor> values, Location where,
                           const RunOptions& options = {});

  /// A snapshot of a variable's value; undefined if it has none.
  Tensor value(const Node& variable, Location where = {}) const;
  /// Sets values of variables, all at once.
  void set_values(std::span<const std::pair<const Node*, Tensor>> values, Location where = {});

 private:
  using Key = std::pair<std::vector<std::pair<const Node*, std::uint32_t>>, std::size_t>;

  std::vector<Tensor> run(GraphFunction& function, std::span<const Tensor> values, RunMetadata* metadata);
  /// Where a node that gives an element of a data set draws it in a run with these values.
  std::shared_ptr<const IteratorResource> resource_of(const Node& node, const GraphFunction& function,
                                                      std::span<const Tensor> values, Location where);
  Place place_in_graph(const Tensor& tensor, const char* role, Location where) const;

  GraphHandle graph_;
  SessionOptions options_;
  VariableStore variables_;
  IteratorStates iterators_;
  mutable std::shared_mutex state_mutex_;
  std::mutex functions_mutex_;
  std::map<Key, std::shared_ptr<GraphFunction>> functions_;
};

/// `value` as `place` is declared, converted where its dtype is another and no element changes. ArgumentError that
/// names the placeholder if it does not fit.
Tensor fitting(const Place& place, const Tensor& value, Location where);

}  // namespace triptych
