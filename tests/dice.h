// The random choices that tests make from a seed.
#pragma once

#include <cstdint>
#include <random>

/// What is drawn depends on the seed only.
class SeededDice {
 public:
  explicit SeededDice(std::uint64_t seed) : engine_(seed) {}

  /// A number from `low` to `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// True once in n times.
  bool once_in(std::int64_t n) { return between(1, n) == 1; }

 protected:
  std::mt19937_64 engine_;
};
