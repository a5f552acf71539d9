// The ends of what a dtype holds, and what changes nothing where elements are combined.
#pragma once

#include "core/ops/indexing/pick.h"

namespace triptych {

/// The lowest and the highest finite number of `dtype`.
Scalar lowest_of(DType dtype);
Scalar highest_of(DType dtype);
/// The number that combined with any other gives that one.
Scalar neutral(Combine combine, DType dtype);

}  // namespace triptych
