#include "core/graph/cost.h"

#include <algorithm>
#include <cstddef>

#include "core/ops/sequence/attention.h"
#include "core/ops/sequence/recurrent_layer.h"

namespace triptych {

extern const Op matmul_op, matmul_weight_grad_op, linear_op, conv1d_op, conv1d_input_grad_op, conv1d_weight_grad_op,
    conv_transpose1d_op, conv2d_op, conv2d_input_grad_op, conv2d_weight_grad_op, conv_transpose2d_op, conv3d_op,
    conv3d_input_grad_op, conv3d_weight_grad_op, conv_transpose3d_op, attention_op, attention_grad_op, embedding_op,
    gather_op, index_select_op, index_op;

namespace {

using Metas = std::span<const TensorMeta* const>;

double elements(const TensorMeta& meta) { return static_cast<double>(meta.shape.size()); }
double length(const TensorMeta& meta, int axis) { return static_cast<double>(meta.shape.dim(axis).raw()); }

/// The number of multiplications in a convolution between `images`, those at the end where each element meets a whole
/// window, and `weight`.
double window_products(const TensorMeta& images, const TensorMeta& weight) {
  return elements(weight) == 0 ? 0 : elements(images) * elements(weight) / length(weight, 0);
}

/// Of `products` matrix products each, on queries (T, E) and keys (S, E), with one more each on values (S, V).
double attention_products(Metas inputs, std::size_t query, double products, const AttentionAttributes& a) {
  const TensorMeta &q = *inputs[query], &k = *inputs[query + 1], &v = *inputs[query + 2];
  const double rows = elements(q) == 0 ? 0 : elements(q) / length(q, -1), keys = length(k, -2);
  const double looked_at = a.is_causal && length(q, -2) == keys ? (keys + 1) / 2 : keys;
  return rows * looked_at * products * (length(q, -1) + length(v, -1));
}

double multiplications(const Op& op, Metas in, Metas out, const void* attributes) {
  if (&op == &matmul_op) return elements(*out[0]) * length(*in[0], -1);
  if (&op == &linear_op) return elements(*out[0]) * length(*in[0], -1);
  if (&op == &matmul_weight_grad_op) return elements(*in[0]) * length(*in[1], -1);
  for (const Op* forward : {&conv1d_op, &conv2d_op, &conv3d_op})
    if (&op == forward) return window_products(*out[0], *in[1]);
  for (const Op* gradient : {&conv1d_input_grad_op, &conv2d_input_grad_op, &conv3d_input_grad_op, &conv_transpose1d_op,
                             &conv_transpose2d_op, &conv_transpose3d_op})
    if (&op == gradient) return window_products(*in[0], *in[1]);
  for (const Op* gradient : {&conv1d_weight_grad_op, &conv2d_weight_grad_op, &conv3d_weight_grad_op})
    if (&op == gradient) return window_products(*in[1], *out[0]);
  // Scores and their product with the values; back: the scores again, and two gradients of each.
  if (&op == &attention_op) return attention_products(in, 0, 1, *static_cast<const AttentionAttributes*>(attributes));
  if (&op == &attention_grad_op)
    return attention_products(in, 3, 2.5, *static_cast<const AttentionAttributes*>(attributes));
  // Each step multiplies the state by the weight; back: the gradients of both.
  if (&op == &recurrent_layer_op) return elements(*in[0]) * length(*in[1], 1);
  if (&op == &recurrent_layer_grad_op) {
    const std::size_t base = static_cast<const RecurrentAttributes*>(attributes)->base();
    return 2 * elements(*in[base]) * length(*in[base + 1], 1);
  }
  return 0;
}

/// Without what a step of 0 repeats.
std::int64_t bytes_of(const TensorMeta& meta) {
  auto bytes = static_cast<std::int64_t>(size_of(meta.dtype));
  for (int i = 0; i < meta.shape.rank(); ++i)
    if (meta.strides[static_cast<std::size_t>(i)] != 0) bytes *= meta.shape.dim(i).raw();
  return bytes;
}

}  // namespace

Cost cost_of(const Op& op, Metas inputs, Metas outputs, const void* attributes) {
  Cost cost{2 * multiplications(op, inputs, outputs, attributes), 0};
  if (cost.flops == 0 && op.broadcasts && !outputs.empty()) cost.flops = elements(*outputs[0]);
  std::int64_t given = 0;
  for (const TensorMeta* output : outputs) given += bytes_of(*output);
  const bool takes = &op == &embedding_op || &op == &gather_op || &op == &index_select_op || &op == &index_op;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (in_mask(op.metadata_inputs, i)) continue;
    const bool written = op.writes && op.writes(static_cast<int>(i), static_cast<int>(inputs.size()));
    const std::int64_t bytes = bytes_of(*inputs[i]);
    cost.bytes += takes && i == 0 ? std::min(bytes, given) : written ? 2 * bytes : bytes;
  }
  cost.bytes += given;
  return cost;
}

}  // namespace triptych
