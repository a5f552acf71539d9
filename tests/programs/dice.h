// What is random in a program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../dice.h"

namespace programs {

class Dice : public SeededDice {
 public:
  using SeededDice::SeededDice;

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
};

}  // namespace programs
