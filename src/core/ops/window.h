// Windows that slide over an image: what convolutions and pools have in common.
#pragma once

#include <array>
#include <string>

#include "triptych/core/op.h"
#include "triptych/core/ops/shape.h"
#include "triptych/core/ops/sizes.h"

namespace triptych {

const char* name_of(PaddingMode mode);
const char* name_of(DataFormat format);

/// One axis of a sliding window.
struct Window {
  std::int64_t size = 1, stride = 1, dilation = 1;
  std::int64_t padding = 0;  // before the first element
  std::int64_t after = 0;    // padding after the last; less than 0: so many elements that no window reaches
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

/// Axes of images in a data format: the channels, and the first of the axes that windows slide along.
struct ImageAxes {
  int channels, first;
};
inline ImageAxes image_axes(DataFormat format, int spatial) {
  return format == DataFormat::nchw ? ImageAxes{1, 2} : ImageAxes{spatial + 1, 1};
}

/// Fails unless x has a batch, channels and so many axes that windows slide along.
void check_images(const Infer& infer, const Shape& x, DataFormat format, int spatial);

/// The result of `call` for images x; where they come without a batch, for a batch of one, without it again.
template <class F>
Tensor with_batch(const Arg& x, int spatial, F call) {
  if (x.is_scalar() || !x.tensor().defined() || x.tensor().ndim() != spatial + 1) return call(x);
  const Frame frame(x.where());
  return squeeze(call(Arg(unsqueeze(x, 0))), 0);
}

/// Sets strides so that channels lie next to each other, whatever the data format.
void channels_last_layout(const Shape& shape, DataFormat format, Strides& strides);

}  // namespace triptych
