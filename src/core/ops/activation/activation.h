// Attributes of activations.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

/// leaky_relu's negative slope, elu's alpha.
struct SlopeAttributes {
  double slope = 1;
  static constexpr auto fields() { return std::tuple{field("slope", &SlopeAttributes::slope)}; }
};

struct SoftplusAttributes {
  double beta = 1, threshold = 20;
  static constexpr auto fields() {
    return std::tuple{field("beta", &SoftplusAttributes::beta), field("threshold", &SoftplusAttributes::threshold)};
  }
};

struct GeluAttributes {
  bool tanh = false;
  static constexpr auto fields() { return std::tuple{field("tanh", &GeluAttributes::tanh)}; }
};

}  // namespace triptych
