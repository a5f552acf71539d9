// What the rules of core/ops/update_rules.h do to an element. A rule has the number of its buffers and of its scalars
// (0-d float64 numbers that are kept with a parameter); `Rule::Step<C>` are the numbers of one update in the precision
// of the arithmetic, made once by `of`, and its call updates an element and its buffers. `advance` sets the scalars
// after the update number `step`.
#pragma once

#include "core/formulas/update.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych::formula {

TRIPTYCH_HOST_DEVICE inline double powered(double base, std::int64_t step) {
  return std::pow(base, static_cast<double>(step));
}
template <class C>
TRIPTYCH_HOST_DEVICE C sign_of(C x) {
  return x > 0 ? C(1) : x < 0 ? C(-1) : x;  // 0 and NaN as they are
}

/// Without scalars there is nothing to advance.
struct NoScalars {
  static constexpr int scalars = 0;
  template <class Attributes>
  TRIPTYCH_HOST_DEVICE static void advance(const Attributes&, double, std::int64_t, double* const*) {}
};

template <bool centered, bool with_momentum>
struct RmspropRule : NoScalars {
  using Attributes = RmspropUpdate;
  static constexpr int buffers = 1 + centered + with_momentum;
  template <class C>
  struct Step {
    C rate, rho, fresh, momentum, epsilon;
    bool torch;
    WeightDecay<C> decay;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t, const double*) {
      return {rounded<C>(lr),
              rounded<C>(a.rho),
              rounded<C>(1 - a.rho),
              rounded<C>(a.momentum),
              rounded<C>(a.epsilon),
              a.formula == UpdateFormula::torch,
              {a, lr}};
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = decay.gradient(g, p);
      const C value = decay.parameter(p);
      b[0] = rho * b[0] + fresh * g * g;
      C variance = b[0];
      if constexpr (centered) {
        b[1] = b[1] + fresh * (g - b[1]);
        variance -= b[1] * b[1];
      }
      const C change = torch ? g / (std::sqrt(variance) + epsilon) : rate * g / std::sqrt(variance + epsilon);
      C total = change;
      if constexpr (with_momentum) {
        C& buffer = b[1 + centered];
        total = buffer = momentum * buffer + change;
      }
      p = torch ? value - rate * total : value - total;
    }
  };
};

struct AdagradRule : NoScalars {
  using Attributes = AdagradUpdate;
  static constexpr int buffers = 1;
  template <class C>
  struct Step {
    C rate, epsilon;
    bool torch;
    WeightDecay<C> decay;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t step, const double*) {
      const bool torch = a.formula == UpdateFormula::torch;
      const double rate = torch ? lr / (1 + static_cast<double>(step - 1) * a.lr_decay) : lr;
      return {rounded<C>(rate), rounded<C>(a.epsilon), torch, {a, lr}};
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = decay.gradient(g, p);
      b[0] = b[0] + g * g;
      p = decay.parameter(p) - rate * g / (torch ? std::sqrt(b[0]) + epsilon : std::sqrt(b[0] + epsilon));
    }
  };
};

struct AdadeltaRule : NoScalars {
  using Attributes = AdadeltaUpdate;
  static constexpr int buffers = 2;
  template <class C>
  struct Step {
    C rate, rho, fresh, epsilon;
    WeightDecay<C> decay;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t, const double*) {
      return {rounded<C>(lr), rounded<C>(a.rho), rounded<C>(1 - a.rho), rounded<C>(a.epsilon), {a, lr}};
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = decay.gradient(g, p);
      b[0] = rho * b[0] + fresh * g * g;
      const C delta = std::sqrt(b[1] + epsilon) / std::sqrt(b[0] + epsilon) * g;
      b[1] = rho * b[1] + fresh * delta * delta;
      p = decay.parameter(p) - rate * delta;
    }
  };
};

struct AdamaxRule : NoScalars {
  using Attributes = AdamaxUpdate;
  static constexpr int buffers = 2;
  template <class C>
  struct Step {
    C rate, fresh1, beta2, inside, outside;
    WeightDecay<C> decay;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t step, const double*) {
      const bool torch = a.formula == UpdateFormula::torch;
      return {rounded<C>(lr / (1 - powered(a.beta1, step))),
              rounded<C>(1 - a.beta1),
              rounded<C>(a.beta2),
              rounded<C>(torch ? a.epsilon : 0),
              rounded<C>(torch ? 0 : a.epsilon),
              {a, lr}};
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = decay.gradient(g, p);
      b[0] = b[0] + fresh1 * (g - b[0]);
      const C kept = beta2 * b[1], size = std::abs(g) + inside;
      b[1] = size > kept || size != size ? size : kept;  // NaN is seen
      p = decay.parameter(p) - rate * b[0] / (b[1] + outside);
    }
  };
};

