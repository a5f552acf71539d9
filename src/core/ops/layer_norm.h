// Attributes of layer_norm and its gradient.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct LayerNormAttributes {
  std::int64_t axes = 1;  // how many of the last axes are normalized
  double eps = 1e-5;
  static constexpr auto fields() {
    return std::tuple{field("axes", &LayerNormAttributes::axes), field("eps", &LayerNormAttributes::eps)};
  }
};

}  // namespace triptych
