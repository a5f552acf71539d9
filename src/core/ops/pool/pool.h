// Attributes of the pooling ops.
#pragma once

#include "core/ops/window.h"

namespace triptych {

/// Of a pool along N axes.
template <std::size_t N>
struct PoolAttributes {
  using Numbers = std::array<std::int64_t, N>;
  Numbers kernel_size{}, stride{}, padding{}, dilation{};
  PaddingMode padding_mode = PaddingMode::numbers;
  bool ceil_mode = false;
  bool count_include_pad = true;  // averages only
  std::int64_t divisor = 0;       // of averages; 0: the number of elements
  /// kernel_size is the number of windows, which share the axis evenly (unknown: as many as it has elements).
  bool adaptive = false;
  DataFormat data_format = DataFormat::nchw;
  /// Gradient of the maximum only: x came from a relu, whose gradient is applied too (the graph's fusion pass sets it).
  bool after_relu = false;
  static constexpr auto fields() {
    using Self = PoolAttributes;
    return std::tuple{field("kernel_size", &Self::kernel_size),
                      field("stride", &Self::stride),
                      field("padding", &Self::padding),
                      field("dilation", &Self::dilation),
                      field("padding_mode", &Self::padding_mode),
                      field("ceil_mode", &Self::ceil_mode),
                      field("count_include_pad", &Self::count_include_pad),
                      field("divisor", &Self::divisor),
                      field("adaptive", &Self::adaptive),
                      field("data_format", &Self::data_format),
                      field("after_relu", &Self::after_relu)};
  }

  /// The window along one of the axes.
  Window window(std::size_t axis) const {
    return {kernel_size[axis], stride[axis], dilation[axis], padding[axis], padding[axis], padding_mode, ceil_mode};
  }
};

/// The pools, and what their gradients are made of.
struct PoolOps {
  const Op &max, &max_grad, &max_gather, &max_places, &average, &average_grad;
};
/// Those along so many axes.
const PoolOps& pool_ops(std::size_t axes);

}  // namespace triptych
