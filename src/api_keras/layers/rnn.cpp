#include "triptych/keras/layers/rnn.h"

#include <algorithm>

#include "api_keras/layers/recurrent.h"
#include "core/graph/graph.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/control_flow.h"

namespace triptych::keras {
namespace {

const char* const cell_hint = "A cell derives from keras::RNNCellBase, as LSTMCell, GRUCell and SimpleRNNCell do";

RNNCellBase& cell_of(const Layer& layer, const char* op, Location where) {
  auto* cell = layer.as<RNNCellBase>();
  if (!cell)
    throw ArgumentError(
        op, "a layer that is to be a cell is none",
        layer.defined() ? "'" + layer.name() + "' (" + layer.base().class_name() + ")" : "an undefined handle",
        cell_hint, where);
  return *cell;
}

/// `mask` (n) beside `x` (n, ...).
Tensor beside(Tensor mask, const Tensor& x) {
  while (mask.ndim() < x.ndim()) mask = unsqueeze(mask, -1);
  return mask;
}

/// While alive, a cell keeps its dropout masks.
class InSequence {
 public:
  explicit InSequence(RNNCellBase& cell) : cell_(dynamic_cast<SequenceCell*>(&cell)) {
    if (cell_) cell_->begin_sequence();
  }
  ~InSequence() {
    if (cell_) cell_->end_sequence();
  }
  InSequence(const InSequence&) = delete;
  InSequence& operator=(const InSequence&) = delete;

 private:
  SequenceCell* cell_;
};

class StackedRNNCells : public SequenceCell {
 public:
  StackedRNNCells(std::vector<Layer> cells, Location where) : cells_(std::move(cells)) {
    for (const Layer& cell : cells_) {
      cell_of(cell, "StackedRNNCells", where);
      LayerAccess::track(*this, cell, where);
    }
  }

  std::vector<std::int64_t> state_size() const override {
    std::vector<std::int64_t> sizes;
    for (const Layer& cell : cells_)
      for (const std::int64_t size : as_cell(cell).state_size()) sizes.push_back(size);
    return sizes;
  }
  std::int64_t output_size() const override { return as_cell(cells_.back()).output_size(); }

  std::vector<Tensor> get_initial_state(const Tensor& x) const override {
    std::vector<Tensor> states;
    for (const Layer& cell : cells_)
      for (Tensor& state : as_cell(cell).get_initial_state(x)) states.push_back(std::move(state));
    return states;
  }

  void build_many(const std::vector<Shape>& shapes) override {
    Shape input = shapes.at(0);
    for (const Layer& cell : cells_) {
      ensure_built(cell.base(), {input});
      input = {unknown, as_cell(cell).output_size()};
    }
  }

  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool training) override {
    std::vector<Tensor> result{xs.at(0)};
    std::size_t next = 1;
    for (const Layer& cell : cells_) {
      std::vector<Tensor> inputs{result[0]};
      for (std::size_t i = as_cell(cell).state_size().size(); i > 0; --i) {
        if (next >= xs.size())
          throw ArgumentError("StackedRNNCells", "there are not as many states as cells have",
                              "layer '" + name() + "' was called on " + std::to_string(xs.size()) + " tensors");
        inputs.push_back(xs[next++]);
      }
      std::vector<Tensor> outputs = cell.call(inputs, training);
      result[0] = outputs[0];
      result.insert(result.end(), outputs.begin() + 1, outputs.end());
    }
    return result;
  }

  void begin_sequence() override {
    for (const Layer& cell : cells_)
      if (auto* inner = cell.as<SequenceCell>()) inner->begin_sequence();
  }
  void end_sequence() override {
    for (const Layer& cell : cells_)
      if (auto* inner = cell.as<SequenceCell>()) inner->end_sequence();
  }

  std::string config() const override { return with_layers("{}", "cells", cells_); }

  Layer copy() const override {
    std::vector<Layer> cells;
    for (const Layer& cell : cells_) {
      cells.push_back(as_cell(cell).copy());
      if (!cells.back().defined()) return {};
      cells.back().base().set_dtype_policy(cell.base().dtype_policy());
      LayerAccess::config(cells.back().base()) = LayerAccess::config(cell.base());
    }
    return brick<StackedRNNCells>("", {}, std::move(cells), Location());
  }

