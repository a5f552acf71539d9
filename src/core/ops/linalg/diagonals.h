// The main diagonal of matrices, taken out and put in; in a graph their size may be unknown.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// The main diagonals of matrices (..., n, m) whose sizes are known, or of square ones: (..., min(n, m)).
Tensor main_diagonal(const Tensor& x);
/// Square matrices of the shape of `like` with `diagonal` (..., n) on their diagonals, and zeros elsewhere.
Tensor matrix_with_diagonal(const Tensor& diagonal, const Tensor& like);
/// Identity matrices of x's shape and dtype.
Tensor eye_like(const Tensor& x);

}  // namespace triptych
