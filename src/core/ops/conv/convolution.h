// Attributes of the convolution ops, and the sizes that follow from them.
#pragma once

#include "core/ops/product/matmul.h"
#include "core/ops/window.h"
#include "triptych/core/ops/conv.h"

namespace triptych {

/// Of a convolution along N axes.
template <std::size_t N>
struct ConvolutionAttributes {
  using Numbers = std::array<std::int64_t, N>;
  Numbers stride{}, padding{}, padding_after{}, dilation{};
  PaddingMode padding_mode = PaddingMode::numbers;
  std::int64_t groups = 1;
  DataFormat data_format = DataFormat::nchw;
  Activation activation = Activation::none;  // of the convolution itself only
  static constexpr auto fields() {
    using Self = ConvolutionAttributes;
    return std::tuple{field("stride", &Self::stride),
                      field("padding", &Self::padding),
                      field("padding_after", &Self::padding_after),
                      field("dilation", &Self::dilation),
                      field("padding_mode", &Self::padding_mode),
                      field("groups", &Self::groups),
                      field("data_format", &Self::data_format),
                      field("activation", &Self::activation)};
  }

  /// The window of a kernel of that size along one of the axes.
  Window window(std::size_t axis, std::int64_t size) const {
    return {size, stride[axis], dilation[axis], padding[axis], padding_after[axis], padding_mode};
  }
};

/// A convolution, its gradients with respect to images and weight, and the transposed convolution.
struct ConvolutionOps {
  const Op &forward, &input_grad, &weight_grad, &transposed;
};
/// Those along so many axes.
const ConvolutionOps& convolution_ops(std::size_t axes);

}  // namespace triptych
