// Complex functions of real numbers.
#include "triptych/core/ops/real_numbers.h"

#include <numbers>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor real(Arg x) { return identity(x); }
Tensor conj(Arg x) { return identity(x); }
Tensor imag(Arg x) { return zeros_like(x); }

Tensor angle(Arg x) {
  const Called called("angle");
  const Frame frame(x.where());
  const Tensor& given = operand("angle", x);
  const Tensor t = is_floating(given.dtype()) ? given : cast(given, float32);
  const Tensor turned = where(less(t, 0), full_like(t, std::numbers::pi), zeros_like(t));
  return where(isnan(t), t, turned);
}

}  // namespace triptych
