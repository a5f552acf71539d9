// How public functions take functions: an empty one is an error that names the caller's line.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych {

namespace detail {
[[noreturn]] TRIPTYCH_API void empty_function(std::string_view op, Location where);
}  // namespace detail

/// ArgumentError of `op` if `function` is an empty std::function or a null pointer; other callables cannot be.
template <class F>
void check_callable(std::string_view op, const F& function, Location where) {
  if constexpr (std::is_constructible_v<F, std::nullptr_t>)
    if (!function) detail::empty_function(op, where);
}

}  // namespace triptych