 private:
  static RNNCellBase& as_cell(const Layer& layer) { return *layer.as<RNNCellBase>(); }
  std::vector<Layer> cells_;
};

}  // namespace

// --- Cells ----------------------------------------------------------------------------------------------------------

std::int64_t RNNCellBase::output_size() const { return state_size().at(0); }

std::vector<Tensor> RNNCellBase::get_initial_state(const Tensor& x) const {
  Tensor column = x;  // (n, 1), whose n may be unknown
  while (column.ndim() > 2) column = select(column, -1, 0);
  column = zeros_like(first_along(column, 1));
  std::vector<Tensor> states;
  for (const std::int64_t size : state_size()) states.push_back(expand(column, {-1, size}));
  return states;
}

Layer RNNCellBase::copy() const { return {}; }

void check_cell(const char* layer, const CellArguments& a, Location where) {
  check_positive(layer, "units", a.units, where);
  const Hyperparameters check(layer, where);
  check.share("dropout", a.dropout);
  check.share("recurrent_dropout", a.recurrent_dropout);
  check_seed(layer, a.seed, where);
}

Sequence ordered(const Tensor& outputs, std::vector<Tensor> states, const Tensor& mask, const SequenceOptions& how) {
  // Where the mask leaves the last step out, what it gives is not the state.
  const Tensor last = mask.defined() ? select(outputs, 1, how.go_backwards ? 0 : -1) : states[0];
  return {how.return_sequences && how.go_backwards ? flip(outputs, 1) : outputs, last, std::move(states)};
}

void StepDropout::build(const CellArguments& arguments, const Tensor& stream) {
  dropout_ = arguments.dropout;
  recurrent_dropout_ = arguments.recurrent_dropout;
  stream_ = stream;
}

const std::vector<Tensor>& StepDropout::masks(std::vector<Tensor>& kept, const Tensor& like, double rate, bool training,
                                              int count) const {
  if (!training || rate == 0) {
    static const std::vector<Tensor> none;
    return none;
  }
  if (!keeps_) kept.clear();
  if (kept.empty())
    for (int i = 0; i < count; ++i) kept.push_back(dropout(ones_like(like), {.p = rate, .training = true}, stream_));
  return kept;
}
const std::vector<Tensor>& StepDropout::of_input(const Tensor& x, bool training, int count) {
  return masks(input_, x, dropout_, training, count);
}
const std::vector<Tensor>& StepDropout::of_state(const Tensor& h, bool training, int count) {
  return masks(state_, h, recurrent_dropout_, training, count);
}

void GatedCell::build_many(const std::vector<Shape>& shapes) {
  const Shape& input = shapes.at(0);
  if (input.rank() != 2 || !input.dim(-1).known())
    throw ArgumentError(class_name_, "a step's input is not (batch, features) of known size",
                        "layer '" + name() + "' got " + input.text(), "Give Input its size");
  const CellArguments& a = arguments_;
  kernel_ = add_weight({.shape = {input[-1], gates_ * a.units},
                        .initializer = a.kernel_initializer,
                        .regularizer = a.kernel_regularizer,
                        .constraint = a.kernel_constraint,
                        .name = "kernel"});
  recurrent_kernel_ = add_weight({.shape = {a.units, gates_ * a.units},
                                  .initializer = a.recurrent_initializer,
                                  .regularizer = a.recurrent_regularizer,
                                  .constraint = a.recurrent_constraint,
                                  .name = "recurrent_kernel"});
  if (a.use_bias)
    bias_ = add_weight({.shape = bias_shape(),
                        .initializer = bias_initializer(),
                        .regularizer = a.bias_regularizer,
                        .constraint = a.bias_constraint,
                        .name = "bias"});
  if (a.dropout == 0 && a.recurrent_dropout == 0) return;
  const Tensor stream = random_stream(a.seed);
  add_state("stream", stream);
  dropout_.build(a, stream);
}

std::vector<Tensor> GatedCell::gates_of(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                                        const std::vector<Tensor>& masks) const {
  const LinearOptions layout{.transpose_weight = false};
  const std::int64_t gates = kernel.size(1) / arguments_.units;
  const auto product = [&](const Tensor& input, const Tensor& weight, const Tensor& of_bias) {
    return of_bias.defined() ? linear(input, weight, of_bias, layout) : linear(input, weight, layout);
  };
  if (masks.size() <= 1) return chunk(product(masks.empty() ? x : x * masks[0], kernel, bias), gates, -1);
  const std::vector<Tensor> kernels = chunk(kernel, gates, 1),
                            biases = bias.defined() ? chunk(bias, gates, 0) : std::vector<Tensor>(kernels.size());
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < kernels.size(); ++i)
    results.push_back(product(x * masks[i], contiguous(kernels[i]), biases[i]));
  return results;
}

