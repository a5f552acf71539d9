// torch.nn.functional: `namespace F = triptych::eager::nn::functional;`. The functions of core/ops.h under PyTorch's
// names, in PyTorch's order of arguments. What PyTorch takes by keyword is an options struct here: `F::conv2d(x, w, b,
// {.padding = 1})`.
#pragma once

#include <utility>
#include <vector>

#include "triptych/core/ops.h"

namespace triptych::eager::nn::functional {

// Convolutions and windows.
using triptych::conv1d;
using triptych::conv2d;
using triptych::conv3d;
using triptych::conv_transpose1d;
using triptych::conv_transpose2d;
using triptych::conv_transpose3d;
using triptych::fold;
using triptych::unfold;

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

// Layers.
using triptych::alpha_dropout;
using triptych::batch_norm;
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
/// The rows of `weight` that `input` names.
inline Tensor embedding(const Arg& input, const Arg& weight, const triptych::EmbeddingOptions& options = {}) {
  return triptych::embedding(weight, input, options);
}
inline Tensor embedding_bag(const Arg& input, const Arg& weight, const EmbeddingBagOptions& options = {}) {
  return triptych::embedding_bag(weight, input, options);
}
/// int64, with as many classes as `num_classes`; PyTorch's -1, which reads the values, is not taken.
inline Tensor one_hot(const Arg& input, std::int64_t num_classes) {
  return triptych::one_hot(input, num_classes, int64);
}

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

}  // namespace triptych::eager::nn::functional
