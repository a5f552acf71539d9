// The graph's own data: the nodes and their side table.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/autodiff/node.h"
#include "core/support/scopes.h"
#include "triptych/core/graph.h"
#include "triptych/core/session_options.h"
#include "triptych/core/subgraph.h"

namespace triptych {

/// Attributes of the nodes that stand for values from outside.
struct PlaceholderAttributes {
  DType dtype = float32;
  Shape shape;
  Tensor default_value;
  static constexpr auto fields() {
    return std::tuple{field("dtype", &PlaceholderAttributes::dtype), field("shape", &PlaceholderAttributes::shape)};
  }
};
struct ConstantAttributes {
  Tensor value;
  static constexpr auto fields() { return std::tuple{field("value", &ConstantAttributes::value)}; }
};
struct VariableAttributes {
  DType dtype = float32;
  Shape shape;
  bool trainable = true;
  std::shared_ptr<Initializer> initializer;
  bool on_demand = false;  // initialized by its first use (the streams of random ops)
  static constexpr auto fields() {
    return std::tuple{field("dtype", &VariableAttributes::dtype), field("shape", &VariableAttributes::shape),
                      field("trainable", &VariableAttributes::trainable)};
  }
};
struct CapturedAttributes {
  Tensor tensor;
  static constexpr auto fields() { return std::tuple{field("tensor", &CapturedAttributes::tensor)}; }
};

extern const Op placeholder_op;
extern const Op constant_op;
extern const Op variable_op;
extern const Op captured_op;
/// In a sub-graph: stands for state of the graph around it, which it may write.
extern const Op captured_state_op;
/// Runs nothing; control edges gather what must run.
extern const Op group_op;
/// Gives its inputs, variables, their first values.
extern const Op initialize_op;

/// A node that reads from outside and has no inputs.
bool is_source(const Op& op);
/// A variable or captured tensor, or what stands for one in a sub-graph.
bool is_state(const Op& op);
/// The node writes at least one of its inputs.
bool has_effect(const Node& node);

/// A user's gradient rule for one node: from the gradients of its outputs to those of its inputs.
using NodeGradient = std::function<std::vector<Tensor>(const Node& node, std::span<const Tensor> upstream)>;

/// Such rules by the name of an op.
using GradientOverrides = std::map<std::string, std::shared_ptr<const NodeGradient>>;

/// What is known of a node besides what the tape has too.
struct NodeInfo {
  std::string name;                                   // unique, with scopes: "net/conv/kernel"
  std::vector<Node*> control;                         // must have run before
  int call = -1;                                      // of GraphImpl::calls: where it was made
  const Node* before = nullptr;                       // runs just before this older node, not in its own place
  std::shared_ptr<const NodeGradient> gradient = {};  // in place of its op's rule
};

/// A call of a module or layer that was traced, or a scope: who needs a node of it needs its effects too.
struct CallInfo {
  int outer = -1;
  bool owns_writes = true;  // of all ops, not just of in-place methods
  std::vector<Node*> effects;
};

struct GraphImpl {
  std::atomic<std::uint32_t> references{1};
  std::vector<Ref<Node>> nodes;  // nodes[i]->sequence == i: inputs come before their users
  std::vector<NodeInfo> info;
  std::string scope;                           // "net/conv/", empty at the top
  OpenScopes open;                             // which set `scope`, `call`, `gradient_overrides`
  std::unordered_map<std::string, int> names;  // how often a name was asked for: "relu" 3: relu, relu_1, relu_2
  std::unordered_map<const TensorImpl*, Node*> captured;
  std::vector<Node*> control_stack;  // new nodes depend on these
  std::vector<CallInfo> calls;
  int call = -1;                                                     // the one that is open
  std::unordered_map<const Node*, std::vector<const Node*>> writes;  // of each state, in order of creation
  std::map<std::pair<const Node*, const Node*>, Node*> snapshots;    // of a state before a write
  // What buffers were given while recording in the open call: their readers get the gradient of that.
  std::unordered_map<const TensorImpl*, Tensor> written;
  std::unordered_map<std::uint64_t, Node*> retraced;  // what was recorded on the tape, by its number there
  TracedSubgraph* traced = nullptr;  // while a sub-graph is traced: it takes what it reads from around it as inputs
  GraphImpl* outer = nullptr;        // while a sub-graph is traced: the graph around it, if there is one
  int depth = 0;                     // of graphs around it
  bool may_write = true;             // a sub-graph: whether the op that has it hands on what it writes
  bool finalized = false;
  std::shared_ptr<void> attachment;  // what an API keeps beside the graph, as long as the graph lives
  std::shared_ptr<void> side;        // and what the low-level API does
  Node* initializer = nullptr;       // the latest initialize node
  const GradientOverrides* gradient_overrides = nullptr;  // of new nodes, by the innermost scope

