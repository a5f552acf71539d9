#include "triptych/eager/nn/recurrent.h"

#include "api_eager/nn/initialize.h"
#include "api_eager/repr.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/warning.h"

namespace triptych::eager::nn {
namespace {

void check_sizes(const char* name, std::int64_t input_size, std::int64_t hidden_size, DType dtype, Location where) {
  if (input_size < 1 || hidden_size < 1)
    throw ArgumentError(name, "input_size or hidden_size is not positive",
                        std::to_string(input_size) + " and " + std::to_string(hidden_size), "", where);
  constexpr std::int64_t most = Shape::most_elements / 8;  // the gates' rows are four times as many
  if (input_size > most || hidden_size > most)
    throw ArgumentError(name, "input_size or hidden_size is more than a tensor holds",
                        std::to_string(input_size) + " and " + std::to_string(hidden_size), "", where);
  check_parameter_dtype(name, dtype, where);
}

const std::string& checked_nonlinearity(const char* name, const std::string& nonlinearity, Location where) {
  if (nonlinearity != "tanh" && nonlinearity != "relu")
    throw ArgumentError(name, "there is no such nonlinearity", "'" + nonlinearity + "'", "Use \"tanh\" or \"relu\"",
                        where);
  return nonlinearity;
}

/// Uniform in +-1 / sqrt(hidden_size).
Tensor first_values(const Shape& shape, std::int64_t hidden_size, DType dtype, Location where) {
  const double bound = 1 / std::sqrt(static_cast<double>(hidden_size));
  return triptych::init::uniform(-bound, bound, {}, where)(shape, dtype);
}

void check_width(const char* name, const Tensor& input, std::int64_t input_size) {
  if (input.ndim() > 0 && conflict(input.shape().dim(-1), input_size))
    throw ArgumentError(name, "the last dimension of the input is not input_size",
                        input.shape().text() + " for " + std::to_string(input_size));
}

Tensor defined_or_empty(const Tensor* tensor) { return tensor ? *tensor : Tensor(); }

}  // namespace

// --- Sequences ------------------------------------------------------------------------------------------------------

RNNBase::RNNBase(const Kind& kind, Location where) : kind_(kind) {
  const std::int64_t hidden = kind.hidden_size;
  check_sizes(kind.name, kind.input_size, hidden, kind.dtype, where);
  if (kind.num_layers < 1)
    throw ArgumentError(kind.name, "num_layers is not positive", std::to_string(kind.num_layers), "", where);
  if (kind.num_layers > 1 << 20)  // they would be made until the memory is full
    throw ArgumentError(kind.name, "num_layers is more than 2^20", std::to_string(kind.num_layers), "", where);
  if (kind.proj_size < 0 || kind.proj_size >= hidden)
    throw ArgumentError(kind.name, "proj_size is negative or not less than hidden_size",
                        std::to_string(kind.proj_size) + " for " + std::to_string(hidden), "", where);
  Hyperparameters(kind.name, where).share("dropout", kind.dropout);
  const std::int64_t output = kind.proj_size > 0 ? kind.proj_size : hidden, directions = kind.bidirectional ? 2 : 1;
  for (std::int64_t layer = 0; layer < kind.num_layers; ++layer)
    for (std::int64_t direction = 0; direction < directions; ++direction) {
      const auto add = [&](const char* name, bool there, const Shape& shape) -> Tensor* {
        if (!there) return nullptr;
        const Name full(name + std::to_string(layer) + (direction == 1 ? "_reverse" : ""), where);
        return &register_parameter(full, first_values(shape, hidden, kind.dtype, where));
      };
      const std::int64_t input = layer == 0 ? kind.input_size : output * directions;
      const Shape rows{kind.gates * hidden};
      Parameters p{};
      p.w_ih = add("weight_ih_l", true, {kind.gates * hidden, input});
      p.w_hh = add("weight_hh_l", true, {kind.gates * hidden, output});
      p.b_ih = add("bias_ih_l", kind.bias, rows);
      p.b_hh = add("bias_hh_l", kind.bias, rows);
      p.w_hr = add("weight_hr_l", kind.proj_size > 0, {kind.proj_size, hidden});
      parameters_of_layers_.push_back(p);
    }
  if (kind.dropout > 0) stream_ = &register_stream(Name("stream", where));
  if (kind.dropout > 0 && kind.num_layers == 1)
    warn_once(
        kind.name,
        "dropout has no effect: it is between layers, and there is one. Give num_layers more than 1, or no dropout.",
        where);
}

void RNNBase::check_input(const Tensor& input) const { check_width(kind_.name, input, kind_.input_size); }

std::vector<RecurrentWeights> RNNBase::weights() const {
  std::vector<RecurrentWeights> result;
  for (const Parameters& p : parameters_of_layers_)
    result.push_back({*p.w_ih, *p.w_hh, defined_or_empty(p.b_ih), defined_or_empty(p.b_hh), defined_or_empty(p.w_hr)});
  return result;
}

RecurrentOptions RNNBase::run_options(const Tensor& h_0, const Tensor& c_0, const Tensor& lengths) const {
  return {.h_0 = h_0,
          .c_0 = c_0,
          .bidirectional = kind_.bidirectional,
          .batch_first = kind_.batch_first,
          .dropout = kind_.dropout,
          .training = is_training(),
          .lengths = lengths,
          .state = defined_or_empty(stream_)};
}

std::pair<Tensor, Tensor> RNNBase::padded(const PackedSequence& input, Location where) const {
  return utils::rnn::pad_packed_sequence(input, kind_.batch_first, 0, {}, where);
}

PackedSequence RNNBase::packed(const Tensor& output, const Tensor& lengths, const PackedSequence& input,
                               Location where) const {
  return utils::rnn::pack_padded_sequence(Arg(output, where), lengths, kind_.batch_first,
                                          !input.sorted_indices.defined());
}

std::string RNNBase::extra_repr() const {
  std::string text = std::to_string(kind_.input_size) + ", " + std::to_string(kind_.hidden_size);
  if (kind_.proj_size != 0) text += ", proj_size=" + std::to_string(kind_.proj_size);
  if (kind_.num_layers != 1) text += ", num_layers=" + std::to_string(kind_.num_layers);
  if (!kind_.bias) text += ", bias=False";
  if (kind_.batch_first) text += ", batch_first=True";
  if (kind_.dropout != 0) text += ", dropout=" + python_text(kind_.dropout);
  if (kind_.bidirectional) text += ", bidirectional=True";
  return text;
}

RNN::RNN(const Options& o, Location where)
    : RNNBase({"RNN", 1, o.input_size, o.hidden_size, o.num_layers, o.bias, o.batch_first, o.dropout, o.bidirectional,
               0, o.dtype},
              where),
      options(o) {
  checked_nonlinearity("RNN", o.nonlinearity, where);
}
RNN::RNN(std::int64_t input_size, std::int64_t hidden_size, std::int64_t num_layers, const std::string& nonlinearity,
         bool bias, bool batch_first, double dropout, bool bidirectional, Location where)
    : RNN(Options{input_size, hidden_size, num_layers, nonlinearity, bias, batch_first, dropout, bidirectional},
          where) {}
RNNResult RNN::forward(const Tensor& input, const Tensor& hx, const Tensor& lengths) {
  check_input(input);
  const auto run = options.nonlinearity == "tanh" ? rnn_tanh : rnn_relu;
  RecurrentResult result = run(input, weights(), run_options(hx, {}, lengths));
  return {std::move(result.output), std::move(result.h_n)};
}
PackedRNNResult RNN::operator()(const PackedSequence& input, const Tensor& hx, Location where) {
  const auto [padded, lengths] = this->padded(input, where);
  const RNNResult result = call(*this, Arg(padded, where), hx, lengths);
  return {packed(result.output, lengths, input, where), result.h_n};
}

LSTM::LSTM(const Options& o, Location where)
    : RNNBase({"LSTM", 4, o.input_size, o.hidden_size, o.num_layers, o.bias, o.batch_first, o.dropout, o.bidirectional,
               o.proj_size, o.dtype},
              where),
      options(o) {}
LSTM::LSTM(std::int64_t input_size, std::int64_t hidden_size, std::int64_t num_layers, bool bias, bool batch_first,
           double dropout, bool bidirectional, std::int64_t proj_size, Location where)
    : LSTM(Options{input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size}, where) {}
LSTMResult LSTM::forward(const Tensor& input, const std::pair<Tensor, Tensor>& hx, const Tensor& lengths) {
  check_input(input);
  LstmResult result = lstm(input, weights(), run_options(hx.first, hx.second, lengths));
  return {std::move(result.output), {std::move(result.h_n), std::move(result.c_n)}};
}
PackedLSTMResult LSTM::operator()(const PackedSequence& input, const std::pair<Tensor, Tensor>& hx, Location where) {
  const auto [padded, lengths] = this->padded(input, where);
  const LSTMResult result = call(*this, Arg(padded, where), hx, lengths);
  return {packed(result.output, lengths, input, where), result.hx};
}

GRU::GRU(const Options& o, Location where)
    : RNNBase({"GRU", 3, o.input_size, o.hidden_size, o.num_layers, o.bias, o.batch_first, o.dropout, o.bidirectional,
               0, o.dtype},
              where),
      options(o) {}
GRU::GRU(std::int64_t input_size, std::int64_t hidden_size, std::int64_t num_layers, bool bias, bool batch_first,
         double dropout, bool bidirectional, Location where)
    : GRU(Options{input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional}, where) {}
RNNResult GRU::forward(const Tensor& input, const Tensor& hx, const Tensor& lengths) {
  check_input(input);
  RecurrentResult result = gru(input, weights(), run_options(hx, {}, lengths));
  return {std::move(result.output), std::move(result.h_n)};
}
PackedRNNResult GRU::operator()(const PackedSequence& input, const Tensor& hx, Location where) {
  const auto [padded, lengths] = this->padded(input, where);
  const RNNResult result = call(*this, Arg(padded, where), hx, lengths);
  return {packed(result.output, lengths, input, where), result.h_n};
}

// --- Cells ----------------------------------------------------------------------------------------------------------

RNNCellBase::RNNCellBase(const char* name, std::int64_t gates, const RNNCellOptions& o, Location where)
    : weight_ih(register_parameter(
          "weight_ih", (check_sizes(name, o.input_size, o.hidden_size, o.dtype, where),
                        first_values({gates * o.hidden_size, o.input_size}, o.hidden_size, o.dtype, where)))),
      weight_hh(register_parameter(
          "weight_hh", first_values({gates * o.hidden_size, o.hidden_size}, o.hidden_size, o.dtype, where))),
      bias_ih(register_parameter(
          "bias_ih", o.bias ? first_values({gates * o.hidden_size}, o.hidden_size, o.dtype, where) : Tensor())),
      bias_hh(register_parameter(
          "bias_hh", o.bias ? first_values({gates * o.hidden_size}, o.hidden_size, o.dtype, where) : Tensor())),
      name_(name),
      input_size_(o.input_size),
      text_(std::to_string(o.input_size) + ", " + std::to_string(o.hidden_size) + (o.bias ? "" : ", bias=False") +
            (o.nonlinearity == "tanh" ? "" : ", nonlinearity=" + o.nonlinearity)) {}

void RNNCellBase::check_input(const Tensor& input) const { check_width(name_, input, input_size_); }

std::string RNNCellBase::extra_repr() const { return text_; }

RNNCell::RNNCell(const Options& given, Location where) : RNNCellBase("RNNCell", 1, given, where), options(given) {
  checked_nonlinearity("RNNCell", given.nonlinearity, where);
}
Tensor RNNCell::forward(const Tensor& input, const Tensor& hx) {
  check_input(input);
  return options.nonlinearity == "tanh" ? rnn_tanh_cell(input, hx, weights()) : rnn_relu_cell(input, hx, weights());
}

GRUCell::GRUCell(const Options& o, Location where)
    : RNNCellBase("GRUCell", 3, {o.input_size, o.hidden_size, o.bias, "tanh", o.dtype}, where), options(o) {}
Tensor GRUCell::forward(const Tensor& input, const Tensor& hx) {
  check_input(input);
  return gru_cell(input, hx, weights());
}

LSTMCell::LSTMCell(const Options& o, Location where)
    : RNNCellBase("LSTMCell", 4, {o.input_size, o.hidden_size, o.bias, "tanh", o.dtype}, where), options(o) {}
std::pair<Tensor, Tensor> LSTMCell::forward(const Tensor& input, const std::pair<Tensor, Tensor>& hx) {
  check_input(input);
  LstmState state = lstm_cell(input, {hx.first, hx.second}, weights());
  return {std::move(state.h), std::move(state.c)};
}

}  // namespace triptych::eager::nn
