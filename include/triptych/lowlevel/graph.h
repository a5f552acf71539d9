// Graph, Variable, name scopes and control dependencies.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "triptych/core/graph.h"
#include "triptych/core/random.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::lowlevel {

/// One tensor or several, where a function takes either.
class TensorList {
 public:
  TensorList() = default;
  TensorList(const Tensor& tensor) : tensors_{tensor} {}
  TensorList(std::initializer_list<Tensor> tensors) : tensors_(tensors) {}
  TensorList(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {}
  template <class T>
  requires std::is_base_of_v<Tensor, T> TensorList(const std::vector<T>& tensors)
      : tensors_(tensors.begin(), tensors.end()) {}

  const std::vector<Tensor>& tensors() const { return tensors_; }
  bool empty() const { return tensors_.empty(); }
  std::size_t size() const { return tensors_.size(); }
  std::vector<Tensor>::const_iterator begin() const { return tensors_.begin(); }
  std::vector<Tensor>::const_iterator end() const { return tensors_.end(); }

 private:
  std::vector<Tensor> tensors_;
};

/// State that a session holds: a symbolic tensor that reads as the current value. Each session has its own value.
class TRIPTYCH_API Variable : public Tensor {
 public:
  Variable() = default;
  Variable(const Tensor& value) = delete;  // graph.variable("W", value) makes one

  /// The name in the graph, with scopes.
  std::string name(Location where = Location::here()) const;
  bool trainable(Location where = Location::here()) const;
  /// A tensor that, when a session runs it, sets the variable to `value` (same shape and dtype) and gives the new
  /// value.
  Tensor assign(const Arg& value) const;
  Tensor assign_add(const Arg& value) const;
  Tensor assign_sub(const Arg& value) const;
  /// An operation that gives the variable its first value.
  Tensor initializer(Location where = Location::here()) const;
  /// What it holds where this node stands: after the writes before it, before those after it.
  Tensor read_value(Location where = Location::here()) const;

 private:
  friend class Graph;
  friend Variable variable_of(Node& node);
  struct OfGraph {};
  Variable(OfGraph, Tensor symbolic) : Tensor(std::move(symbolic)) {}
};

struct VariableOptions {
  DType dtype = float32;
  /// Optimizers train it unless they are given a list.
  bool trainable = true;
};

struct RandomNormalOptions {
  double mean = 0;
  double stddev = 1;
  DType dtype = float32;
  /// Where the numbers' stream comes from; null: the default generator.
  Generator* generator = nullptr;
};

struct RandomUniformOptions {
  double minval = 0;
  double maxval = 1;
  DType dtype = float32;
  Generator* generator = nullptr;
};

/// While alive, new nodes' names begin with this scope's, and ops without operands (zeros, random numbers) are nodes of
/// the graph; state that is changed in place in it is changed by each run that needs a node made in it.
class [[nodiscard]] TRIPTYCH_API NameScope {
 public:
  NameScope(const GraphHandle& graph, Text name);
  ~NameScope();
  NameScope(const NameScope&) = delete;
  NameScope& operator=(const NameScope&) = delete;

  /// "net/block_1", without the closing slash.
  const std::string& name() const { return name_; }

 private:
  GraphHandle graph_;
  TracedCall trace_;
  std::string name_;
};

/// A node, as one looks at it: `Operation::type` is the op's name.
struct Operation {
  std::string type, name;
  std::vector<Tensor> inputs, outputs;
};

/// While alive, new nodes run after the given ones.
class [[nodiscard]] TRIPTYCH_API ControlDependencies {
 public:
  ControlDependencies(const GraphHandle& graph, const TensorList& before, Location where);
  ~ControlDependencies();
  ControlDependencies(const ControlDependencies&) = delete;
  ControlDependencies& operator=(const ControlDependencies&) = delete;

 private:
  GraphHandle graph_;
  TensorList before_;
};

/// A graph of ops. It lives as long as a handle to it, a tensor of it or a session of it.
class TRIPTYCH_API Graph : public GraphHandle {
 public:
  Graph() = default;
  explicit Graph(const GraphHandle& handle) : GraphHandle(handle) {}

