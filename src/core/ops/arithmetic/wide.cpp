#include "core/ops/arithmetic/wide.h"

#include <utility>

#include "core/dispatch/modes.h"
#include "core/tensor/compute_dtype.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych {

DType common_dtype(std::string_view op, std::initializer_list<const Arg*> operands) {
  for (const Arg* x : operands)
    if (!x->is_scalar()) operand(op, *x);
  std::optional<DType> dtype;
  for (const bool single : {false, true}) {
    if (dtype && is_floating(*dtype)) break;
    for (const Arg* x : operands)
      if (!x->is_scalar() && (x->tensor().ndim() == 0) == single)
        dtype = dtype ? promote_types(*dtype, x->tensor().dtype()) : x->tensor().dtype();
  }
  return dtype.value_or(float32);
}

std::optional<TraceScope> scope_of(std::initializer_list<const Arg*> operands) {
  for (const Arg* x : operands)
    if (!modes.trace && !x->is_scalar() && x->tensor().is_symbolic())
      return std::optional<TraceScope>(std::in_place, GraphHandle(x->tensor().impl()->graph.get()));
  return std::nullopt;
}

Tensor rounded_to(DType dtype, const Tensor& result) {
  return compute_dtype(dtype) == dtype ? result : cast(result, dtype);
}

}  // namespace triptych
