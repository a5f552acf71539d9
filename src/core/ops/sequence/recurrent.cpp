// The recurrent functions that users call: layers and directions around recurrent_layer, and cells as layers of one
// step.
#include "triptych/core/ops/recurrent.h"

#include <algorithm>

#include "core/dispatch/modes.h"
#include "core/ops/ops.h"
#include "core/ops/sequence/recurrent_layer.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// What one layer gives.
struct LayerResult {
  Tensor y, h, c;
};

/// One layer in one direction on (T, N, input).
LayerResult layer(const Tensor& x, const RecurrentWeights& w, RecurrentAttributes a, const Tensor& h, const Tensor& c,
                  const Tensor& mask, Location where) {
  // The bias of the recurrent product is added with the other one, but where a reset gate multiplies it.
  const bool own_bias = a.gru() && a.reset_after && w.b_hh.defined();
  const Tensor bias = own_bias || !w.b_hh.defined() ? w.b_ih : w.b_ih.defined() ? w.b_ih + w.b_hh : w.b_hh;
  const LinearOptions as_torch{.transpose_weight = true};
  const Tensor gates = bias.defined() ? linear(x, w.w_ih, bias, as_torch) : linear(x, w.w_ih, as_torch);
  a.has_state = h.defined() || c.defined();
  a.has_bias = own_bias;
  a.projected = w.w_hr.defined();
  a.masked = mask.defined();
  std::vector<Tensor> inputs{gates, w.w_hh};
  if (a.has_state) {
    const Tensor row = select(gates, 0, 0);  // whose shape may be unknown
    inputs.push_back(h.defined() ? h : matmul(zeros_like(row), zeros_like(w.w_hh)));
    if (a.lstm()) inputs.push_back(c.defined() ? c : zeros_like(chunk(row, 4, -1)[0]));
  }
  if (own_bias) inputs.push_back(w.b_hh);
  if (a.projected) inputs.push_back(w.w_hr);
  if (a.masked) inputs.push_back(mask);
  a.keeps = modes.trace || std::any_of(inputs.begin(), inputs.end(), [](const Tensor& input) {
              return input.is_symbolic() || (input.requires_grad() && !modes.no_grad);
            });
  Tensor outputs[4];
  apply(recurrent_layer_op, inputs, &a, {outputs, a.outputs()}, where);
  return {outputs[0], outputs[1], a.lstm() ? outputs[2] : Tensor()};
}

/// The steps that there are, (T, N), from a mask or lengths; undefined: all.
Tensor steps_mask(const Tensor& x, const RecurrentOptions& options) {
  Tensor mask;
  if (options.mask.defined()) mask = options.batch_first ? transpose(options.mask) : options.mask;
  if (!options.lengths.defined()) return mask;
  const Tensor numbers = cumsum(cast(ones_like(sum(zeros_like(x), {-1})), int64), 0);  // 1, 2, ... for each sequence
  const Tensor within = less_equal(numbers, options.lengths);
  return mask.defined() ? logical_and(mask, within) : within;
}

/// Whether x and what is learned have 16 bits: then all steps are in float32, and results are rounded once.
bool is_wide(const Tensor& x, const std::vector<RecurrentWeights>& weights) {
  if (!is_floating(x.dtype()) || size_of(x.dtype()) != 2) return false;
  for (const RecurrentWeights& w : weights)
    for (const Tensor* t : {&w.w_ih, &w.w_hh, &w.b_ih, &w.b_hh, &w.w_hr})
      if (t->defined() && t->dtype() != x.dtype()) return false;
  return true;
}

Tensor widened_if(bool wide, const Tensor& x) { return wide && x.defined() ? widened(x) : x; }

RecurrentWeights widened_if(bool wide, const RecurrentWeights& w) {
  return {widened_if(wide, w.w_ih), widened_if(wide, w.w_hh), widened_if(wide, w.b_ih), widened_if(wide, w.b_hh),
          widened_if(wide, w.w_hr)};
}

/// x rounded to the dtype that the function was given.
Tensor rounded_if(bool wide, const Tensor& x, DType dtype) { return wide && x.defined() ? cast(x, dtype) : x; }

/// Of the state that a weight takes, and that an LSTM keeps besides.
Dim length_of_h(const RecurrentWeights& w) { return w.w_hh.shape().dim(1); }
Dim length_of_c(const RecurrentWeights& w) {
  const Dim rows = w.w_hh.shape().dim(0);
  return rows.known() ? Dim(rows.raw() / 4) : rows;
}

