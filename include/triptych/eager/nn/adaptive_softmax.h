// AdaptiveLogSoftmaxWithLoss: a softmax over many classes, most of which are rare.
#pragma once

#include <cstdint>
#include <vector>

#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/linear.h"

namespace triptych::eager::nn {

struct AdaptiveLogSoftmaxWithLossOptions {
  std::int64_t in_features = 0;
  std::int64_t n_classes = 0;
  /// Where the clusters of classes begin, ascending: class 0 is the most frequent.
  std::vector<std::int64_t> cutoffs = {};
  /// Cluster i has projections of in_features / div_value^i features.
  double div_value = 4;
  bool head_bias = false;
  DType dtype = float32;
};
struct AdaptiveLogSoftmaxResult {
  Tensor output;  // (N): the logarithm of the probability of each example's target
  Tensor loss;    // the mean of -output
  template <class F>
  void for_each_tensor(const F& f) {
    f(output), f(loss);
  }
};

/// The frequent classes and one class for each cluster of rare ones share a softmax, `head`; each cluster has one of
/// its own, `tail[i]`, which is computed for the examples whose target is in it. x (N, in_features), target (N) int64;
/// or one example. Source: Grave et al., Efficient softmax approximation for GPUs, 2017.
/// @throws ArgumentError unless the cutoffs ascend from 1 to below n_classes, and in a call if sizes do not fit or a
/// target is no class.
class TRIPTYCH_API AdaptiveLogSoftmaxWithLoss : public Module {
 public:
  using Options = AdaptiveLogSoftmaxWithLossOptions;
  explicit AdaptiveLogSoftmaxWithLoss(const Options& options, Location where = Location::here());
  AdaptiveLogSoftmaxWithLoss(std::int64_t in_features, std::int64_t n_classes, std::vector<std::int64_t> cutoffs,
                             double div_value = 4, bool head_bias = false, Location where = Location::here())
      : AdaptiveLogSoftmaxWithLoss(Options{in_features, n_classes, std::move(cutoffs), div_value, head_bias}, where) {}
  using Module::forward;
  AdaptiveLogSoftmaxResult forward(const Tensor& x, const Tensor& target);
  AdaptiveLogSoftmaxResult operator()(const Arg& x, const Tensor& target) { return call(*this, x, target); }
  /// (N, n_classes): the logarithms of all probabilities.
  Tensor log_prob(const Arg& x);
  /// (N): the likeliest class.
  Tensor predict(const Arg& x);

  const Options options;
  Linear& head;
  ModuleList& tail;

 private:
  std::int64_t shortlist() const { return options.cutoffs.empty() ? options.n_classes : options.cutoffs[0]; }
  /// The first class behind cluster `i`.
  std::int64_t end_of(std::size_t i) const {
    return i + 1 < options.cutoffs.size() ? options.cutoffs[i + 1] : options.n_classes;
  }
};

}  // namespace triptych::eager::nn
