#include "triptych/eager/nn/loss.h"

#include "triptych/core/autograd.h"
#include "triptych/core/warning.h"
#include "triptych/eager/nn/distance.h"

namespace triptych::eager::nn {

Tensor Loss::operator()(const Arg& input, const Arg& target) {
  if (target.is_scalar())
    throw ArgumentError(name(), "the target is not a tensor", "a number", "Make a tensor of it with full()",
                        input.where());
  return call(*this, input, target.tensor());
}

Tensor& Loss::register_weight(const char* name, const Tensor& weight, Location where) {
  const Frame frame(where);
  const GradMode off(false);
  return register_buffer({name, where}, weight.defined() ? weight.clone(where) : Tensor());
}

Tensor L1Loss::forward(const Tensor& input, const Tensor& target) { return l1_loss(input, target, options); }
Tensor MSELoss::forward(const Tensor& input, const Tensor& target) { return mse_loss(input, target, options); }
Tensor SmoothL1Loss::forward(const Tensor& input, const Tensor& target) {
  return smooth_l1_loss(input, target, options);
}
Tensor HuberLoss::forward(const Tensor& input, const Tensor& target) { return huber_loss(input, target, options); }
Tensor BCELoss::forward(const Tensor& input, const Tensor& target) {
  BinaryCrossEntropyOptions now = options;
  now.weight = weight;
  return binary_cross_entropy(input, target, now);
}
Tensor BCEWithLogitsLoss::forward(const Tensor& input, const Tensor& target) {
  BceWithLogitsOptions now = options;
  now.weight = weight;
  now.pos_weight = pos_weight;
  return binary_cross_entropy_with_logits(input, target, now);
}
Tensor CrossEntropyLoss::forward(const Tensor& input, const Tensor& target) {
  CrossEntropyOptions now = options;
  now.weight = weight;
  return cross_entropy(input, target, now);
}
Tensor NLLLoss::forward(const Tensor& input, const Tensor& target) {
  NllLossOptions now = options;
  now.weight = weight;
  return nll_loss(input, target, now);
}
Tensor KLDivLoss::forward(const Tensor& input, const Tensor& target) {
  if (options.reduction == Reduction::mean && !options.batchmean)
    warn_once("KLDivLoss",
              "the mean is over all elements, which is not the divergence: that is the sum divided by the number of "
              "examples, batchmean = true.",
              Frame::resolve({}));
  return kl_div(input, target, options);
}
Tensor PoissonNLLLoss::forward(const Tensor& input, const Tensor& target) {
  return poisson_nll_loss(input, target, options);
}
Tensor HingeEmbeddingLoss::forward(const Tensor& input, const Tensor& target) {
  return hinge_embedding_loss(input, target, options);
}
Tensor SoftMarginLoss::forward(const Tensor& input, const Tensor& target) {
  return soft_margin_loss(input, target, options);
}
Tensor MultiLabelMarginLoss::forward(const Tensor& input, const Tensor& target) {
  return multilabel_margin_loss(input, target, options);
}
Tensor MultiLabelSoftMarginLoss::forward(const Tensor& input, const Tensor& target) {
  MultiLabelSoftMarginLossOptions now = options;
  now.weight = weight;
  return multilabel_soft_margin_loss(input, target, now);
}
Tensor MultiMarginLoss::forward(const Tensor& input, const Tensor& target) {
  MultiMarginLossOptions now = options;
  now.weight = weight;
  return multi_margin_loss(input, target, now);
}
Tensor GaussianNLLLoss::forward(const Tensor& input, const Tensor& target, const Tensor& var) {
  return gaussian_nll_loss(input, target, var, options);
}
Tensor MarginRankingLoss::forward(const Tensor& input1, const Tensor& input2, const Tensor& target) {
  return margin_ranking_loss(input1, input2, target, options);
}
Tensor CosineEmbeddingLoss::forward(const Tensor& input1, const Tensor& input2, const Tensor& target) {
  return cosine_embedding_loss(input1, input2, target, options);
}
Tensor TripletMarginLoss::forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative) {
  return triplet_margin_loss(anchor, positive, negative, options);
}
TripletMarginWithDistanceLoss::TripletMarginWithDistanceLoss(const Options& options) : options(options) {
  if (!options.distance_function) add<PairwiseDistance>("distance_function");  // which is printed
}
Tensor TripletMarginWithDistanceLoss::forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative) {
  return triplet_margin_with_distance_loss(anchor, positive, negative, options);
}
Tensor CTCLoss::forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                        const Tensor& target_lengths) {
  return ctc_loss(log_probs, targets, input_lengths, target_lengths, options);
}

}  // namespace triptych::eager::nn
