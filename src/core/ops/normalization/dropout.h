// Attributes of dropout.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct DropoutAttributes {
  double p = 0.5;
  static constexpr auto fields() { return std::tuple{field("p", &DropoutAttributes::p)}; }
};

}  // namespace triptych
