// The long short-term memory.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct LSTMCellOptions {
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  /// The forget gate's bias starts at one.
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  /// Shares of a step's inputs, and of the state, that become zero in training; the same ones at all steps.
  double dropout = 0;
  double recurrent_dropout = 0;
  /// Of dropout's random numbers; -1: the next stream of `utils::set_random_seed`'s.
  std::int64_t seed = -1;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct LSTMOptions {
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  /// The forget gate's bias starts at one.
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  /// Shares of a step's inputs, and of the state, that become zero in training; the same ones at all steps.
  double dropout = 0;
  double recurrent_dropout = 0;
  std::int64_t seed = -1;
  /// As in RNNOptions.
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// A long short-term memory over x (n, steps, in): kernel (in, 4 units), recurrent_kernel (units, 4 units), bias
/// (4 units), gates i, f, c, o. c' = f c + i activation(z_c), h' = o activation(c'). Takes .mask and .initial_state
/// {h, c}; with return_state `call` gives {output, h, c}. With the default activations all steps are one op of any
/// number of steps, others need it known. ArgumentError unless units is positive and shares are between 0 and 1; see
/// triptych::lstm.
TRIPTYCH_API Layer LSTM(std::int64_t units, LSTMOptions options = {}, Location where = Location::here());
/// One step of it: `cell.call({x, h, c})` gives {h, h, c}.
TRIPTYCH_API Layer LSTMCell(std::int64_t units, LSTMCellOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
