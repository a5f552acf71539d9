// Whole tensors compared.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// Same shape and equal values (compared in the promoted dtype; NaN differs from itself).
TRIPTYCH_API bool array_equal(const Tensor& a, const Tensor& b, Location where = Location::here());

struct AllcloseOptions {
  double rtol = 1e-5;
  double atol = 1e-8;
  bool equal_nan = false;
};
/// |a - b| <= atol + rtol * |b| everywhere, after broadcasting; infinities must be equal (as NumPy's and PyTorch's
/// allclose).
TRIPTYCH_API bool allclose(const Tensor& a, const Tensor& b, AllcloseOptions options = {},
                           Location where = Location::here());
/// In PyTorch's order: `allclose(a, b, 1e-3, 1e-6)`.
template <Number T>
bool allclose(const Tensor& a, const Tensor& b, T rtol, double atol = 1e-8, bool equal_nan = false,
              Location where = Location::here()) {
  return allclose(a, b, AllcloseOptions{static_cast<double>(rtol), atol, equal_nan}, where);
}
template <class = void>
bool allclose(const Tensor& a, const Tensor& b, ...) = delete;  // neither numbers nor AllcloseOptions

}  // namespace triptych
