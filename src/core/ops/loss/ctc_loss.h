// Attributes of ctc_loss and its gradient.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct CtcLossAttributes {
  std::int64_t blank = 0;
  bool zero_infinity = false;
  static constexpr auto fields() {
    return std::tuple{field("blank", &CtcLossAttributes::blank),
                      field("zero_infinity", &CtcLossAttributes::zero_infinity)};
  }
};

}  // namespace triptych
