#include "triptych/core/dtype.h"

#include <array>
#include <ostream>

#include "triptych/core/error.h"
#include "triptych/core/scalar.h"
#include "triptych/core/text.h"

namespace triptych {
namespace {

constexpr std::array<std::string_view, dtype_count> names = {"float32", "float64", "float16", "bfloat16", "int8",
                                                             "uint8",   "int32",   "int64",   "bool"};

}  // namespace

std::string_view dtype_name(DType dtype) { return names[static_cast<std::size_t>(dtype)]; }

std::ostream& operator<<(std::ostream& out, DType dtype) { return out << dtype_name(dtype); }

DType dtype_from_name(Text name, Location where) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<DType>(i);
  throw ArgumentError("dtype", "no dtype has this name", "'" + std::string(name) + "'",
                      "Names are float32, float64, float16, bfloat16, int8, uint8, int32, int64, bool", where);
}

DType promote_types(DType a, DType b) {
  if (a == b) return a;
  if (a == boolean) return b;
  if (b == boolean) return a;
  if (is_floating(a) != is_floating(b)) return is_floating(a) ? a : b;
  if (is_floating(a)) {
    if (a == float64 || b == float64) return float64;
    return float32;  // float32 with a half, or the two halves together
  }
  if (a == uint8 || b == uint8) {
    const DType other = a == uint8 ? b : a;
    return other == int8 ? int32 : other;  // PyTorch gives int16, which we do not have
  }
  return size_of(a) > size_of(b) ? a : b;
}

DType Scalar::result_type(DType dtype) const {
  if (kind_ == Kind::floating && !is_floating(dtype)) return float32;
  if (kind_ == Kind::integer && dtype == triptych::boolean) return int64;
  return dtype;
}

}  // namespace triptych
