// Distances as modules of two tensors.
#pragma once

#include "triptych/core/ops/distance_losses.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct CosineSimilarityOptions {
  std::int64_t dim = 1;
  double eps = 1e-8;
};
/// The cosine of the angle between vectors along `dim`; see triptych::cosine_similarity.
class TRIPTYCH_API CosineSimilarity : public Module {
 public:
  using Options = CosineSimilarityOptions;
  explicit CosineSimilarity(const Options& options = {}) : options(options) {}
  template <WholeNumber T>
  explicit CosineSimilarity(T dim, double eps = 1e-8) : options{static_cast<std::int64_t>(dim), eps} {}
  using Module::forward;
  Tensor forward(const Tensor& x1, const Tensor& x2);
  Tensor operator()(const Arg& x1, const Tensor& x2) { return call(*this, x1, x2); }
  const Options options;
};

struct PairwiseDistanceModuleOptions {
  double p = 2;
  double eps = 1e-6;
  bool keepdim = false;
};
/// The p-norm of x1 - x2 + eps along the last axis; see triptych::pairwise_distance.
class TRIPTYCH_API PairwiseDistance : public Module {
 public:
  using Options = PairwiseDistanceModuleOptions;
  explicit PairwiseDistance(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit PairwiseDistance(T p, double eps = 1e-6, bool keepdim = false)
      : options{static_cast<double>(p), eps, keepdim} {}
  using Module::forward;
  Tensor forward(const Tensor& x1, const Tensor& x2);
  Tensor operator()(const Arg& x1, const Tensor& x2) { return call(*this, x1, x2); }
  const Options options;
};

}  // namespace triptych::eager::nn
