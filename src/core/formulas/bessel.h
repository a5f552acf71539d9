// The modified Bessel functions of the first kind, of order 0 and 1, plain and times e^-|x|; computed in double and
// rounded.
#pragma once

#include <cmath>

#include "core/kernels/vector_math.h"

namespace triptych::formula {

namespace special {

/// e^-x I_n(x) for x >= 0, n = 0 or 1. Up to 30 by the power series, the sum over k of (x / 2)^(2 k + n) / (k! (k +
/// n)!), all of whose terms are positive; beyond by Hankel's asymptotic one, which has more digits there than a double.
TRIPTYCH_HOST_DEVICE inline double scaled_bessel(double x, int n) {
  if (x < 30) {
    const double quarter = x * x / 4;
    double term = n == 0 ? 1 : x / 2, sum = term;
    for (int k = 1; k < 200 && term > 0x1p-56 * sum; ++k) {
      term *= quarter / (static_cast<double>(k) * (k + n));
      sum += term;
    }
    return sum * std::exp(-x);
  }
  double term = 1, sum = 1;
  for (int k = 1; k < 30; ++k) {
    const double odd = 2 * k - 1;
    term *= (odd * odd - 4 * n * n) / (8 * k * x);
    sum += term;
    if (!(std::fabs(term) > 0x1p-56)) break;
  }
  return sum / std::sqrt(2 * 0x1.921fb54442d18p+1 * x);
}

/// I_n(x); e^x in two factors, so that nothing overflows before the result does.
TRIPTYCH_HOST_DEVICE inline double bessel(double x, int n) {
  const double half = std::exp(x / 2), scaled = scaled_bessel(x, n);
  return scaled > 0 ? half * scaled * half : scaled == scaled && x > 1 ? x : scaled;  // infinite at infinity
}

}  // namespace special

struct I0 {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return static_cast<T>(special::bessel(std::fabs(static_cast<double>(x)), 0));
  }
};
struct I0e {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return static_cast<T>(special::scaled_bessel(std::fabs(static_cast<double>(x)), 0));
  }
};
struct I1 {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    const double given = static_cast<double>(x);
    return static_cast<T>(std::copysign(special::bessel(std::fabs(given), 1), given));
  }
};
struct I1e {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    const double given = static_cast<double>(x);
    return static_cast<T>(std::copysign(special::scaled_bessel(std::fabs(given), 1), given));
  }
};

}  // namespace triptych::formula