  ~GraphImpl();
  NodeInfo& info_of(const Node& node) { return info[node.sequence]; }
  const NodeInfo& info_of(const Node& node) const { return info[node.sequence]; }
  std::string unique_name(std::string_view base);
  /// "relu_2", which somebody has who asked for "relu".
  bool is_numbered(std::string_view name) const;
  /// Adds a node made by make_node, with inputs and outputs (metadata) filled.
  Node& add(Ref<Node> node, std::string_view name);
  /// A user's handle to an output.
  Tensor handle(Node& node, std::uint32_t output = 0);
  /// The symbolic tensor that stands for `tensor` here: itself, captured state, what it was computed from such state
  /// by, or a constant.
  Tensor import(const Tensor& tensor, Location where);
  /// What `state` was when `reader` read it, for a gradient rule: effects may have written it since.
  Tensor value_at(Node& state, const Node& reader);
  /// The sub-graph's input that stands for a tensor from around it.
  Tensor input_for(const Tensor& tensor, Location where);
  /// The node, which writes, becomes an effect of the open call, if there is one.
  void give_to_call(Node& effect);
};

/// While alive, what is added to the graph of `node` belongs to the call that `node` was made in. Nothing on the tape.
class InCallOf {
 public:
  explicit InCallOf(const Node& node)
      : graph_(node.graph), previous_(graph_ ? std::exchange(graph_->call, graph_->info_of(node).call) : -1) {}
  ~InCallOf() {
    if (graph_) graph_->call = previous_;
  }
  InCallOf(const InCallOf&) = delete;
  InCallOf& operator=(const InCallOf&) = delete;

 private:
  GraphImpl* graph_;
  int previous_;
};

/// While alive, new nodes stand outside of all scopes and calls.
class TopLevel {
 public:
  explicit TopLevel(GraphImpl& graph)
      : graph_(graph),
        scope_(std::exchange(graph.scope, {})),
        control_(std::exchange(graph.control_stack, {})),
        call_(std::exchange(graph.call, -1)) {}
  ~TopLevel() {
    graph_.call = call_;
    graph_.scope = std::move(scope_);
    graph_.control_stack = std::move(control_);
  }
  TopLevel(const TopLevel&) = delete;
  TopLevel& operator=(const TopLevel&) = delete;

 private:
  GraphImpl& graph_;
  std::string scope_;
  std::vector<Node*> control_;
  int call_;
};

/// Captured by reference when a graph meets it: a module's parameter or buffer, or a leaf that requires a gradient.
bool is_captured_state(const Tensor& concrete);
/// An in-place write to captured state while it is traced: `value`, of the state's shape and dtype, is assigned by an
/// effect of the open call.
void trace_write(const Tensor& state, const Tensor& value, Location where);

/// A new node without inputs.
Tensor add_source(GraphImpl& graph, const Op& op, const void* attributes, const TensorMeta& meta, std::string_view name,
                  Location where);
/// A new node of a sub-graph that stands for `around`, a tensor from around it.
Tensor subgraph_input(GraphImpl& graph, const Tensor& around, Location where);

/// The door's graph path: infers, appends one node and fills `outputs`.
void append(GraphImpl& graph, const Op& op, std::span<const Tensor> inputs, const void* attributes,
            std::span<Tensor> outputs, Location where);

inline Place place_of(const Tensor& symbolic) { return {symbolic.impl()->node.get(), symbolic.impl()->output}; }

/// The same tensor, or the same output of one node.
inline bool same_tensor(const Tensor& a, const Tensor& b) {
  return a.is_same(b) || (a.is_symbolic() && b.is_symbolic() && place_of(a) == place_of(b));
}

/// Nodes that are needed to compute `fetches` when the values of `fed` are given, in order of creation.
std::vector<Node*> needed_nodes(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed);

/// A session's own state, guarded by its runner.
struct VariableStore {
  std::unordered_map<const Node*, Tensor> values;
};

/// What a variable's initializer gives it; ArgumentError if that does not fit.
Tensor initial_value(const Node& variable);

/// The tensor behind a variable or a captured tensor; ArgumentError if it is not initialized.
const Tensor& state_tensor(const Node& node, const VariableStore& variables);

/// Adds an output, whose shape is known, to what is said of a node.
void note_output(NodeTiming& timing, const TensorMeta& meta);

/// Runs `nodes` in their order with the eager kernels, `values` being those of `fed`, and gives `fetches`; undefined
/// results for nodes without outputs.
std::vector<Tensor> run_nodes(std::span<Node* const> nodes, std::span<const Place> fetches, std::span<const Place> fed,
                              std::span<const Tensor> values, VariableStore& variables,
                              RunMetadata* metadata = nullptr);

/// Computes `fetches` node by node with the eager kernels, `values` being those of `fed`: for what cannot be compiled,
/// and the oracle for what is. Undefined results for nodes without outputs. If it fails, no state has changed.
std::vector<Tensor> interpret(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed,
                              std::span<const Tensor> values, VariableStore& variables,
                              RunMetadata* metadata = nullptr);

}  // namespace triptych
