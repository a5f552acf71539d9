// Conversions that change no value.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// `value`, which is concrete, in `dtype`; undefined if that cannot hold one of its elements.
Tensor converted_exactly(const Tensor& value, DType dtype);

}  // namespace triptych
