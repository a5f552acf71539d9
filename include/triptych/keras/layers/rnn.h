// Recurrent layers of any cell.
#pragma once

#include <cstdint>
#include <vector>

#include "triptych/core/option_text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

/// A cell: what a recurrent layer does at one step. Its call is on {x, states...} and gives {output, new states...}:
///
///   struct Minimal : keras::RNNCellBase {
///     tt::Tensor kernel;
///     std::vector<std::int64_t> state_size() const override { return {8}; }
///     void build_many(const std::vector<tt::Shape>& shapes) override {
///       kernel = add_weight({.shape = {shapes[0][-1], 8}, .name = "kernel"});
///     }
///     std::vector<tt::Tensor> call_many(const std::vector<tt::Tensor>& xs, bool) override {
///       const tt::Tensor h = tt::tanh(tt::matmul(xs[0], kernel) + xs[1]);
///       return {h, h};
///     }
///   };
///   keras::Layer rnn = RNN(keras::layer<Minimal>());
class TRIPTYCH_API RNNCellBase : public LayerBase {
 public:
  /// Elements of each state.
  virtual std::vector<std::int64_t> state_size() const = 0;
  /// Elements of the output; by default those of the first state.
  virtual std::int64_t output_size() const;
  /// The states before the first step, for a step's input x (n, ...): by default zeros (n, size) in x's dtype.
  virtual std::vector<Tensor> get_initial_state(const Tensor& x) const;
  /// A new cell with the same arguments, for Bidirectional; by default undefined.
  virtual Layer copy() const;
};

struct RNNOptions {
  /// All outputs, (n, steps, ...), not the last one alone.
  bool return_sequences = false;
  /// The last states are further outputs.
  bool return_state = false;
  /// From the last step to the first; all outputs come in that order.
  bool go_backwards = false;
  /// The states that a batch ends with are those that the next one starts with, until reset_states(). Batches are of
  /// one size.
  bool stateful = false;
  /// Taken for Keras's sake: a graph has each step, or one op for all of them, whichever is set.
  bool unroll = false;
  /// At steps that the mask leaves out the output is zero, else that of the step before.
  bool zero_output_for_mask = false;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// Runs `cell` along the steps of x (n, steps, ...). A mask (n, steps) leaves steps out: states and outputs stay as
/// they are. Takes .mask and .initial_state. With return_state `call` gives {output, states...}. ArgumentError if
/// `cell` is no cell; a cell of your own needs a known number of steps, but where shapes alone are asked for.
TRIPTYCH_API Layer RNN(const Layer& cell, RNNOptions options = {}, Location where = Location::here());
/// The same for several cells on top of each other.
TRIPTYCH_API Layer RNN(const std::vector<Layer>& cells, RNNOptions options = {}, Location where = Location::here());

struct StackedRNNCellsOptions {
  OptionText name = {};
  DTypePolicy dtype = {};
};
/// Cells on top of each other as one: the output of one is the input of the next.
TRIPTYCH_API Layer StackedRNNCells(const std::vector<Layer>& cells, StackedRNNCellsOptions options = {},
                                   Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
