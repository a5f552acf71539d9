// The numbers of random ops: element i of a draw, as a function of the draw and i alone.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>

#include "core/formulas/elements.h"
#include "core/random/random_numbers.h"

namespace triptych {

/// The draw that a random op's state operand names.
struct Draw {
  std::uint64_t key, counter;
};

namespace formula {

/// Block i of four words.
TRIPTYCH_HOST_DEVICE inline std::array<std::uint32_t, 4> random_block(Draw draw, std::int64_t i) {
  return philox(draw.key, static_cast<std::uint64_t>(i), draw.counter);
}

/// The 64 random bits of element i.
TRIPTYCH_HOST_DEVICE inline std::uint64_t random_word64(Draw draw, std::int64_t i) {
  const auto block = random_block(draw, i / 2);
  return static_cast<std::uint64_t>(block[i % 2 * 2]) << 32 | block[i % 2 * 2 + 1];
}

/// Uniform in [0, 1), a multiple of 2^-53.
TRIPTYCH_HOST_DEVICE inline double unit_of(std::uint64_t word) { return static_cast<double>(word >> 11) * 0x1p-53; }

/// Uniform in [low, high): rounding must not reach `high`.
TRIPTYCH_HOST_DEVICE inline double uniform(std::uint64_t word, double low, double high) {
  const double value = low + unit_of(word) * (high - low);
  return value < high ? value : low;
}
template <class T>
struct Uniform {
  float low, range, high;
  Uniform(double from, double to)
      : low(static_cast<float>(from)), range(static_cast<float>(to - from)), high(static_cast<float>(to)) {}
  TRIPTYCH_HOST_DEVICE T operator()(std::uint32_t word) const {
    const T value = T(math::fma(unit_float(word), range, low));
    return static_cast<float>(value) < high ? value : T(low);
  }
};

/// Of float64, by the standard library's functions: a GPU's may differ in the last place.
TRIPTYCH_HOST_DEVICE inline double normal(Draw draw, std::int64_t i, double mean, double stddev) {
  const auto block = random_block(draw, i);
  const double u = unit_double(block[0], block[1]) + 0x1p-53;
  const double v = unit_double(block[2], block[3]);
  return mean + stddev * (std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
}

/// The first of element i's candidates that is within two standard deviations. Attempt a is block i with a in the upper
/// half of the index; a block has four candidates, so a second attempt is needed once in 200,000 elements.
TRIPTYCH_HOST_DEVICE inline float truncated_normal(Draw draw, std::int64_t i) {
  for (std::uint64_t attempt = 0;; ++attempt) {
    const auto block = philox(draw.key, static_cast<std::uint64_t>(i) | attempt << 48, draw.counter);
    const NormalPair a = normal_pair(block[0], block[1]), b = normal_pair(block[2], block[3]);
    const float candidates[] = {a.first, a.second, b.first, b.second};
    for (const float candidate : candidates)
      if (std::fabs(candidate) <= 2.0f) return candidate;
  }
}
template <class T>
TRIPTYCH_HOST_DEVICE T truncated_normal(Draw draw, std::int64_t i, double mean, double stddev) {
  using C = compute_type<T>;
  return T(static_cast<C>(mean) + static_cast<C>(stddev) * static_cast<C>(truncated_normal(draw, i)));
}

/// low + floor(word * range / 2^64): Lemire's reduction; its bias is at most range / 2^64.
TRIPTYCH_HOST_DEVICE inline std::uint64_t integer(std::uint64_t word, std::uint64_t low, std::uint64_t range) {
  return low + static_cast<std::uint64_t>(static_cast<unsigned __int128>(word) * range >> 64);
}

template <class T>
TRIPTYCH_HOST_DEVICE T bernoulli(std::uint32_t word, T probability) {
  using C = compute_type<T>;
  return static_cast<C>(unit_float(word)) < static_cast<C>(probability) ? T(C(1)) : T(C(0));
}

/// When a clock rings, for a choice without replacement: after -ln(u) / weight.
TRIPTYCH_HOST_DEVICE inline double ringing_time(std::uint64_t word, double weight) {
  const double u = 1 - unit_of(word);
  return weight > 0 ? -std::log(u) / weight : std::numeric_limits<double>::infinity();
}

/// What dropout makes of an element: a word, a whole number below 2^32, decides.
template <class T>
struct Dropout {
  using C = compute_type<T>;
  std::uint64_t threshold;
  C scale;
  explicit Dropout(double p)
      : threshold(static_cast<std::uint64_t>(p * 0x1p32)), scale(p < 1 ? static_cast<C>(1 / (1 - p)) : C(0)) {}
  TRIPTYCH_HOST_DEVICE T operator()(T x, std::uint32_t word) const {
    return word >= threshold ? T(static_cast<C>(x) * scale) : T(C(0));
  }
};

}  // namespace formula
}  // namespace triptych
