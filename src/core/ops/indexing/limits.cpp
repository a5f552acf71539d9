#include "core/ops/indexing/limits.h"

#include <limits>

namespace triptych {
namespace {

/// The highest finite number of a floating dtype.
double highest_float(DType dtype) {
  if (dtype == float64) return std::numeric_limits<double>::max();
  if (dtype == float16) return 65504;
  if (dtype == bfloat16) return 0x1.FEp127;
  return std::numeric_limits<float>::max();
}

}  // namespace

Scalar lowest_of(DType dtype) {
  if (is_floating(dtype)) return -highest_float(dtype);
  if (dtype == boolean || dtype == uint8) return 0;
  return -1 - highest_of(dtype).to_int();
}

Scalar highest_of(DType dtype) {
  if (is_floating(dtype)) return highest_float(dtype);
  if (dtype == boolean) return 1;
  if (dtype == uint8) return 255;
  return std::numeric_limits<std::int64_t>::max() >> (64 - 8 * size_of(dtype));
}

Scalar neutral(Combine combine, DType dtype) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  switch (combine) {
    case Combine::multiply:
      return 1;
    case Combine::maximum:
      return is_floating(dtype) ? Scalar(-infinity) : lowest_of(dtype);
    case Combine::minimum:
      return is_floating(dtype) ? Scalar(infinity) : highest_of(dtype);
    default:
      return 0;
  }
}

}  // namespace triptych
