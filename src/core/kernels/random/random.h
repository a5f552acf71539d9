// Random words and numbers in bulk, for kernels that draw (random.cpp, dropout).
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/formulas/random.h"
#include "triptych/core/op.h"

namespace triptych {

/// Reads (key, counter) and adds one to the counter.
inline Draw take_draw(const Operand& state) {
  auto* words = state.as<std::uint64_t>();
  return {words[0], words[1]++};
}

/// Blocks are made this many at a time, so that their rounds are vectorised.
inline constexpr std::int64_t random_batch = 16;

/// words[k * random_batch + j] is word k of block first + j.
inline void random_batch_words(Draw draw, std::int64_t first, std::uint32_t* words) {
  for (std::int64_t j = 0; j < random_batch; ++j) {
    const auto block = philox(draw.key, static_cast<std::uint64_t>(first + j), draw.counter);
    for (std::int64_t k = 0; k < 4; ++k) words[k * random_batch + j] = block[k];
  }
}

/// Calls f(i, word) for the elements i of [0, n), in parallel by parts: word i % 4 of block i / 4.
template <class F>
void for_random_words(Draw draw, std::int64_t n, F f) {
  constexpr std::int64_t step = 4 * random_batch, part = 512 * step;
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; i += step) {
      std::uint32_t words[step];
      random_batch_words(draw, i / 4, words);
      std::uint32_t ordered[step];
      for (std::int64_t j = 0; j < random_batch; ++j)
        for (std::int64_t k = 0; k < 4; ++k) ordered[4 * j + k] = words[k * random_batch + j];
      const std::int64_t count = std::min(step, end - i);
      for (std::int64_t j = 0; j < count; ++j) f(i + j, ordered[j]);
    }
  };
  if (n <= part) return run(0, n);
  parallel_for((n + part - 1) / part, [&](std::int64_t p) { run(p * part, std::min(n, (p + 1) * part)); });
}

}  // namespace triptych
