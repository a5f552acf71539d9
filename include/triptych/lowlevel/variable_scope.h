// get_variable: variables that are made once under a name, and shared where a scope says so.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel {

/// What get_variable does with a name that exists: an error, the variable of that name (which must exist), or that
/// variable where there is one.
enum class Reuse : std::uint8_t { inherit, no, yes, automatic };
inline constexpr Reuse AUTO_REUSE = Reuse::automatic;

/// A loss from a variable.
using Regularizer = std::function<Tensor(const Tensor& variable)>;

/// What variables in a scope have if they say nothing else.
struct VariableScopeOptions {
  Initializer initializer = {};
  Regularizer regularizer = {};
  /// Reuse::yes holds for all scopes inside.
  Reuse reuse = Reuse::inherit;
  std::optional<DType> dtype = {};
};

/// While alive, names of variables begin with "name/", however often the scope is opened; names of other nodes do too,
/// with a number from the second time on.
class [[nodiscard]] TRIPTYCH_API VariableScope {
 public:
  VariableScope(const GraphHandle& graph, Text name, const VariableScopeOptions& options = {},
                Location where = Location::here());
  ~VariableScope();
  VariableScope(const VariableScope&) = delete;
  VariableScope& operator=(const VariableScope&) = delete;

  /// "net/block", without the closing slash.
  const std::string& name() const { return name_; }
  /// From now on get_variable gives what exists.
  void reuse_variables();

 private:
  friend class VariableStoreAccess;
  std::optional<NameScope> names_;
  GraphHandle graph_;
  std::string name_;
  VariableScopeOptions options_;
};
/// `auto scope = tf::variable_scope("net", {.reuse = tf::AUTO_REUSE});`, in the default graph.
inline VariableScope variable_scope(Text name, const VariableScopeOptions& options = {},
                                    Location where = Location::here()) {
  return VariableScope(get_default_graph(), name, options, where);
}

/// In the order of TensorFlow's arguments after name and shape.
struct GetVariableOptions {
  /// Else the scope's, else float32.
  std::optional<DType> dtype = {};
  /// Else the scope's, else Glorot's uniform one; zeros for integers.
  Initializer initializer = {};
  /// Its loss goes to REGULARIZATION_LOSSES; else the scope's.
  Regularizer regularizer = {};
  bool trainable = true;
  /// Besides those that are kept by themselves; LOCAL_VARIABLES makes it a local one.
  std::vector<std::string> collections = {};
};

/// The variable `name` of the current variable scope: a new one, or the one that exists, as the scope's `reuse` says.
/// ArgumentError if that forbids it, or shape or dtype differ from the existing one's.
TRIPTYCH_API Variable get_variable(Text name, const Shape& shape, const GetVariableOptions& options = {},
                                   Location where = Location::here());
/// One that exists; ArgumentError if it does not.
TRIPTYCH_API Variable get_variable(Text name, Location where = Location::here());

/// All losses of regularizers, and their sum (0 if there are none).
TRIPTYCH_API std::vector<Tensor> get_regularization_losses(const Graph& graph = get_default_graph());
TRIPTYCH_API Tensor get_regularization_loss(const Graph& graph = get_default_graph(),
                                            Location where = Location::here());

}  // namespace triptych::lowlevel
