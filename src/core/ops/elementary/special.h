// Attributes of special functions.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

/// polygamma's order; which derivative of sinc.
struct OrderAttributes {
  std::int64_t order = 0;
  static constexpr auto fields() { return std::tuple{field("order", &OrderAttributes::order)}; }
};

}  // namespace triptych
