// What the optimizer updates share. Their inputs are the learning rate, then one group of tensors for each parameter:
// the parameter, its gradient, its buffers and, if the op counts steps, the step. Last, inside of a SkipUpdates, stands
// what that was given.
#pragma once

#include <initializer_list>
#include <span>

#include "triptych/core/op.h"
#include "triptych/core/ops/update.h"

namespace triptych {

/// infer for groups of `group` tensors, the last of them the step if `has_step`.
void infer_update(Infer& infer, int group, bool has_step);

/// The last of `inputs` operands is not of a group, but says whether the update is skipped.
constexpr bool has_skip_flag(std::size_t inputs, std::size_t group) { return (inputs - 1) % group == 1; }

/// `writes` of such an op: all but the learning rate, the gradients and the flag.
template <int group>
bool update_writes(int i, int n) {
  return i > 0 && (i - 1) % group != 1 && (i < n - 1 || !has_skip_flag(static_cast<std::size_t>(n), group));
}

/// Whether input `i` of an op is a count of steps.
bool counts_steps(const Op& op, std::size_t i);

/// Applies the op; `lists` are the groups' members, each a list over the parameters.
void apply_update(const Op& op, const Tensor& learning_rate, std::initializer_list<std::span<const Tensor>> lists,
                  const void* attributes, Location where);

}  // namespace triptych
