// keras.ops, the part of neural networks, with Keras 3's order of arguments and defaults. Images are (n, h, w, c) and
// kernels (h, w, in, out), as there.
#pragma once

#include <string>

#include "triptych/core/ops.h"

namespace triptych::keras::ops {

using triptych::celu;
using triptych::elu;
using triptych::glu;
using triptych::hard_sigmoid;
using triptych::log_sigmoid;
using triptych::log_softmax;
using triptych::relu;
using triptych::relu6;
using triptych::selu;
using triptych::sigmoid;
using triptych::silu;
using triptych::softmax;
using triptych::softsign;
using triptych::sparse_plus;
using triptych::sparse_sigmoid;
using triptych::sparsemax;
using triptych::squareplus;
using triptych::threshold;
inline Tensor swish(const Arg& x) { return silu(x); }
inline Tensor hard_silu(const Arg& x) { return hardswish(x); }
inline Tensor hard_swish(const Arg& x) { return hardswish(x); }
inline Tensor hard_tanh(const Arg& x) { return hardtanh(x); }
inline Tensor hard_shrink(const Arg& x, double threshold = 0.5) { return hardshrink(x, threshold); }
inline Tensor soft_shrink(const Arg& x, double threshold = 0.5) { return softshrink(x, threshold); }
inline Tensor tanh_shrink(const Arg& x) { return tanhshrink(x); }
inline Tensor softplus(const Arg& x) { return triptych::softplus(x); }
inline Tensor leaky_relu(const Arg& x, double negative_slope = 0.2) { return triptych::leaky_relu(x, negative_slope); }
inline Tensor gelu(const Arg& x, bool approximate = true) {
  return triptych::gelu(x, {.approximate = approximate ? "tanh" : "none"});
}

/// data_format "channels_last".
inline Tensor conv(const Arg& inputs, const Arg& kernel, Size2 strides = 1, Padding2 padding = "valid") {
  const Frame frame(inputs.where());
  return conv2d(inputs, permute(kernel, {3, 2, 0, 1}),
                {.stride = strides, .padding = padding, .data_format = DataFormat::nhwc});
}
inline Tensor max_pool(const Arg& inputs, Size2 pool_size, Size2 strides = 0, Padding2 padding = "valid") {
  return max_pool2d(inputs,
                    {.kernel_size = pool_size, .stride = strides, .padding = padding, .data_format = DataFormat::nhwc});
}
inline Tensor average_pool(const Arg& inputs, Size2 pool_size, Size2 strides = 0, Padding2 padding = "valid") {
  return avg_pool2d(inputs, {.kernel_size = pool_size,
                             .stride = strides,
                             .padding = padding,
                             .count_include_pad = false,
                             .data_format = DataFormat::nhwc});
}

inline Tensor one_hot(const Arg& x, std::int64_t num_classes) { return triptych::one_hot(x, num_classes, float32); }
struct Moments {
  Tensor mean, variance;
};
inline Moments moments(const Arg& x, const Axes& axes, bool keepdims = false) {
  return {triptych::mean(x, axes, keepdims), triptych::var(x, axes, {.correction = 0, .keepdims = keepdims})};
}
/// Vectors along `axis` divided by their norm.
inline Tensor normalize(const Arg& x, std::int64_t axis = -1, double order = 2, double epsilon = 1e-12) {
  return triptych::normalize(x, order, axis, epsilon);
}
inline Tensor rms_normalization(const Arg& x) { return rms_norm(x, {x.tensor().size(-1, x.where())}, {}, 1e-7); }
inline Tensor layer_normalization(const Arg& x) {
  return layer_norm(x, {x.tensor().size(-1, x.where())}, {}, {}, 1e-7);
}
/// Probabilities, or with `from_logits` what a softmax makes them of; one value for each example.
inline Tensor categorical_crossentropy(const Arg& target, const Arg& output, bool from_logits = false,
                                       std::int64_t axis = -1) {
  const Frame frame(output.where());
  if (from_logits) return neg(triptych::sum(mul(target, triptych::log_softmax(output, axis)), axis));
  const Tensor shares = div(output, triptych::sum(output, axis, true));
  return neg(triptych::sum(mul(target, log(clip(shares, 1e-7, 1 - 1e-7))), axis));
}
inline Tensor sparse_categorical_crossentropy(const Arg& target, const Arg& output, bool from_logits = false) {
  const Frame frame(output.where());
  if (from_logits) return sparse_softmax_cross_entropy(output, target);
  return sparse_softmax_cross_entropy(log(clip(output, 1e-7, 1 - 1e-7)), target);
}
inline Tensor binary_crossentropy(const Arg& target, const Arg& output, bool from_logits = false) {
  const Frame frame(output.where());
  if (from_logits) return binary_cross_entropy_with_logits(output, target, {.reduction = Reduction::none});
  return binary_cross_entropy(clip(output, 1e-7, 1 - 1e-7), target, {.reduction = Reduction::none});
}

}  // namespace triptych::keras::ops
