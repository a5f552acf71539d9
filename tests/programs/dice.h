// What is random in a program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace programs {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// A number from `low` to `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// True once in n times.
  bool once_in(std::int64_t n) { return between(1, n) == 1; }
  template <class T>
  const T& of(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(values.size()) - 1))];
  }
  /// The numbers 0 .. n - 1 in random order.
  std::vector<std::int64_t> order(std::int64_t n) {
    std::vector<std::int64_t> result;
    for (std::int64_t i = 0; i < n; ++i) result.insert(result.begin() + between(0, i), i);
    return result;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace programs
