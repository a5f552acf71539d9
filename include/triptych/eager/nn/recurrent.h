// Recurrent modules, RNN, LSTM and GRU, and their cells.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "triptych/core/ops/recurrent.h"
#include "triptych/eager/module.h"
#include "triptych/eager/nn/packed_sequence.h"

namespace triptych::eager::nn {

using triptych::eager::nn::utils::rnn::PackedSequence;

struct RNNOptions {
  std::int64_t input_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t num_layers = 1;
  std::string nonlinearity = "tanh";  // or "relu"
  bool bias = true;
  bool batch_first = false;  // input and output are (N, T, ...), not (T, N, ...)
  double dropout = 0;        // between layers, in training
  bool bidirectional = false;
  DType dtype = float32;
};
struct GRUOptions {
  std::int64_t input_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  DType dtype = float32;
};
struct LSTMOptions {
  std::int64_t input_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  std::int64_t proj_size = 0;  // 0: the output is the state h; else a projection of it
  DType dtype = float32;
};

/// What RNN and GRU give: `auto [output, h_n] = gru(x)`.
struct RNNResult {
  Tensor output;  // (T, N, directions H), or with batch_first (N, T, directions H)
  Tensor h_n;     // the last states, (layers directions, N, H)
  template <class F>
  void for_each_tensor(const F& f) {
    f(output), f(h_n);
  }
};
/// The same of packed sequences.
struct PackedRNNResult {
  PackedSequence output;
  Tensor h_n;
};
/// What an LSTM gives: `auto [output, hx] = lstm(x); auto [h_n, c_n] = hx;`.
struct LSTMResult {
  Tensor output;
  std::pair<Tensor, Tensor> hx;  // the last h and c
  template <class F>
  void for_each_tensor(const F& f) {
    f(output), f(hx.first), f(hx.second);
  }
};
struct PackedLSTMResult {
  PackedSequence output;
  std::pair<Tensor, Tensor> hx;
};

/// What RNN, LSTM and GRU share. The parameters of layer k are weight_ih_lk (G H, input), weight_hh_lk (G H, H),
/// bias_ih_lk and bias_hh_lk (G H), of the direction backwards with `_reverse` at the end; G is 1, 4 (gates i, f, g, o)
/// or 3 (gates r, z, n). All start uniform in +-1 / sqrt(H), as PyTorch's.
///
/// The input is (T, N, input_size), with `batch_first` (N, T, input_size), without a batch (T, input_size), or a
/// PackedSequence. States before the first step are (layers directions, N, H); those that are left out are zeros.
/// ArgumentError if a size is not positive, dropout is no share, or shapes do not fit.
class TRIPTYCH_API RNNBase : public Module {
 public:
  std::string extra_repr() const override;

 protected:
  /// The options of all kinds, and the number of gates.
  struct Kind {
    const char* name;
    std::int64_t gates, input_size, hidden_size, num_layers;
    bool bias, batch_first;
    double dropout;
    bool bidirectional;
    std::int64_t proj_size;
    DType dtype;
  };
  RNNBase(const Kind& kind, Location where);
  void check_input(const Tensor& input) const;
  std::vector<RecurrentWeights> weights() const;
  RecurrentOptions run_options(const Tensor& h_0, const Tensor& c_0, const Tensor& lengths) const;
  /// The sequences as the module takes them, and their lengths.
  std::pair<Tensor, Tensor> padded(const PackedSequence& input, Location where) const;
  /// `output` packed as `input` is.
  PackedSequence packed(const Tensor& output, const Tensor& lengths, const PackedSequence& input, Location where) const;

