// torch.nn.functional: `namespace F = triptych::eager::nn::functional;`. The functions of core/ops.h under PyTorch's
// names, in PyTorch's order of arguments. What PyTorch takes by keyword is an options struct here: `F::conv2d(x, w, b,
// {.padding = 1})`.
#pragma once

#include <concepts>
#include <utility>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/pytorch_names.h"
#include "triptych/eager/functional_windows.h"

namespace triptych::eager::nn::functional {

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
/// Options by place.
inline Tensor grid_sample(Arg input, Arg grid, const OwnedText& mode, const OwnedText& padding_mode = "zeros",
                          bool align_corners = false) {
  return triptych::grid_sample(std::move(input), std::move(grid), {mode, padding_mode, align_corners});
}
using triptych::pixel_shuffle;
using triptych::pixel_unshuffle;

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
