// addcmul and addcdiv.
#include "core/ops/arithmetic/wide.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/pointwise.h"

namespace triptych {
namespace {

/// value x, where that is not x.
Tensor times(const Tensor& x, Scalar value) { return value.to_double() == 1 ? x : mul(x, value); }

}  // namespace

Tensor addcmul(Arg input, Arg tensor1, Arg tensor2, Scalar value) {
  const Frame frame(input.where());
  const DType dtype = common_dtype("addcmul", {&input, &tensor1, &tensor2});
  if (!is_floating(dtype)) check_fits("addcmul", value, dtype, input.where());
  const Tensor product = mul(Wide(tensor1), Wide(tensor2));
  return rounded_to(dtype, add(Wide(input), times(product, value)));
}

Tensor addcdiv(Arg input, Arg tensor1, Arg tensor2, Scalar value) {
  const Frame frame(input.where());
  const DType dtype = common_dtype("addcdiv", {&input, &tensor1, &tensor2});
  if (!is_floating(dtype))
    throw ArgumentError("addcdiv", "the operands are integers", std::string(dtype_name(dtype)),
                        "Convert them with cast", input.where());
  const Tensor quotient = div(Wide(tensor1), Wide(tensor2));
  return rounded_to(dtype, add(Wide(input), times(quotient, value)));
}

}  // namespace triptych
