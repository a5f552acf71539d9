// Arithmetic on sizes that users give. Sizes of a tensor that exists are safe to multiply (Shape::most_elements);
// whatever else is known to nobody goes through here.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "triptych/core/error.h"

namespace triptych {

namespace detail {

[[noreturn]] void overflows(std::string_view what, std::int64_t a, const char* sign, std::int64_t b, Location where);
[[noreturn]] void divides_by_zero(std::string_view what, std::int64_t a, Location where);

}  // namespace detail

/// a + b and the like; ArgumentError of the op that runs, with both numbers, if it does not fit in 64 bits. `what` is
/// what the result is: "the padded length".
inline std::int64_t checked_add(std::int64_t a, std::int64_t b, std::string_view what, Location where = {}) {
  std::int64_t result;
  if (__builtin_add_overflow(a, b, &result)) [[unlikely]]
    detail::overflows(what, a, "+", b, where);
  return result;
}
inline std::int64_t checked_subtract(std::int64_t a, std::int64_t b, std::string_view what, Location where = {}) {
  std::int64_t result;
  if (__builtin_sub_overflow(a, b, &result)) [[unlikely]]
    detail::overflows(what, a, "-", b, where);
  return result;
}
inline std::int64_t checked_multiply(std::int64_t a, std::int64_t b, std::string_view what, Location where = {}) {
  std::int64_t result;
  if (__builtin_mul_overflow(a, b, &result)) [[unlikely]]
    detail::overflows(what, a, "*", b, where);
  return result;
}
/// Rounded towards zero.
inline std::int64_t checked_divide(std::int64_t a, std::int64_t b, std::string_view what, Location where = {}) {
  if (b == 0) [[unlikely]]
    detail::divides_by_zero(what, a, where);
  if (b == -1) return checked_subtract(0, a, what, where);
  return a / b;
}

/// The bytes of so many elements, for working memory: if they fit in no number, more than there is.
template <class... Sizes>
std::size_t bytes_of(std::size_t element, Sizes... sizes) {
  bool overflows = false;
  std::size_t bytes = element;
  ((overflows |= sizes < 0 || __builtin_mul_overflow(bytes, static_cast<std::size_t>(sizes), &bytes)), ...);
  return overflows ? std::numeric_limits<std::size_t>::max() : bytes;
}

}  // namespace triptych
