// What the losses that are made of simpler ops share.
#pragma once

#include "core/ops/arithmetic/wide.h"
#include "core/tensor/compute_dtype.h"
#include "triptych/core/ops/arithmetic.h"
#include "triptych/core/ops/losses.h"

namespace triptych {

/// Checks that the operands have one shape, and returns the loss's dtype: their common one, for autocast float32.
DType check_operands(const char* op, const Arg& input, const Arg& target);
/// The same for three operands.
DType check_operands(const char* op, const Arg& a, const Arg& b, const Arg& c);

/// The losses as they are, or their sum or mean, in `dtype`.
Tensor reduced(const Tensor& losses, Reduction reduction, DType dtype);
/// The same of losses with a factor each, which broadcasts to them and may be undefined; the mean is that of the
/// weighted ones.
Tensor reduced(const Tensor& losses, const Tensor& weight, Reduction reduction, DType dtype);

/// max(0, x), of which PyTorch's losses have no gradient at 0 or at NaN, where that of relu passes.
inline Tensor above_zero(const Tensor& x) { return clip(x, 0); }

/// The losses that `of` makes of operands, which are computed in float32 where their common dtype has 16 bits.
template <class Of, class... Operands>
Tensor loss_of(const Arg& input, DType dtype, Reduction reduction, Of of, const Operands&... operands) {
  const Frame frame(input.where());
  const std::optional<TraceScope> traced = scope_of({&operands...});
  const DType wide = compute_dtype(dtype);
  return reduced(of(cast(operands.tensor(), wide)...), reduction, dtype);
}

}  // namespace triptych
