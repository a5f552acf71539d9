// The gated recurrent unit.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct GRUCellOptions {
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
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
  bool reset_after = true;
  /// Of dropout's random numbers; -1: the next stream of `utils::set_random_seed`'s.
  std::int64_t seed = -1;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct GRUOptions {
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
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
  std::int64_t seed = -1;
  /// As in RNNOptions.
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  /// The reset gate multiplies the product with the state (as on GPUs), else the state before that product.
  bool reset_after = true;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// A gated recurrent unit over x (n, steps, in): kernel (in, 3 units), recurrent_kernel (units, 3 units), bias
/// (2, 3 units), or (3 units) without reset_after; gates z, r, h. h' = z h + (1 - z) activation(candidate). Takes .mask
/// and .initial_state {h}; with return_state `call` gives {output, h}. With the default activations all steps are one
/// op of any number of steps, others need it known. ArgumentError as for LSTM; see triptych::gru.
TRIPTYCH_API Layer GRU(std::int64_t units, GRUOptions options = {}, Location where = Location::here());
/// One step of it: `cell.call({x, h})` gives {h, h}.
TRIPTYCH_API Layer GRUCell(std::int64_t units, GRUCellOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
