// What an op has to do at least, by the shapes of its operands: what a roofline is drawn with.
#pragma once

#include <cstdint>
#include <span>

#include "triptych/core/op.h"

namespace triptych {

struct Cost {
  double flops = 0;        // a multiplication and an addition are two
  std::int64_t bytes = 0;  // read and written, each element once
};

/// Products, convolutions (the direct sum, whatever way a kernel takes), attention and recurrent layers by their
/// formulas, elementwise ops one operation an element; other ops by their bytes alone. An operand that is repeated by
/// a step of 0 counts once, a table no more than what is taken from it, an operand that is written both ways.
Cost cost_of(const Op& op, std::span<const TensorMeta* const> inputs, std::span<const TensorMeta* const> outputs,
             const void* attributes);

}  // namespace triptych
