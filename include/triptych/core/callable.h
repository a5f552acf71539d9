// Functions that are called where they are given, or kept as part of something: an empty one is an error.
#pragma once

#include <string_view>

#include "triptych/core/function.h"

namespace triptych {

/// ArgumentError of `op` if there is no function behind `function`.
template <class F>
void check_callable(std::string_view op, const F& function, Location where) {
  static_cast<void>(not_empty<const F&>(function, op, where));
}

}  // namespace triptych
