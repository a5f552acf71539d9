// The gradient rule of an op that is itself a gradient: differentiates the function twice, made of simpler ops.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "triptych/core/op.h"

namespace triptych {

/// How the inputs and outputs of a gradient's op belong to those of the function that it differentiates.
struct GradientRoles {
  /// Which inputs are the function's arguments, in their order.
  std::vector<int> arguments;
  /// Which inputs are the gradients of the function's results, in their order.
  std::vector<int> upstream;
  /// Output k is the gradient of argument of_argument[k].
  std::vector<int> of_argument;
};

/// Sets the gradients of the inputs that have a role. `function` is given the arguments, and computes or, in a graph,
/// builds its results. Inputs without a role were results of the function: their share is in that of the arguments.
void differentiate_gradient(Gradient& g, const GradientRoles& roles,
                            const std::function<std::vector<Tensor>(std::span<const Tensor> arguments)>& function);

}  // namespace triptych
