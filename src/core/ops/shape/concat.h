// Attributes of concat, concat_grad and split.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct ConcatAttributes {
  std::int64_t axis = 0;
  static constexpr auto fields() { return std::tuple{field("axis", &ConcatAttributes::axis)}; }
};

struct SplitAttributes {
  std::vector<std::int64_t> sizes;  // empty: equal parts, as many as outputs
  std::int64_t axis = 0;
  static constexpr auto fields() {
    return std::tuple{field("sizes", &SplitAttributes::sizes), field("axis", &SplitAttributes::axis)};
  }
};

}  // namespace triptych
