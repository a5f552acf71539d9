// Conversions that cut.
#include "triptych/core/ops/saturate_cast.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

std::pair<std::int64_t, std::int64_t> bounds_of(DType dtype) {
  switch (dtype) {
    case DType::int8:
      return {-128, 127};
    case DType::uint8:
      return {0, 255};
    case DType::int32:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    default:
      return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
  }
}

}  // namespace

Tensor saturate_cast(Arg x, DType dtype) {
  const Called called("saturate_cast");
  const Frame frame(x.where());
  const Tensor& t = operand("saturate_cast", x);
  const DType from = t.dtype();
  if (from == boolean || !is_integral(dtype)) return cast(x, dtype);
  const auto [least, most] = bounds_of(dtype);
  if (is_floating(from)) {
    // The largest integer may be no floating-point number: what reaches it is chosen, not converted.
    const DType wide = from == float64 ? float64 : float32;
    const Tensor numbers = cast(x, wide);
    const Tensor high = greater_equal(numbers, static_cast<double>(most)),
                 low = less_equal(numbers, static_cast<double>(least));
    const Tensor inside = cast(where(logical_or(high, low), 0, numbers), dtype);
    return where(high, full_like(inside, most), where(low, full_like(inside, least), inside));
  }
  return cast(clip(cast(x, int64), least, most), dtype);
}

}  // namespace triptych