struct NadamRule {
  using Attributes = NadamUpdate;
  static constexpr int buffers = 2, scalars = 1;
  TRIPTYCH_HOST_DEVICE static double momentum_at(const Attributes& a, std::int64_t step) {
    return a.beta1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(step) * a.momentum_decay));
  }
  TRIPTYCH_HOST_DEVICE static void advance(const Attributes& a, double, std::int64_t step, double* const* scalars) {
    *scalars[0] *= momentum_at(a, step);
  }
  template <class C>
  struct Step {
    C of_gradient, of_moment, fresh1, beta2, fresh2, divisor, epsilon;
    WeightDecay<C> decay;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t step, const double* scalars) {
      const double now = momentum_at(a, step), next = momentum_at(a, step + 1), product = scalars[0] * now;
      return {rounded<C>(lr * (1 - now) / (1 - product)),
              rounded<C>(lr * next / (1 - product * next)),
              rounded<C>(1 - a.beta1),
              rounded<C>(a.beta2),
              rounded<C>(1 - a.beta2),
              rounded<C>(std::sqrt(1 - powered(a.beta2, step))),
              rounded<C>(a.epsilon),
              {a, lr}};
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = decay.gradient(g, p);
      b[0] = b[0] + fresh1 * (g - b[0]);
      b[1] = beta2 * b[1] + fresh2 * g * g;
      p = decay.parameter(p) - (of_gradient * g + of_moment * b[0]) / (std::sqrt(b[1]) / divisor + epsilon);
    }
  };
};

struct RadamRule : NoScalars {
  using Attributes = RadamUpdate;
  static constexpr int buffers = 2;
  template <class C>
  struct Step {
    C rate, rectified, fresh1, beta2, fresh2, epsilon;
    bool known;  // the variance of the second moment
    WeightDecay<C> decay;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t step, const double*) {
      const double power = powered(a.beta2, step), correction = 1 - power, limit = 2 / (1 - a.beta2) - 1;
      const double length = limit - 2 * static_cast<double>(step) * power / correction;
      const double rate = lr / (1 - powered(a.beta1, step));
      const bool known = length > 5;
      const double factor =
          known ? std::sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length) * correction)
                : 0;
      return {rounded<C>(rate),
              rounded<C>(rate * factor),
              rounded<C>(1 - a.beta1),
              rounded<C>(a.beta2),
              rounded<C>(1 - a.beta2),
              rounded<C>(a.epsilon),
              known,
              {a, lr}};
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = decay.gradient(g, p);
      b[0] = b[0] + fresh1 * (g - b[0]);
      b[1] = beta2 * b[1] + fresh2 * g * g;
      p = decay.parameter(p) - (known ? rectified * b[0] / (std::sqrt(b[1]) + epsilon) : rate * b[0]);
    }
  };
};

struct RpropRule : NoScalars {
  using Attributes = RpropUpdate;
  static constexpr int buffers = 2;
  template <class C>
  struct Step {
    C sign, shrink, grow, smallest, largest;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double, std::int64_t, const double*) {
      return {a.maximize ? C(-1) : C(1), rounded<C>(a.eta_minus), rounded<C>(a.eta_plus), rounded<C>(a.step_min),
              rounded<C>(a.step_max)};
    }
    /// b: the last gradient and the step size.
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = sign * g;
      const C turn = g * b[0];
      const C size = b[1] * (turn > 0 ? grow : turn < 0 ? shrink : C(1));
      b[1] = size < smallest ? smallest : size > largest ? largest : size;
      b[0] = turn < 0 ? C(0) : g;
      p = p - sign_of(b[0]) * b[1];
    }
  };
};

struct AsgdRule {
  using Attributes = AsgdUpdate;
  static constexpr int buffers = 1, scalars = 2;
  TRIPTYCH_HOST_DEVICE static void advance(const Attributes& a, double lr, std::int64_t step, double* const* scalars) {
    const auto t = static_cast<double>(step);
    *scalars[0] = lr / std::pow(1 + a.lambd * lr * t, a.alpha);
    *scalars[1] = 1 / (t - a.t0 > 1 ? t - a.t0 : 1);
  }
  template <class C>
  struct Step {
    C sign, decay, keep, eta, mu;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double, std::int64_t, const double* scalars) {
      return {a.maximize ? C(-1) : C(1), rounded<C>(a.weight_decay), rounded<C>(1 - a.lambd * scalars[0]),
              rounded<C>(scalars[0]), rounded<C>(scalars[1])};
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = sign * g + decay * p;
      p = p * keep - eta * g;
      b[0] = mu == 1 ? p : b[0] + mu * (p - b[0]);
    }
  };
};