 private:
  struct Parameters {
    Tensor *w_ih, *w_hh, *b_ih, *b_hh, *w_hr;
  };
  Kind kind_;
  std::vector<Parameters> parameters_of_layers_;
  Tensor* stream_ = nullptr;  // of dropout; null without
};

/// h' = tanh(w_ih x + b_ih + w_hh h + b_hh) for each step, or relu of that.
class TRIPTYCH_API RNN : public RNNBase {
 public:
  using Options = RNNOptions;
  explicit RNN(const Options& options, Location where = Location::here());
  RNN(std::int64_t input_size, std::int64_t hidden_size, std::int64_t num_layers = 1,
      const std::string& nonlinearity = "tanh", bool bias = true, bool batch_first = false, double dropout = 0,
      bool bidirectional = false, Location where = Location::here());
  using Module::forward;
  /// `lengths` (N), if it is defined, says how many steps of each sequence count.
  RNNResult forward(const Tensor& input, const Tensor& hx, const Tensor& lengths = {});
  RNNResult operator()(const Arg& input, const Tensor& hx = {}) { return call(*this, input, hx); }
  PackedRNNResult operator()(const PackedSequence& input, const Tensor& hx = {}, Location where = Location::here());
  const Options options;
};

/// Long short-term memory: i, f, g, o = w_ih x + b_ih + w_hh h + b_hh; c' = sigmoid(f) c + sigmoid(i) tanh(g);
/// h' = sigmoid(o) tanh(c'), with `proj_size` weight_hr_lk (proj_size, H) of that.
class TRIPTYCH_API LSTM : public RNNBase {
 public:
  using Options = LSTMOptions;
  explicit LSTM(const Options& options, Location where = Location::here());
  LSTM(std::int64_t input_size, std::int64_t hidden_size, std::int64_t num_layers = 1, bool bias = true,
       bool batch_first = false, double dropout = 0, bool bidirectional = false, std::int64_t proj_size = 0,
       Location where = Location::here());
  using Module::forward;
  LSTMResult forward(const Tensor& input, const std::pair<Tensor, Tensor>& hx, const Tensor& lengths = {});
  /// `hx` is h and c before the first step.
  LSTMResult operator()(const Arg& input, const std::pair<Tensor, Tensor>& hx = {}) { return call(*this, input, hx); }
  PackedLSTMResult operator()(const PackedSequence& input, const std::pair<Tensor, Tensor>& hx = {},
                              Location where = Location::here());
  const Options options;
};

/// Gated recurrent unit: r, z = sigmoid(w_ih x + b_ih + w_hh h + b_hh); n = tanh(w_in x + b_in + r (w_hn h + b_hn));
/// h' = (1 - z) n + z h.
class TRIPTYCH_API GRU : public RNNBase {
 public:
  using Options = GRUOptions;
  explicit GRU(const Options& options, Location where = Location::here());
  GRU(std::int64_t input_size, std::int64_t hidden_size, std::int64_t num_layers = 1, bool bias = true,
      bool batch_first = false, double dropout = 0, bool bidirectional = false, Location where = Location::here());
  using Module::forward;
  RNNResult forward(const Tensor& input, const Tensor& hx, const Tensor& lengths = {});
  RNNResult operator()(const Arg& input, const Tensor& hx = {}) { return call(*this, input, hx); }
  PackedRNNResult operator()(const PackedSequence& input, const Tensor& hx = {}, Location where = Location::here());
  const Options options;
};

struct RNNCellOptions {
  std::int64_t input_size = 0;
  std::int64_t hidden_size = 0;
  bool bias = true;
  std::string nonlinearity = "tanh";  // or "relu"
  DType dtype = float32;
};
struct LSTMCellOptions {
  std::int64_t input_size = 0;
  std::int64_t hidden_size = 0;
  bool bias = true;
  DType dtype = float32;
};

/// What the cells share: weight_ih (G H, input), weight_hh (G H, H), bias_ih and bias_hh (G H); the input is (N,
/// input_size) or (input_size), states are (N, H) or (H).
class TRIPTYCH_API RNNCellBase : public Module {
 public:
  std::string extra_repr() const override;

  Tensor& weight_ih;
  Tensor& weight_hh;
  Tensor& bias_ih;  // undefined without
  Tensor& bias_hh;

 protected:
  RNNCellBase(const char* name, std::int64_t gates, const RNNCellOptions& options, Location where);
  void check_input(const Tensor& input) const;
  RecurrentWeights weights() const { return {weight_ih, weight_hh, bias_ih, bias_hh}; }

 private:
  const char* name_;
  std::int64_t input_size_;
  std::string text_;
};

/// One step of RNN.
class TRIPTYCH_API RNNCell : public RNNCellBase {
 public:
  using Options = RNNCellOptions;
  explicit RNNCell(const Options& options, Location where = Location::here());
  RNNCell(std::int64_t input_size, std::int64_t hidden_size, bool bias = true, const std::string& nonlinearity = "tanh",
          Location where = Location::here())
      : RNNCell(Options{input_size, hidden_size, bias, nonlinearity, float32}, where) {}
  Tensor forward(const Tensor& input) override { return forward(input, Tensor()); }
  Tensor forward(const Tensor& input, const Tensor& hx);
  Tensor operator()(const Arg& input, const Tensor& hx = {}) { return call(*this, input, hx); }
  const Options options;
};
/// One step of GRU.
class TRIPTYCH_API GRUCell : public RNNCellBase {
 public:
  using Options = LSTMCellOptions;
  explicit GRUCell(const Options& options, Location where = Location::here());
  GRUCell(std::int64_t input_size, std::int64_t hidden_size, bool bias = true, Location where = Location::here())
      : GRUCell(Options{input_size, hidden_size, bias, float32}, where) {}
  Tensor forward(const Tensor& input) override { return forward(input, Tensor()); }
  Tensor forward(const Tensor& input, const Tensor& hx);
  Tensor operator()(const Arg& input, const Tensor& hx = {}) { return call(*this, input, hx); }
  const Options options;
};
/// One step of LSTM: `auto [h, c] = cell(x, {h, c})`.
class TRIPTYCH_API LSTMCell : public RNNCellBase {
 public:
  using Options = LSTMCellOptions;
  explicit LSTMCell(const Options& options, Location where = Location::here());
  LSTMCell(std::int64_t input_size, std::int64_t hidden_size, bool bias = true, Location where = Location::here())
      : LSTMCell(Options{input_size, hidden_size, bias, float32}, where) {}
  using Module::forward;
  std::pair<Tensor, Tensor> forward(const Tensor& input, const std::pair<Tensor, Tensor>& hx);
  std::pair<Tensor, Tensor> operator()(const Arg& input, const std::pair<Tensor, Tensor>& hx = {}) {
    return call(*this, input, hx);
  }
  const Options options;
};

}  // namespace triptych::eager::nn
