// Gradients cut to a size, as torch.nn.utils.clip_grad's. `parameters` may be one tensor: `{p}`.
#pragma once

#include <vector>

#include "triptych/core/tensor.h"

namespace triptych::eager::nn::utils {

/// The p-norm of all tensors as if they were one vector; p = infinity: the largest absolute value. 0-d, 0 for an empty
/// list; on the device and in the dtype of the first (16 bits are added up in float32).
/// ArgumentError if norm_type is not positive, and with error_if_nonfinite if the norm is infinite or NaN.
TRIPTYCH_API Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type = 2.0,
                                   bool error_if_nonfinite = false, Location where = Location::here());

/// Multiplies all gradients by min(1, max_norm / (total_norm + 1e-6)), in place.
TRIPTYCH_API void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm,
                                        const Tensor& total_norm, Location where = Location::here());

/// Both: the gradients' total norm is at most max_norm after it. Gives the norm before. Parameters without a gradient
/// are left out.
/// ArgumentError, and nothing changes, as of get_total_norm, or if max_norm is negative or NaN.
TRIPTYCH_API Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2.0,
                                    bool error_if_nonfinite = false, Location where = Location::here());

/// All gradients' elements to [-clip_value, clip_value], in place. ArgumentError if clip_value is negative or NaN.
TRIPTYCH_API void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value,
                                   Location where = Location::here());

}  // namespace triptych::eager::nn::utils
