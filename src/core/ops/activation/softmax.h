// softmax, log_softmax and their gradients.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct SoftmaxAttributes {
  std::int64_t axis = -1;
  static constexpr auto fields() { return std::tuple{field("axis", &SoftmaxAttributes::axis)}; }
};

/// The gradient of log_softmax, from its output: upstream - exp(output) * sum(upstream).
Tensor log_softmax_grad(Arg upstream, Arg output, std::int64_t axis);

}  // namespace triptych
