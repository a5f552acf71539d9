// Attributes of reductions.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct ReduceAttributes {
  std::vector<std::int64_t> axes;  // empty: all
  bool keepdims = false;
  static constexpr auto fields() {
    return std::tuple{field("axes", &ReduceAttributes::axes), field("keepdims", &ReduceAttributes::keepdims)};
  }
};

/// Which axes of a tensor of `rank` dimensions are reduced.
inline std::array<bool, Shape::max_rank> reduced_axes(const ReduceAttributes& attributes, int rank) {
  std::array<bool, Shape::max_rank> reduced{};
  for (int i = 0; i < rank; ++i) reduced[static_cast<std::size_t>(i)] = attributes.axes.empty();
  for (std::int64_t axis : attributes.axes) reduced[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] = true;
  return reduced;
}

/// Checks the axes and sets the output's shape.
void infer_reduction(Infer& infer, DType result);

}  // namespace triptych
