#include "core/support/text_hash.h"

#include <bit>
#include <cstddef>
#include <cstring>
#include <utility>

namespace triptych {
namespace {

// --- Fingerprint64: the constants and steps of farmhashna -----------------------------------------------------------

constexpr std::uint64_t k0 = 0xc3a5c85c97cb3127, k1 = 0xb492b66fbe98f273, k2 = 0x9ae16a3b2f90404f;

std::uint64_t fetch64(const char* at) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return value;
}
std::uint64_t fetch32(const char* at) {
  std::uint64_t value = 0;
  for (int i = 0; i < 4; ++i) value |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return value;
}
std::uint64_t rotate(std::uint64_t value, int shift) { return std::rotr(value, shift); }
std::uint64_t shift_mix(std::uint64_t value) { return value ^ (value >> 47); }

std::uint64_t hash_16(std::uint64_t u, std::uint64_t v, std::uint64_t multiplier) {
  const std::uint64_t a = shift_mix((u ^ v) * multiplier);
  return shift_mix((v ^ a) * multiplier) * multiplier;
}

std::uint64_t hash_to_16(const char* s, std::size_t length) {
  const std::uint64_t n = length;
  if (length >= 8) {
    const std::uint64_t multiplier = k2 + n * 2, a = fetch64(s) + k2, b = fetch64(s + length - 8);
    const std::uint64_t c = rotate(b, 37) * multiplier + a, d = (rotate(a, 25) + b) * multiplier;
    return hash_16(c, d, multiplier);
  }
  if (length >= 4) {
    const std::uint64_t multiplier = k2 + n * 2;
    return hash_16(n + (fetch32(s) << 3), fetch32(s + length - 4), multiplier);
  }
  if (length == 0) return k2;
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(s[i])}; };
  const std::uint32_t y = byte(0) + (byte(length >> 1) << 8),
                      z = static_cast<std::uint32_t>(length) + (byte(length - 1) << 2);
  return shift_mix(y * k2 ^ z * k0) * k2;
}

std::uint64_t hash_17_to_32(const char* s, std::size_t length) {
  const std::uint64_t multiplier = k2 + std::uint64_t{length} * 2, a = fetch64(s) * k1, b = fetch64(s + 8),
                      c = fetch64(s + length - 8) * multiplier, d = fetch64(s + length - 16) * k2;
  return hash_16(rotate(a + b, 43) + rotate(c, 30) + d, a + rotate(b + k2, 18) + c, multiplier);
}

std::uint64_t hash_33_to_64(const char* s, std::size_t length) {
  const std::uint64_t multiplier = k2 + std::uint64_t{length} * 2, a = fetch64(s) * k2, b = fetch64(s + 8),
                      c = fetch64(s + length - 8) * multiplier, d = fetch64(s + length - 16) * k2;
  const std::uint64_t y = rotate(a + b, 43) + rotate(c, 30) + d, z = hash_16(y, a + rotate(b + k2, 18) + c, multiplier);
  const std::uint64_t e = fetch64(s + 16) * multiplier, f = fetch64(s + 24),
                      g = (y + fetch64(s + length - 32)) * multiplier, h = (z + fetch64(s + length - 24)) * multiplier;
  return hash_16(rotate(e + f, 43) + rotate(g, 30) + h, e + rotate(f + a, 18) + g, multiplier);
}

using Pair = std::pair<std::uint64_t, std::uint64_t>;

Pair weak_hash_32(const char* s, std::uint64_t a, std::uint64_t b) {
  const std::uint64_t w = fetch64(s), x = fetch64(s + 8), y = fetch64(s + 16), z = fetch64(s + 24);
  a += w;
  b = rotate(b + a + z, 21);
  const std::uint64_t c = a;
  a += x;
  a += y;
  b += rotate(a, 44);
  return {a + z, b + c};
}

}  // namespace

std::uint64_t fingerprint64(std::string_view text) {
  const char* s = text.data();
  const std::size_t length = text.size();
  if (length <= 16) return hash_to_16(s, length);
  if (length <= 32) return hash_17_to_32(s, length);
  if (length <= 64) return hash_33_to_64(s, length);
  constexpr std::uint64_t seed = 81;
  std::uint64_t x = seed, y = seed * k1 + 113, z = shift_mix(y * k2 + 113) * k2;
  Pair v{0, 0}, w{0, 0};
  x = x * k2 + fetch64(s);
  const char *end = s + ((length - 1) / 64) * 64, *last = s + length - 64;
  do {
    x = rotate(x + y + v.first + fetch64(s + 8), 37) * k1;
    y = rotate(y + v.second + fetch64(s + 48), 42) * k1;
    x ^= w.second;
    y += v.first + fetch64(s + 40);
    z = rotate(z + w.first, 33) * k1;
    v = weak_hash_32(s, v.second * k1, x + w.first);
    w = weak_hash_32(s + 32, z + w.second, y + fetch64(s + 16));
    std::swap(z, x);
    s += 64;
  } while (s != end);
  const std::uint64_t multiplier = k1 + ((z & 0xff) << 1);
  s = last;
  w.first += (length - 1) & 63;
  v.first += w.first;
  w.first += v.first;
  x = rotate(x + y + v.first + fetch64(s + 8), 37) * multiplier;
  y = rotate(y + v.second + fetch64(s + 48), 42) * multiplier;
  x ^= w.second * 9;
  y += v.first * 9 + fetch64(s + 40);
  z = rotate(z + w.first, 33) * multiplier;
  v = weak_hash_32(s, v.second * multiplier, x + w.first);
  w = weak_hash_32(s + 32, z + w.second, y + fetch64(s + 16));
  std::swap(z, x);
  return hash_16(hash_16(v.first, w.first, multiplier) + shift_mix(y) * k0 + z,
                 hash_16(v.second, w.second, multiplier) + x, multiplier);
}

std::uint64_t siphash(std::string_view text, std::uint64_t key0, std::uint64_t key1) {
  std::uint64_t v0 = key0 ^ 0x736f6d6570736575, v1 = key1 ^ 0x646f72616e646f6d, v2 = key0 ^ 0x6c7967656e657261,
                v3 = key1 ^ 0x7465646279746573;
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  };
  const auto take = [&](std::uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) take(fetch64(text.data() + at));
  char rest[8] = {};
  std::memcpy(rest, text.data() + at, text.size() - at);
  take(fetch64(rest) | std::uint64_t{text.size()} << 56);
  v2 ^= 0xff;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace triptych
