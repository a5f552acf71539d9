// Windows that slide over an image: what convolutions and pools have in common.
#pragma once

#include <array>
#include <string>

#include "triptych/core/op.h"
#include "triptych/core/ops/sizes.h"

namespace triptych {

const char* name_of(PaddingMode mode);
const char* name_of(DataFormat format);

/// One axis of a sliding window.
struct Window {
  std::int64_t size = 1, stride = 1, dilation = 1, padding = 0;  // padding before the first element
  PaddingMode mode = PaddingMode::numbers;
  bool ceil = false;

  /// Fails unless the numbers make a window, none of them so large that a place in the padded image would overflow: all
  /// that follows, here and in kernels, adds up a few of them.
  void check(const Infer& infer) const;
  /// Elements that the window spans.
  std::int64_t extent() const { return dilation * (size - 1) + 1; }
  /// Number of windows along an axis of `length`; zero or less if none fits, unknown if the length is.
  Dim count(Dim length) const;
  /// Padding before and after the `length` elements (the latter may be negative: elements that no window reaches).
  std::array<std::int64_t, 2> paddings(std::int64_t length) const;
};

/// Axes of images in a data format.
struct ImageAxes {
  int channels, height, width;
};
inline ImageAxes image_axes(DataFormat format) {
  return format == DataFormat::nchw ? ImageAxes{1, 2, 3} : ImageAxes{3, 1, 2};
}

/// Sets strides so that channels lie next to each other, whatever the data format.
void channels_last_layout(const Shape& shape, DataFormat format, Strides& strides);

}  // namespace triptych
