// tf.nn, with TensorFlow's order of arguments and defaults. Images are (n, h, w, c) and filters (h, w, in, out), as
// there.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "triptych/lowlevel/names/math.h"

namespace triptych::lowlevel::nn {

// Activations.
using math::log_softmax;
using math::sigmoid;
using math::softmax;
using math::softplus;
using math::softsign;
using math::tanh;
using math::top_k;
using math::zero_fraction;
using triptych::elu;
using triptych::l2_normalize;
using triptych::relu;
using triptych::relu6;
using triptych::selu;
using triptych::silu;
inline Tensor swish(const Arg& features) { return silu(features); }
inline Tensor gelu(const Arg& features, bool approximate = false) {
  return triptych::gelu(features, {.approximate = approximate ? "tanh" : "none"});
}
inline Tensor leaky_relu(const Arg& features, double alpha = 0.2) { return triptych::leaky_relu(features, alpha); }
inline Tensor crelu(const Arg& features, std::int64_t axis = -1) {
  const Frame frame(features.where());
  return triptych::concat({relu(features), relu(neg(features))}, axis);
}

// Layers.
/// Elements become zero with probability `rate`.
inline Tensor dropout(const Arg& x, double rate) { return triptych::dropout(x, {.p = rate}); }
inline Tensor bias_add(const Arg& value, const Arg& bias) { return add(value, bias); }
inline Tensor embedding_lookup(const Arg& params, const Arg& ids) { return embedding(params, ids); }
/// sum(t^2) / 2.
inline Tensor l2_loss(const Arg& t) {
  const Frame frame(t.where());
  return sum(square(t)) / 2;
}
struct Moments {
  Tensor mean, variance;
};
inline Moments moments(const Arg& x, const Axes& axes, bool keepdims = false) {
  return {mean(x, axes, keepdims), math::reduce_variance(x, axes, keepdims)};
}
/// (x - mean) / sqrt(variance + epsilon) * scale + offset.
inline Tensor batch_normalization(const Arg& x, const Arg& mean, const Arg& variance, const Arg& offset,
                                  const Arg& scale, double variance_epsilon) {
  const Frame frame(x.where());
  return (x - mean) * (rsqrt(variance + variance_epsilon) * scale) + offset;
}
/// x / (bias + alpha * the sum of squares of 2 depth_radius + 1 neighbouring channels, the last axis) ^ beta.
inline Tensor local_response_normalization(const Arg& input, std::int64_t depth_radius = 5, double bias = 1,
                                           double alpha = 1, double beta = 0.5) {
  const Frame frame(input.where());
  const std::int64_t size = 2 * depth_radius + 1;
  const Tensor first = moveaxis(input, -1, 1);
  return moveaxis(local_response_norm(first, size, alpha * static_cast<double>(size), beta, bias), 1, -1);
}
inline Tensor lrn(const Arg& input, std::int64_t depth_radius = 5, double bias = 1, double alpha = 1,
                  double beta = 0.5) {
  return local_response_normalization(input, depth_radius, bias, alpha, beta);
}

// Convolutions and pools.
/// Filters (width, in, out).
inline Tensor conv1d(const Arg& input, const Arg& filters, std::int64_t stride, Padding1 padding) {
  const Frame frame(input.where());
  return triptych::conv1d(input, permute(filters, {2, 1, 0}),
                          {.stride = stride, .padding = padding, .data_format = DataFormat::nhwc});
}
inline Tensor conv2d(const Arg& input, const Arg& filters, Size2 strides, Padding2 padding) {
  const Frame frame(input.where());
  return triptych::conv2d(input, permute(filters, {3, 2, 0, 1}),
                          {.stride = strides, .padding = padding, .data_format = DataFormat::nhwc});
}
inline Tensor conv3d(const Arg& input, const Arg& filters, Size3 strides, Padding3 padding) {
  const Frame frame(input.where());
  return triptych::conv3d(input, permute(filters, {4, 3, 0, 1, 2}),
                          {.stride = strides, .padding = padding, .data_format = DataFormat::nhwc});
}
inline Tensor max_pool2d(const Arg& input, Size2 ksize, Size2 strides, Padding2 padding) {
  return triptych::max_pool2d(
      input, {.kernel_size = ksize, .stride = strides, .padding = padding, .data_format = DataFormat::nhwc});
}
inline Tensor max_pool(const Arg& input, Size2 ksize, Size2 strides, Padding2 padding) {
  return nn::max_pool2d(input, ksize, strides, padding);
}
inline Tensor avg_pool2d(const Arg& input, Size2 ksize, Size2 strides, Padding2 padding) {
  return triptych::avg_pool2d(input, {.kernel_size = ksize,
                                      .stride = strides,
                                      .padding = padding,
                                      .count_include_pad = false,
                                      .data_format = DataFormat::nhwc});
}
inline Tensor avg_pool(const Arg& input, Size2 ksize, Size2 strides, Padding2 padding) {
  return nn::avg_pool2d(input, ksize, strides, padding);
}

// Losses, one value for each example: labels come first.
inline Tensor softmax_cross_entropy_with_logits(const Arg& labels, const Arg& logits, std::int64_t axis = -1) {
  const Frame frame(logits.where());
  return neg(sum(mul(labels, triptych::log_softmax(logits, axis)), axis));
}
inline Tensor sparse_softmax_cross_entropy_with_logits(const Arg& labels, const Arg& logits) {
  return sparse_softmax_cross_entropy(logits, labels);
}
inline Tensor sigmoid_cross_entropy_with_logits(const Arg& labels, const Arg& logits) {
  return binary_cross_entropy_with_logits(logits, labels, {.reduction = Reduction::none});
}
inline Tensor weighted_cross_entropy_with_logits(const Arg& labels, const Arg& logits, const Tensor& pos_weight) {
  return binary_cross_entropy_with_logits(logits, labels, {.reduction = Reduction::none, .pos_weight = pos_weight});
}
/// exp(log_input) - log_input * targets.
inline Tensor log_poisson_loss(const Arg& targets, const Arg& log_input) {
  const Frame frame(targets.where());
  return exp(log_input) - mul(log_input, targets);
}

}  // namespace triptych::lowlevel::nn
