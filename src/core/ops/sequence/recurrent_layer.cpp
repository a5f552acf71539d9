// One recurrent layer in one direction: its steps, and their gradient. What the inputs add to the gates is one product
// for all steps, outside. Second derivatives are those of single steps made of other ops.
#include "core/ops/sequence/recurrent_layer.h"

#include "core/autodiff/second_order.h"
#include "core/ops/ops.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// The sizes of a layer; N and T may be unknown.
struct Sizes {
  Dim steps = unknown, batch = unknown, hidden = unknown, out = unknown;
};

/// Checks the layer's inputs, of which the first is number `base`.
Sizes infer_sizes(Infer& infer, std::size_t base) {
  const auto& a = infer.attributes<RecurrentAttributes>();
  const auto at = [base](std::size_t input) { return static_cast<int>(base + input); };
  const int gates = at(0), weight = at(1);
  infer.check(infer.input_count() == at(a.inputs()), "the number of operands is not that of the attributes");
  if (a.has_bias && !a.gru()) infer.fail("a cell without a candidate has a bias of its own", infer.given());
  if (a.has_bias && !a.reset_after) infer.fail("without reset_after there is a recurrent bias", infer.given());
  if (a.projected && !a.lstm()) infer.fail("a cell that is no LSTM has a projection", infer.given());
  const DType dtype = infer.dtype(gates);
  if (!is_floating(dtype)) infer.fail("the input is not floating-point", infer.given(), "Convert it with cast");
  infer.check(infer.shape(gates).rank() == 3 && infer.shape(weight).rank() == 2,
              "the gates are not (T, N, G H) or the weight is not (G H, H)");
  for (std::size_t i = 1; i < a.inputs() - a.masked; ++i)
    infer.check(infer.dtype(at(i)) == dtype, "dtypes differ", "Convert one with cast");
  const Dim wide = infer.shape(weight).dim(0);
  if (wide.known() && wide.raw() % a.gates() != 0)
    infer.fail("the weight's rows are no multiple of " + std::to_string(a.gates()) + " gates", infer.given());
  if (conflict(infer.shape(gates).dim(2), wide))
    infer.fail("what the inputs add does not have one element for each of the weight's rows", infer.given());
  const Sizes s{infer.shape(gates).dim(0), infer.shape(gates).dim(1),
                wide.known() ? Dim(wide.raw() / a.gates()) : Dim(unknown), infer.shape(weight).dim(1)};
  if (!a.projected && conflict(s.hidden, s.out)) infer.fail("the weight is not (G H, H)", infer.given());
  const auto expect = [&](std::size_t input, const Shape& shape, const char* wrong) {
    if (!infer.shape(at(input)).compatible(shape)) infer.fail(wrong, infer.given(), "Expected " + shape.text());
  };
  if (a.has_state) expect(a.state(), shape_of({s.batch, s.out}), "the first state h does not fit");
  if (a.has_state && a.lstm()) expect(a.state() + 1, shape_of({s.batch, s.hidden}), "the first state c does not fit");
  if (a.has_bias) expect(a.bias(), shape_of({wide}), "the bias does not fit");
  if (a.projected) expect(a.projection(), shape_of({s.out, s.hidden}), "the projection does not fit");
  if (a.masked) {
    expect(a.mask(), shape_of({s.steps, s.batch}), "the mask does not fit");
    infer.check(infer.dtype(at(a.mask())) == boolean, "the mask is not bool", "Convert it with cast");
  }
  return s;
}

Dim times(std::int64_t count, Dim dim) { return dim.known() ? dim * count : Dim(unknown); }

void recurrent_layer_infer(Infer& infer) {
  const auto& a = infer.attributes<RecurrentAttributes>();
  const Sizes s = infer_sizes(infer, 0);
  infer.check_outputs(static_cast<int>(a.outputs()));
  const DType dtype = infer.dtype(0);
  infer.output(0, shape_of({s.steps, s.batch, s.out}), dtype);
  infer.output(1, shape_of({s.batch, s.out}), dtype);
  if (a.lstm()) infer.output(2, shape_of({s.batch, s.hidden}), dtype);
  infer.output(static_cast<int>(a.outputs()) - 1,
               shape_of({s.steps, s.batch, a.keeps ? times(a.kept(), s.hidden) : Dim(0)}), statistics_dtype(dtype));
}

