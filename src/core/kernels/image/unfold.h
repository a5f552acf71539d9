// What the kernels of unfold and fold share, on the CPU and on a GPU.
#pragma once

#include "core/ops/image/unfold.h"

namespace triptych {

/// What the kernels see: images (planes, h, w) and their windows (planes, kh, kw, oh, ow).
struct UnfoldSizes {
  std::int64_t planes, h, w, oh, ow;
  UnfoldAttributes a;

  UnfoldSizes(const Shape& images, const UnfoldAttributes& attributes)
      : planes(images.begin()[0] * images.begin()[1]),
        h(images.begin()[2]),
        w(images.begin()[3]),
        oh(attributes.window(0).count(h).raw()),
        ow(attributes.window(1).count(w).raw()),
        a(attributes) {}
  TRIPTYCH_HOST_DEVICE std::int64_t row(std::int64_t oy, std::int64_t p) const {
    return oy * a.stride[0] - a.padding[0] + p * a.dilation[0];
  }
  TRIPTYCH_HOST_DEVICE std::int64_t column(std::int64_t ox, std::int64_t q) const {
    return ox * a.stride[1] - a.padding[1] + q * a.dilation[1];
  }
};

}  // namespace triptych
