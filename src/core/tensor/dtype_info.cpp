#include "triptych/core/dtype_info.h"

#include <cmath>
#include <string>

#include "triptych/core/error.h"

namespace triptych {

FloatInfo finfo(DType dtype, Location where) {
  if (!is_floating(dtype))
    throw ArgumentError("finfo", "the dtype is not floating", std::string(dtype_name(dtype)), "iinfo has the integers'",
                        where);
  // Of each: the bits of the fraction, the largest exponent, and the decimal digits.
  struct Format {
    int fraction, exponent, digits;
  };
  const Format format = dtype == float64   ? Format{52, 1023, 15}
                        : dtype == float32 ? Format{23, 127, 6}
                        : dtype == float16 ? Format{10, 15, 3}
                                           : Format{7, 127, 2};
  const double eps = std::ldexp(1.0, -format.fraction), max = std::ldexp(2 - eps, format.exponent);
  const double smallest = std::ldexp(1.0, 1 - format.exponent);
  return {dtype,    static_cast<int>(8 * size_of(dtype)), eps, max, -max, smallest,
          smallest, std::pow(10.0, -format.digits)};
}

IntegerInfo iinfo(DType dtype, Location where) {
  if (!is_integral(dtype))
    throw ArgumentError("iinfo", "the dtype is not an integer", std::string(dtype_name(dtype)),
                        "finfo has the floating ones'", where);
  const int bits = static_cast<int>(8 * size_of(dtype));
  if (dtype == uint8) return {dtype, bits, 255, 0};
  const auto max = static_cast<std::int64_t>(~std::uint64_t{0} >> (65 - bits));
  return {dtype, bits, max, -max - 1};
}

bool can_cast(DType from, DType to) {
  if (is_floating(from) && !is_floating(to)) return false;
  return from == boolean || to != boolean;
}

}  // namespace triptych
