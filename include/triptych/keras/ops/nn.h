// keras.ops, the part of neural networks, with Keras 3's order of arguments and defaults. Images are (n, h, w, c) and
// kernels (h, w, in, out), as there.
#pragma once

#include <optional>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/channels_last.h"
#include "triptych/core/ops/ctc.h"
#include "triptych/core/ops/ctc_decode.h"
#include "triptych/core/ops/image_parts.h"
#include "triptych/core/ops/moments.h"

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

// Convolutions and pools along one, two or three axes. data_format: "channels_last" or "channels_first".
TRIPTYCH_API Tensor conv(const Arg& inputs, const Arg& kernel, const Axes& strides = 1,
                         const WindowPadding& padding = "valid", Text data_format = "channels_last",
                         const Axes& dilation_rate = 1);
/// kernel (k, ..., out, in). output_padding empty: what the strides need.
TRIPTYCH_API Tensor conv_transpose(const Arg& inputs, const Arg& kernel, const Axes& strides = 1,
                                   const WindowPadding& padding = "valid", const Axes& output_padding = {},
                                   Text data_format = "channels_last", const Axes& dilation_rate = 1);
/// kernel (k, ..., in, multiplier); those of separable_conv are mixed by (1, ..., in multiplier, out).
TRIPTYCH_API Tensor depthwise_conv(const Arg& inputs, const Arg& kernel, const Axes& strides = 1,
                                   const WindowPadding& padding = "valid", Text data_format = "channels_last",
                                   const Axes& dilation_rate = 1);
TRIPTYCH_API Tensor separable_conv(const Arg& inputs, const Arg& depthwise_kernel, const Arg& pointwise_kernel,
                                   const Axes& strides = 1, const WindowPadding& padding = "valid",
                                   Text data_format = "channels_last", const Axes& dilation_rate = 1);
/// strides empty: as the windows.
inline Tensor max_pool(const Arg& inputs, const Axes& pool_size, const Axes& strides = {},
                       const WindowPadding& padding = "valid", Text data_format = "channels_last") {
  return triptych::max_pool(inputs, {.pool_size = pool_size,
                                     .strides = strides,
                                     .padding = padding,
                                     .data_format = data_format_of(data_format, inputs.where())});
}
inline Tensor average_pool(const Arg& inputs, const Axes& pool_size, const Axes& strides = {},
                           const WindowPadding& padding = "valid", Text data_format = "channels_last") {
  return triptych::average_pool(inputs, {.pool_size = pool_size,
                                         .strides = strides,
                                         .padding = padding,
                                         .data_format = data_format_of(data_format, inputs.where())});
}
TRIPTYCH_API Tensor adaptive_average_pool(const Arg& inputs, const Axes& output_size,
                                          Text data_format = "channels_last");
TRIPTYCH_API Tensor adaptive_max_pool(const Arg& inputs, const Axes& output_size, Text data_format = "channels_last");
/// Windows as columns and columns as images, channels first: (n, c, h, w) and (n, c kh kw, windows).
TRIPTYCH_API Tensor unfold(const Arg& x, Size2 kernel_size, Size2 dilation = 1, Size2 padding = 0, Size2 stride = 1);
TRIPTYCH_API Tensor fold(const Arg& x, Size2 output_size, Size2 kernel_size, Size2 dilation = 1, Size2 padding = 0,
                         Size2 stride = 1);
inline Tensor depth_to_space(const Arg& x, std::int64_t block_size, Text data_format = "channels_last") {
  return triptych::depth_to_space(x, block_size, data_format_of(data_format, x.where()));
}
inline Tensor space_to_depth(const Arg& x, std::int64_t block_size, Text data_format = "channels_last") {
  return triptych::space_to_depth(x, block_size, data_format_of(data_format, x.where()));
}

/// softmax(query key^T scale + bias) value for heads (n, length, heads, width); mask: true where a query may look, of a
/// shape that broadcasts to (n, heads, queries, keys), as bias does.
TRIPTYCH_API Tensor dot_product_attention(const Arg& query, const Arg& key, const Arg& value, const Tensor& bias = {},
                                          const Tensor& mask = {}, std::optional<double> scale = {},
                                          bool is_causal = false);

TRIPTYCH_API Tensor one_hot(const Arg& x, std::int64_t num_classes, std::int64_t axis = -1, DType dtype = float32);
/// 1 for each class that is among those of an example, (n, labels): (n, num_classes); of one example a vector.
TRIPTYCH_API Tensor multi_hot(const Arg& inputs, std::int64_t num_classes, std::int64_t axis = -1,
                              DType dtype = float32);
using triptych::moments;
using triptych::psnr;
/// By statistics (c,) of the axis `axis`; offset and scale (c,) may be undefined.
TRIPTYCH_API Tensor batch_normalization(const Arg& x, const Arg& mean, const Arg& variance, std::int64_t axis,
                                        const Tensor& offset = {}, const Tensor& scale = {}, double epsilon = 1e-3);
/// Vectors along `axis` divided by their norm.
inline Tensor normalize(const Arg& x, std::int64_t axis = -1, double order = 2, double epsilon = 1e-12) {
  return triptych::normalize(x, order, axis, epsilon);
}
/// Over one axis or several; scale, gamma and beta have their lengths, and may be undefined. epsilon: 1e-7.
TRIPTYCH_API Tensor rms_normalization(const Arg& x, const Tensor& scale = {}, const Axes& axis = -1,
                                      double epsilon = 1e-7);
TRIPTYCH_API Tensor layer_normalization(const Arg& x, const Tensor& gamma = {}, const Tensor& beta = {},
                                        const Axes& axis = -1, double epsilon = 1e-7);
/// Probabilities, or with `from_logits` what a softmax makes them of; one value for each example.
inline Tensor categorical_crossentropy(const Arg& target, const Arg& output, bool from_logits = false,
                                       std::int64_t axis = -1) {
  const Frame frame(output.where());
  if (from_logits) return neg(triptych::sum(mul(target, triptych::log_softmax(output, axis)), axis));
  const Tensor shares = div(output, triptych::sum(output, axis, true));
  return neg(triptych::sum(mul(target, log(clip(shares, 1e-7, 1 - 1e-7))), axis));
}
TRIPTYCH_API Tensor sparse_categorical_crossentropy(const Arg& target, const Arg& output, bool from_logits = false,
                                                    std::int64_t axis = -1);
inline Tensor binary_crossentropy(const Arg& target, const Arg& output, bool from_logits = false) {
  const Frame frame(output.where());
  if (from_logits) return binary_cross_entropy_with_logits(output, target, {.reduction = Reduction::none});
  return binary_cross_entropy(clip(output, 1e-7, 1 - 1e-7), target, {.reduction = Reduction::none});
}

/// The loss of each sequence: target (n, s), output (n, t, classes) not normalized, their lengths (n,); mask_index is
/// the class that stands for no label.
TRIPTYCH_API Tensor ctc_loss(const Arg& target, const Arg& output, const Arg& target_length, const Arg& output_length,
                             std::int64_t mask_index = 0);
struct Decoded {
  /// (1, n, t): labels, then -1.
  Tensor labels;
  /// (n, 1): the negative sum of the best scores.
  Tensor scores;
};
/// The best class of each step of inputs (n, t, classes). strategy: "greedy"; "beam_search" is not there.
TRIPTYCH_API Decoded ctc_decode(const Arg& inputs, const Arg& sequence_lengths, Text strategy = "greedy",
                                std::int64_t beam_width = 100, std::int64_t top_paths = 1, bool merge_repeated = true,
                                std::int64_t mask_index = 0);

}  // namespace triptych::keras::ops
