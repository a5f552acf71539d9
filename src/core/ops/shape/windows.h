// Attributes of the views whose axes are walked in a way of their own: diagonal and unfold.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct DiagonalViewAttributes {
  std::int64_t offset = 0, axis1 = 0, axis2 = 1;
  static constexpr auto fields() {
    return std::tuple{field("offset", &DiagonalViewAttributes::offset), field("axis1", &DiagonalViewAttributes::axis1),
                      field("axis2", &DiagonalViewAttributes::axis2)};
  }
};

struct UnfoldAxisAttributes {
  std::int64_t axis = 0, size = 1, step = 1;
  static constexpr auto fields() {
    return std::tuple{field("axis", &UnfoldAxisAttributes::axis), field("size", &UnfoldAxisAttributes::size),
                      field("step", &UnfoldAxisAttributes::step)};
  }
};

}  // namespace triptych
