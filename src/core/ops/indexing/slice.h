// Attributes of slice, slice_grad, slice_update and pad.
#pragma once

#include <limits>

#include "triptych/core/op.h"

namespace triptych {

/// One entry for each of the first axes; the others are taken whole. Bounds as in Python, an open one at the far end.
struct SliceAttributes {
  static constexpr std::int64_t first = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();

  Axes starts, stops, steps;
  std::int64_t dropped = 0;  // bit i: axis i is taken at `starts[i]` alone and leaves the shape
  static constexpr auto fields() {
    return std::tuple{field("starts", &SliceAttributes::starts), field("stops", &SliceAttributes::stops),
                      field("steps", &SliceAttributes::steps), field("dropped", &SliceAttributes::dropped)};
  }

  bool drops(int axis) const { return dropped >> axis & 1; }
  void append(std::int64_t start, std::int64_t stop, std::int64_t step) {
    starts.append(start);
    stops.append(stop);
    steps.append(step);
  }
};

struct PadAttributes {
  Axes before, after;
  Scalar value = 0;
  static constexpr auto fields() {
    return std::tuple{field("before", &PadAttributes::before), field("after", &PadAttributes::after),
                      field("value", &PadAttributes::value)};
  }
};

/// Sets shape, strides and offset of the part of `whole` that the attributes select; the bounds were checked.
void slice_window(const TensorMeta& whole, const SliceAttributes& attributes, TensorMeta& part, std::int64_t& offset);

}  // namespace triptych
