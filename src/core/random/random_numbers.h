// Numbers from Philox's words, as a function of (key, counter, index) alone.
//
// An element's number depends on the op's (key, counter) operand and on the element's row-major index only, so it is
// the same whatever thread, vector lane or device makes it.
#pragma once

#include <cstdint>

#include "core/kernels/vector_math.h"
#include "core/random/philox.h"

namespace triptych {

/// Uniform in [0, 1), a multiple of 2^-24.
TRIPTYCH_HOST_DEVICE inline float unit_float(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }
/// Uniform in [0, 1), a multiple of 2^-53.
TRIPTYCH_HOST_DEVICE inline double unit_double(std::uint32_t high, std::uint32_t low) {
  return static_cast<double>((static_cast<std::uint64_t>(high) << 32 | low) >> 11) * 0x1p-53;
}

/// Two independent standard normal numbers (Box and Muller): sqrt(-2 ln u) times cos and sin of 2 pi v.
struct NormalPair {
  float first, second;
};
TRIPTYCH_HOST_DEVICE inline NormalPair normal_pair(std::uint32_t a, std::uint32_t b) {
  const float u = unit_float(a) + 0x1p-24f, v = unit_float(b);  // u in (0, 1]
  const float radius = __builtin_sqrtf(-2.0f * math::log(u));
  return {radius * math::cos_turns(v), radius * math::cos_turns(v - 0.25f)};
}

}  // namespace triptych
