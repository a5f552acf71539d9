// What the optimizer update kernels share: cutting a list of parameters into pieces, and counting steps.
#pragma once

#include <algorithm>

#include "core/formulas/update.h"
#include "core/kernels/elementwise.h"
#include "core/ops/update/update.h"

namespace triptych {

/// `update`, of groups of `group` inputs, unless the flag behind them says to skip it.
template <std::size_t group, void (*update)(const KernelCall&)>
void unless_skipped(const KernelCall& call) {
  if (!has_skip_flag(call.inputs.size(), group)) return update(call);
  if (*call.inputs.back().as<float>() != 0) return;
  update(
      {call.op, call.inputs.first(call.inputs.size() - 1), call.outputs, call.attributes, call.prepared, call.context});
}

/// Calls `update(first_input, begin, end)` for pieces of all parameters, on the library's threads if there are enough
/// elements; `first_input` is the place of the parameter among the inputs, `group` the number of inputs for each.
/// Without memory of its own: an update that has begun does not fail.
template <class F>
void for_each_piece(const KernelCall& call, std::size_t group, F update) {
  const auto pieces_of = [&](std::size_t p) {
    return (call.inputs[p].size() + elementwise_grain - 1) / elementwise_grain;
  };
  std::int64_t total = 0, pieces = 0;
  for (std::size_t p = 1; p < call.inputs.size(); p += group) {
    total += call.inputs[p].size();
    pieces += pieces_of(p);
  }
  if (total < 2 * elementwise_grain) {
    for (std::size_t p = 1; p < call.inputs.size(); p += group) update(p, 0, call.inputs[p].size());
    return;
  }
  parallel_for(pieces, [&](std::int64_t i) {
    std::size_t p = 1;
    for (; i >= pieces_of(p); p += group) i -= pieces_of(p);
    update(p, i * elementwise_grain, std::min(call.inputs[p].size(), (i + 1) * elementwise_grain));
  });
}

/// Increments the steps, which are the last of their groups; one that parameters share advances once.
inline void advance_steps(const KernelCall& call, std::size_t group) {
  const auto step = [&](std::size_t k) { return call.inputs[(k + 1) * group].as<std::int64_t>(); };
  for (std::size_t k = 0, count = call.inputs.size() / group; k < count; ++k) {
    bool seen = false;
    for (std::size_t before = k; before-- > 0 && !seen;) seen = step(before) == step(k);
    if (!seen) ++*step(k);
  }
}

}  // namespace triptych
