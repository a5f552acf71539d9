// Attributes of scans along an axis: cumsum and its like.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct ScanAttributes {
  std::int64_t axis = 0;
  /// From the end to the front: what gradients of sums need; the others go forward.
  bool reverse = false;
  static constexpr auto fields() {
    return std::tuple{field("axis", &ScanAttributes::axis), field("reverse", &ScanAttributes::reverse)};
  }
};

/// The sums of the elements from each on, along `axis`.
Tensor sums_to_the_end(const Tensor& x, std::int64_t axis);

}  // namespace triptych
