// How public functions take functions: a null pointer or an empty std::function is an error of the line that gives it,
// not one of whoever calls it later.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "triptych/core/error.h"
#include "triptych/core/location.h"

namespace triptych {

/// `function`; ArgumentError of `op` if there is none behind it.
template <class F>
F not_empty(F function, std::string_view op, Location where) {
  if constexpr (std::is_pointer_v<F> || std::constructible_from<F, std::nullptr_t>)
    if (!function)
      throw ArgumentError(op, "there is no function", std::is_pointer_v<F> ? "a null pointer" : "an empty one", "",
                          where);
  return function;
}

}  // namespace triptych
