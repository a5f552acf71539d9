// Transposed convolutions, which make images larger.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/core/ops/volume_sizes.h"
#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct Conv1DTransposeOptions {
  std::int64_t strides = 1;
  OwnedText padding = "valid";
  /// None: chosen so that "same" gives length * stride, "valid" (length - 1) * stride + max(kernel, stride).
  std::optional<std::int64_t> output_padding = {};
  OwnedText data_format = "channels_last";
  std::int64_t dilation_rate = 1;
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
struct Conv2DTransposeOptions {
  Size2 strides = 1;
  OwnedText padding = "valid";
  std::optional<Size2> output_padding = {};
  OwnedText data_format = "channels_last";
  Size2 dilation_rate = 1;
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
struct Conv3DTransposeOptions {
  Size3 strides = 1;
  OwnedText padding = "valid";
  OwnedText data_format = "channels_last";
  std::optional<Size3> output_padding = {};
  Size3 dilation_rate = 1;
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

/// The transpose of a convolution: x (n, ..., in), kernel (sizes..., filters, in), bias (filters). ArgumentError if a
/// size is not positive, or output_padding is not below strides; see triptych::conv_transpose2d.
TRIPTYCH_API Layer Conv1DTranspose(std::int64_t filters, std::int64_t kernel_size, Conv1DTransposeOptions options = {},
                                   Location where = Location::here());
TRIPTYCH_API Layer Conv2DTranspose(std::int64_t filters, Size2 kernel_size, Conv2DTransposeOptions options = {},
                                   Location where = Location::here());
TRIPTYCH_API Layer Conv3DTranspose(std::int64_t filters, Size3 kernel_size, Conv3DTransposeOptions options = {},
                                   Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
