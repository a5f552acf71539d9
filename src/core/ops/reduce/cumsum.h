// Attributes of cumsum.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct CumsumAttributes {
  std::int64_t axis = 0;
  /// From the end to the front: what the gradient needs.
  bool reverse = false;
  static constexpr auto fields() {
    return std::tuple{field("axis", &CumsumAttributes::axis), field("reverse", &CumsumAttributes::reverse)};
  }
};

}  // namespace triptych
