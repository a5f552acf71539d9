// Attributes of max_unpool.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct MaxUnpoolAttributes {
  std::int64_t size = 0;  // of the last axis of the result
  static constexpr auto fields() { return std::tuple{field("size", &MaxUnpoolAttributes::size)}; }
};

}  // namespace triptych
