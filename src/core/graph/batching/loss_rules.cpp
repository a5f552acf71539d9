// Losses of labels: one value for each row of each example, and then the example's own sum or mean of them.
#include "core/graph/batching/rule.h"
#include "core/ops/indexing/pick.h"
#include "core/ops/loss/cross_entropy.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "triptych/core/ops.h"

namespace triptych::batching {
namespace {

CrossEntropyAttributes row_by_row(const Call& c, std::size_t scores) {
  CrossEntropyAttributes attributes = c.attributes_as<CrossEntropyAttributes>();
  attributes.axis = moved_back(attributes.axis, c.rank(scores))[0];
  attributes.reduction = Reduction::none;
  return attributes;
}

/// What an example's mean divides by: the sum of the weights of the labels that count.
Tensor divisors(const Call& c, std::size_t target, std::size_t weight, DType dtype) {
  const auto& a = c.attributes_as<CrossEntropyAttributes>();
  const Tensor labels = c.all(target);
  const Tensor counts = a.ignores ? not_equal(labels, a.ignore_index) : ones_like(equal(labels, labels));
  Tensor weights = cast(counts, dtype);
  if (weight < c.count()) {
    const Tensor places = cast(where(counts, labels, zeros_like(labels)), int64);
    weights = weights * cast(pick(c.inputs[weight].tensor, std::vector{places}, {0, 0}), dtype);
  }
  return c.rank(target) == 0 ? weights : sum(weights, example_axes(c.rank(target)));
}

/// Inputs scores, target[, weight]; the outputs that are not the loss have rows, too.
Tensors losses(const Call& c) {
  const auto& a = c.attributes_as<CrossEntropyAttributes>();
  if (c.count() > 2 && c.batched(2)) return {};
  const CrossEntropyAttributes attributes = row_by_row(c, 0);
  Tensors inputs{c.all(0), c.all(1)};
  if (c.count() > 2) inputs.push_back(c.inputs[2].tensor);
  Tensors results = c.run(inputs, &attributes);
  if (a.reduction == Reduction::none) return results;
  const DType dtype = c.examples[0]->dtype, wide = statistics_dtype(dtype);
  Tensor total = cast(results[0], wide);
  if (c.rank(1) > 0) total = sum(total, example_axes(c.rank(1)));
  if (a.reduction == Reduction::mean) total = total / divisors(c, 1, 2, wide);
  results[0] = cast(total, dtype);
  return results;
}

/// Inputs upstream, scores, ..., target[, weight], the target being number `target`.
Tensors loss_grads(const Call& c, std::size_t target) {
  const auto& a = c.attributes_as<CrossEntropyAttributes>();
  if (c.count() > target + 1 && c.batched(target + 1)) return {};
  const CrossEntropyAttributes attributes = row_by_row(c, 1);
  Tensor upstream = c.all(0);
  if (a.reduction == Reduction::mean) {
    const DType wide = statistics_dtype(upstream.dtype());
    upstream = cast(cast(upstream, wide) / divisors(c, target, target + 1, wide), upstream.dtype());
  }
  if (a.reduction != Reduction::none) {
    for (int i = 0; i < c.rank(target); ++i) upstream = unsqueeze(upstream, -1);
    upstream = expand(upstream, c.with_size(c.shape(target)));
  }
  Tensors inputs{upstream};
  for (std::size_t i = 1; i <= target; ++i) inputs.push_back(c.all(i));
  if (c.count() > target + 1) inputs.push_back(c.inputs[target + 1].tensor);
  return c.run(inputs, &attributes);
}

}  // namespace

void add_loss_rules(Rules& rules) {
  add(rules, losses, {"cross_entropy", "nll_loss"});
  add(rules, [](const Call& c) { return loss_grads(c, 3); }, {"cross_entropy_grad"});
  add(rules, [](const Call& c) { return loss_grads(c, 2); }, {"nll_loss_grad"});
}

}  // namespace triptych::batching
