// Distances between vectors, and the losses that are made of them.
#include <cmath>
#include <limits>

#include "core/dispatch/autocast.h"
#include "core/ops/loss/losses.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/distance_losses.h"

namespace triptych {
namespace {

/// The result's dtype of operands that broadcast: their common one, for autocast float32.
DType floating_type(const char* op, const Arg& a, const Arg& b) {
  const DType dtype = result_type(operand(op, a), operand(op, b));
  if (!is_floating(dtype))
    throw ArgumentError(op, "the operands are both not floating", "both are " + std::string(dtype_name(dtype)),
                        "Convert one with cast", a.where());
  return float32_if_autocast(dtype, a.tensor().device());
}

/// The p-norm along the last axis.
Tensor norm_of(const Tensor& d, double p, bool keepdims) {
  if (p == 2) return norm(d, -1, keepdims);
  if (p == 1) return sum(abs(d), -1, keepdims);
  if (p == 0) return sum(cast(not_equal(d, 0), d.dtype()), -1, keepdims);
  if (p == std::numeric_limits<double>::infinity()) return max(abs(d), -1, keepdims);
  return pow(sum(pow(abs(d), p), -1, keepdims), 1 / p);
}

/// max(0, margin + near - far) of an anchor's distances.
template <class Distance>
Tensor triplet(const Arg& anchor, const Arg& positive, const Arg& negative, DType dtype, double margin, bool swap,
               Reduction reduction, Distance distance) {
  return loss_of(
      anchor, dtype, reduction,
      [&](const Tensor& a, const Tensor& p, const Tensor& n) {
        const Tensor near = distance(a, p), far = distance(a, n);
        return above_zero(near - (swap ? minimum(far, distance(p, n)) : far) + margin);
      },
      anchor, positive, negative);
}

}  // namespace

Tensor cosine_similarity(Arg a, Arg b, std::int64_t axis, double eps) {
  const DType dtype = floating_type("cosine_similarity", a, b);
  Hyperparameters("cosine_similarity", a.where()).not_negative("eps", eps);
  const Frame frame(a.where());
  const DType wide = compute_dtype(dtype);
  const Tensor x = cast(a.tensor(), wide), y = cast(b.tensor(), wide), product = x * y;
  axis = normalize_axis("cosine_similarity", axis, product.ndim(), a.where());
  const auto unit = [&](const Tensor& v) { return v / clip(norm(expand_like(v, product), axis, true), eps); };
  return cast(sum(unit(x) * unit(y), axis), dtype);
}

Tensor pairwise_distance(Arg a, Arg b, PairwiseDistanceOptions options) {
  const DType dtype = floating_type("pairwise_distance", a, b);
  Hyperparameters("pairwise_distance", a.where()).finite("eps", options.eps);
  if (!(options.p >= 0))
    throw ArgumentError("pairwise_distance", "p is negative", number_text(options.p), "", a.where());
  if (a.tensor().ndim() == 0 && b.tensor().ndim() == 0)
    throw ArgumentError("pairwise_distance", "the operands have no axis", "both are ()", "", a.where());
  const Frame frame(a.where());
  const DType wide = compute_dtype(dtype);
  return cast(norm_of(cast(a.tensor(), wide) - cast(b.tensor(), wide) + options.eps, options.p, options.keepdims),
              dtype);
}

Tensor cosine_embedding_loss(Arg a, Arg b, Arg target, MarginLossOptions options) {
  const DType dtype = check_operands("cosine_embedding_loss", a, b);
  Hyperparameters("cosine_embedding_loss", a.where()).finite("margin", options.margin);
  Shape rows = a.tensor().shape();
  if (rows.rank() != 1 && rows.rank() != 2)
    throw ArgumentError("cosine_embedding_loss", "the vectors are neither (N, D) nor (D)", rows.text(), "", a.where());
  rows.erase(rows.rank() - 1);
  const Tensor& t = operand("cosine_embedding_loss", target);
  if (!rows.compatible(t.shape()))
    throw ArgumentError("cosine_embedding_loss", "there is not one target for each pair",
                        "input is " + a.tensor().shape().text() + ", target is " + t.shape().text(), "",
                        target.where());
  return loss_of(
      a, dtype, options.reduction,
      [&](const Tensor& x, const Tensor& y) {
        constexpr double epsilon = 1e-12;  // PyTorch's
        const Tensor cosine = sum(x * y, -1) / sqrt((sum(x * x, -1) + epsilon) * (sum(y * y, -1) + epsilon));
        return where(equal(t, 1), 1 - cosine, where(equal(t, -1), above_zero(cosine - options.margin), 0));
      },
      a, b);
}

Tensor margin_ranking_loss(Arg a, Arg b, Arg target, MarginLossOptions options) {
  const DType dtype = check_operands("margin_ranking_loss", a, b, target);
  Hyperparameters("margin_ranking_loss", a.where()).finite("margin", options.margin);
  return loss_of(
      a, dtype, options.reduction,
      [&](const Tensor& x, const Tensor& y, const Tensor& t) { return above_zero(options.margin - t * (x - y)); }, a, b,
      target);
}

Tensor hinge_embedding_loss(Arg input, Arg target, HingeEmbeddingLossOptions options) {
  const DType dtype = check_operands("hinge_embedding_loss", input, target);
  Hyperparameters("hinge_embedding_loss", input.where()).finite("margin", options.margin);
  return loss_of(
      input, dtype, options.reduction,
      [&](const Tensor& x, const Tensor& t) {
        return where(equal(t, 1), 0, above_zero(options.margin - x)) + where(equal(t, -1), 0, x);
      },
      input, target);
}

Tensor contrastive_loss(Arg distance, Arg target, ContrastiveLossOptions options) {
  const DType dtype = check_operands("contrastive_loss", distance, target);
  Hyperparameters("contrastive_loss", distance.where()).finite("margin", options.margin);
  return loss_of(
      distance, dtype, options.reduction,
      [&](const Tensor& d, const Tensor& t) {
        return t * square(d) + (1 - t) * square(above_zero(options.margin - d));
      },
      distance, target);
}

Tensor triplet_margin_loss(Arg anchor, Arg positive, Arg negative, TripletMarginLossOptions options) {
  const DType dtype = check_operands("triplet_margin_loss", anchor, positive, negative);
  Hyperparameters("triplet_margin_loss", anchor.where()).finite("margin", options.margin);
  const Called called("triplet_margin_loss");
  return triplet(
      anchor, positive, negative, dtype, options.margin, options.swap, options.reduction,
      [&](const Tensor& x, const Tensor& y) { return pairwise_distance(x, y, {.p = options.p, .eps = options.eps}); });
}

Tensor triplet_margin_with_distance_loss(Arg anchor, Arg positive, Arg negative,
                                         TripletMarginWithDistanceLossOptions options) {
  const DType dtype = check_operands("triplet_margin_with_distance_loss", anchor, positive, negative);
  Hyperparameters("triplet_margin_with_distance_loss", anchor.where()).finite("margin", options.margin);
  return triplet(anchor, positive, negative, dtype, options.margin, options.swap, options.reduction,
                 [&](const Tensor& x, const Tensor& y) {
                   if (!options.distance_function) return pairwise_distance(x, y);
                   const UserCode its_lines;
                   Tensor distance = options.distance_function(x, y);
                   if (!distance.defined())
                     throw ArgumentError("triplet_margin_with_distance_loss",
                                         "the distance function returned an undefined tensor",
                                         "a default-constructed Tensor", "", anchor.where());
                   return distance;
                 });
}

}  // namespace triptych