void GatedCell::check_step(const std::vector<Tensor>& xs) const {
  if (xs.size() != 1 + state_size().size())
    throw ArgumentError(class_name_, "a cell is not called on an input and its states",
                        "layer '" + name() + "' was called on " + std::to_string(xs.size()) + " tensors",
                        "Write cell.call({x, states...})");
}

Tensor GatedCell::with_dropout(const Tensor& x, bool training) {
  const std::vector<Tensor>& masks = dropout_.of_input(select(x, 1, 0), training, 1);
  return masks.empty() ? x : x * unsqueeze(masks[0], 1);
}

// --- The layer ------------------------------------------------------------------------------------------------------

Recurrent::Recurrent(std::string class_name, int rank, const Layer& cell, RNNOptions options, Location where)
    : class_name_(std::move(class_name)), rank_(rank), cell_(cell), options_(std::move(options)) {
  LayerAccess::track(*this, cell_, where);
}

void Recurrent::build(const Shape& input) {
  if (rank_ > 0 ? input.rank() != rank_ : input.rank() < 3)
    throw ArgumentError(
        class_name_,
        "the input does not have " + (rank_ > 0 ? std::to_string(rank_) : "three") + " axes, batch and steps first",
        "layer '" + name() + "' got " + input.text());
  Shape step = input;
  step.erase(1);
  ensure_built(cell_.base(), {step});
}

std::vector<Tensor> Recurrent::step(const Tensor& x, const std::vector<Tensor>& states, bool training) const {
  std::vector<Tensor> inputs{x};
  inputs.insert(inputs.end(), states.begin(), states.end());
  std::vector<Tensor> results =
      cell_.as<SequenceCell>() ? cell_.base().call_many(inputs, training) : cell_.call(inputs, training);
  if (results.size() != inputs.size())
    throw ArgumentError(class_name_, "a cell does not give its output and as many states as it has",
                        "'" + cell_.name() + "' has " + std::to_string(states.size()) + " states, and gave " +
                            std::to_string(results.size()) + " tensors");
  return results;
}

Sequence Recurrent::loop(const Tensor& x, std::vector<Tensor> states, const Tensor& mask, const SequenceOptions& how) {
  const Dim length = x.shape().dim(1);
  if (!length.known() && inferring()) {  // the shapes that one step shows
    const std::vector<Tensor> results = step(select(x, 1, 0), states, how.training);
    Shape shape = results[0].shape();
    shape.insert(1, unknown);
    const GraphHandle graph(x.impl()->graph.get());
    return {graph_placeholder(graph, "outputs", results[0].dtype(), shape, {}, {}),
            results[0],
            {results.begin() + 1, results.end()}};
  }
  if (length.known() && length.raw() == 0)
    throw ArgumentError(class_name_, "a sequence has no step", "layer '" + name() + "' got " + x.shape().text());
  constexpr std::int64_t longest_written_out = 64;
  if (x.is_symbolic() && !options_.unroll &&
      (!length.known() || (length.raw() > longest_written_out && cell_.as<SequenceCell>())))
    return rolled(x, std::move(states), mask, how);
  if (!length.known())
    throw ArgumentError(class_name_, "the number of steps of a loop that is unrolled is not known",
                        "layer '" + name() + "' got " + x.shape().text(), "Without .unroll it may be unknown");
  std::vector<Tensor> outputs;
  Step at{.output = {}, .last = {}, .states = std::move(states)};
  for (std::int64_t i = 0; i < length.raw(); ++i) {
    const std::int64_t t = how.go_backwards ? length.raw() - 1 - i : i;
    at = advanced(at, select(x, 1, t), mask.defined() ? select(mask, 1, t) : Tensor(), how);
    outputs.push_back(at.output);
  }
  return {how.return_sequences ? stack(outputs, 1) : Tensor(), outputs.back(), std::move(at.states)};
}

