// What ops and kernels there are: the library's (core/ops/list.inc), and those that users add.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

/// Registers the library's CPU kernels, once.
void load_builtin_kernels();

/// What the gradient rule of `op` reads.
inline SavedValues saved_values(const Op& op, const void* attributes) {
  return op.saves ? op.saves(attributes) : SavedValues{op.saves_inputs, op.saves_outputs};
}
/// The tape keeps `input` though no rule reads it: one number, without which a graph could not compute `w + 1` again.
inline bool is_kept_number(const Tensor& input) { return input.shape().rank() == 0 && !input.requires_grad(); }

}  // namespace triptych