struct LionRule : NoScalars {
  using Attributes = LionUpdate;
  static constexpr int buffers = 1;
  template <class C>
  struct Step {
    C rate, beta1, fresh1, beta2, fresh2;
    WeightDecay<C> decay;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t, const double*) {
      return {rounded<C>(lr),      rounded<C>(a.beta1),     rounded<C>(1 - a.beta1),
              rounded<C>(a.beta2), rounded<C>(1 - a.beta2), {a, lr}};
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = decay.gradient(g, p);
      p = decay.parameter(p) - rate * sign_of(b[0] * beta1 + g * fresh1);
      b[0] = b[0] * beta2 + g * fresh2;
    }
  };
};

struct FtrlRule : NoScalars {
  using Attributes = FtrlUpdate;
  static constexpr int buffers = 2;
  template <class C>
  struct Step {
    C rate, power, l1, l2, shrinkage;
    WeightDecay<C> decay;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t, const double*) {
      return {rounded<C>(lr),
              rounded<C>(-a.learning_rate_power),
              rounded<C>(a.l1),
              rounded<C>(2 * (a.l2 + a.beta / (2 * lr))),
              rounded<C>(2 * a.l2_shrinkage),
              {a, lr}};
    }
    TRIPTYCH_HOST_DEVICE C powered(C x) const {
      return power == C(0.5) ? std::sqrt(x) : static_cast<C>(std::pow(x, power));
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = decay.gradient(g, p);
      const C value = decay.parameter(p), sum = b[0] + g * g, root = powered(sum);
      b[1] = b[1] + (g + shrinkage * value) - (root - powered(b[0])) / rate * value;
      const C clipped = b[1] > l1 ? l1 : b[1] < -l1 ? -l1 : b[1];
      p = (clipped - b[1]) / (root / rate + l2);
      b[0] = sum;
    }
  };
};

template <bool adagrad>
struct ProximalRule : NoScalars {
  using Attributes = ProximalUpdate;
  static constexpr int buffers = adagrad;
  template <class C>
  struct Step {
    C rate, l1, l2;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t, const double*) {
      return {rounded<C>(lr), rounded<C>(a.l1), rounded<C>(a.l2)};
    }
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, [[maybe_unused]] C* b) const {
      C r = rate;
      if constexpr (adagrad) {
        b[0] = b[0] + g * g;
        r = rate / std::sqrt(b[0]);
      }
      const C moved = p - r * g, size = std::abs(moved) - r * l1;
      p = l1 == 0 ? moved / (1 + r * l2) : sign_of(moved) * (size < 0 ? C(0) : size) / (1 + r * l2);
    }
  };
};

struct ScheduleFreeRule : NoScalars {
  using Attributes = ScheduleFreeUpdate;
  static constexpr int buffers = 2;
  template <class C>
  struct Step {
    C rate, beta1, rest1, beta2, fresh2, correction, epsilon, weight;
    WeightDecay<C> decay;
    TRIPTYCH_HOST_DEVICE static Step of(const Attributes& a, double lr, std::int64_t step, const double*) {
      const auto t = static_cast<double>(step), warm = static_cast<double>(a.warmup_steps);
      return {rounded<C>(warm > t ? lr * t / warm : lr),
              rounded<C>(a.beta1),
              rounded<C>(1 - a.beta1),
              rounded<C>(a.beta2),
              rounded<C>(1 - a.beta2),
              rounded<C>(1 - formula::powered(a.beta2, step)),
              rounded<C>(a.epsilon),
              rounded<C>(1 / t),
              {a, lr}};
    }
    /// b: z and v.
    TRIPTYCH_HOST_DEVICE void operator()(C& p, C g, C* b) const {
      g = decay.gradient(g, p);
      const C value = decay.parameter(p), average = (value - rest1 * b[0]) / beta1;
      b[1] = beta2 * b[1] + fresh2 * g * g;
      b[0] = b[0] - rate * g / (std::sqrt(b[1] / correction) + epsilon);
      p = rest1 * b[0] + beta1 * ((1 - weight) * average + weight * b[0]);
    }
  };
};

}  // namespace triptych::formula
