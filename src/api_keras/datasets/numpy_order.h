// The orders that NumPy's RandomState gives, so that equal seeds give Keras's splits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace triptych::keras {

/// numpy.random.RandomState(seed), whose words are those of `words`, shuffles 0, 1, ..., count - 1: Fisher and Yates's
/// way, with numbers below a bound by rejection.
inline std::vector<std::int64_t> numpy_order(std::int64_t count, std::mt19937& words) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) order[static_cast<std::size_t>(i)] = i;
  for (std::int64_t i = count - 1; i > 0; --i) {
    const auto last = static_cast<std::uint32_t>(i);
    std::uint32_t mask = last;
    for (const int shift : {1, 2, 4, 8, 16}) mask |= mask >> shift;
    std::uint32_t other;
    do other = static_cast<std::uint32_t>(words()) & mask;
    while (other > last);
    std::swap(order[static_cast<std::size_t>(i)], order[other]);
  }
  return order;
}

}  // namespace triptych::keras
