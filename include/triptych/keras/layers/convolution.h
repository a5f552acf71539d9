// Convolutions along one to three axes.
#pragma once

#include <cstdint>

#include "triptych/core/ops/volume_sizes.h"
#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct Conv1DOptions {
  std::int64_t strides = 1;
  /// "valid", "same", or "causal": zeros before the first step only, so that no result sees later ones.
  OwnedText padding = "valid";
  OwnedText data_format = "channels_last";
  std::int64_t dilation_rate = 1;
  std::int64_t groups = 1;
  Activation activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct Conv2DOptions {
  Size2 strides = 1;
  Padding2 padding = "valid";
  OwnedText data_format = "channels_last";
  Size2 dilation_rate = 1;
  std::int64_t groups = 1;
  Activation activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct Conv3DOptions {
  Size3 strides = 1;
  Padding3 padding = "valid";
  OwnedText data_format = "channels_last";
  Size3 dilation_rate = 1;
  std::int64_t groups = 1;
  Activation activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// Convolution of sequences (n, steps, in), images (n, h, w, in) or volumes (n, d, h, w, in), or with `data_format`
/// "channels_first" (n, in, ...); kernel (sizes..., in / groups, filters), bias (filters). "same" padding gives
/// ceil(h / stride) rows. ArgumentError if a size is not positive, groups does not divide the channels, an image is
/// smaller than the kernel, or both strides and dilation_rate are above 1; see triptych::conv2d.
TRIPTYCH_API Layer Conv1D(std::int64_t filters, std::int64_t kernel_size, Conv1DOptions options = {},
                          Location where = Location::here());
TRIPTYCH_API Layer Conv2D(std::int64_t filters, Size2 kernel_size, Conv2DOptions options = {},
                          Location where = Location::here());
TRIPTYCH_API Layer Conv3D(std::int64_t filters, Size3 kernel_size, Conv3DOptions options = {},
                          Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
