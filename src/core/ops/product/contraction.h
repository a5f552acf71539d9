// Products of tensors whose axes have names: what einsum, tensordot and their like are.
#pragma once

#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// A tensor, and the names (numbers from 0 to 63) of its axes.
struct Factor {
  Tensor tensor;
  std::vector<int> labels;
};

/// The factors' product with the axes `wanted`: elements whose axes of one name have one place are multiplied, and
/// summed over the names that are not wanted. A name that one factor has twice is its diagonal; an axis of length one
/// is repeated. The factors have one dtype; lengths fit.
Tensor contract(std::vector<Factor> factors, const std::vector<int>& wanted);

}  // namespace triptych
