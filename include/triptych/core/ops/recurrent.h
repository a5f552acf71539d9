// Recurrent layers over whole sequences, and their cells.
#pragma once

#include <cstdint>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// In which order the gates stand in weights and biases. An LSTM has i, f, g, o in both homes; a GRU has r, z, n in
/// PyTorch and z, r, h in Keras.
enum class GateOrder : std::uint8_t { torch, keras };
constexpr const char* name_of(GateOrder order) { return order == GateOrder::torch ? "torch" : "keras"; }

/// What one layer learns for one direction, as PyTorch keeps it; G is 4 for an LSTM, 3 for a GRU, else 1. Keras's
/// kernels are the transposes: pass `transpose(kernel)`. Biases may be undefined, and so may w_hr.
struct RecurrentWeights {
  Tensor w_ih;       // (G H, input)
  Tensor w_hh;       // (G H, H), or (G H, P) with a projection
  Tensor b_ih = {};  // (G H)
  Tensor b_hh = {};  // (G H)
  Tensor w_hr = {};  // (P, H): the output of an LSTM is w_hr h (proj_size)
};

/// What all recurrent layers take. `layers` below means layers times directions: layer 0, layer 0 backwards, layer 1,
/// ...
struct RecurrentOptions {
  /// The state before the first step, (layers, N, H); undefined: zeros. An LSTM has c_0, too.
  Tensor h_0 = {};
  Tensor c_0 = {};
  bool bidirectional = false;
  /// The input is (N, T, input), not (T, N, input), and so is the output.
  bool batch_first = false;
  /// The share of elements that become zero between layers, in training.
  double dropout = 0;
  bool training = true;
  /// How long each sequence is, integers (N), more than T counting as T: later steps leave the state as it is and give
  /// zeros (as PyTorch's packed sequences).
  Tensor lengths = {};
  /// Which steps there are, bool, in the input's order of N and T: others leave the state as it is (Keras's mask).
  Tensor mask = {};
  /// At steps that are left out by `mask` the output is zero, else that of the step before (Keras's default).
  bool zero_output_for_mask = true;
  GateOrder gate_order = GateOrder::torch;
  /// Of a GRU: the reset gate multiplies w_hh h + b_hh (PyTorch, Keras's default), else h before that product.
  bool reset_after = true;
  /// From the last step to the first; outputs stand where their inputs do.
  bool reverse = false;
  /// The (key, counter) of dropout (Generator::next_stream); if undefined, the default generator's next draw.
  Tensor state = {};
};

struct RecurrentResult {
  /// (T, N, directions H) of the last layer.
  Tensor output;
  /// The last states, (layers, N, H).
  Tensor h_n;
};
struct LstmResult {
  Tensor output, h_n, c_n;
};

/// A long short-term memory: i, f, g, o = w_ih x + b_ih + w_hh h + b_hh; c' = sigmoid(f) c + sigmoid(i) tanh(g);
/// h' = sigmoid(o) tanh(c'). `input` is (T, N, input), or (T, input) without a batch; `weights` has one entry for each
/// layer and direction.
///
/// Second derivatives are those of single steps, so in a graph they need a known T.
/// @throws ArgumentError if shapes or dtypes do not fit.
/// Source: torch.lstm, keras.layers.LSTM.
TRIPTYCH_API LstmResult lstm(Arg input, const std::vector<RecurrentWeights>& weights, RecurrentOptions options = {});

/// A gated recurrent unit: r, z = sigmoid(w_ih x + b_ih + w_hh h + b_hh); n = tanh(w_in x + b_in + r (w_hn h + b_hn));
/// h' = (1 - z) n + z h. Otherwise as `lstm`.
/// Source: torch.gru, keras.layers.GRU.
TRIPTYCH_API RecurrentResult gru(Arg input, const std::vector<RecurrentWeights>& weights,
                                 RecurrentOptions options = {});

/// The simple cell: h' = tanh(w_ih x + b_ih + w_hh h + b_hh), or relu of that. Otherwise as `lstm`.
/// Source: torch.rnn_tanh, torch.rnn_relu, keras.layers.SimpleRNN.
TRIPTYCH_API RecurrentResult rnn_tanh(Arg input, const std::vector<RecurrentWeights>& weights,
                                      RecurrentOptions options = {});
TRIPTYCH_API RecurrentResult rnn_relu(Arg input, const std::vector<RecurrentWeights>& weights,
                                      RecurrentOptions options = {});

/// A state of an LSTM.
struct LstmState {
  Tensor h, c;
};

/// One step: `input` is (N, input) or (input), the states (N, H) or (H); undefined ones are zeros.
/// Source: torch.nn.LSTMCell, torch.nn.GRUCell, torch.nn.RNNCell.
TRIPTYCH_API LstmState lstm_cell(Arg input, const LstmState& state, const RecurrentWeights& weights,
                                 GateOrder gate_order = GateOrder::torch);
TRIPTYCH_API Tensor gru_cell(Arg input, const Tensor& h, const RecurrentWeights& weights,
                             GateOrder gate_order = GateOrder::torch, bool reset_after = true);
TRIPTYCH_API Tensor rnn_tanh_cell(Arg input, const Tensor& h, const RecurrentWeights& weights);
TRIPTYCH_API Tensor rnn_relu_cell(Arg input, const Tensor& h, const RecurrentWeights& weights);

}  // namespace triptych
