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
/// `allclose(a, b, 1e-3, 1e-5)`: the options in PyTorch's order.
template <Number R, Number A = double>
bool allclose(const Tensor& a, const Tensor& b, R rtol, A atol = 1e-8, bool equal_nan = false,
              Location where = Location::here()) {
  const AllcloseOptions options{static_cast<double>(rtol), static_cast<double>(atol), equal_nan};
  return allclose(a, b, options, where);
}

}  // namespace triptych
