// What the optimizer updates share. Their inputs are the learning rate, then one group of tensors for each parameter:
// the parameter, its gradient, its buffers and scalars and, if the op counts steps, the step. Last, inside of a
// SkipUpdates, stands what that was given.
#pragma once

#include <initializer_list>
#include <span>

#include "triptych/core/op.h"
#include "triptych/core/ops/update.h"

namespace triptych {

/// infer for groups of `group` tensors, the last of them the step if `has_step`, those before it `scalars` numbers that
/// are kept with a parameter.
void infer_update(Infer& infer, int group, bool has_step, int scalars = 0);

/// The last of `inputs` operands is not of a group, but says whether the update is skipped.
constexpr bool has_skip_flag(std::size_t inputs, std::size_t group) { return (inputs - 1) % group == 1; }

/// `writes` of such an op: all but the learning rate, the gradients and the flag.
template <int group>
bool update_writes(int i, int n) {
  return i > 0 && (i - 1) % group != 1 && (i < n - 1 || !has_skip_flag(static_cast<std::size_t>(n), group));
}

/// Whether input `i` of an op is a count of steps.
bool counts_steps(const Op& op, std::size_t i);

template <int group, int scalars>
void infer_rule_update(Infer& infer) {
  infer_update(infer, group, true, scalars);
}
/// An op whose groups are (p, g, `buffers` tensors like p, `scalars` 0-d float64 numbers, step).
template <class Attributes, int buffers, int scalars = 0>
constexpr Op rule_update_op(const char* name) {
  constexpr int group = 3 + buffers + scalars;
  return {.name = name,
          .inputs = 1,
          .max_inputs = any_number,
          .attributes = &attribute_type<Attributes>,
          .infer = infer_rule_update<group, scalars>,
          .gradient_stops = true,
          .writes = update_writes<group>};
}

/// Applies the op; `lists` are the groups' members, each a list over the parameters. Scalars may be shared, as steps
/// are.
void apply_update(const Op& op, const Tensor& learning_rate, std::initializer_list<std::span<const Tensor>> lists,
                  const void* attributes, Location where, std::size_t scalars = 0);

}  // namespace triptych
