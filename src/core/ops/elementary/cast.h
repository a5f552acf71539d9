// A cast whose values are there already.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct CastAttributes {
  DType dtype = float32;
  static constexpr auto fields() { return std::tuple{field("dtype", &CastAttributes::dtype)}; }
};

/// `value`, which is x in another dtype, as if it had been cast from x now: its gradient goes back to x.
Tensor recorded_cast(const Tensor& value, const Tensor& x, Location where);

}  // namespace triptych
