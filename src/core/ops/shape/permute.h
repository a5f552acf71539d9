// Attributes of permute.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct PermuteAttributes {
  Axes axes;
  static constexpr auto fields() { return std::tuple{field("axes", &PermuteAttributes::axes)}; }
};

}  // namespace triptych
