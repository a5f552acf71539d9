// Losses that are made of simpler ops, and distances; references by
// scripts/references/make_conformance_references_elementwise.py.
#include <cmath>

#include "samples.h"
#include "triptych/core/ops/classification_losses.h"
#include "triptych/core/ops/distance_losses.h"
#include "triptych/core/ops/regression_losses.h"

namespace tt = triptych;

namespace conformance {
namespace {

using tt::Reduction;

class Losses {
 public:
  explicit Losses(std::vector<Sample>& samples) : samples_(samples) {}

  Sample& add(const char* op, const char* name, std::function<Tensor(const Tensors&)> f) {
    samples_.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
    return samples_.back();
  }
  /// With each reduction.
  template <class F>
  void reductions(const char* op, F f) {
    add(op, "mean", [f](const Tensors& x) { return f(x, Reduction::mean); });
    add(op, "sum", [f](const Tensors& x) { return f(x, Reduction::sum); });
    add(op, "none", [f](const Tensors& x) { return f(x, Reduction::none); });
  }

 private:
  std::vector<Sample>& samples_;
};

/// The weights of the classes that the script uses, too.
Tensor class_weights(const Tensor& like) { return tt::cast(tt::tensor<double>({0.5, 1, 1.5, 2, 0.75}), like.dtype()); }

void add_regression(Losses& all) {
  all.reductions("smooth_l1_loss",
                 [](const Tensors& x, Reduction r) { return tt::smooth_l1_loss(x[0], x[1], {.reduction = r}); });
  all.add("smooth_l1_loss", "beta", [](const Tensors& x) { return tt::smooth_l1_loss(x[0], x[1], {.beta = 0.3}); });
  all.add("smooth_l1_loss", "no_beta", [](const Tensors& x) { return tt::smooth_l1_loss(x[0], x[1], {.beta = 0}); });
  for (const auto& [name, r] :
       {std::pair{"weighted_mean", Reduction::mean}, {"weighted_sum", Reduction::sum}, {"weighted", Reduction::none}}) {
    all.add("mse_loss", name, [r = r](const Tensors& x) { return tt::mse_loss(x[0], x[1], x[2], {.reduction = r}); });
    all.add("l1_loss", name, [r = r](const Tensors& x) { return tt::l1_loss(x[0], x[1], x[2], {.reduction = r}); });
    all.add("huber_loss", name,
            [r = r](const Tensors& x) { return tt::huber_loss(x[0], x[1], x[2], {.reduction = r, .delta = 0.7}); });
  }
  all.reductions("log_cosh_loss",
                 [](const Tensors& x, Reduction r) { return tt::log_cosh_loss(x[0], x[1], {.reduction = r}); });
  all.reductions("poisson_nll_loss",
                 [](const Tensors& x, Reduction r) { return tt::poisson_nll_loss(x[0], x[1], {.reduction = r}); });
  all.add("poisson_nll_loss", "full",
          [](const Tensors& x) { return tt::poisson_nll_loss(x[0], x[1], {.full = true}); });
  all.add("poisson_nll_loss", "counts",
          [](const Tensors& x) { return tt::poisson_nll_loss(x[0], x[1], {.log_input = false}); });
  all.reductions("gaussian_nll_loss", [](const Tensors& x, Reduction r) {
    return tt::gaussian_nll_loss(x[0], x[1], x[2], {.reduction = r});
  });
  all.add("gaussian_nll_loss", "full",
          [](const Tensors& x) { return tt::gaussian_nll_loss(x[0], x[1], x[2], {.full = true}); });
  for (const char* name : {"rows", "single", "scalar"})
    all.add("gaussian_nll_loss", name, [](const Tensors& x) { return tt::gaussian_nll_loss(x[0], x[1], x[2]); })
        .unknown_dims = false;  // which axis var lacks is seen from its shape
}

void add_probabilities(Losses& all) {
  all.reductions("kl_div", [](const Tensors& x, Reduction r) { return tt::kl_div(x[0], x[1], {.reduction = r}); });
  all.add("kl_div", "batchmean", [](const Tensors& x) { return tt::kl_div(x[0], x[1], {.batchmean = true}); });
  all.add("kl_div", "log_target", [](const Tensors& x) { return tt::kl_div(x[0], x[1], {.log_target = true}); });
  all.reductions("binary_cross_entropy",
                 [](const Tensors& x, Reduction r) { return tt::binary_cross_entropy(x[0], x[1], {.reduction = r}); });
  all.add("binary_cross_entropy", "weight",
          [](const Tensors& x) { return tt::binary_cross_entropy(x[0], x[1], {.weight = class_weights(x[0])}); });
  all.reductions("sigmoid_focal_loss",
                 [](const Tensors& x, Reduction r) { return tt::sigmoid_focal_loss(x[0], x[1], {.reduction = r}); });
  all.add("sigmoid_focal_loss", "no_alpha",
          [](const Tensors& x) { return tt::sigmoid_focal_loss(x[0], x[1], {.alpha = -1, .gamma = 1.5}); });
  all.reductions("focal_loss",
                 [](const Tensors& x, Reduction r) { return tt::focal_loss(x[0], x[1], {.reduction = r}); });
  all.add("focal_loss", "weight", [](const Tensors& x) {
    return tt::focal_loss(x[0], x[1], {.weight = class_weights(x[0]), .gamma = 1.5, .ignore_index = 2});
  });
  all.add("dice_loss", "all", [](const Tensors& x) { return tt::dice_loss(x[0], x[1]); });
  all.add("dice_loss", "axes", [](const Tensors& x) {
    return tt::dice_loss(x[0], x[1], {.axes = {1, 2}, .reduction = Reduction::none});
  });
}

void add_hinges(Losses& all) {
  all.reductions("hinge_loss",
                 [](const Tensors& x, Reduction r) { return tt::hinge_loss(x[0], x[1], {.reduction = r}); });
  all.add("squared_hinge_loss", "mean", [](const Tensors& x) { return tt::squared_hinge_loss(x[0], x[1]); });
  all.reductions("categorical_hinge_loss", [](const Tensors& x, Reduction r) {
    return tt::categorical_hinge_loss(x[0], x[1], {.reduction = r});
  });
  all.reductions("soft_margin_loss",
                 [](const Tensors& x, Reduction r) { return tt::soft_margin_loss(x[0], x[1], {.reduction = r}); });
  all.reductions("multilabel_soft_margin_loss", [](const Tensors& x, Reduction r) {
    return tt::multilabel_soft_margin_loss(x[0], x[1], {.reduction = r});
  });
  all.add("multilabel_soft_margin_loss", "weight", [](const Tensors& x) {
    return tt::multilabel_soft_margin_loss(x[0], x[1], {.weight = class_weights(x[0])});
  });
  all.reductions("multilabel_margin_loss", [](const Tensors& x, Reduction r) {
    return tt::multilabel_margin_loss(x[0], x[1], {.reduction = r});
  });
  all.add("multilabel_margin_loss", "one", [](const Tensors& x) { return tt::multilabel_margin_loss(x[0], x[1]); });
  all.reductions("multi_margin_loss",
                 [](const Tensors& x, Reduction r) { return tt::multi_margin_loss(x[0], x[1], {.reduction = r}); });
  all.add("multi_margin_loss", "squares", [](const Tensors& x) {
    return tt::multi_margin_loss(x[0], x[1], {.p = 2, .margin = 0.7, .weight = class_weights(x[0])});
  });
  all.add("multi_margin_loss", "one", [](const Tensors& x) { return tt::multi_margin_loss(x[0], x[1]); });
}

void add_distances(Losses& all) {
  all.add("cosine_similarity", "rows", [](const Tensors& x) { return tt::cosine_similarity(x[0], x[1]); });
  all.add("cosine_similarity", "broadcast", [](const Tensors& x) { return tt::cosine_similarity(x[0], x[1], -1); });
  all.add("pairwise_distance", "plain", [](const Tensors& x) { return tt::pairwise_distance(x[0], x[1]); });
  for (const auto& [name, p] : {std::pair{"one", 1.0}, {"three", 3.0}, {"largest", HUGE_VAL}})
    all.add("pairwise_distance", name,
            [p = p](const Tensors& x) { return tt::pairwise_distance(x[0], x[1], {.p = p, .keepdims = true}); });
  all.add("pairwise_distance", "count", [](const Tensors& x) { return tt::pairwise_distance(x[0], x[1], {.p = 0}); })
      .smooth = false;
  all.reductions("cosine_embedding_loss", [](const Tensors& x, Reduction r) {
    return tt::cosine_embedding_loss(x[0], x[1], x[2], {.margin = -0.2, .reduction = r});
  });
  all.add("cosine_embedding_loss", "one", [](const Tensors& x) { return tt::cosine_embedding_loss(x[0], x[1], x[2]); });
  all.reductions("margin_ranking_loss", [](const Tensors& x, Reduction r) {
    return tt::margin_ranking_loss(x[0], x[1], x[2], {.margin = 0.3, .reduction = r});
  });
  all.reductions("hinge_embedding_loss", [](const Tensors& x, Reduction r) {
    return tt::hinge_embedding_loss(x[0], x[1], {.margin = 0.8, .reduction = r});
  });
  all.reductions("contrastive_loss", [](const Tensors& x, Reduction r) {
    return tt::contrastive_loss(x[0], x[1], {.margin = 1.5, .reduction = r});
  });
  all.reductions("triplet_margin_loss", [](const Tensors& x, Reduction r) {
    return tt::triplet_margin_loss(x[0], x[1], x[2], {.reduction = r});
  });
  all.add("triplet_margin_loss", "swap", [](const Tensors& x) {
    return tt::triplet_margin_loss(x[0], x[1], x[2], {.margin = 2, .p = 3, .swap = true});
  });
  all.add("triplet_margin_with_distance_loss", "cosine", [](const Tensors& x) {
    return tt::triplet_margin_with_distance_loss(
        x[0], x[1], x[2],
        {.distance_function = [](const Tensor& a, const Tensor& b) { return 1 - tt::cosine_similarity(a, b); },
         .swap = true});
  });
}

}  // namespace

void add_loss_family_samples(std::vector<Sample>& samples) {
  Losses all(samples);
  add_regression(all);
  add_probabilities(all);
  add_hinges(all);
  add_distances(all);
}

}  // namespace conformance
