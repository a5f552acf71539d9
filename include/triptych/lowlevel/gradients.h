// Gradients with tf.gradients' options, and rules of the user's own for single ops.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/ops/custom_gradient.h"
#include "triptych/core/text.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel {

using triptych::custom_gradient;

/// What an x has that no y depends on: an undefined tensor, or zeros.
enum class UnconnectedGradients : std::uint8_t { NONE, ZERO };

/// In the order of TensorFlow's arguments.
struct GradientsOptions {
  /// The scope of the new nodes.
  std::string name = "gradients";
  /// These tensors count as constants: no gradient goes on beyond them.
  TensorList stop_gradients = {};
  UnconnectedGradients unconnected_gradients = UnconnectedGradients::NONE;
};

/// As `gradients(ys, xs, grad_ys)`, with options.
TRIPTYCH_API std::vector<Tensor> gradients(const TensorList& ys, const TensorList& xs, const TensorList& grad_ys,
                                           const GradientsOptions& options, Location where = Location::here());

/// In the order of TensorFlow's arguments.
struct HessiansOptions {
  /// The scope of the new nodes.
  std::string name = "hessians";
};
/// d^2 (sum of all ys) / dx^2 for each x: (shape of x, shape of x), zeros where the gradient does not depend on x. Each
/// element of x has a walk back of its own, as nodes. ArgumentError as of `gradients`, and if an x's shape is not
/// known.
TRIPTYCH_API std::vector<Tensor> hessians(const TensorList& ys, const TensorList& xs,
                                          const HessiansOptions& options = {}, Location where = Location::here());

/// From a node and the gradients of its outputs (zeros where none arrived) to those of its inputs, one for each,
/// undefined where there is none.
using GradientFunction = std::function<std::vector<Tensor>(const Operation& op, const std::vector<Tensor>& grads)>;

/// Makes a gradient known under a name: `tf::RegisterGradient("Mine", [](const tf::Operation& op, auto& grads) { ...
/// });` ArgumentError if the name is taken, or there is no function.
class TRIPTYCH_API RegisterGradient {
 public:
  RegisterGradient(const OwnedText& gradient_type, GradientFunction function, Location where = Location::here());
};

/// While alive, new nodes of these ops ("Relu" or "relu") have the gradients registered under these names.
class [[nodiscard]] TRIPTYCH_API GradientOverrideMap {
 public:
  GradientOverrideMap(const GraphHandle& graph, const std::map<std::string, std::string>& op_type_map, Location where);
  ~GradientOverrideMap();
  GradientOverrideMap(const GradientOverrideMap&) = delete;
  GradientOverrideMap& operator=(const GradientOverrideMap&) = delete;

 private:
  GraphHandle graph_;
};
/// `auto scope = tf::gradient_override_map(graph, {{"Relu", "Mine"}});` ArgumentError for an unknown op or name.
inline GradientOverrideMap gradient_override_map(const GraphHandle& graph,
                                                 const std::map<std::string, std::string>& op_type_map,
                                                 Location where = Location::here()) {
  return {graph, op_type_map, where};
}

}  // namespace triptych::lowlevel