/// How many of the layer's inputs have gradients: all but the mask.
std::size_t differentiable_inputs(const RecurrentAttributes& a) { return a.inputs() - a.masked; }

SavedValues recurrent_layer_saves(const void* attributes) {
  const auto& a = *static_cast<const RecurrentAttributes*>(attributes);
  return {every_one, 1u | 1u << (a.outputs() - 1)};
}

// Inputs: the gradients of y, h_n and c_n, y, what was kept, then the layer's inputs; outputs: their gradients.
void recurrent_layer_grad_infer(Infer& infer) {
  const auto& a = infer.attributes<RecurrentAttributes>();
  infer.check(infer.input_count() >= static_cast<int>(a.base()), "operands are missing");
  const Sizes s = infer_sizes(infer, a.base());
  const int y = static_cast<int>(a.outputs()) - 1;
  const DType dtype = infer.dtype(static_cast<int>(a.base()));
  const Shape all = shape_of({s.steps, s.batch, s.out});
  const auto expect = [&](int input, const Shape& shape, DType type) {
    infer.check(infer.shape(input).compatible(shape) && infer.dtype(input) == type,
                "an operand is not what the layer gave, or its gradient");
  };
  expect(0, all, dtype);
  expect(1, shape_of({s.batch, s.out}), dtype);
  if (a.lstm()) expect(2, shape_of({s.batch, s.hidden}), dtype);
  expect(y, all, dtype);
  expect(y + 1, shape_of({s.steps, s.batch, times(a.kept(), s.hidden)}), statistics_dtype(dtype));
  infer.check_outputs(static_cast<int>(differentiable_inputs(a)));
  for (std::size_t i = 0; i < differentiable_inputs(a); ++i)
    infer.output(static_cast<int>(i), infer.shape(static_cast<int>(a.base() + i)), dtype);
}

void recurrent_layer_gradient(Gradient& g) {
  const auto& a = g.attributes<RecurrentAttributes>();
  const int kept = static_cast<int>(a.outputs()) - 1;
  std::vector<Tensor> inputs;
  for (int i = 0; i < kept; ++i) inputs.push_back(g.upstream(i));
  inputs.push_back(g.output(0));
  inputs.push_back(g.output(kept));
  for (int i = 0; i < g.input_count(); ++i) inputs.push_back(g.input(i));
  std::vector<Tensor> results(differentiable_inputs(a));
  apply(recurrent_layer_grad_op, inputs, &a, results, {});
  for (std::size_t i = 0; i < results.size(); ++i)
    if (g.needs(static_cast<int>(i))) g.set(static_cast<int>(i), results[i]);
}

/// State of a step made of other ops.
struct State {
  Tensor h, c;
};

/// One step: `x` is what the inputs add, (N, G H).
State plain_step(const RecurrentAttributes& a, std::span<const Tensor> inputs, const Tensor& x, const State& last) {
  const Tensor& weight = inputs[1];
  if (a.lstm()) {
    const std::vector<Tensor> gates = chunk(x + matmul(last.h, transpose(weight)), 4, -1);
    const Tensor c = sigmoid(gates[1]) * last.c + sigmoid(gates[0]) * tanh(gates[2]);
    const Tensor h = sigmoid(gates[3]) * tanh(c);
    return {a.projected ? matmul(h, transpose(inputs[a.projection()])) : h, c};
  }
  if (!a.gru()) {
    const Tensor sum = x + matmul(last.h, transpose(weight));
    return {a.cell == RecurrentCell::relu ? relu(sum) : tanh(sum), {}};
  }
  const std::size_t r = a.gate_order == GateOrder::keras, z = 1 - r;
  const std::vector<Tensor> parts = chunk(x, 3, -1);
  Tensor reset, update, candidate;
  if (a.reset_after) {
    Tensor recurrent = matmul(last.h, transpose(weight));
    if (a.has_bias) recurrent = recurrent + inputs[a.bias()];
    const std::vector<Tensor> own = chunk(recurrent, 3, -1);
    reset = sigmoid(parts[r] + own[r]);
    update = sigmoid(parts[z] + own[z]);
    candidate = tanh(parts[2] + reset * own[2]);
  } else {
    const std::vector<Tensor> weights = chunk(weight, 3, 0);
    reset = sigmoid(parts[r] + matmul(last.h, transpose(weights[r])));
    update = sigmoid(parts[z] + matmul(last.h, transpose(weights[z])));
    candidate = tanh(parts[2] + matmul(reset * last.h, transpose(weights[2])));
  }
  return {(1 - update) * candidate + update * last.h, {}};
}

