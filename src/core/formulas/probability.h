// Functions of probability distributions: the incomplete gamma function, the zeta function, the normal distribution's
// quantile and tail. Computed in double and rounded.
#pragma once

#include "core/formulas/special.h"

namespace triptych::formula {

namespace special {

/// x^a e^-x / gamma(a), a factor of both incomplete gamma functions.
TRIPTYCH_HOST_DEVICE inline double gamma_share(double a, double x) { return std::exp(a * std::log(x) - x - lgamma(a)); }

/// Lower: by the series x^a e^-x times the sum over k of x^k / (a (a + 1) ... (a + k)) / gamma(a); for x < a + 1.
TRIPTYCH_HOST_DEVICE inline double igamma_by_series(double a, double x) {
  double term = 1 / a, sum = term;
  for (int k = 1; k < 100000 && std::fabs(term) > 0x1p-56 * std::fabs(sum); ++k) {
    term *= x / (a + k);
    sum += term;
  }
  return sum * gamma_share(a, x);
}

/// Upper: by Legendre's continued fraction, as Lentz evaluates it; for x > a + 1.
TRIPTYCH_HOST_DEVICE inline double igammac_by_fraction(double a, double x) {
  constexpr double least = 1e-300;
  double b = x + 1 - a, c = 1 / least, d = 1 / b, h = d;
  for (int k = 1; k < 100000; ++k) {
    const double factor = -k * (k - a);
    b += 2;
    d = factor * d + b;
    c = b + factor / c;
    if (std::fabs(d) < least) d = least;
    if (std::fabs(c) < least) c = least;
    d = 1 / d;
    h *= d * c;
    if (!(std::fabs(d * c - 1) > 0x1p-52)) break;
  }
  return h * gamma_share(a, x);
}

/// The lower (else the upper) regularized incomplete gamma function.
TRIPTYCH_HOST_DEVICE inline double incomplete_gamma(double a, double x, bool lower) {
  if (!(a >= 0) || !(x >= 0)) return nan;
  if (a == 0) return x > 0 ? (lower ? 1 : 0) : nan;
  if (x == 0) return lower ? 0 : 1;
  if (a == infinity) return x == infinity ? nan : lower ? 0 : 1;
  if (x == infinity) return lower ? 1 : 0;
  if (x < a + 1) {
    const double below = igamma_by_series(a, x);
    return lower ? below : 1 - below;
  }
  const double above = igammac_by_fraction(a, x);
  return lower ? 1 - above : above;
}

/// Of real s > 1; NaN for what is no sum: s < 1, and a negative q for s that is not whole.
TRIPTYCH_HOST_DEVICE inline double zeta_of_real(double s, double q) {
  if (!(s == s) || !(q == q) || s < 1) return nan;
  if (s == 1) return infinity;
  if (q <= 0 && q != std::floor(q) && s != std::floor(s)) return nan;
  return zeta(s, q);
}

/// e^(x^2) erfc(x): beyond 10 by the asymptotic series, where erfc alone would vanish.
TRIPTYCH_HOST_DEVICE inline double erfcx(double x) {
  if (x < 10) return std::exp(x * x) * std::erfc(x);
  double term = 1, sum = 1;
  for (int k = 1; k < 40 && std::fabs(term) > 0x1p-56; ++k) {
    term *= -(2 * k - 1) / (2 * x * x);
    sum += term;
  }
  return sum / (x * std::sqrt(pi));
}

}  // namespace special

struct Igamma {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T x) const {
    return static_cast<T>(special::incomplete_gamma(static_cast<double>(a), static_cast<double>(x), true));
  }
};
struct Igammac {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T x) const {
    return static_cast<T>(special::incomplete_gamma(static_cast<double>(a), static_cast<double>(x), false));
  }
};
struct Zeta {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T s, T q) const {
    return static_cast<T>(special::zeta_of_real(static_cast<double>(s), static_cast<double>(q)));
  }
};
struct Erfcx {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return static_cast<T>(special::erfcx(static_cast<double>(x)));
  }
};
struct Ndtri {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T p) const {
    return static_cast<T>(special::normal_quantile(static_cast<double>(p)));
  }
};

}  // namespace triptych::formula
