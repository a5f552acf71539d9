// Normalizations. Where each example has factors of its own, or gradients of them, they are applied outside of the op.
#include "core/graph/batching/random_calls.h"
#include "core/ops/normalization/batch_norm.h"
#include "core/ops/normalization/group_norm.h"
#include "core/ops/normalization/layer_norm.h"
#include "triptych/core/ops.h"

namespace triptych::batching {
namespace {

bool shared_from(const Call& c, std::size_t first) {
  for (std::size_t i = first; i < c.count(); ++i)
    if (c.batched(i)) return false;
  return true;
}

/// The first `count` inputs of all examples, then the others as they are.
Tensors inputs_with_shared(const Call& c, std::size_t count) {
  Tensors inputs;
  for (std::size_t i = 0; i < c.count(); ++i) inputs.push_back(i < count ? c.all(i) : c.inputs[i].tensor);
  return inputs;
}

/// layer_norm, rms_norm: inputs x[, factor[, term]], which have the last axes of x.
Tensors normalized_rows(const Call& c) {
  if (shared_from(c, 1)) return c.run(inputs_with_shared(c, 1), c.attributes);
  Tensors results = c.run({c.all(0)}, c.attributes);
  results[0] = results[0] * c.aligned(1, c.rank(0));
  if (c.count() > 2) results[0] = results[0] + c.aligned(2, c.rank(0));
  return results;
}

/// The gradients of the factor and the term from upstream and what was normalized: sums over what an example has of
/// axes before those of the factor.
Tensor summed_rows(const Tensor& x, int rows) { return rows == 0 ? x : sum(x, example_axes(rows)); }

/// Inputs upstream, x, mean, inverse[, factor].
Tensors layer_norm_grads(const Call& c) {
  const int rows = c.rank(2), last = c.rank(1) - rows;
  if (c.count() == 4) return leading(c);
  const Tensor upstream = c.all(0), x = c.all(1);
  Tensor mean = c.all(2), inverse = c.all(3);
  Tensors results = c.run(c.op, {upstream * c.aligned(4, c.rank(1)), x, mean, inverse}, c.attributes, 1);
  for (int i = 0; i < last; ++i) {
    mean = unsqueeze(mean, -1);
    inverse = unsqueeze(inverse, -1);
  }
  const Tensor normalized = cast((cast(x, mean.dtype()) - mean) * inverse, x.dtype());
  results.push_back(summed_rows(upstream * normalized, rows));
  results.push_back(summed_rows(upstream, rows));
  return results;
}

/// Inputs upstream, x, inverse[, factor].
Tensors rms_norm_grads(const Call& c) {
  const int rows = c.rank(2), last = c.rank(1) - rows;
  if (c.count() == 3) return leading(c);
  const Tensor upstream = c.all(0), x = c.all(1);
  Tensor inverse = c.all(2);
  Tensors results = c.run(c.op, {upstream * c.aligned(3, c.rank(1)), x, inverse}, c.attributes, 1);
  for (int i = 0; i < last; ++i) inverse = unsqueeze(inverse, -1);
  results.push_back(summed_rows(upstream * cast(cast(x, inverse.dtype()) * inverse, x.dtype()), rows));
  return results;
}

/// A vector of channels beside (B, N, C, ...).
Tensor spread(const Call& c, std::size_t i, int rank) {
  Tensor vector = unsqueeze(c.all(i), 1);
  for (int k = 2; k < rank; ++k) vector = unsqueeze(vector, -1);
  return vector;
}

Tensors parted(Tensors results, std::int64_t size) {
  for (Tensor& result : results) result = batching::parted(result, size);
  return results;
}

/// Inputs x[, factor, term].
Tensors normalized_groups(const Call& c) {
  Tensors inputs{merged(c.all(0))};
  const bool shared = shared_from(c, 1);
  for (std::size_t i = 1; shared && i < c.count(); ++i) inputs.push_back(c.inputs[i].tensor);
  Tensors results = parted(c.run(inputs, c.attributes), c.size);
  if (!shared) results[0] = results[0] * spread(c, 1, c.rank(0)) + spread(c, 2, c.rank(0));
  return results;
}

/// Inputs upstream, x, mean, inverse[, factor, term].
Tensors group_norm_grads(const Call& c) {
  const int rank = c.rank(1);
  const Tensor upstream = c.all(0), x = merged(c.all(1));
  const Tensor scaled = c.count() > 4 ? upstream * spread(c, 4, rank) : upstream;
  Tensors results =
      parted(c.run(c.op, {merged(scaled), x, merged(c.all(2)), merged(c.all(3))}, c.attributes, 1), c.size);
  if (c.count() == 4) return results;
  const GroupNormAttributes& a = c.attributes_as<GroupNormAttributes>();
  const Tensor normalized = batching::parted(group_norm(x, a.groups, {}, {}, a.eps), c.size);
  Axes others = 1;
  for (int i = 2; i < rank; ++i) others.append(i + 1);
  results.push_back(sum(upstream * normalized, others));
  results.push_back(sum(upstream, others));
  return results;
}

/// Inputs x, then what the channels have.
Tensors with_statistics(const Call& c) {
  if (!shared_from(c, 1)) return {};
  BatchNormAttributes attributes = c.attributes_as<BatchNormAttributes>();
  attributes.axis = moved_back(attributes.axis, c.rank(0))[0];
  return c.run(inputs_with_shared(c, 1), &attributes);
}

}  // namespace

void add_normalization_rules(Rules& rules) {
  add(rules, normalized_rows, {"layer_norm", "rms_norm"});
  add(rules, layer_norm_grads, {"layer_norm_grad"});
  add(rules, rms_norm_grads, {"rms_norm_grad"});
  add(rules, normalized_groups, {"group_norm"});
  add(rules, group_norm_grads, {"group_norm_grad"});
  add(rules, masked_alike, {"dropout_grad"});
  add(rules, with_statistics, {"batch_norm_inference"});
}

}  // namespace triptych::batching