void check_state(const char* op, const char* name, const Tensor& state, const Shape& expected, Location where) {
  if (state.defined() && !state.shape().compatible(expected))
    throw ArgumentError(op, "a first state does not fit the input",
                        std::string(name) + " is " + state.shape().text() + ", expected " + expected.text(), "", where);
}

void check(const char* op, const Arg& input, const std::vector<RecurrentWeights>& weights,
           const RecurrentOptions& options) {
  const Location where = input.where();
  const Tensor& x = operand(op, input);
  Hyperparameters(op, where).share("dropout", options.dropout);
  const auto fail = [&](const char* wrong, const std::string& given, const char* hint = "") {
    throw ArgumentError(op, wrong, given, hint, where);
  };
  if (x.ndim() != 3 && x.ndim() != 2)
    fail("the input has neither three dimensions nor, without a batch, two", x.shape().text());
  if (!is_floating(x.dtype()))
    fail("the input is not floating-point", std::string(dtype_name(x.dtype())), "Convert it with cast");
  if (weights.empty()) fail("there are no weights", "an empty list", "Give one entry for each layer and direction");
  if (options.bidirectional && weights.size() % 2 != 0)
    fail("there is not one entry for each layer and direction", std::to_string(weights.size()) + " entries");
  if (options.bidirectional && options.reverse) fail("reverse is given with bidirectional", "true");
  if (options.lengths.defined() && !is_integral(options.lengths.dtype()))
    fail("lengths are not integers", std::string(dtype_name(options.lengths.dtype())));
  if (options.mask.defined() && (options.mask.dtype() != boolean || options.mask.ndim() != x.ndim() - 1))
    fail("the mask is not a bool for each step",
         std::string(dtype_name(options.mask.dtype())) + " " + options.mask.shape().text());
  for (const RecurrentWeights& w : weights) {
    if (!w.w_ih.defined() || !w.w_hh.defined()) fail("w_ih or w_hh is missing", "an undefined tensor");
    if (w.w_ih.ndim() != 2 || w.w_hh.ndim() != 2)
      fail("a weight is no matrix", w.w_ih.shape().text() + " and " + w.w_hh.shape().text());
  }
  const auto state_shape = [&](Dim length) {
    const Dim states = static_cast<std::int64_t>(weights.size());
    return x.ndim() == 2 ? shape_of({states, length})
                         : shape_of({states, x.shape().dim(options.batch_first ? 0 : 1), length});
  };
  check_state(op, "h_0", options.h_0, state_shape(length_of_h(weights[0])), where);
  check_state(op, "c_0", options.c_0, state_shape(length_of_c(weights[0])), where);
}

LstmResult run_layers(const char* op, const Arg& input, const std::vector<RecurrentWeights>& weights,
                      const RecurrentOptions& options, RecurrentCell cell) {
  const Location where = input.where();
  const Frame frame(where);
  check(op, input, weights, options);
  const Transaction whole;
  const bool batched = input.tensor().ndim() == 3;
  const DType dtype = input.tensor().dtype();
  const bool wide = is_wide(input.tensor(), weights);
  RecurrentOptions all = options;
  Tensor x = widened_if(wide, input.tensor());
  all.h_0 = widened_if(wide, all.h_0);
  all.c_0 = widened_if(wide, all.c_0);
  if (!batched) {
    x = unsqueeze(x, 1);
    all.batch_first = false;
    for (Tensor* state : {&all.h_0, &all.c_0, &all.mask})
      if (state->defined()) *state = unsqueeze(*state, 1);
    if (all.lengths.defined() && all.lengths.ndim() == 0) all.lengths = unsqueeze(all.lengths, 0);
  } else if (options.batch_first) {
    x = contiguous(transpose(x, 0, 1));  // so that the input product of all steps is one
  }
  const Tensor mask = steps_mask(x, all);
  const std::size_t directions = options.bidirectional ? 2 : 1;
  std::vector<Tensor> h_n, c_n;
  for (std::size_t first = 0; first < weights.size(); first += directions) {
    if (first > 0 && options.training && options.dropout > 0) x = dropout(x, {.p = options.dropout}, options.state);
    std::vector<Tensor> outputs;
    for (std::size_t d = 0; d < directions; ++d) {
      const RecurrentAttributes a{cell, options.gate_order, options.reset_after, options.reverse || d == 1,
                                  options.lengths.defined() || options.zero_output_for_mask};
      const auto state = [&](const Tensor& states) {
        return states.defined() ? select(states, 0, static_cast<std::int64_t>(first + d)) : Tensor();
      };
      const LayerResult result =
          layer(x, widened_if(wide, weights[first + d]), a, state(all.h_0), state(all.c_0), mask, where);
      outputs.push_back(result.y);
      h_n.push_back(result.h);
      if (result.c.defined()) c_n.push_back(result.c);
    }
    x = directions == 1 ? outputs[0] : concat(outputs, -1);
  }
  const auto stacked = [&](const std::vector<Tensor>& states) {
    if (states.empty()) return Tensor();
    const Tensor together = states.size() == 1 ? unsqueeze(states[0], 0) : stack(states, 0);
    return rounded_if(wide, batched ? together : squeeze(together, 1), dtype);
  };
  if (!batched) x = squeeze(x, 1);
  if (all.batch_first) x = transpose(x, 0, 1);
  return {rounded_if(wide, x, dtype), stacked(h_n), stacked(c_n)};
}

