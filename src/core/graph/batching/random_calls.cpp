#include "core/graph/batching/random_calls.h"

#include <algorithm>
#include <string>

#include "core/ops/normalization/dropout.h"
#include "core/ops/random/draw.h"
#include "core/ops/random/random.h"
#include "triptych/core/ops.h"

namespace triptych {
extern const Op take_draw_op, dropout_op, dropout_grad_op, random_uniform_op, random_normal_op,
    random_truncated_normal_op, random_integers_op, random_permutation_op, random_multinomial_op;
}  // namespace triptych

namespace triptych::batching {
namespace {

/// Only the axes of an example tell what the op draws: there are no values to depend on.
bool depends_on_values(const Call& call) {
  for (std::size_t i = 1; i < call.count(); ++i)
    if (call.batched(i) && !in_mask(call.op.metadata_inputs, i)) return true;
  return false;
}

/// One draw, in the place of one for each example: who computes with it computes all examples at once.
Value draw_of_all(const Call& call, const Tensor& draw) {
  return {expand(unsqueeze(draw, 0), {call.size, unknown}), true};
}

std::vector<Value> values(Tensors tensors, bool batched) {
  std::vector<Value> result;
  for (Tensor& tensor : tensors) result.push_back({std::move(tensor), batched});
  return result;
}

Tensors operands(const Call& call) {
  Tensors inputs{call.inputs[0].tensor};
  for (std::size_t i = 1; i < call.count(); ++i) inputs.push_back(call.all(i));
  return inputs;
}

/// The inputs as one example has them.
Tensors of_one(const Call& call) {
  Tensors inputs;
  for (const Value& value : call.inputs) inputs.push_back(value.batched ? select(value.tensor, 0, 0) : value.tensor);
  return inputs;
}

template <class A>
std::vector<Value> with_shape_of_all(const Call& call) {
  A attributes = call.attributes_as<A>();
  attributes.shape.insert(0, call.size);
  return values(call.run(operands(call), &attributes), true);
}

std::vector<Value> one_by_one(const Call& call) {
  Tensors rows;
  for (std::int64_t i = 0; i < call.size; ++i) {
    Tensors inputs;
    for (const Value& value : call.inputs) inputs.push_back(value.batched ? select(value.tensor, 0, i) : value.tensor);
    rows.push_back(unsqueeze(call.run(inputs, call.attributes)[0], 0));
  }
  return values({concat(rows, 0)}, true);
}

std::vector<Value> run_different(const Call& call) {
  const Op* const op = &call.op;
  if (op == &take_draw_op) return {draw_of_all(call, call.run(operands(call), call.attributes)[0])};
  if (op == &dropout_op) {
    const Tensors made = call.run({call.all(0), call.inputs[1].tensor}, call.attributes);
    return {{made[0], true}, draw_of_all(call, made[1])};
  }
  if (op == &random_uniform_op || op == &random_normal_op || op == &random_truncated_normal_op)
    return with_shape_of_all<RandomAttributes>(call);
  if (op == &random_integers_op) return with_shape_of_all<RandomIntegersAttributes>(call);
  if (op == &random_permutation_op || (op == &random_multinomial_op && call.rank(1) > 1)) return one_by_one(call);
  return values(call.run(operands(call), call.attributes), true);
}

Tensor with_mask(const Tensor& x, const Tensor& draw, const Shape& example, double p) {
  const Tensor one = full(example, 1, x.dtype());
  return x * with_mask_of_draw(to(one, x.device()), draw, p);
}

std::vector<Value> run_same(const Call& call) {
  if (&call.op == &dropout_op && call.batched(0)) {
    const Tensor draw = take_draw(call.inputs[1].tensor, call.where);
    const double p = call.attributes_as<DropoutAttributes>().p;
    return {{with_mask(call.inputs[0].tensor, draw, call.shape(0), p), true}, {draw, false}};
  }
  if (depends_on_values(call))
    throw UnsupportedError("vmap", "the distribution of random numbers that all examples share differs among them",
                           std::string("'") + call.op.name + "' with randomness = same",
                           "Use Randomness::different, or draw outside of the function", call.where);
  return values(call.run(of_one(call), call.attributes), false);
}

}  // namespace

bool is_random(const Op& op) {
  return &op == &take_draw_op || &op == &dropout_op || std::string_view(op.name).starts_with("random_");
}

std::vector<Value> run_random(const Call& call, Randomness randomness) {
  if (randomness == Randomness::error)
    throw ArgumentError("vmap", "the function draws random numbers", std::string("'") + call.op.name + "'",
                        "Say with Randomness::different or Randomness::same what they are to the examples", call.where);
  return randomness == Randomness::same ? run_same(call) : run_different(call);
}

Tensors masked_alike(const Call& call) {
  const double p = call.attributes_as<DropoutAttributes>().p;
  if (call.batched(1)) return {with_mask_of_draw(call.all(0), select(call.inputs[1].tensor, 0, 0), p)};
  return {with_mask(call.all(0), call.inputs[1].tensor, call.shape(0), p)};
}

}  // namespace triptych::batching
