// lerp: linear interpolation, by PyTorch's formula, which is exact at both ends.
#include <cmath>

#include "core/ops/arithmetic/wide.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor lerp(Arg start, Arg end, Arg weight) {
  const Frame frame(start.where());
  const DType dtype = common_dtype("lerp", {&start, &end, &weight});
  const std::optional<TraceScope> traced = scope_of({&start, &end, &weight});
  const Wide from(start), to(end), share(weight);

  const Tensor difference = sub(to, from);
  // Whole numbers without a sign would wrap around on the way.
  if (is_integral(difference.dtype()))
    throw ArgumentError("lerp", "start and end are not floating", std::string(dtype_name(difference.dtype())),
                        "Convert them with cast");
  const auto from_start = [&] { return add(from, mul(share, difference)); };
  const auto from_end = [&] { return sub(to, mul(difference, sub(1, share))); };
  const Tensor result = !weight.is_scalar() ? where(less(abs(share), 0.5), from_start(), from_end())
                        : std::abs(weight.scalar().to_double()) < 0.5 ? from_start()
                                                                      : from_end();
  return rounded_to(dtype, result);
}

}  // namespace triptych
