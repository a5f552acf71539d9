// Depthwise convolutions whose channels are then mixed.
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

struct SeparableConv1DOptions {
  std::int64_t strides = 1;
  OwnedText padding = "valid";
  OwnedText data_format = "channels_last";
  std::int64_t dilation_rate = 1;
  std::int64_t depth_multiplier = 1;
  Activation activation = {};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer pointwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer = {};
  Regularizer pointwise_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint depthwise_constraint = {};
  Constraint pointwise_constraint = {};
  Constraint bias_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct SeparableConv2DOptions {
  Size2 strides = 1;
  OwnedText padding = "valid";
  OwnedText data_format = "channels_last";
  Size2 dilation_rate = 1;
  std::int64_t depth_multiplier = 1;
  Activation activation = {};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer pointwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer = {};
  Regularizer pointwise_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint depthwise_constraint = {};
  Constraint pointwise_constraint = {};
  Constraint bias_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// A depthwise convolution, depthwise_kernel (sizes..., in, depth_multiplier), and one of 1 x 1 over its results,
/// pointwise_kernel (1, 1, in * depth_multiplier, filters); bias (filters). ArgumentError if a size is not positive.
TRIPTYCH_API Layer SeparableConv1D(std::int64_t filters, std::int64_t kernel_size, SeparableConv1DOptions options = {},
                                   Location where = Location::here());
TRIPTYCH_API Layer SeparableConv2D(std::int64_t filters, Size2 kernel_size, SeparableConv2DOptions options = {},
                                   Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
