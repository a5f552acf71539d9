// Attributes of clip.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct ClipAttributes {
  bool has_min = false;
  Scalar min = 0;
  bool has_max = false;
  Scalar max = 0;
  bool passes_nan = false;  // the gradient, at NaN: hardtanh's does, clip's does not
  static constexpr auto fields() {
    return std::tuple{field("has_min", &ClipAttributes::has_min), field("min", &ClipAttributes::min),
                      field("has_max", &ClipAttributes::has_max), field("max", &ClipAttributes::max),
                      field("passes_nan", &ClipAttributes::passes_nan)};
  }
};

/// x between `min` and `max`, with the gradient of PyTorch's hardtanh: none at the bounds, all at NaN.
Tensor hard_clip(const Arg& x, Scalar min, Scalar max);

}  // namespace triptych
