// lerp: linear interpolation.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor lerp(Arg start, Arg end, Arg weight) {
  const Frame frame(start.where());
  for (const Arg* x : {&start, &end, &weight})
    if (!x->is_scalar()) operand("lerp", *x);
  const Tensor difference = sub(end, start);
  // Whole numbers without a sign would wrap around on the way.
  if (is_integral(difference.dtype()))
    throw ArgumentError("lerp", "start and end are floating", std::string(dtype_name(difference.dtype())),
                        "Convert them with cast");
  return add(start, mul(weight, difference));
}

}  // namespace triptych
