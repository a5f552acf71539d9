// Attributes of attention and its gradient.
#pragma once

#include <cmath>

#include "triptych/core/op.h"

namespace triptych {

struct AttentionAttributes {
  double scale = 1;
  bool default_scale = true;  // 1 / sqrt(E) instead
  bool is_causal = false;
  bool masked = false;      // there is a mask among the inputs
  double dropout_p = 0;     // above 0 there is a draw among the inputs
  std::int64_t groups = 1;  // heads of queries for each head of keys and values
  static constexpr auto fields() {
    return std::tuple{field("scale", &AttentionAttributes::scale),
                      field("default_scale", &AttentionAttributes::default_scale),
                      field("is_causal", &AttentionAttributes::is_causal),
                      field("masked", &AttentionAttributes::masked),
                      field("dropout_p", &AttentionAttributes::dropout_p),
                      field("groups", &AttentionAttributes::groups)};
  }
  /// The factor of the scores of heads of `width` elements.
  double factor(std::int64_t width) const { return default_scale ? 1 / std::sqrt(static_cast<double>(width)) : scale; }
};

}  // namespace triptych
