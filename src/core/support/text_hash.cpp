#include "core/support/text_hash.h"

#include <cstddef>
#include <utility>

#include "core/support/hash_steps.h"

namespace triptych {
namespace {

using Farm = hash::FarmHash;
constexpr std::uint64_t k0 = Farm::k0, k1 = Farm::k1, k2 = Farm::k2;

std::uint64_t fetch64(const char* at) { return Farm::fetch64(at); }
std::uint64_t rotate(std::uint64_t value, int shift) { return Farm::rotate(value, shift); }
std::uint64_t shift_mix(std::uint64_t value) { return Farm::shift_mix(value); }
std::uint64_t hash_16(std::uint64_t u, std::uint64_t v, std::uint64_t multiplier) {
  return Farm::mixed(u, v, multiplier);
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
  if (length <= 16) return Farm::up_to_16(s, length);
  if (length <= 32) return Farm::from_17_to_32(s, length);
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
  return hash::siphash(text.data(), text.size(), key0, key1);
}

}  // namespace triptych
