// tf.nn, with TensorFlow's order of arguments and defaults. Images are (n, h, w, c) and filters (h, w, in, out), as
// there.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/ops/channels_last.h"
#include "triptych/core/ops/image_parts.h"
#include "triptych/core/ops/moments.h"
#include "triptych/core/ops/shaped_dropout.h"
#include "triptych/core/seed.h"
#include "triptych/lowlevel/names/math.h"
#include "triptych/lowlevel/names/random.h"

namespace triptych::lowlevel::nn {

// Activations.
using math::approx_max_k;
using math::approx_min_k;
using math::in_top_k;
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
/// Elements become zero with probability `rate`; with `noise_shape`, which broadcasts to x, together where that has
/// length one.
inline Tensor dropout(const Arg& x, double rate) { return triptych::dropout(x, {.p = rate}); }
inline Tensor dropout(const Arg& x, double rate, const Shape& noise_shape, const Seed& seed = {}) {
  return shaped_dropout(x, rate, noise_shape, seed.generator());
}
/// data_format "NHWC", or "NCHW" with the channels at axis 1.
TRIPTYCH_API Tensor bias_add(const Arg& value, const Arg& bias, Text data_format = "NHWC");
inline Tensor embedding_lookup(const Arg& params, const Arg& ids) { return embedding(params, ids); }
/// sum(t^2) / 2.
inline Tensor l2_loss(const Arg& t) {
  const Frame frame(t.where());
  return sum(square(t)) / 2;
}
using triptych::moments;
using triptych::weighted_moments;
struct SufficientStatistics {
  Tensor count, mean_ss, var_ss, shift;
};
/// The number of elements, their sum and the sum of their squares, all less `shift` (undefined: 0).
TRIPTYCH_API SufficientStatistics sufficient_statistics(const Arg& x, const Axes& axes, const Tensor& shift = {},
                                                        bool keepdims = false);
/// Mean and variance from those.
TRIPTYCH_API Moments normalize_moments(const Arg& counts, const Arg& mean_ss, const Arg& variance_ss,
                                       const Tensor& shift = {});
/// (x - mean) / sqrt(variance + variance_epsilon) * scale + offset; undefined tensors: 1 and 0.
inline Tensor batch_normalization(const Arg& x, const Arg& mean, const Arg& variance, const Tensor& offset,
                                  const Tensor& scale, double variance_epsilon) {
  return normalized_by(x, mean, variance, offset, scale, variance_epsilon);
}
inline Tensor batch_norm_with_global_normalization(const Arg& input, const Arg& mean, const Arg& variance,
                                                   const Tensor& beta, const Tensor& gamma, double variance_epsilon,
                                                   bool scale_after_normalization) {
  return normalized_by(input, mean, variance, beta, scale_after_normalization ? gamma : Tensor(), variance_epsilon);
}
/// x / (bias + alpha * the sum of squares of 2 depth_radius + 1 neighbouring channels, the last axis) ^ beta.
inline Tensor local_response_normalization(const Arg& input, std::int64_t depth_radius = 5, double bias = 1,
                                           double alpha = 1, double beta = 0.5) {
  const Frame frame(input.where());
  if (depth_radius < 0 || depth_radius >= std::int64_t{1} << 62)
    throw ArgumentError("local_response_normalization", "depth_radius is negative or not below 2^62",
                        std::to_string(depth_radius), "", input.where());
  const std::int64_t size = 2 * depth_radius + 1;
  const Tensor first = moveaxis(input, -1, 1);
  return moveaxis(local_response_norm(first, size, alpha * static_cast<double>(size), beta, bias), 1, -1);
}
inline Tensor lrn(const Arg& input, std::int64_t depth_radius = 5, double bias = 1, double alpha = 1,
                  double beta = 0.5) {
  return local_response_normalization(input, depth_radius, bias, alpha, beta);
}

// Convolutions and pools: "VALID", "SAME", or pairs of paddings for all dimensions; data_format "NHWC" or "NCHW", and
// its like for one and three axes.
namespace detail {
inline ConvolutionOptions windows(const Axes& strides, const WindowPadding& padding, const Text& data_format,
                                  const Axes& dilations, Location where) {
  return {.strides = strides,
          .padding = padding,
          .data_format = data_format_of(data_format, where),
          .dilations = dilations};
}
inline WindowPoolOptions pools(const Axes& ksize, const Axes& strides, const WindowPadding& padding,
                               const Text& data_format, Location where) {
  return {
      .pool_size = ksize, .strides = strides, .padding = padding, .data_format = data_format_of(data_format, where)};
}
}  // namespace detail

/// Filters (k, ..., in / groups, out).
inline Tensor convolution(const Arg& input, const Arg& filters, const Axes& strides = 1,
                          const WindowPadding& padding = "VALID", Text data_format = "NHWC",
                          const Axes& dilations = 1) {
  return triptych::convolution(input, filters,
                               detail::windows(strides, padding, data_format, dilations, input.where()));
}
inline Tensor conv1d(const Arg& input, const Arg& filters, const Axes& stride, const WindowPadding& padding,
                     Text data_format = "NWC", const Axes& dilations = 1) {
  return nn::convolution(input, filters, stride, padding, data_format, dilations);
}
inline Tensor conv2d(const Arg& input, const Arg& filters, const Axes& strides, const WindowPadding& padding,
                     Text data_format = "NHWC", const Axes& dilations = 1) {
  return nn::convolution(input, filters, strides, padding, data_format, dilations);
}
inline Tensor conv3d(const Arg& input, const Arg& filters, const Axes& strides, const WindowPadding& padding,
                     Text data_format = "NDHWC", const Axes& dilations = 1) {
  return nn::convolution(input, filters, strides, padding, data_format, dilations);
}
/// With holes: dilations of `rate`.
inline Tensor atrous_conv2d(const Arg& value, const Arg& filters, const Axes& rate, const WindowPadding& padding) {
  return nn::convolution(value, filters, 1, padding, "NHWC", rate);
}
/// Filters (k, ..., out, in); output_shape is that of the whole result, or its axes.
inline Tensor conv_transpose(const Arg& input, const Arg& filters, const Axes& output_shape, const Axes& strides,
                             const WindowPadding& padding = "SAME", Text data_format = "NHWC",
                             const Axes& dilations = 1) {
  return convolution_transpose(input, filters,
                               {.strides = strides,
                                .padding = padding,
                                .data_format = data_format_of(data_format, input.where()),
                                .dilations = dilations,
                                .output_shape = output_shape});
}
inline Tensor conv1d_transpose(const Arg& input, const Arg& filters, const Axes& output_shape, const Axes& strides,
                               const WindowPadding& padding = "SAME", Text data_format = "NWC",
                               const Axes& dilations = 1) {
  return nn::conv_transpose(input, filters, output_shape, strides, padding, data_format, dilations);
}
inline Tensor conv2d_transpose(const Arg& input, const Arg& filters, const Axes& output_shape, const Axes& strides,
                               const WindowPadding& padding = "SAME", Text data_format = "NHWC",
                               const Axes& dilations = 1) {
  return nn::conv_transpose(input, filters, output_shape, strides, padding, data_format, dilations);
}
inline Tensor conv3d_transpose(const Arg& input, const Arg& filters, const Axes& output_shape, const Axes& strides,
                               const WindowPadding& padding = "SAME", Text data_format = "NDHWC",
                               const Axes& dilations = 1) {
  return nn::conv_transpose(input, filters, output_shape, strides, padding, data_format, dilations);
}
inline Tensor atrous_conv2d_transpose(const Arg& value, const Arg& filters, const Axes& output_shape, const Axes& rate,
                                      const WindowPadding& padding) {
  return nn::conv_transpose(value, filters, output_shape, 1, padding, "NHWC", rate);
}
/// Filters (h, w, in, multiplier); those of separable_conv2d are mixed by (1, 1, in multiplier, out).
inline Tensor depthwise_conv2d(const Arg& input, const Arg& filter, const Axes& strides, const WindowPadding& padding,
                               Text data_format = "NHWC", const Axes& dilations = 1) {
  return depthwise_convolution(input, filter, detail::windows(strides, padding, data_format, dilations, input.where()));
}
inline Tensor separable_conv2d(const Arg& input, const Arg& depthwise_filter, const Arg& pointwise_filter,
                               const Axes& strides, const WindowPadding& padding, Text data_format = "NHWC",
                               const Axes& dilations = 1) {
  return separable_convolution(input, depthwise_filter, pointwise_filter,
                               detail::windows(strides, padding, data_format, dilations, input.where()));
}
/// The largest sum of an element and the filter's (h, w, channels) under a window; of the differences the smallest, of
/// the filter turned round. Lists as for conv2d, images (n, h, w, c).
TRIPTYCH_API Tensor dilation2d(const Arg& input, const Arg& filters, const Axes& strides, const WindowPadding& padding,
                               Text data_format = "NHWC", const Axes& dilations = 1);
TRIPTYCH_API Tensor erosion2d(const Arg& value, const Arg& filters, const Axes& strides, const WindowPadding& padding,
                              Text data_format = "NHWC", const Axes& dilations = 1);

inline Tensor max_pool(const Arg& input, const Axes& ksize, const Axes& strides, const WindowPadding& padding,
                       Text data_format = "NHWC") {
  return triptych::max_pool(input, detail::pools(ksize, strides, padding, data_format, input.where()));
}
inline Tensor max_pool1d(const Arg& input, const Axes& ksize, const Axes& strides, const WindowPadding& padding,
                         Text data_format = "NWC") {
  return nn::max_pool(input, ksize, strides, padding, data_format);
}
inline Tensor max_pool2d(const Arg& input, const Axes& ksize, const Axes& strides, const WindowPadding& padding,
                         Text data_format = "NHWC") {
  return nn::max_pool(input, ksize, strides, padding, data_format);
}
inline Tensor max_pool3d(const Arg& input, const Axes& ksize, const Axes& strides, const WindowPadding& padding,
                         Text data_format = "NDHWC") {
  return nn::max_pool(input, ksize, strides, padding, data_format);
}
inline Tensor avg_pool(const Arg& input, const Axes& ksize, const Axes& strides, const WindowPadding& padding,
                       Text data_format = "NHWC") {
  return average_pool(input, detail::pools(ksize, strides, padding, data_format, input.where()));
}
inline Tensor avg_pool1d(const Arg& input, const Axes& ksize, const Axes& strides, const WindowPadding& padding,
                         Text data_format = "NWC") {
  return nn::avg_pool(input, ksize, strides, padding, data_format);
}
inline Tensor avg_pool2d(const Arg& input, const Axes& ksize, const Axes& strides, const WindowPadding& padding,
                         Text data_format = "NHWC") {
  return nn::avg_pool(input, ksize, strides, padding, data_format);
}
inline Tensor avg_pool3d(const Arg& input, const Axes& ksize, const Axes& strides, const WindowPadding& padding,
                         Text data_format = "NDHWC") {
  return nn::avg_pool(input, ksize, strides, padding, data_format);
}
/// pooling_type "MAX" or "AVG".
TRIPTYCH_API Tensor pool(const Arg& input, const Axes& window_shape, Text pooling_type, const Axes& strides = 1,
                         const WindowPadding& padding = "VALID", Text data_format = "NHWC");
struct MaxPooledWithArgmax {
  Tensor output, argmax;
};
/// Maxima of images (n, h, w, c), and where they are: (y w + x) c + channel, counted in all of the batch with
/// `include_batch_in_index`.
TRIPTYCH_API MaxPooledWithArgmax max_pool_with_argmax(const Arg& input, const Axes& ksize, const Axes& strides,
                                                      const WindowPadding& padding,
                                                      bool include_batch_in_index = false);

/// Blocks of pixels as channels and back; of any shape as further examples, with room around them.
inline Tensor depth_to_space(const Arg& input, std::int64_t block_size, Text data_format = "NHWC") {
  return triptych::depth_to_space(input, block_size, data_format_of(data_format, input.where()));
}
inline Tensor space_to_depth(const Arg& input, std::int64_t block_size, Text data_format = "NHWC") {
  return triptych::space_to_depth(input, block_size, data_format_of(data_format, input.where()));
}
TRIPTYCH_API Tensor space_to_batch(const Arg& input, const Axes& block_shape,
                                   const std::vector<std::pair<std::int64_t, std::int64_t>>& paddings);

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
/// exp(log_input) - log_input * targets; with `compute_full_loss` Stirling's approximation of ln(targets!) is added,
/// for targets above 1.
TRIPTYCH_API Tensor log_poisson_loss(const Arg& targets, const Arg& log_input, bool compute_full_loss = false);
/// The sum over the examples, weighted, divided by `global_batch_size` (0: their number).
TRIPTYCH_API Tensor compute_average_loss(const Arg& per_example_loss, const Tensor& sample_weight = {},
                                         std::int64_t global_batch_size = 0);
/// The sum, divided by the number of replicas, which is one.
inline Tensor scale_regularization_loss(const Arg& regularization_loss) { return sum(regularization_loss); }
/// The loss of each sequence. Labels are dense (n, s); logits (t, n, classes), or (n, t, classes) if they are not
/// `logits_time_major`. blank_index -1: the last class.
TRIPTYCH_API Tensor ctc_loss(const Arg& labels, const Arg& logits, const Arg& label_length, const Arg& logit_length,
                             bool logits_time_major = true, std::int64_t blank_index = 0);

struct SampledLossOptions {
  /// Of each example.
  std::int64_t num_true = 1;
  /// What a candidate sampler gave; without, random::log_uniform_candidate_sampler draws.
  random::Candidates sampled_values = {};
  /// Classes that are drawn though they are true count for nothing.
  bool remove_accidental_hits = true;
  Seed seed = {};
};
/// Losses (n,) over the true classes and some that are drawn, for very many classes: weights (num_classes, width),
/// biases (num_classes,), labels (n, num_true), inputs (n, width). The softmax's, with sampled logits corrected by how
/// often a class is drawn; and noise-contrastive estimation's, whose true and drawn classes are told apart one by one.
TRIPTYCH_API Tensor sampled_softmax_loss(const Arg& weights, const Arg& biases, const Arg& labels, const Arg& inputs,
                                         std::int64_t num_sampled, std::int64_t num_classes,
                                         const SampledLossOptions& options = {});
TRIPTYCH_API Tensor nce_loss(const Arg& weights, const Arg& biases, const Arg& labels, const Arg& inputs,
                             std::int64_t num_sampled, std::int64_t num_classes,
                             const SampledLossOptions& options = {.remove_accidental_hits = false});

}  // namespace triptych::lowlevel::nn
