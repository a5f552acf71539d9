// Batch normalization: what happens to an element, and to a channel's numbers. C is the type of the statistics.
#pragma once

#include "core/formulas/layer_norm.h"
#include "core/ops/normalization/batch_norm.h"

namespace triptych::formula {

template <class C>
TRIPTYCH_HOST_DEVICE C inverse_deviation(C variance, const BatchNormAttributes& a) {
  return inverse_deviation(variance, static_cast<C>(a.eps));
}

/// y = (x - mean) * scale + shift.
struct Normalized {
  template <class T, class C>
  TRIPTYCH_HOST_DEVICE T operator()(T x, C mean, C scale, C shift) const {
    return T((static_cast<C>(x) - mean) * scale + shift);
  }
};

/// dx = (dy - shift - (x - mean) * slope) * scale.
struct NormalizedGrad {
  template <class T, class C>
  TRIPTYCH_HOST_DEVICE T operator()(T dy, T x, C mean, C shift, C slope, C scale) const {
    return T((static_cast<C>(dy) - shift - (static_cast<C>(x) - mean) * slope) * scale);
  }
};

/// A running statistic after a batch, in the formula's words: momentum is the batch's share, or what is kept.
template <class C>
struct Running {
  TRIPTYCH_HOST_DEVICE explicit Running(const BatchNormAttributes& a)
      : old_share(static_cast<C>(a.formula == UpdateFormula::torch ? 1 - a.momentum : a.momentum)),
        new_share(static_cast<C>(a.formula == UpdateFormula::torch ? a.momentum : 1 - a.momentum)) {}
  TRIPTYCH_HOST_DEVICE C operator()(C running, C batch, double factor) const {
    return running * old_share + batch * static_cast<C>(factor) * new_share;
  }
  C old_share, new_share;
};

/// What the variance of `n` values is multiplied by before it goes into the running one.
TRIPTYCH_HOST_DEVICE inline double running_variance_factor(const BatchNormAttributes& a, std::int64_t n) {
  return a.formula == UpdateFormula::torch ? static_cast<double>(n) / static_cast<double>(n - 1) : 1;
}

}  // namespace triptych::formula