RecurrentResult run_without_c(const char* op, const Arg& input, const std::vector<RecurrentWeights>& weights,
                              const RecurrentOptions& options, RecurrentCell cell) {
  if (options.c_0.defined())
    throw ArgumentError(op, "c_0 is given, which an LSTM alone has", options.c_0.shape().text(), "", input.where());
  LstmResult result = run_layers(op, input, weights, options, cell);
  return {result.output, result.h_n};
}

/// A layer of one step.
LstmState run_cell(const char* op, const Arg& input, const LstmState& state, const RecurrentWeights& weights,
                   RecurrentAttributes a) {
  const Location where = input.where();
  const Frame frame(where);
  const Tensor& x = operand(op, input);
  if (x.ndim() != 1 && x.ndim() != 2)
    throw ArgumentError(op, "the input is neither (N, input) nor (input)", x.shape().text(), "", where);
  if (!weights.w_ih.defined() || !weights.w_hh.defined())
    throw ArgumentError(op, "w_ih or w_hh is missing", "an undefined tensor", "", where);
  const auto state_shape = [&](Dim length) {
    return x.ndim() == 1 ? shape_of({length}) : shape_of({x.shape().dim(0), length});
  };
  if (weights.w_hh.ndim() == 2) {
    check_state(op, "h", state.h, state_shape(length_of_h(weights)), where);
    check_state(op, "c", state.c, state_shape(length_of_c(weights)), where);
  }
  const auto batch = [&](const Tensor& t) { return x.ndim() == 1 && t.defined() ? unsqueeze(t, 0) : t; };
  const bool wide = is_wide(x, {weights});
  const auto row = [&](const Tensor& t) { return widened_if(wide, batch(t)); };
  const LayerResult result =
      layer(unsqueeze(row(x), 0), widened_if(wide, weights), a, row(state.h), row(state.c), {}, where);
  const auto single = [&](const Tensor& t) {
    return rounded_if(wide, x.ndim() == 1 && t.defined() ? squeeze(t, 0) : t, x.dtype());
  };
  return {single(result.h), single(result.c)};
}

}  // namespace

LstmResult lstm(Arg input, const std::vector<RecurrentWeights>& weights, RecurrentOptions options) {
  return run_layers("lstm", input, weights, options, RecurrentCell::lstm);
}

RecurrentResult gru(Arg input, const std::vector<RecurrentWeights>& weights, RecurrentOptions options) {
  return run_without_c("gru", input, weights, options, RecurrentCell::gru);
}

RecurrentResult rnn_tanh(Arg input, const std::vector<RecurrentWeights>& weights, RecurrentOptions options) {
  return run_without_c("rnn_tanh", input, weights, options, RecurrentCell::tanh);
}

RecurrentResult rnn_relu(Arg input, const std::vector<RecurrentWeights>& weights, RecurrentOptions options) {
  return run_without_c("rnn_relu", input, weights, options, RecurrentCell::relu);
}

LstmState lstm_cell(Arg input, const LstmState& state, const RecurrentWeights& weights, GateOrder gate_order) {
  return run_cell("lstm_cell", input, state, weights, {RecurrentCell::lstm, gate_order});
}

Tensor gru_cell(Arg input, const Tensor& h, const RecurrentWeights& weights, GateOrder gate_order, bool reset_after) {
  return run_cell("gru_cell", input, {h, {}}, weights, {RecurrentCell::gru, gate_order, reset_after}).h;
}

Tensor rnn_tanh_cell(Arg input, const Tensor& h, const RecurrentWeights& weights) {
  return run_cell("rnn_tanh_cell", input, {h, {}}, weights, {RecurrentCell::tanh}).h;
}

Tensor rnn_relu_cell(Arg input, const Tensor& h, const RecurrentWeights& weights) {
  return run_cell("rnn_relu_cell", input, {h, {}}, weights, {RecurrentCell::relu}).h;
}

}  // namespace triptych
