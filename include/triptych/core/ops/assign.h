// Writes to state: a Variable of a graph, a captured parameter, or a concrete tensor.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// state <- value, of the same shape and dtype (a number is converted). Gives the new value.
TRIPTYCH_API Tensor assign(const Tensor& state, const Arg& value);
/// state <- state + value.
TRIPTYCH_API Tensor assign_add(const Tensor& state, const Arg& value);
/// state <- state - value.
TRIPTYCH_API Tensor assign_sub(const Tensor& state, const Arg& value);

}  // namespace triptych
