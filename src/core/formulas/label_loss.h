// The loss of a row of log-probabilities for a label, with label smoothing and class weights.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/ops/loss/cross_entropy.h"

namespace triptych::formula {

/// Shares of the label and of every class in the target.
template <class C>
struct LabelLoss {
  C own_share, common_share;
  bool smoothed;

  LabelLoss(double label_smoothing, std::int64_t classes)
      : own_share(static_cast<C>(1 - label_smoothing)),
        common_share(static_cast<C>(label_smoothing / static_cast<double>(std::max<std::int64_t>(classes, 1)))),
        smoothed(label_smoothing > 0) {}

  /// `all`: the sum over classes of weight times log-probability, where smoothed.
  TRIPTYCH_HOST_DEVICE C loss(C weight, C log_probability, C all) const {
    const C own = -(weight * log_probability);
    return smoothed ? own_share * own - common_share * all : own;
  }
  /// The gradient with respect to a class's log-probability, but for what the label has in addition.
  TRIPTYCH_HOST_DEVICE C common_gradient(C weight, C upstream) const {
    return smoothed ? weight * -(common_share * upstream) : C(0);
  }
  TRIPTYCH_HOST_DEVICE C own_gradient(C common, C weight, C upstream) const {
    return common - weight * (smoothed ? own_share * upstream : upstream);
  }
};

}  // namespace triptych::formula