  /// A value that is fed when the graph runs; dimensions may be `unknown`. Unfed, it has `default_value`, if there is
  /// one.
  Tensor placeholder(Text name, DType dtype, const Shape& shape, const Tensor& default_value = {},
                     Location where = Location::here()) const;
  /// A snapshot of a concrete tensor, one that requires a gradient too.
  Tensor constant(const Tensor& value, Text name = "constant", Location where = Location::here()) const;
  /// State that `initializer` fills when `initializer()` of the graph runs.
  Variable variable(Text name, const Shape& shape, Initializer initializer, const VariableOptions& options = {},
                    Location where = Location::here()) const;
  /// State that starts as `value`, whose shape and dtype it has (whatever the options say). A tensor of the graph, such
  /// as random numbers, is computed when the initializer runs; it must not read another variable.
  Variable variable(Text name, const Tensor& value, const VariableOptions& options = {},
                    Location where = Location::here()) const;
  template <class = void>
  Variable variable(Text name, const Tensor& value, ...) const = delete;  // no VariableOptions
  /// Random numbers that every run draws anew. (`tt::randn({n, d})` outside of a scope draws once, now, and becomes a
  /// constant where it meets the graph.) With the shape of a tensor whose dimensions are fed: tt::randn_like(x).
  Tensor random_normal(const Shape& shape, const RandomNormalOptions& options = {},
                       Location where = Location::here()) const;
  /// Values further than two standard deviations from the mean are drawn again.
  Tensor truncated_normal(const Shape& shape, const RandomNormalOptions& options = {},
                          Location where = Location::here()) const;
  /// In [minval, maxval).
  Tensor random_uniform(const Shape& shape, const RandomUniformOptions& options = {},
                        Location where = Location::here()) const;
  /// Run it to give all variables that exist now their first values.
  Tensor initializer(Location where = Location::here()) const;
  /// Runs nothing; something to fetch, or to depend on.
  Tensor no_op(Text name = "no_op", Location where = Location::here()) const;

  /// `auto scope = graph.scope("net");`: names that follow begin with "net/" (a name used before gets a number).
  NameScope scope(Text name = "") const { return NameScope(*this, name); }
  /// `auto on = graph.device(Device::cuda());`: what follows is placed there, as in a DeviceScope.
  DeviceScope device(Device device) const { return DeviceScope(device); }
  /// `auto after = graph.control_dependencies({update});`: nodes that follow run after these.
  ControlDependencies control_dependencies(const TensorList& before, Location where = Location::here()) const {
    return ControlDependencies(*this, before, where);
  }

  /// The output of the node called `name`: "net/w", or "split:1" for its second output. ArgumentError if there is none.
  Tensor find(Text name, Location where = Location::here()) const;
  bool contains(Text name) const;
  /// TensorFlow's words: the same as `find`; the node of this name; all nodes in the order of their creation.
  Tensor get_tensor_by_name(Text name, Location where = Location::here()) const { return find(name, where); }
  Operation get_operation_by_name(Text name, Location where = Location::here()) const;
  std::vector<Operation> get_operations() const;
  /// Names of all nodes in the order of their creation.
  std::vector<std::string> node_names() const;
  std::size_t size() const;
  std::vector<Variable> variables() const;
  std::vector<Variable> trainable_variables() const;

  /// No nodes can be added any more, so that a loop that adds some each time is found. From now on scopes of the graph,
  /// such as `as_default`, leave alone what could be computed at once: zeros({2}) has a value there.
  void finalize() const;
  bool finalized() const;

  /// One line for each node: name, op, inputs, attributes, dtypes and shapes, line; sub-graphs further in.
  std::string as_text() const;
  /// The graph in Graphviz's language.
  void write_dot(const OwnedText& path, Location where = Location::here()) const;
  /// A drawing of the graph that a browser shows.
  void write_svg(const OwnedText& path, Location where = Location::here()) const;

 private:
  std::vector<Variable> variables_where(bool only_trainable) const;
  Variable computed_variable(Text name, const Tensor& value, const VariableOptions& options, Location where) const;
};

/// The name of a symbolic tensor's node, with ":1" for a second output.
TRIPTYCH_API std::string name_of(const Tensor& tensor, Location where = Location::here());
/// The graph that a symbolic tensor belongs to.
TRIPTYCH_API Graph graph_of(const Tensor& tensor, Location where = Location::here());

/// A tensor without a value: running it runs all of `operations`.
TRIPTYCH_API Tensor group(const TensorList& operations, Text name = "group", Location where = Location::here());

/// d(sum of ys . grad_ys) / d xs as new nodes: one tensor for each x, undefined where no y depends on it. `grad_ys` may
/// be empty (ones) or have undefined entries.
TRIPTYCH_API std::vector<Tensor> gradients(const TensorList& ys, const TensorList& xs, const TensorList& grad_ys = {},
                                           Location where = Location::here());

}  // namespace triptych::lowlevel
