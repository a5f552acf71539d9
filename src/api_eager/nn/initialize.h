// PyTorch's default first values of weights and biases.
#pragma once

#include <cmath>
#include <string>

#include "triptych/core/init.h"

namespace triptych::eager {

inline void check_parameter_dtype(const char* module, DType dtype, Location where) {
  if (!is_floating(dtype))
    throw ArgumentError(module, "the dtype of parameters is not floating-point",
                        std::string(dtype_name(dtype)) + " was given", "", where);
}

/// kaiming_uniform(a = sqrt 5): uniform in +-1 / sqrt(fan_in).
inline Tensor default_weight(const Shape& shape, DType dtype, init::Layout layout, Location where) {
  return init::make(init::kaiming_uniform(std::sqrt(5.0), init::FanMode::fan_in, "leaky_relu", {}, where), shape, dtype,
                    layout, where);
}

/// Uniform in +-1 / sqrt(fan_in).
inline Tensor default_bias(std::int64_t size, std::int64_t fan_in, DType dtype, Location where) {
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return init::uniform(-bound, bound, {}, where)({size}, dtype);
}

}  // namespace triptych::eager
