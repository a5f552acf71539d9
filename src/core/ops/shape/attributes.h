// Attributes of the ops that look at the same elements in another shape.
#pragma once

#include "core/ops/shape/permute.h"
#include "core/ops/shape/windows.h"
#include "triptych/core/op.h"

namespace triptych {

struct ReshapeAttributes {
  Shape shape;
  static constexpr auto fields() { return std::tuple{field("shape", &ReshapeAttributes::shape)}; }
};

struct FlattenAttributes {
  std::int64_t start_dim = 0, end_dim = -1;
  static constexpr auto fields() {
    return std::tuple{field("start_dim", &FlattenAttributes::start_dim), field("end_dim", &FlattenAttributes::end_dim)};
  }
};

struct SqueezeAttributes {
  Axes axes;
  static constexpr auto fields() { return std::tuple{field("axes", &SqueezeAttributes::axes)}; }
};

struct UnsqueezeAttributes {
  std::int64_t axis = 0;
  static constexpr auto fields() { return std::tuple{field("axis", &UnsqueezeAttributes::axis)}; }
};

struct ExpandAttributes {
  Shape shape;
  static constexpr auto fields() { return std::tuple{field("shape", &ExpandAttributes::shape)}; }
};

struct SplitAxisAttributes {
  std::int64_t axis = 0;
  Axes lengths;
  static constexpr auto fields() {
    return std::tuple{field("axis", &SplitAxisAttributes::axis), field("lengths", &SplitAxisAttributes::lengths)};
  }
};

struct AsStridedAttributes {
  Shape size;
  Axes strides;
  std::int64_t offset = 0;
  static constexpr auto fields() {
    return std::tuple{field("size", &AsStridedAttributes::size), field("strides", &AsStridedAttributes::strides),
                      field("offset", &AsStridedAttributes::offset)};
  }
};

}  // namespace triptych
