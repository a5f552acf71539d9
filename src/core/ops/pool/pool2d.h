// Attributes of the pooling ops.
#pragma once

#include "core/ops/window.h"

namespace triptych {

struct Pool2dAttributes {
  std::array<std::int64_t, 2> kernel_size{2, 2}, stride{2, 2}, padding{0, 0}, dilation{1, 1};
  PaddingMode padding_mode = PaddingMode::numbers;
  bool ceil_mode = false;
  bool count_include_pad = true;  // averages only
  DataFormat data_format = DataFormat::nchw;
  /// Gradient of the maximum only: x came from a relu, whose gradient is applied too (the graph's fusion pass sets it).
  bool after_relu = false;
  static constexpr auto fields() {
    return std::tuple{field("kernel_size", &Pool2dAttributes::kernel_size),
                      field("stride", &Pool2dAttributes::stride),
                      field("padding", &Pool2dAttributes::padding),
                      field("dilation", &Pool2dAttributes::dilation),
                      field("padding_mode", &Pool2dAttributes::padding_mode),
                      field("ceil_mode", &Pool2dAttributes::ceil_mode),
                      field("count_include_pad", &Pool2dAttributes::count_include_pad),
                      field("data_format", &Pool2dAttributes::data_format),
                      field("after_relu", &Pool2dAttributes::after_relu)};
  }

  /// The window along height (axis 0) or width (1).
  Window window(std::size_t axis) const {
    return {kernel_size[axis], stride[axis], dilation[axis], padding[axis], padding_mode, ceil_mode};
  }
};

}  // namespace triptych
