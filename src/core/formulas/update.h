// The optimizers' updates of one element.
#pragma once

#include <cmath>
#include <cstdint>

#include "triptych/core/export.h"
#include "triptych/core/ops/update.h"

namespace triptych::formula {

/// The one place where a hyperparameter, double until here, gets the precision of the arithmetic.
template <class C>
TRIPTYCH_HOST_DEVICE C rounded(double hyperparameter) {
  return static_cast<C>(hyperparameter);
}

/// The gradient with its sign and the coupled weight decay, and the parameter with the decoupled one.
template <class C>
struct WeightDecay {
  template <class Attributes>
  TRIPTYCH_HOST_DEVICE WeightDecay(const Attributes& a, double learning_rate)
      : sign(a.maximize ? C(-1) : C(1)),
        coupled(rounded<C>(a.decoupled_weight_decay ? 0 : a.weight_decay)),
        keep(rounded<C>(
            a.decoupled_weight_decay && a.formula == UpdateFormula::torch ? 1 - learning_rate * a.weight_decay : 1)),
        drop(rounded<C>(a.decoupled_weight_decay && a.formula != UpdateFormula::torch ? learning_rate * a.weight_decay
                                                                                      : 0)) {}
  TRIPTYCH_HOST_DEVICE bool any() const { return sign != 1 || coupled != 0 || keep != 1 || drop != 0; }

  TRIPTYCH_HOST_DEVICE C gradient(C g, C p) const { return coupled != 0 ? sign * g + coupled * p : sign * g; }
  /// As torch writes it, p (1 - lr d), and as Keras does, p - p lr d: the same number but for the rounding.
  TRIPTYCH_HOST_DEVICE C parameter(C p) const { return keep != 1 ? p * keep : drop != 0 ? p - p * drop : p; }

  C sign, coupled, keep, drop;
};

template <class C>
struct Sgd {
  TRIPTYCH_HOST_DEVICE Sgd(const SgdUpdate& a, double learning_rate)
      : rate(rounded<C>(learning_rate)), decay(a, learning_rate) {}

  TRIPTYCH_HOST_DEVICE void operator()(C& p, C g) const {
    const C gradient = decay.gradient(g, p);
    p = decay.parameter(p) - rate * gradient;
  }

  C rate;
  WeightDecay<C> decay;
};

/// `b` is the momentum buffer.
template <class C, UpdateFormula formula, bool nesterov>
struct Momentum {
  /// `first`: the buffer holds nothing yet.
  TRIPTYCH_HOST_DEVICE Momentum(const MomentumUpdate& a, double learning_rate, bool first)
      : rate(rounded<C>(learning_rate)),
        momentum(rounded<C>(a.momentum)),
        kept(first ? C(0) : momentum),
        added(first ? C(1) : rounded<C>(1 - a.dampening)),
        decay(a, learning_rate) {}

  TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C& b) const {
    const C gradient = decay.gradient(g, p), value = decay.parameter(p);
    if constexpr (formula == UpdateFormula::torch) {
      b = kept * b + added * gradient;
      p = nesterov ? value - rate * (gradient + momentum * b) : value - rate * b;
    } else if constexpr (formula == UpdateFormula::tf) {
      b = momentum * b + gradient;
      p = nesterov ? value - (rate * gradient + rate * momentum * b) : value - rate * b;
    } else {
      b = momentum * b - rate * gradient;
      p = nesterov ? value + momentum * b - rate * gradient : value + b;
    }
  }

  C rate, momentum, kept, added;
  WeightDecay<C> decay;
};

/// Calls `f(variant)`, whose `step<C>` is the Momentum of these attributes.
template <UpdateFormula formula, bool nesterov>
struct MomentumVariant {
  template <class C>
  using step = Momentum<C, formula, nesterov>;
};
template <class F>
void with_momentum_variant(const MomentumUpdate& a, F f) {
  switch (a.formula) {
    case UpdateFormula::torch:
      return a.nesterov ? f(MomentumVariant<UpdateFormula::torch, true>())
                        : f(MomentumVariant<UpdateFormula::torch, false>());
    case UpdateFormula::tf:
      return a.nesterov ? f(MomentumVariant<UpdateFormula::tf, true>())
                        : f(MomentumVariant<UpdateFormula::tf, false>());
    case UpdateFormula::keras:
      return a.nesterov ? f(MomentumVariant<UpdateFormula::keras, true>())
                        : f(MomentumVariant<UpdateFormula::keras, false>());
  }
}

/// What the moments are divided by at a step, as they started from zero.
struct AdamCorrections {
  double first, second;
};
TRIPTYCH_HOST_DEVICE inline AdamCorrections adam_corrections(const AdamUpdate& a, std::int64_t step) {
  return {1 - std::pow(a.beta1, static_cast<double>(step)),
          std::sqrt(1 - std::pow(a.beta2, static_cast<double>(step)))};
}

/// PyTorch's rate m / (sqrt(v) / second + epsilon) is TensorFlow's formula, of one division, with epsilon times second.
template <class C, bool torch>
struct Adam {
  TRIPTYCH_HOST_DEVICE Adam(const AdamUpdate& a, double learning_rate, AdamCorrections corrections)
      : rate(rounded<C>(learning_rate * corrections.second / corrections.first)),
        epsilon(rounded<C>(torch ? a.epsilon * corrections.second : a.epsilon)),
        fresh1(rounded<C>(1 - a.beta1)),
        beta2(rounded<C>(a.beta2)),
        fresh2(rounded<C>(1 - a.beta2)),
        decay(a, learning_rate) {}

  /// The moments m and v; the gradient after weight decay is `g`.
  TRIPTYCH_HOST_DEVICE void moments(C g, C& m, C& v) const {
    m = m + fresh1 * (g - m);
    v = beta2 * v + fresh2 * g * g;
  }
  /// `second` is v, or with amsgrad the largest that v has been.
  TRIPTYCH_HOST_DEVICE C parameter(C p, C m, C second) const {
    return decay.parameter(p) - m * rate / (std::sqrt(second) + epsilon);
  }
  TRIPTYCH_HOST_DEVICE static C larger(C v, C before) { return v > before ? v : before; }

  C rate, epsilon, fresh1, beta2, fresh2;
  WeightDecay<C> decay;
};

}  // namespace triptych::formula
