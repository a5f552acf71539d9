// Attributes of random ops, and what their definitions share.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

/// Input 0 is a draw's (key, counter): its check, and that it is written.
void check_state(const Infer& infer);
bool writes_draw_state(int i, int count);

/// Two parameters of a distribution: low and high, or mean and standard deviation.
struct RandomAttributes {
  Shape shape;
  double a = 0, b = 1;
  DType dtype = float32;
  static constexpr auto fields() {
    return std::tuple{field("shape", &RandomAttributes::shape), field("a", &RandomAttributes::a),
                      field("b", &RandomAttributes::b), field("dtype", &RandomAttributes::dtype)};
  }
};

struct RandomLikeAttributes {
  double a = 0, b = 1;
  static constexpr auto fields() {
    return std::tuple{field("a", &RandomLikeAttributes::a), field("b", &RandomLikeAttributes::b)};
  }
};

struct RandomIntegersAttributes {
  Shape shape;
  std::int64_t low = 0, high = 1;
  DType dtype = int64;
  static constexpr auto fields() {
    return std::tuple{field("shape", &RandomIntegersAttributes::shape), field("low", &RandomIntegersAttributes::low),
                      field("high", &RandomIntegersAttributes::high), field("dtype", &RandomIntegersAttributes::dtype)};
  }
};

struct RandomMultinomialAttributes {
  std::int64_t num_samples = 1;
  bool replacement = false;
  static constexpr auto fields() {
    return std::tuple{field("num_samples", &RandomMultinomialAttributes::num_samples),
                      field("replacement", &RandomMultinomialAttributes::replacement)};
  }
};

struct RandomPermutationAttributes {
  std::int64_t n = 0;
  static constexpr auto fields() { return std::tuple{field("n", &RandomPermutationAttributes::n)}; }
};

}  // namespace triptych
