// Attributes of roll.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct RollAttributes {
  std::int64_t shift = 0, axis = 0;
  static constexpr auto fields() {
    return std::tuple{field("shift", &RollAttributes::shift), field("axis", &RollAttributes::axis)};
  }
};

}  // namespace triptych
