// What is random in a case: sizes, values, dtypes, and how a tensor lies in memory.
#pragma once

#include <string>

#include "../../dice.h"
#include "plain.h"
#include "triptych/core/tensor.h"

namespace paths {

/// An operand: its values, and the same ones in a tensor that lies somehow in memory.
struct Given {
  Plain plain;
  tt::Tensor tensor;
};

class Dice : public SeededDice {
 public:
  using SeededDice::SeededDice;

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
};

/// Fails unless `actual` is `expected` but for `roundings` of its dtype, of numbers as large as the largest expected
/// one, or as `scale` where that cancels; whole numbers wrap around.
void expect(const tt::Tensor& actual, const Plain& expected, double roundings, const std::string& what,
            double scale = 0);

}  // namespace paths
