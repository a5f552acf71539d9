// Matrix products.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// The matrix product of a (m, k) and b (k, n): c_ij = sum over l of a_il b_lj.
TRIPTYCH_API Tensor matmul(Arg a, Arg b);

}  // namespace triptych
