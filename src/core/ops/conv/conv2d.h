// Attributes of the convolution ops, and the sizes that follow from them.
#pragma once

#include "core/ops/product/matmul.h"
#include "core/ops/window.h"
#include "triptych/core/ops/conv.h"

namespace triptych {

struct Conv2dAttributes {
  std::array<std::int64_t, 2> stride{1, 1}, padding{0, 0}, dilation{1, 1};
  PaddingMode padding_mode = PaddingMode::numbers;
  std::int64_t groups = 1;
  DataFormat data_format = DataFormat::nchw;
  Activation activation = Activation::none;  // of conv2d only
  static constexpr auto fields() {
    return std::tuple{
        field("stride", &Conv2dAttributes::stride),        field("padding", &Conv2dAttributes::padding),
        field("dilation", &Conv2dAttributes::dilation),    field("padding_mode", &Conv2dAttributes::padding_mode),
        field("groups", &Conv2dAttributes::groups),        field("data_format", &Conv2dAttributes::data_format),
        field("activation", &Conv2dAttributes::activation)};
  }

  /// The window along height (axis 0) or width (1) of a kernel of that size.
  Window window(std::size_t axis, std::int64_t size) const {
    return {size, stride[axis], dilation[axis], padding[axis], padding_mode};
  }
};

}  // namespace triptych
