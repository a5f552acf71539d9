// Attributes of unfold and fold.
#pragma once

#include "core/ops/window.h"

namespace triptych {

struct UnfoldAttributes {
  std::array<std::int64_t, 2> kernel_size{1, 1}, dilation{1, 1}, padding{0, 0}, stride{1, 1};
  std::array<std::int64_t, 2> output_size{0, 0};  // of fold: height and width
  static constexpr auto fields() {
    using Self = UnfoldAttributes;
    return std::tuple{field("kernel_size", &Self::kernel_size), field("dilation", &Self::dilation),
                      field("padding", &Self::padding), field("stride", &Self::stride),
                      field("output_size", &Self::output_size)};
  }

  /// The window along height (axis 0) or width (1).
  Window window(std::size_t axis) const {
    return {kernel_size[axis], stride[axis], dilation[axis], padding[axis], padding[axis]};
  }
};

}  // namespace triptych
