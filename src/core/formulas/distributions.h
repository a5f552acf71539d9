// Numbers of distributions that take several attempts. Attempt a of element i reads blocks with a in the upper bits of
// their index, as truncated_normal's do. In double.
#pragma once

#include <cmath>
#include <limits>

#include "core/formulas/random.h"
#include "core/formulas/special.h"

namespace triptych::formula {

/// The numbers that one element draws, one after the other.
class Numbers {
 public:
  TRIPTYCH_HOST_DEVICE Numbers(Draw draw, std::int64_t element) : draw_(draw), element_(element) {}

  /// Uniform in (0, 1).
  TRIPTYCH_HOST_DEVICE double unit() {
    if (place_ == 4) {
      block_ = philox(draw_.key, static_cast<std::uint64_t>(element_) | next_++ << 48, draw_.counter);
      place_ = 0;
    }
    const double value = unit_double(block_[place_], block_[place_ + 1]) + 0x1p-54;
    place_ += 2;
    return value;
  }
  /// Standard normal.
  TRIPTYCH_HOST_DEVICE double normal() {
    const double radius = std::sqrt(-2 * std::log(unit()));
    return radius * std::cos(2 * std::numbers::pi * unit());
  }

 private:
  Draw draw_;
  std::int64_t element_;
  std::array<std::uint32_t, 4> block_{};
  std::uint64_t next_ = 0;
  std::size_t place_ = 4;
};

/// Marsaglia and Tsang, A simple method for generating gamma variables (2000); below 1 that of alpha + 1, times
/// u^(1 / alpha).
TRIPTYCH_HOST_DEVICE inline double gamma(Draw draw, std::int64_t i, double alpha) {
  if (alpha == 0) return 0;
  if (!(alpha <= std::numeric_limits<double>::max())) return alpha;
  Numbers numbers(draw, i);
  const double boost = alpha < 1 ? std::pow(numbers.unit(), 1 / alpha) : 1;
  const double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = numbers.normal(), root = 1 + c * x;
    if (!(root > 0)) continue;
    const double v = root * root * root;
    if (std::log(numbers.unit()) < x * x / 2 + d - d * v + d * std::log(v)) return boost * d * v;
  }
}

/// Counts of a rate: by Knuth's products, from 10 on by transformed rejection (Hoermann, PTRS, 1993).
TRIPTYCH_HOST_DEVICE inline double poisson(Draw draw, std::int64_t i, double rate) {
  Numbers numbers(draw, i);
  if (rate < 10) {
    const double limit = std::exp(-rate);
    double product = numbers.unit(), count = 0;
    for (; product > limit; product *= numbers.unit()) ++count;
    return count;
  }
  const double log_rate = std::log(rate), b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), v_r = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = numbers.unit() - 0.5, v = numbers.unit(), us = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <=
        -rate + k * log_rate - special::lgamma(k + 1))
      return k;
  }
}

/// Successes of `count` trials with p <= 1/2: by geometric steps from one success to the next, from ten expected on by
/// transformed rejection (Hoermann, BTRS, 1993).
TRIPTYCH_HOST_DEVICE inline double few_of(Draw draw, std::int64_t i, double count, double p) {
  Numbers numbers(draw, i);
  if (count * p < 10) {
    const double log_failure = std::log1p(-p);
    double successes = 0, trials = 0;
    while (true) {
      trials += std::ceil(std::log(numbers.unit()) / log_failure);
      if (!(trials <= count)) return successes;
      ++successes;
    }
  }
  const double spread = std::sqrt(count * p * (1 - p)), b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double c = count * p + 0.5, v_r = 0.92 - 4.2 / b, r = p / (1 - p);
  const double alpha = (2.83 + 5.1 / b) * spread, m = std::floor((count + 1) * p);
  const auto log_factorial = [](double n) { return special::lgamma(n + 1); };
  while (true) {
    const double u = numbers.unit() - 0.5, us = 0.5 - std::fabs(u), given = numbers.unit();
    const double k = std::floor((2 * a / us + b) * u + c);
    if (us >= 0.07 && given <= v_r) return k;
    if (k < 0 || k > count) continue;
    const double v = std::log(given * alpha / (a / (us * us) + b));
    const double bound = log_factorial(m) + log_factorial(count - m) - log_factorial(k) - log_factorial(count - k) +
                         (k - m) * std::log(r);
    if (v <= bound) return k;
  }
}
TRIPTYCH_HOST_DEVICE inline double binomial(Draw draw, std::int64_t i, double count, double p) {
  const double trials = std::floor(count);
  if (p == 0 || trials == 0) return 0;
  if (p == 1) return trials;
  return p <= 0.5 ? few_of(draw, i, trials, p) : trials - few_of(draw, i, trials, 1 - p);
}

// What the parameters may be.
TRIPTYCH_HOST_DEVICE inline bool is_concentration(double alpha) { return alpha >= 0; }
TRIPTYCH_HOST_DEVICE inline bool is_rate(double rate) {
  return rate >= 0 && rate <= std::numeric_limits<double>::max();
}
TRIPTYCH_HOST_DEVICE inline bool is_share(double p) { return p >= 0 && p <= 1; }

}  // namespace triptych::formula
