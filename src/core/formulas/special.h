// Special functions: the gamma function's, the error function's other two, sinc and sums of logarithms. What has no
// function in the standard library is computed in double and rounded.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "core/kernels/vector_math.h"

namespace triptych::formula {

namespace special {

inline constexpr double pi = 0x1.921fb54442d18p+1, ln2 = 0x1.62e42fefa39efp-1, sqrt2 = 0x1.6a09e667f3bcdp+0;
inline constexpr double infinity = std::numeric_limits<double>::infinity(),
                        nan = std::numeric_limits<double>::quiet_NaN();

/// c[0] + c[1] x + ...
template <class... Rest>
TRIPTYCH_HOST_DEVICE double polynomial(double x, double first, Rest... rest) {
  if constexpr (sizeof...(Rest) == 0)
    return first;
  else
    return first + x * polynomial(x, rest...);
}

/// ln |gamma(x)|. The C library's own writes a global variable, so that threads would race.
template <class T>
TRIPTYCH_HOST_DEVICE T lgamma(T x) {
#ifdef __CUDA_ARCH__
  return std::lgamma(x);
#else
  int sign = 0;
  if constexpr (sizeof(T) == sizeof(float))
    return ::lgammaf_r(x, &sign);
  else
    return ::lgamma_r(x, &sign);
#endif
}

/// The quantile of the normal distribution at 1/2 + q, |q| <= 0.425. Wichura, Algorithm AS 241 (1988), PPND16.
TRIPTYCH_HOST_DEVICE inline double central_quantile(double q) {
  const double r = 0.180625 - q * q;
  return q *
         polynomial(r, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                    1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4,
                    2.5090809287301226727e3) /
         polynomial(r, 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3);
}
/// How far from 0 the normal distribution leaves a share of `tail` < 0.075 on one side.
TRIPTYCH_HOST_DEVICE inline double tail_quantile(double tail) {
  const double r = std::sqrt(-std::log(tail));
  return r <= 5 ? polynomial(r - 1.6, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                             3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                             2.27238449892691845833e-2, 7.74545014278341407640e-4) /
                      polynomial(r - 1.6, 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
                                 6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4, 1.05075007164441684324e-9)
                : polynomial(r - 5, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                             2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7) /
                      polynomial(r - 5, 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7, 2.04426310338993978564e-15);
}

/// The inverse of erf, from that of the normal distribution function.
TRIPTYCH_HOST_DEVICE inline double erfinv(double x) {
  const double size = std::fabs(x);
  if (!(size < 1)) return size == 1 ? std::copysign(infinity, x) : nan;
  if (size <= 0.85) return central_quantile(x / 2) / sqrt2;
  return std::copysign(tail_quantile((1 - size) / 2) / sqrt2, x);
}

/// The x that the normal distribution is below with probability p.
TRIPTYCH_HOST_DEVICE inline double normal_quantile(double p) {
  if (!(p > 0) || !(p < 1)) return p == 0 ? -infinity : p == 1 ? infinity : nan;
  if (p < 0.075) return -tail_quantile(p);
  return p > 0.925 ? tail_quantile(1 - p) : central_quantile(p - 0.5);
}

/// digamma(x) for x > 0: up by its recurrence to where the asymptotic series is exact.
TRIPTYCH_HOST_DEVICE inline double digamma_of_positive(double x) {
  double below = 0;
  for (; x < 10; x += 1) below += 1 / x;
  const double z = 1 / (x * x);
  return std::log(x) - 0.5 / x -
         z * polynomial(z, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12) - below;
}

/// The derivative of ln gamma(x); for x < 0 by reflection, NaN at the poles but for the infinities at +0 and -0.
TRIPTYCH_HOST_DEVICE inline double digamma(double x) {
  if (x == 0) return std::copysign(infinity, -x);
  if (!(x < 0)) return digamma_of_positive(x);
  if (x == std::floor(x)) return nan;
  return digamma_of_positive(1 - x) - pi / std::tan(pi * std::fmod(x, 1.0));
}

/// Sum over k >= 0 of (q + k)^-s for q that is not a whole number below 1, s >= 2 whole: terms one by one up to where
/// the rest is known by the formula of Euler and Maclaurin.
TRIPTYCH_HOST_DEVICE inline double zeta_by_terms(double s, double q) {
  const double enough = s > 10 ? s : 10;
  double sum = 0, a = q;
  for (; a < enough; a += 1) {
    const double term = std::pow(a, -s);
    sum += term;
    if (a > 1 && !(std::fabs(term) > 0x1p-56 * std::fabs(sum))) return sum;  // a NaN, of infinities, too
  }
  // B(2j) / (2j)!
  constexpr double bernoulli[] = {1.0 / 12,
                                  -1.0 / 720,
                                  1.0 / 30240,
                                  -1.0 / 1209600,
                                  1.0 / 47900160,
                                  -691.0 / 1307674368000,
                                  1.0 / 74724249600,
                                  -3617.0 / 10670622842880000,
                                  43867.0 / 5109094217170944000,
                                  -174611.0 / 802857662698291200000.0};
  const double power = std::pow(a, -s);
  sum += std::pow(a, 1 - s) / (s - 1) + power / 2;
  double factor = s * power / a;
  for (int j = 0; j < 10; ++j) {
    const double term = bernoulli[j] * factor;
    sum += term;
    if (std::fabs(term) <= 0x1p-56 * std::fabs(sum)) break;
    factor = factor * (s + 2 * j + 1) * (s + 2 * j + 2) / (a * a);
  }
  return sum;
}

/// The zeta function of Hurwitz, for whole s >= 2. Far below zero the terms of all whole k, which depend on q's
/// fraction f only, less those of k < 0: zeta(s, f) + (-1)^s (zeta(s, 1 - f) - zeta(s, 1 - q)).
TRIPTYCH_HOST_DEVICE inline double zeta(double s, double q) {
  if (q <= 0 && q == std::floor(q)) return infinity;
  if (!(q < -32)) return zeta_by_terms(s, q);
  const double f = q - std::floor(q), mirrored = zeta_by_terms(s, 1 - f) - zeta_by_terms(s, 1 - q);
  return zeta_by_terms(s, f) + (std::fmod(s, 2.0) == 0 ? mirrored : -mirrored);
}

/// sin(pi x + quarters pi / 2).
TRIPTYCH_HOST_DEVICE inline double sine_of_turns(double x, std::int64_t quarters) {
  const double r = pi * (x - 2 * std::rint(x / 2));
  const double value = quarters % 2 ? std::cos(r) : std::sin(r);
  return quarters % 4 < 2 ? value : -value;
}

/// The derivative of `order` of sin(pi x) / (pi x): near 0 by its power series, else by the recurrence that follows
/// from x sinc(x) = sin(pi x) / pi.
TRIPTYCH_HOST_DEVICE inline double sinc(double x, std::int64_t order) {
  const auto n = static_cast<double>(order);
  if (std::fabs(x) < (n + 1) / 2 && (order > 0 || x == 0)) {
    const double z = pi * x, first = order % 2 ? z : 1;
    double sum = 0, power = first;  // z^m / m!
    for (int m = static_cast<int>(order % 2); m < 300; m += 2) {
      sum += ((m + order) % 4 ? -power : power) / (m + n + 1);
      power = power * z * z / ((m + 1.0) * (m + 2.0));
      if (m > z * z && std::fabs(power) < 0x1p-60 * std::fabs(sum)) break;
    }
    return std::pow(pi, n) * sum;
  }
  double value = sine_of_turns(x, 0) / (pi * x), power = 1;
  for (std::int64_t k = 1; k <= order; ++k, power *= pi)
    value = (power * sine_of_turns(x, k) - static_cast<double>(k) * value) / x;
  return value;
}

}  // namespace special

struct Erfc {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::erfc(x);
  }
};
struct Erfinv {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return static_cast<T>(special::erfinv(static_cast<double>(x)));
  }
};
struct Lgamma {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return special::lgamma(x);
  }
};
struct Digamma {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return static_cast<T>(special::digamma(static_cast<double>(x)));
  }
};
/// (-1)^(n + 1) n! zeta(n + 1, x), n >= 1.
struct Polygamma {
  std::int64_t order;
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    const double s = static_cast<double>(order) + 1, value = std::tgamma(s) * special::zeta(s, static_cast<double>(x));
    return static_cast<T>(order % 2 ? value : -value);
  }
};
struct Sinc {
  std::int64_t order;
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return static_cast<T>(special::sinc(static_cast<double>(x), order));
  }
};

struct Xlogy {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x, T y) const {
    return x == T(0) && y == y ? T(0) : x * math::log(y);
  }
};
/// Equal ones apart, since the difference of infinities is NaN.
struct Logaddexp {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    const T difference = a == b ? T(0) : a - b, larger = a > b ? a : b;
    return larger + math::log1p(math::exp(difference < T(0) ? difference : -difference));
  }
};
struct Logaddexp2 {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    const T difference = a == b ? T(0) : a - b, larger = a > b ? a : b;
    return larger +
           math::log1p(math::exp2(difference < T(0) ? difference : -difference)) * static_cast<T>(1 / special::ln2);
  }
};

}  // namespace triptych::formula
