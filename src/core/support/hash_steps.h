// Hashes of short texts, step by step: for every device.
#pragma once

#include <cstdint>

#include "triptych/core/export.h"

namespace triptych::hash {

// FarmHash's Fingerprint64: the constants and steps of farmhashna.
struct FarmHash {
  static constexpr std::uint64_t k0 = 0xc3a5c85c97cb3127, k1 = 0xb492b66fbe98f273, k2 = 0x9ae16a3b2f90404f;

  TRIPTYCH_HOST_DEVICE static std::uint64_t word(const char* at, int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    return value;
  }
  TRIPTYCH_HOST_DEVICE static std::uint64_t fetch64(const char* at) { return word(at, 8); }
  TRIPTYCH_HOST_DEVICE static std::uint64_t fetch32(const char* at) { return word(at, 4); }
  TRIPTYCH_HOST_DEVICE static std::uint64_t rotate(std::uint64_t value, int shift) {
    return value >> shift | value << (64 - shift);
  }
  TRIPTYCH_HOST_DEVICE static std::uint64_t shift_mix(std::uint64_t value) { return value ^ (value >> 47); }
  TRIPTYCH_HOST_DEVICE static std::uint64_t mixed(std::uint64_t u, std::uint64_t v, std::uint64_t multiplier) {
    const std::uint64_t a = shift_mix((u ^ v) * multiplier);
    return shift_mix((v ^ a) * multiplier) * multiplier;
  }
  TRIPTYCH_HOST_DEVICE static std::uint64_t up_to_16(const char* s, std::uint64_t length) {
    if (length >= 8) {
      const std::uint64_t multiplier = k2 + length * 2, a = fetch64(s) + k2, b = fetch64(s + length - 8);
      const std::uint64_t c = rotate(b, 37) * multiplier + a, d = (rotate(a, 25) + b) * multiplier;
      return mixed(c, d, multiplier);
    }
    if (length >= 4) {
      const std::uint64_t multiplier = k2 + length * 2;
      return mixed(length + (fetch32(s) << 3), fetch32(s + length - 4), multiplier);
    }
    if (length == 0) return k2;
    const std::uint64_t first = word(s, 1), middle = word(s + (length >> 1), 1), last = word(s + length - 1, 1);
    return shift_mix((first + (middle << 8)) * k2 ^ (length + (last << 2)) * k0) * k2;
  }
  TRIPTYCH_HOST_DEVICE static std::uint64_t from_17_to_32(const char* s, std::uint64_t length) {
    const std::uint64_t multiplier = k2 + length * 2, a = fetch64(s) * k1, b = fetch64(s + 8),
                        c = fetch64(s + length - 8) * multiplier, d = fetch64(s + length - 16) * k2;
    return mixed(rotate(a + b, 43) + rotate(c, 30) + d, a + rotate(b + k2, 18) + c, multiplier);
  }
};

/// SipHash-2-4 of a text of any length.
TRIPTYCH_HOST_DEVICE inline std::uint64_t siphash(const char* text, std::uint64_t length, std::uint64_t key0,
                                                  std::uint64_t key1) {
  std::uint64_t v0 = key0 ^ 0x736f6d6570736575, v1 = key1 ^ 0x646f72616e646f6d, v2 = key0 ^ 0x6c7967656e657261,
                v3 = key1 ^ 0x7465646279746573;
  const auto left = [](std::uint64_t value, int shift) { return value << shift | value >> (64 - shift); };
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v1 = left(v1, 13) ^ v0;
      v0 = left(v0, 32);
      v2 += v3;
      v3 = left(v3, 16) ^ v2;
      v0 += v3;
      v3 = left(v3, 21) ^ v0;
      v2 += v1;
      v1 = left(v1, 17) ^ v2;
      v2 = left(v2, 32);
    }
  };
  const auto take = [&](std::uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  };
  std::uint64_t at = 0;
  for (; at + 8 <= length; at += 8) take(FarmHash::fetch64(text + at));
  take(FarmHash::word(text + at, static_cast<int>(length - at)) | length << 56);
  v2 ^= 0xff;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace triptych::hash
