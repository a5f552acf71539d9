// `a % b`, as Python means it.
#pragma once

#include <utility>

#include "triptych/core/ops/arithmetic.h"

namespace triptych {

/// remainder(a, b): what is left of a / b rounded down, with b's sign.
inline Tensor operator%(Arg a, Arg b) { return remainder(std::move(a), std::move(b)); }

}  // namespace triptych
