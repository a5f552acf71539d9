// Attributes of full and full_like.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct FullAttributes {
  Shape shape;
  Scalar value = 0;
  DType dtype = float32;
  static constexpr auto fields() {
    return std::tuple{field("shape", &FullAttributes::shape), field("value", &FullAttributes::value),
                      field("dtype", &FullAttributes::dtype)};
  }
};

struct FullLikeAttributes {
  Scalar value = 0;
  static constexpr auto fields() { return std::tuple{field("value", &FullLikeAttributes::value)}; }
};

}  // namespace triptych
