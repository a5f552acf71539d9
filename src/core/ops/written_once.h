// For ops that write several of their inputs.
#pragma once

#include <span>

#include "triptych/core/op.h"

namespace triptych {

/// ArgumentError if an input that the op writes is given as another one too: what is read of it would depend on the
/// kernel. Counters of steps (0-d, int64) may be shared.
void check_written_once(const Op& op, std::span<const Tensor> inputs, Location where);

}  // namespace triptych
