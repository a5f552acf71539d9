// What is random in a case: sizes, values, dtypes, and how a tensor lies in memory.
#pragma once

#include <random>
#include <string>

#include "plain.h"
#include "triptych/core/tensor.h"

namespace paths {

/// An operand: its values, and the same ones in a tensor that lies somehow in memory.
struct Given {
  Plain plain;
  tt::Tensor tensor;
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// A number from `low` to `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// True once in n times.
  bool once_in(std::int64_t n) { return between(1, n) == 1; }
  /// Mostly short, sometimes one, seldom longer than a vector register or a tile.
  std::int64_t length();
  /// At most `most` elements; seldom an axis of length 0.
  tt::Shape shape(int rank, std::int64_t most = 4000);

  /// Mostly float32.
  tt::DType floating();
  tt::DType number();

  /// Multiples of 1/8 (integers: whole) between -2 and 2, so that sums of products are exact in float32.
  Plain values(const tt::Shape& shape, tt::DType dtype);
  /// Axes in any order, steps of any length and sign, gaps full of NaN, repeated axes.
  Given operand(const tt::Shape& shape, tt::DType dtype);
  /// These values in memory of that kind.
  tt::Tensor tensor(const Plain& plain, tt::DType dtype);

 private:
  std::mt19937_64 engine_;
};

/// Fails unless `actual` is `expected` but for `roundings` of its dtype, of numbers as large as the largest expected
/// one, or as `scale` where that cancels; whole numbers wrap around.
void expect(const tt::Tensor& actual, const Plain& expected, double roundings, const std::string& what,
            double scale = 0);

}  // namespace paths
