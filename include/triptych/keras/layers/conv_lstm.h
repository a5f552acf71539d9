// The long short-term memory whose products are convolutions.
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

/// The last ones are as in LSTMOptions.
struct ConvLSTM1DOptions {
  std::int64_t strides = 1;
  OwnedText padding = "valid";
  OwnedText data_format = "channels_last";
  std::int64_t dilation_rate = 1;
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  double dropout = 0;
  double recurrent_dropout = 0;
  std::int64_t seed = -1;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct ConvLSTM2DOptions {
  Size2 strides = 1;
  OwnedText padding = "valid";
  OwnedText data_format = "channels_last";
  Size2 dilation_rate = 1;
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  double dropout = 0;
  double recurrent_dropout = 0;
  std::int64_t seed = -1;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct ConvLSTM3DOptions {
  Size3 strides = 1;
  OwnedText padding = "valid";
  OwnedText data_format = "channels_last";
  Size3 dilation_rate = 1;
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  double dropout = 0;
  double recurrent_dropout = 0;
  std::int64_t seed = -1;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// An LSTM over sequences of sequences (n, steps, length, in), of images (n, steps, h, w, in) or volumes: kernel
/// (sizes..., in, 4 filters), recurrent_kernel (sizes..., filters, 4 filters), bias (4 filters). The convolution of the
/// state has "same" padding. The number of steps must be known where it runs. Shi et al., 2015. ArgumentError if a size
/// is not positive, or both strides and dilation_rate are above 1.
TRIPTYCH_API Layer ConvLSTM1D(std::int64_t filters, std::int64_t kernel_size, ConvLSTM1DOptions options = {},
                              Location where = Location::here());
TRIPTYCH_API Layer ConvLSTM2D(std::int64_t filters, Size2 kernel_size, ConvLSTM2DOptions options = {},
                              Location where = Location::here());
TRIPTYCH_API Layer ConvLSTM3D(std::int64_t filters, Size3 kernel_size, ConvLSTM3DOptions options = {},
                              Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
