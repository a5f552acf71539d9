// Attributes of tril and triu.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct DiagonalAttributes {
  std::int64_t k = 0;
  static constexpr auto fields() { return std::tuple{field("k", &DiagonalAttributes::k)}; }
};

}  // namespace triptych
