// Parameters as one vector, as torch.nn.utils.convert_parameters'.
#pragma once

#include <vector>

#include "triptych/core/tensor.h"

namespace triptych::eager::nn::utils {

/// All elements one after the other, 1-d; gradients flow through it. ArgumentError for an empty list, or parameters of
/// several devices.
TRIPTYCH_API Tensor parameters_to_vector(const std::vector<Tensor>& parameters, Location where = Location::here());

/// Writes the vector's elements to the parameters, which stay the same tensors. ArgumentError, and nothing changes, if
/// `vec` is not 1-d or has another number of elements.
TRIPTYCH_API void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters,
                                       Location where = Location::here());

}  // namespace triptych::eager::nn::utils
