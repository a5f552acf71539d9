// Matrix products.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// What a fused op does to its finished result.
enum class Activation : std::uint8_t { none, relu };

/// The matrix product c_ij = sum over l of a_il b_lj, as NumPy's matmul: a is (..., m, k), b is (..., k, n), the
/// leading dimensions broadcast, and a one-dimensional operand is a row on the left and a column on the right whose
/// dimension of length one does not stay. Any strides: a transposed operand costs no copy. Any dtype but bool, the same
/// for both; 16-bit floats are summed in float32, integers wrap. ArgumentError if shapes or dtypes do not fit.
TRIPTYCH_API Tensor matmul(Arg a, Arg b);

struct LinearOptions {
  bool transpose_weight = true;  // the weight is (out, in), as PyTorch keeps it; else (in, out), as Keras does
  Activation activation = Activation::none;
};

/// x weight^T + bias for x (..., in), weight (out, in) and bias (out,), as PyTorch's linear. The result has the same
/// bits as the product followed by the addition.
TRIPTYCH_API Tensor linear(Arg x, Arg weight, LinearOptions options = {});
TRIPTYCH_API Tensor linear(Arg x, Arg weight, Arg bias, LinearOptions options = {});
template <class = void>
Tensor linear(Arg x, Arg weight, ...) = delete;  // neither a bias nor LinearOptions

}  // namespace triptych
