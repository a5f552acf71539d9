// Attributes of dropout, and its mask.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct DropoutAttributes {
  double p = 0.5;
  static constexpr auto fields() { return std::tuple{field("p", &DropoutAttributes::p)}; }
};

/// x with the mask of a (key, counter) that was drawn: element i is kept or not by word i of the draw.
Tensor with_mask_of_draw(const Tensor& x, const Tensor& draw, double p);

}  // namespace triptych