Recurrent::Step Recurrent::advanced(const Step& before, const Tensor& x, const Tensor& there,
                                    const SequenceOptions& how) const {
  std::vector<Tensor> results = step(x, before.states, how.training);
  Step at{.output = results[0], .last = results[0], .states = {results.begin() + 1, results.end()}};
  if (!there.defined()) return at;
  const auto kept = [&](const Tensor& now, const Tensor& old) { return where(beside(there, now), now, old); };
  at.last = kept(at.last, before.last.defined() ? before.last : zeros_like(at.last));
  for (std::size_t i = 0; i < at.states.size(); ++i) at.states[i] = kept(at.states[i], before.states[i]);
  at.output = how.zero_output_for_mask ? kept(at.last, zeros_like(at.last)) : at.last;
  return at;
}

Sequence Recurrent::rolled(const Tensor& x, std::vector<Tensor> states, const Tensor& mask,
                           const SequenceOptions& how) const {
  // Steps, and what the mask says of them, as rows in the order in which they are run.
  const auto rows = [&](const Tensor& t) { return moveaxis(how.go_backwards ? flip(t, 1) : t, 1, 0); };
  const Tensor steps = rows(x), there = mask.defined() ? rows(mask) : Tensor();
  // The first step is before the loop: it draws what all steps share, and shows what one gives.
  const Step first = advanced({.output = {}, .last = {}, .states = std::move(states)}, select(steps, 0, 0),
                              there.defined() ? select(there, 0, 0) : Tensor(), how);
  std::vector<Tensor> variables{first.output, first.last};
  variables.insert(variables.end(), first.states.begin(), first.states.end());
  const std::size_t count = variables.size();
  const auto rest = [](const Tensor& t) { return slice(t, 0, {1, none}); };
  std::vector<Tensor> stacks{rest(steps)};
  if (there.defined()) stacks.push_back(rest(there));
  const auto body = [&](std::span<const Tensor> given) {
    const Step before{
        .output = given[0], .last = given[1], .states = {given.begin() + 2, given.begin() + static_cast<int>(count)}};
    const Step at = advanced(before, given[count], there.defined() ? given[count + 1] : Tensor(), how);
    std::vector<Tensor> results{at.output, at.last};
    results.insert(results.end(), at.states.begin(), at.states.end());
    if (how.return_sequences) results.push_back(at.output);
    return results;
  };
  std::vector<Tensor> results = triptych::detail::run_rows(class_name_, body, variables, stacks, false, true, {});
  Tensor outputs;
  if (how.return_sequences) outputs = moveaxis(concat({unsqueeze(first.output, 0), results.back()}, 0), 0, 1);
  return {outputs, results[0], {results.begin() + 2, results.begin() + static_cast<int>(count)}};
}

const std::vector<Tensor>& Recurrent::kept_states(const Tensor& x) {
  const Dim batch = x.shape().dim(0);
  const std::int64_t count = batch.known() ? batch.raw() : examples_of_step();
  if (states_.empty()) {
    if (count < 0)
      throw ArgumentError(class_name_, "the size of the batch is not known, which a stateful layer needs",
                          "layer '" + name() + "' got " + x.shape().text(), "Give Input a batch_size");
    const RunNow now;
    Shape step = x.shape();
    step.erase(1);
    step.set(0, count);
    std::vector<Tensor> made = cell().get_initial_state(zeros(step, x.dtype()));
    for (std::size_t i = 0; i < made.size(); ++i) {
      Tensor state = made[i].clone();
      add_state(i == 0 ? std::string("rnn_state") : "rnn_state_" + std::to_string(i), state);
      states_.push_back(state);
    }
  }
  if (count >= 0 && states_[0].size(0) != count)
    throw ArgumentError(
        class_name_, "the batch does not have the size of the one that the states are of",
        std::to_string(count) + " examples, layer '" + name() + "' has states of " + std::to_string(states_[0].size(0)),
        "Batches of a stateful layer are of one size");
  return states_;
}

