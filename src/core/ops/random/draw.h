// A draw as a value of its own: for ops that need it again in their gradient.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// The (key, counter) that `state` names now, int64 [2]; adds one to the counter of `state`, an int64 [2] stream or
/// draw.
Tensor take_draw(const Tensor& state, Location where = Location::here());
/// The same of `state`, or if that is undefined of the default generator's next draw, for an op on `like`.
Tensor take_draw_for(const Tensor& like, const Tensor& state, Location where);

}  // namespace triptych
