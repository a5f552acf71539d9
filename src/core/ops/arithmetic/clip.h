// Attributes of clip.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct ClipAttributes {
  bool has_min = false;
  Scalar min = 0;
  bool has_max = false;
  Scalar max = 0;
  static constexpr auto fields() {
    return std::tuple{field("has_min", &ClipAttributes::has_min), field("min", &ClipAttributes::min),
                      field("has_max", &ClipAttributes::has_max), field("max", &ClipAttributes::max)};
  }
};

}  // namespace triptych
