// Conversions that change no value.
#pragma once

#include <string_view>

#include "triptych/core/tensor.h"

namespace triptych {

/// `value`, which is concrete, in `dtype`; undefined if that cannot hold one of its elements.
Tensor converted_exactly(const Tensor& value, DType dtype);

/// A tensor whose elements are to be kept in `dtype`: ArgumentError of `op` if they are floating and it is not, or, where
/// they are known, if one is an integer out of its range. Else the tensor in that dtype.
Tensor converted_to_fit(std::string_view op, const Arg& value, DType dtype);

}  // namespace triptych
