// Attributes of arange, linspace and eye.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct ArangeAttributes {
  Scalar start = 0, step = 1;
  std::int64_t count = 0;
  DType dtype = int64;
  /// Computed in integers.
  bool whole() const { return start.kind() != Scalar::Kind::floating && step.kind() != Scalar::Kind::floating; }
  /// Element i as a number: an integer that is in range wraps around on no way there.
  Scalar element(std::int64_t i) const {
    if (!whole()) return start.to_double() + static_cast<double>(i) * step.to_double();
    const auto wide = static_cast<__int128>(start.to_int()) + static_cast<__int128>(i) * step.to_int();
    return static_cast<std::int64_t>(wide) == wide ? Scalar(static_cast<std::int64_t>(wide))
                                                   : Scalar(static_cast<double>(wide));
  }
  static constexpr auto fields() {
    return std::tuple{field("start", &ArangeAttributes::start), field("step", &ArangeAttributes::step),
                      field("count", &ArangeAttributes::count), field("dtype", &ArangeAttributes::dtype)};
  }
};

struct LinspaceAttributes {
  double start = 0, stop = 1;
  std::int64_t num = 0;
  DType dtype = float32;
  static constexpr auto fields() {
    return std::tuple{field("start", &LinspaceAttributes::start), field("stop", &LinspaceAttributes::stop),
                      field("num", &LinspaceAttributes::num), field("dtype", &LinspaceAttributes::dtype)};
  }
};

struct EyeAttributes {
  std::int64_t n = 0, m = 0;
  DType dtype = float32;
  static constexpr auto fields() {
    return std::tuple{field("n", &EyeAttributes::n), field("m", &EyeAttributes::m),
                      field("dtype", &EyeAttributes::dtype)};
  }
};

}  // namespace triptych
