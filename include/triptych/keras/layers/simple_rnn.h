// The simple recurrent layer.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct SimpleRNNCellOptions {
  Activation activation = "tanh";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
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
struct SimpleRNNOptions {
  Activation activation = "tanh";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
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
  /// As in RNNOptions.
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  std::int64_t seed = -1;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// h' = activation(x kernel + h recurrent_kernel + bias) over x (n, steps, in). Takes .mask and .initial_state {h};
/// with return_state `call` gives {output, h}. With tanh or relu all steps are one op of any number of steps, others
/// need it known. ArgumentError as for LSTM.
TRIPTYCH_API Layer SimpleRNN(std::int64_t units, SimpleRNNOptions options = {}, Location where = Location::here());
/// One step of it: `cell.call({x, h})` gives {h, h}.
TRIPTYCH_API Layer SimpleRNNCell(std::int64_t units, SimpleRNNCellOptions options = {},
                                 Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
