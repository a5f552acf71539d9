// Distances between vectors, and the losses that are made of them.
#pragma once

#include <functional>

#include "triptych/core/ops/losses.h"

namespace triptych {

/// The cosine of the angle between vectors along `axis`: sum of a b / (max(|a|, eps) max(|b|, eps)). a and b are
/// floating-point and broadcast to one shape; the result lacks `axis`. Source: torch.nn.functional.cosine_similarity.
TRIPTYCH_API Tensor cosine_similarity(Arg a, Arg b, std::int64_t axis = 1, double eps = 1e-8);

struct PairwiseDistanceOptions {
  /// Of the norm: sum of |d|^p, raised to 1 / p; infinity: the largest |d|.
  double p = 2;
  /// Added to each difference, so that the derivative at 0 is none.
  double eps = 1e-6;
  bool keepdims = false;
};
/// The p-norm of a - b + eps along the last axis; a and b broadcast.
/// @throws ArgumentError if p is negative or NaN. Source: torch.nn.functional.pairwise_distance.
TRIPTYCH_API Tensor pairwise_distance(Arg a, Arg b, PairwiseDistanceOptions options = {});

struct MarginLossOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// 1 - cos where target is 1, max(0, cos - margin) where it is -1, cos being that of a and b, both (N, D) or (D), and
/// the target (N) or (). Source: torch.nn.functional.cosine_embedding_loss.
TRIPTYCH_API Tensor cosine_embedding_loss(Arg a, Arg b, Arg target, MarginLossOptions options = {});
/// max(0, margin - target (a - b)): a is to be larger than b by the margin where target is 1, smaller where it is -1.
/// The shapes must be the same. Source: torch.nn.functional.margin_ranking_loss.
TRIPTYCH_API Tensor margin_ranking_loss(Arg a, Arg b, Arg target, MarginLossOptions options = {});

struct HingeEmbeddingLossOptions {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};
/// x where target is 1, max(0, margin - x) where it is -1, x being distances. The shapes must be the same.
/// Source: torch.nn.functional.hinge_embedding_loss.
TRIPTYCH_API Tensor hinge_embedding_loss(Arg input, Arg target, HingeEmbeddingLossOptions options = {});

struct ContrastiveLossOptions {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};
/// target d^2 + (1 - target) max(0, margin - d)^2 of distances d and targets 1 (alike) or 0. The shapes must be the
/// same. Source: Hadsell et al., 2006; tfa.losses.contrastive_loss.
TRIPTYCH_API Tensor contrastive_loss(Arg distance, Arg target, ContrastiveLossOptions options = {});

struct TripletMarginLossOptions {
  double margin = 1;
  /// Of `pairwise_distance`, as `eps`.
  double p = 2;
  double eps = 1e-6;
  /// The negative's distance is that to the positive, where that is smaller.
  bool swap = false;
  Reduction reduction = Reduction::mean;
};
/// max(0, d(anchor, positive) - d(anchor, negative) + margin), d being `pairwise_distance`. The three have one shape,
/// (N, D) or (D). Source: torch.nn.functional.triplet_margin_loss.
TRIPTYCH_API Tensor triplet_margin_loss(Arg anchor, Arg positive, Arg negative, TripletMarginLossOptions options = {});

struct TripletMarginWithDistanceLossOptions {
  /// Of two tensors; none: `pairwise_distance`.
  std::function<Tensor(const Tensor&, const Tensor&)> distance_function = {};
  double margin = 1;
  bool swap = false;
  Reduction reduction = Reduction::mean;
};
/// The same with a distance of one's own. Source: torch.nn.functional.triplet_margin_with_distance_loss.
TRIPTYCH_API Tensor triplet_margin_with_distance_loss(Arg anchor, Arg positive, Arg negative,
                                                      TripletMarginWithDistanceLossOptions options = {});

}  // namespace triptych
