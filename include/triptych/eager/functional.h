// torch.nn.functional: `namespace F = triptych::eager::nn::functional;`. The functions of core/ops.h under PyTorch's
// names, in PyTorch's order of arguments. What PyTorch takes by keyword is an options struct here: `F::conv2d(x, w, b,
// {.padding = 1})`.
#pragma once

#include <concepts>
#include <utility>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/fractional_pool.h"
#include "triptych/core/ops/pytorch_names.h"

namespace triptych::eager::nn::functional {

// Convolutions and windows.
using triptych::conv1d;
using triptych::conv2d;
using triptych::conv3d;
using triptych::conv_tbc;
using triptych::conv_transpose1d;
using triptych::conv_transpose2d;
using triptych::conv_transpose3d;
using triptych::fold;
using triptych::unfold;

/// Arguments by place; sizes that differ are a Size2 or Size3.
template <class K>
concept KernelSize = std::integral<K> || std::same_as<K, Size2> || std::same_as<K, Size3>;

inline Tensor conv1d(Arg input, Arg weight, Arg bias, std::int64_t stride, Padding1 padding, std::int64_t dilation,
                     std::int64_t groups = 1) {
  return triptych::conv1d(std::move(input), std::move(weight), std::move(bias),
                          {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups});
}
template <KernelSize K>
Tensor conv_transpose1d(Arg input, Arg weight, Arg bias, const K& stride, Padding1 padding = 0,
                        std::int64_t output_padding = 0, std::int64_t groups = 1, std::int64_t dilation = 1) {
  return triptych::conv_transpose1d(
      std::move(input), std::move(weight), std::move(bias),
      {.stride = stride, .padding = padding, .output_padding = output_padding, .groups = groups, .dilation = dilation});
}
inline Tensor conv2d(Arg input, Arg weight, Arg bias, Size2 stride, Padding2 padding, Size2 dilation,
                     std::int64_t groups = 1) {
  return triptych::conv2d(std::move(input), std::move(weight), std::move(bias),
                          {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups});
}
template <KernelSize K>
Tensor conv_transpose2d(Arg input, Arg weight, Arg bias, const K& stride, Padding2 padding = 0,
                        Size2 output_padding = 0, std::int64_t groups = 1, Size2 dilation = 1) {
  return triptych::conv_transpose2d(
      std::move(input), std::move(weight), std::move(bias),
      {.stride = stride, .padding = padding, .output_padding = output_padding, .groups = groups, .dilation = dilation});
}
inline Tensor conv3d(Arg input, Arg weight, Arg bias, Size3 stride, Padding3 padding, Size3 dilation,
                     std::int64_t groups = 1) {
  return triptych::conv3d(std::move(input), std::move(weight), std::move(bias),
                          {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups});
}
template <KernelSize K>
Tensor conv_transpose3d(Arg input, Arg weight, Arg bias, const K& stride, Padding3 padding = 0,
                        Size3 output_padding = 0, std::int64_t groups = 1, Size3 dilation = 1) {
  return triptych::conv_transpose3d(
      std::move(input), std::move(weight), std::move(bias),
      {.stride = stride, .padding = padding, .output_padding = output_padding, .groups = groups, .dilation = dilation});
}

// Pools.
using triptych::adaptive_avg_pool1d;
using triptych::adaptive_avg_pool2d;
using triptych::adaptive_avg_pool3d;
using triptych::adaptive_max_pool1d;
using triptych::adaptive_max_pool1d_with_indices;
using triptych::adaptive_max_pool2d;
using triptych::adaptive_max_pool2d_with_indices;
using triptych::adaptive_max_pool3d;
using triptych::adaptive_max_pool3d_with_indices;
using triptych::avg_pool1d;
using triptych::avg_pool2d;
using triptych::avg_pool3d;
using triptych::fractional_max_pool2d;
using triptych::fractional_max_pool2d_with_indices;
using triptych::fractional_max_pool3d;
using triptych::fractional_max_pool3d_with_indices;
using triptych::lp_pool1d;
using triptych::lp_pool2d;
using triptych::lp_pool3d;
using triptych::max_pool1d;
using triptych::max_pool1d_with_indices;
using triptych::max_pool2d;
using triptych::max_pool2d_with_indices;
using triptych::max_pool3d;
using triptych::max_pool3d_with_indices;
using triptych::max_unpool1d;
using triptych::max_unpool2d;
using triptych::max_unpool3d;

/// Windows of `kernel_size` at places that are drawn.
template <KernelSize K>
MaxPooled max_pool1d_with_indices(const Arg& input, const K& kernel_size, std::int64_t stride = 0, Padding1 padding = 0,
                                  std::int64_t dilation = 1, bool ceil_mode = false) {
  return triptych::max_pool1d_with_indices(
      input,
      {.kernel_size = kernel_size, .stride = stride, .padding = padding, .dilation = dilation, .ceil_mode = ceil_mode});
}
template <KernelSize K>
Tensor max_unpool1d(const Arg& input, const Arg& indices, const K& kernel_size, std::int64_t stride = 0,
                    std::int64_t padding = 0) {
  return triptych::max_unpool1d(input, indices, {.kernel_size = kernel_size, .stride = stride, .padding = padding});
}
template <KernelSize K>
Tensor lp_pool1d(const Arg& input, double norm_type, const K& kernel_size, std::int64_t stride = 0,
                 bool ceil_mode = false) {
  return triptych::lp_pool1d(input, norm_type, {.kernel_size = kernel_size, .stride = stride, .ceil_mode = ceil_mode});
}
template <KernelSize K>
MaxPooled max_pool2d_with_indices(const Arg& input, const K& kernel_size, Size2 stride = 0, Padding2 padding = 0,
                                  Size2 dilation = 1, bool ceil_mode = false) {
  return triptych::max_pool2d_with_indices(
      input,
      {.kernel_size = kernel_size, .stride = stride, .padding = padding, .dilation = dilation, .ceil_mode = ceil_mode});
}
template <KernelSize K>
Tensor max_unpool2d(const Arg& input, const Arg& indices, const K& kernel_size, Size2 stride = 0, Size2 padding = 0) {
  return triptych::max_unpool2d(input, indices, {.kernel_size = kernel_size, .stride = stride, .padding = padding});
}
template <KernelSize K>
Tensor lp_pool2d(const Arg& input, double norm_type, const K& kernel_size, Size2 stride = 0, bool ceil_mode = false) {
  return triptych::lp_pool2d(input, norm_type, {.kernel_size = kernel_size, .stride = stride, .ceil_mode = ceil_mode});
}
template <KernelSize K>
MaxPooled max_pool3d_with_indices(const Arg& input, const K& kernel_size, Size3 stride = 0, Padding3 padding = 0,
                                  Size3 dilation = 1, bool ceil_mode = false) {
  return triptych::max_pool3d_with_indices(
      input,
      {.kernel_size = kernel_size, .stride = stride, .padding = padding, .dilation = dilation, .ceil_mode = ceil_mode});
}
template <KernelSize K>
Tensor max_unpool3d(const Arg& input, const Arg& indices, const K& kernel_size, Size3 stride = 0, Size3 padding = 0) {
  return triptych::max_unpool3d(input, indices, {.kernel_size = kernel_size, .stride = stride, .padding = padding});
}
template <KernelSize K>
Tensor lp_pool3d(const Arg& input, double norm_type, const K& kernel_size, Size3 stride = 0, bool ceil_mode = false) {
  return triptych::lp_pool3d(input, norm_type, {.kernel_size = kernel_size, .stride = stride, .ceil_mode = ceil_mode});
}
inline Tensor fractional_max_pool2d(const Arg& input, Size2 kernel_size, Size2 output_size) {
  return triptych::fractional_max_pool2d(input, {.kernel_size = kernel_size, .output_size = output_size});
}
inline Tensor fractional_max_pool3d(const Arg& input, Size3 kernel_size, Size3 output_size) {
  return triptych::fractional_max_pool3d(input, {.kernel_size = kernel_size, .output_size = output_size});
}

// Activations.
using triptych::celu;
using triptych::elu;
using triptych::gelu;
using triptych::glu;
using triptych::gumbel_softmax;
using triptych::hardshrink;
using triptych::hardsigmoid;
using triptych::hardswish;
using triptych::hardtanh;
using triptych::leaky_relu;
using triptych::log_softmax;
using triptych::mish;
using triptych::prelu;
using triptych::relu;
using triptych::relu6;
using triptych::rrelu;
using triptych::selu;
using triptych::sigmoid;
using triptych::silu;
using triptych::softmax;
using triptych::softmin;
using triptych::softplus;
using triptych::softshrink;
using triptych::softsign;
using triptych::tanh;
using triptych::tanhshrink;
using triptych::threshold;
inline Tensor logsigmoid(const Arg& input) { return log_sigmoid(input); }

// In place: the tensor, and every handle to it.
inline Tensor& relu_(Tensor& input, Location where = Location::here()) { return input.relu_(where); }
inline Tensor& celu_(Tensor& input, double alpha = 1, Location where = Location::here()) {
  return input.copy_(Arg(celu(Arg(input, where), alpha), where));
}
inline Tensor& elu_(Tensor& input, double alpha = 1, Location where = Location::here()) {
  return input.copy_(Arg(elu(Arg(input, where), alpha), where));
}
inline Tensor& hardtanh_(Tensor& input, double min_val = -1, double max_val = 1, Location where = Location::here()) {
  return input.copy_(Arg(hardtanh(Arg(input, where), min_val, max_val), where));
}
inline Tensor& leaky_relu_(Tensor& input, double negative_slope = 0.01, Location where = Location::here()) {
  return input.copy_(Arg(leaky_relu(Arg(input, where), negative_slope), where));
}
inline Tensor& rrelu_(Tensor& input, const RReluOptions& options = {}, Location where = Location::here()) {
  return input.copy_(Arg(rrelu(Arg(input, where), options), where));
}
inline Tensor& selu_(Tensor& input, Location where = Location::here()) {
  return input.copy_(Arg(selu(Arg(input, where)), where));
}
inline Tensor& threshold_(Tensor& input, double threshold, double value, Location where = Location::here()) {
  return input.copy_(Arg(triptych::threshold(Arg(input, where), threshold, value), where));
}

// Layers.
using triptych::alpha_dropout;
using triptych::batch_norm;
using triptych::bilinear;
using triptych::dropout;
using triptych::dropout1d;
using triptych::dropout2d;
using triptych::dropout3d;
using triptych::feature_alpha_dropout;
using triptych::group_norm;
using triptych::instance_norm;
using triptych::layer_norm;
using triptych::linear;
using triptych::local_response_norm;
using triptych::normalize;
using triptych::rms_norm;
using triptych::scaled_dot_product_attention;
/// Arguments by place. The last two train only if they are told so, as PyTorch's.
template <Number P>
Tensor dropout1d(const Arg& input, P p, bool training = true) {
  return triptych::dropout1d(input, {.p = static_cast<double>(p), .training = training});
}
template <Number P>
Tensor dropout2d(const Arg& input, P p, bool training = true) {
  return triptych::dropout2d(input, {.p = static_cast<double>(p), .training = training});
}
template <Number P>
Tensor dropout3d(const Arg& input, P p, bool training = true) {
  return triptych::dropout3d(input, {.p = static_cast<double>(p), .training = training});
}
template <Number P>
Tensor alpha_dropout(const Arg& input, P p, bool training = false) {
  return triptych::alpha_dropout(input, {.p = static_cast<double>(p), .training = training});
}
template <Number P>
Tensor feature_alpha_dropout(const Arg& input, P p, bool training = false) {
  return triptych::feature_alpha_dropout(input, {.p = static_cast<double>(p), .training = training});
}
/// The rows of `weight` that `input` names.
inline Tensor embedding(const Arg& input, const Arg& weight, const triptych::EmbeddingOptions& options = {}) {
  return triptych::embedding(weight, input, options);
}
inline Tensor embedding_bag(const Arg& input, const Arg& weight, const EmbeddingBagOptions& options = {}) {
  return triptych::embedding_bag(weight, input, options);
}
/// int64, with as many classes as `num_classes`; -1: one more than the largest class, which is looked at.
TRIPTYCH_API Tensor one_hot(const Arg& input, std::int64_t num_classes = -1);

// Distances and losses.
using triptych::binary_cross_entropy;
using triptych::binary_cross_entropy_with_logits;
using triptych::cosine_embedding_loss;
using triptych::cosine_similarity;
using triptych::cross_entropy;
using triptych::ctc_loss;
using triptych::gaussian_nll_loss;
using triptych::hinge_embedding_loss;
using triptych::huber_loss;
using triptych::kl_div;
using triptych::l1_loss;
using triptych::margin_ranking_loss;
using triptych::mse_loss;
using triptych::multi_margin_loss;
using triptych::multilabel_margin_loss;
using triptych::multilabel_soft_margin_loss;
using triptych::nll_loss;
using triptych::pairwise_distance;
using triptych::pdist;
using triptych::poisson_nll_loss;
using triptych::smooth_l1_loss;
using triptych::soft_margin_loss;
using triptych::triplet_margin_loss;
using triptych::triplet_margin_with_distance_loss;

// Images.
using triptych::affine_grid;
using triptych::channel_shuffle;
inline Tensor native_channel_shuffle(const Arg& input, std::int64_t groups) { return channel_shuffle(input, groups); }
using triptych::grid_sample;
using triptych::interpolate;
using triptych::pixel_shuffle;
using triptych::pixel_unshuffle;
using triptych::upsample;
using triptych::upsample_bilinear;
using triptych::upsample_nearest;

namespace detail {
/// PyTorch's list names the last axis first: (left, right, top, bottom, ...).
TRIPTYCH_API std::vector<std::pair<std::int64_t, std::int64_t>> padding_by_axis(const Arg& input,
                                                                                const std::vector<std::int64_t>& pad);
}  // namespace detail

/// `pad` is (left, right) of the last axis, then of the one before it, ...; mode "constant", "reflect", "replicate" or
/// "circular". ArgumentError for an odd number of sizes, or more than two for each axis.
inline Tensor pad(const Arg& input, const std::vector<std::int64_t>& pad, Scalar value = 0) {
  return triptych::pad(input, detail::padding_by_axis(input, pad), value);
}
inline Tensor pad(const Arg& input, const std::vector<std::int64_t>& pad, Text mode) {
  const auto padding = detail::padding_by_axis(input, pad);
  return mode == "constant" ? triptych::pad(input, padding) : triptych::pad(input, padding, mode);
}
/// With the `value` of mode "constant".
TRIPTYCH_API Tensor pad(const Arg& input, const std::vector<std::int64_t>& pad, Text mode, Scalar value);

}  // namespace triptych::eager::nn::functional