std::vector<Tensor> Recurrent::call_with(const std::vector<Tensor>& xs, const CallOptions& options) {
  takes(*this, options, {"initial_state"});
  const Tensor& input = only_input(*this, xs);
  if (rank_ > 0 ? input.ndim() != rank_ : input.ndim() < 3) build(input.shape());  // which says it
  const std::vector<Weight> weights = cell_.weights();
  const Tensor x = weights.empty() ? input : like_weights(input, weights[0].value);
  const std::size_t count = cell().state_size().size();
  if (!options.initial_state.empty() && options.initial_state.size() != count)
    throw ArgumentError(class_name_, "there are not as many first states as the cell has",
                        std::to_string(options.initial_state.size()) + " were given, '" + cell_.name() + "' has " +
                            std::to_string(count));
  std::vector<Tensor> states;
  const bool keeps = options_.stateful && !inferring();
  if (!options.initial_state.empty())
    for (const Tensor& state : options.initial_state)
      states.push_back(state.dtype() == x.dtype() ? state : cast(state, x.dtype()));
  else if (keeps)
    states = kept_states(x);
  if (keeps) kept_states(x);
  const SequenceOptions how{.training = options.training.value_or(false),
                            .go_backwards = options_.go_backwards,
                            .zero_output_for_mask = options_.zero_output_for_mask,
                            .return_sequences = options_.return_sequences};
  const Tensor& mask = options.mask[0];
  if (mask.defined() &&
      (mask.ndim() != 2 || mask.dtype() != boolean || conflict(mask.shape().dim(0), x.shape().dim(0)) ||
       conflict(mask.shape().dim(1), x.shape().dim(1))))
    throw ArgumentError(class_name_, "the mask is not a bool for each step, (batch, steps)",
                        "layer '" + name() + "' got " + x.shape().text() + " with a mask " +
                            std::string(dtype_name(mask.dtype())) + " " + mask.shape().text());
  Sequence result;
  {
    const InSequence in_sequence(cell());
    std::optional<Sequence> at_once;
    if (auto* built_in = cell_.as<SequenceCell>()) at_once = built_in->run(x, states, mask, how);
    if (!at_once && states.empty()) states = cell().get_initial_state(select(x, 1, 0));
    result = at_once ? std::move(*at_once) : loop(x, std::move(states), mask, how);
  }
  if (keeps) {
    const GradMode no_recording(false);
    for (std::size_t i = 0; i < states_.size(); ++i) states_[i].copy_(result.states[i].detach());
  }
  std::vector<Tensor> outputs{options_.return_sequences ? result.outputs : result.last};
  if (options_.return_state) outputs.insert(outputs.end(), result.states.begin(), result.states.end());
  return outputs;
}

std::vector<Tensor> Recurrent::compute_mask(const std::vector<Tensor>&, const std::vector<Tensor>& mask) {
  return {options_.return_sequences && !mask.empty() ? mask[0] : Tensor()};
}

void Recurrent::reset_states() {
  const RunNow now;
  const Transaction whole;
  for (Tensor& state : states_) state.copy_(zeros_like(state));
}

std::string Recurrent::config() const {
  // The built-in cells of LSTM and its like have the layer's own arguments.
  return class_name_ == "RNN" ? with_layer(LayerBase::config(), "cell", cell_) : LayerBase::config();
}

Layer Recurrent::remake(const std::string& name, bool go_backwards, Location where) const {
  const Layer copy = cell().copy();
  if (!copy.defined()) return {};
  copy.base().set_dtype_policy(cell().dtype_policy());
  RNNOptions options = options_;
  options.go_backwards = go_backwards;
  Layer layer = brick<Recurrent>(name, where, class_name_, rank_, copy, options, where);
  layer.set_trainable(trainable(), where);
  layer.base().set_activity_regularizer(activity_regularizer());
  layer.base().set_dtype_policy(dtype_policy());
  LayerAccess::config(copy.base()) = LayerAccess::config(cell());
  LayerAccess::config(layer.base()) = with_flag(LayerBase::config(), "go_backwards", go_backwards);
  return layer;
}

namespace layers {

Layer RNN(const Layer& cell, RNNOptions options, Location where) {
  cell_of(cell, "RNN", where);
  return configured(with_options(brick<Recurrent>(options.name, where, "RNN", 0, cell, options, where), options, where),
                    options);
}
Layer RNN(const std::vector<Layer>& cells, RNNOptions options, Location where) {
  return RNN(StackedRNNCells(cells, {}, where), std::move(options), where);
}
Layer StackedRNNCells(const std::vector<Layer>& cells, StackedRNNCellsOptions options, Location where) {
  if (cells.empty()) throw ArgumentError("StackedRNNCells", "there is no cell", "an empty list", cell_hint, where);
  return with_options(brick<keras::StackedRNNCells>(options.name, where, cells, where), options, where);
}

}  // namespace layers
}  // namespace triptych::keras