/// The layer step by step; without what the gradient needs.
std::vector<Tensor> plain_layer(std::span<const Tensor> inputs, const RecurrentAttributes& a) {
  const Dim steps = inputs[0].shape().dim(0);
  if (!steps.known())
    throw UnsupportedError("recurrent_layer",
                           "the second derivative of a layer goes through its steps, whose number is unknown",
                           inputs[0].shape().text(), "Give the placeholder a length");
  State state;
  if (a.has_state) {
    state = {inputs[a.state()], a.lstm() ? inputs[a.state() + 1] : Tensor()};
  } else {  // of shapes that may be unknown
    const Tensor some = sum(zeros_like(inputs[0]), {0});
    state.h = matmul(some, zeros_like(inputs[1]));
    if (a.lstm()) state.c = chunk(some, 4, -1)[0];
  }
  Tensor output = zeros_like(state.h);
  std::vector<Tensor> outputs(static_cast<std::size_t>(steps.raw()));
  for (std::int64_t k = 0; k < steps.raw(); ++k) {
    const std::int64_t t = a.reverse ? steps.raw() - 1 - k : k;
    State next = plain_step(a, inputs, select(inputs[0], 0, t), state);
    if (a.masked) {
      const Tensor there = unsqueeze(select(inputs[a.mask()], 0, t), -1);
      output = where(there, next.h, a.zero_output ? zeros_like(next.h) : output);
      next.h = where(there, next.h, state.h);
      if (a.lstm()) next.c = where(there, next.c, state.c);
    } else {
      output = next.h;
    }
    outputs[static_cast<std::size_t>(t)] = output;
    state = next;
  }
  Tensor y;
  if (outputs.empty())
    y = matmul(zeros_like(inputs[0]), zeros_like(inputs[1]));
  else
    y = stack(outputs, 0);
  if (a.lstm()) return {y, state.h, state.c};
  return {y, state.h};
}

void recurrent_layer_grad_gradient(Gradient& g) {
  const auto& a = g.attributes<RecurrentAttributes>();
  GradientRoles roles;
  for (std::size_t i = 0; i < a.inputs(); ++i) roles.arguments.push_back(static_cast<int>(a.base() + i));
  for (std::size_t i = 0; i + 1 < a.outputs(); ++i) roles.upstream.push_back(static_cast<int>(i));
  for (std::size_t i = 0; i < differentiable_inputs(a); ++i) roles.of_argument.push_back(static_cast<int>(i));
  differentiate_gradient(g, roles, [&](std::span<const Tensor> arguments) { return plain_layer(arguments, a); });
}

}  // namespace

extern const Op recurrent_layer_op{.name = "recurrent_layer",
                                   .inputs = 2,
                                   .max_inputs = 7,
                                   .attributes = &attribute_type<RecurrentAttributes>,
                                   .infer = recurrent_layer_infer,
                                   .gradient = recurrent_layer_gradient,
                                   .saves = recurrent_layer_saves};
extern const Op recurrent_layer_grad_op{.name = "recurrent_layer_grad",
                                        .inputs = 6,
                                        .max_inputs = 12,
                                        .attributes = &attribute_type<RecurrentAttributes>,
                                        .infer = recurrent_layer_grad_infer,
                                        .gradient = recurrent_layer_grad_gradient,
                                        .saves_inputs = every_one,
                                        .wide_gradient = true};

}  // namespace triptych
