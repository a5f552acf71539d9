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

/// x as rows of the normalized elements.
inline Shape rows_shape(const Shape& shape, std::int64_t axes) {
  std::int64_t rows = 1, n = 1;
  for (int i = 0; i < shape.rank(); ++i) (i < shape.rank() - axes ? rows : n) *= shape[i];
  return {rows, n};
}

}  // namespace triptych
