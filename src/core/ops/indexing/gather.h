// Attributes of gather, scatter_add, index_select, index_add and one_hot, and what scatter_add shares with scatter.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct AlongAxisAttributes {
  std::int64_t axis = 0;
  static constexpr auto fields() { return std::tuple{field("axis", &AlongAxisAttributes::axis)}; }
};

struct OneHotAttributes {
  std::int64_t depth = 0;
  DType dtype = float32;
  static constexpr auto fields() {
    return std::tuple{field("depth", &OneHotAttributes::depth), field("dtype", &OneHotAttributes::dtype)};
  }
};

/// What of `source` there is an element of `index` for: it may be longer along any axis.
Tensor first_of(const Arg& source, const Arg& index);

}  // namespace triptych
