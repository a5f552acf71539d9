// Attributes of group_norm and its gradient.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct GroupNormAttributes {
  std::int64_t groups = 1;
  double eps = 1e-5;
  static constexpr auto fields() {
    return std::tuple{field("groups", &GroupNormAttributes::groups), field("eps", &GroupNormAttributes::eps)};
  }
};

/// x as (examples, groups, channels of a group, elements of a channel).
struct GroupedSizes {
  std::int64_t examples, groups, channels, inner = 1;

  GroupedSizes(const Shape& x, std::int64_t groups) : examples(x[0]), groups(groups), channels(x[1] / groups) {
    for (int i = 2; i < x.rank(); ++i) inner *= x[i];
  }
  std::int64_t rows() const { return examples * groups; }
  std::int64_t length() const { return channels * inner; }
};

}  // namespace triptych
