// Attention, embeddings, recurrent layers.
#include "core/graph/batching/rule.h"
#include "core/ops/sequence/attention.h"
#include "core/ops/sequence/embedding.h"
#include "core/ops/sequence/recurrent_layer.h"
#include "triptych/core/ops.h"

namespace triptych::batching {
namespace {

/// Attention takes any leading axes. Inputs from `query` on, the mask and the draw from `extra` on.
Tensors attended(const Call& c, std::size_t query, std::size_t extra) {
  const auto& a = c.attributes_as<AttentionAttributes>();
  if (c.rank(query) == Shape::max_rank) return {};
  Tensors inputs;
  for (std::size_t i = 0; i < extra; ++i) inputs.push_back(c.all(i));
  if (a.masked) inputs.push_back(c.aligned(extra, c.rank(query)));
  if (a.dropout_p > 0) {
    const std::size_t draw = c.count() - 1;
    if (!c.batched(draw)) return {};  // the same weights are dropped in each example
    inputs.push_back(select(c.inputs[draw].tensor, 0, 0));
  }
  return c.run(inputs, c.attributes);
}

/// Inputs weight, index.
Tensors embedded(const Call& c) {
  if (c.batched(0)) return {};
  return c.run({c.inputs[0].tensor, c.all(1)}, c.attributes);
}

/// Inputs upstream, index, weight (its shape): one table with the rows of all examples.
Tensors embedding_grads(const Call& c) {
  const Shape& weight = c.shape(2);
  if (c.attributes_as<EmbeddingAttributes>().padding_idx >= 0 || !weight.known()) return {};
  const Tensor first = reshape(to(arange(0, c.size, 1, int64), c.inputs[1].tensor.device()) * weight[0], {c.size});
  Tensor offsets = first;
  for (int i = 0; i < c.rank(1); ++i) offsets = unsqueeze(offsets, -1);
  const Tensor table = merged(c.all(2));
  return {parted(c.run({c.all(0), cast(c.all(1), int64) + offsets, table}, c.attributes)[0], c.size)};
}

/// Rows of all examples go through a layer whose weights they share.
Tensors recurrent(const Call& c) {
  const auto& a = c.attributes_as<RecurrentAttributes>();
  Tensors inputs;
  for (std::size_t i = 0; i < c.count(); ++i) {
    const bool is_state = i >= a.state() && i < a.bias(), is_mask = a.masked && i == a.mask();
    const bool is_weight = !is_state && !is_mask && i != 0;
    if (is_weight && c.batched(i)) return {};
    inputs.push_back(is_weight ? c.inputs[i].tensor : is_state ? merged(c.all(i)) : behind_first(c.all(i)));
  }
  Tensors results = c.run(inputs, c.attributes);
  for (std::size_t k = 0; k < results.size(); ++k)
    results[k] = k == 0 || k + 1 == results.size() ? in_front(results[k], c.size) : parted(results[k], c.size);
  return results;
}

}  // namespace

void add_sequence_rules(Rules& rules) {
  add(rules, [](const Call& c) { return attended(c, 0, 3); }, {"attention"});
  add(rules, [](const Call& c) { return attended(c, 3, 6); }, {"attention_grad"});
  add(rules, embedded, {"embedding"});
  add(rules, embedding_grads, {"embedding_grad"});
  add(rules, recurrent, {"recurrent_layer"});
}

}  // namespace triptych::batching
