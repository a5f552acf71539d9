// Attributes of batch_norm and its gradient.
#pragma once

#include "triptych/core/op.h"
#include "triptych/core/ops/update.h"

namespace triptych {

struct BatchNormAttributes {
  std::int64_t axis = 1;
  double eps = 1e-5;
  double momentum = 0.1;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("axis", &BatchNormAttributes::axis), field("eps", &BatchNormAttributes::eps),
                      field("momentum", &BatchNormAttributes::momentum),
                      field("formula", &BatchNormAttributes::formula)};
  }
};

/// All axes but that of the channels.
inline Axes axes_without(std::int64_t axis, int rank) {
  Axes result;
  for (int i = 0; i < rank; ++i)
    if (i != (axis < 0 ? axis + rank : axis)) result.append(i);
  return result;
}

}  // namespace triptych
