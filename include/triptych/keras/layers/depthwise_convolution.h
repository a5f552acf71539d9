// Convolutions of each channel by itself.
#pragma once

#include <cstdint>

#include "triptych/core/ops/sizes.h"
#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct DepthwiseConv1DOptions {
  std::int64_t strides = 1;
  OwnedText padding = "valid";
  std::int64_t depth_multiplier = 1;
  OwnedText data_format = "channels_last";
  std::int64_t dilation_rate = 1;
  Activation activation = {};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint depthwise_constraint = {};
  Constraint bias_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct DepthwiseConv2DOptions {
  Size2 strides = 1;
  OwnedText padding = "valid";
  std::int64_t depth_multiplier = 1;
  OwnedText data_format = "channels_last";
  Size2 dilation_rate = 1;
  Activation activation = {};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint depthwise_constraint = {};
  Constraint bias_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// Each channel with kernels of its own: kernel (sizes..., in, depth_multiplier), bias and results in *
/// depth_multiplier channels, those of one input channel side by side. ArgumentError if a size is not positive.
TRIPTYCH_API Layer DepthwiseConv1D(std::int64_t kernel_size, DepthwiseConv1DOptions options = {},
                                   Location where = Location::here());
TRIPTYCH_API Layer DepthwiseConv2D(Size2 kernel_size, DepthwiseConv2DOptions options = {},
                                   Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
