#include "triptych/eager/nn/distance.h"

namespace triptych::eager::nn {

Tensor CosineSimilarity::forward(const Tensor& x1, const Tensor& x2) {
  return cosine_similarity(x1, x2, options.dim, options.eps);
}
Tensor PairwiseDistance::forward(const Tensor& x1, const Tensor& x2) {
  return pairwise_distance(x1, x2, {.p = options.p, .eps = options.eps, .keepdims = options.keepdim});
}

}  // namespace triptych::eager::nn
