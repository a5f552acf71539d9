// What the optimizer update kernels share: cutting a list of parameters into pieces, and counting steps.
#pragma once

#include <algorithm>
#include <vector>

#include "core/formulas/update.h"
#include "core/kernels/elementwise.h"
#include "core/support/inline_vector.h"

namespace triptych {

/// Calls `update(first_input, begin, end)` for pieces of all parameters, on the library's threads if there are enough
/// elements; `first_input` is the place of the parameter among the inputs, `group` the number of inputs for each.
template <class F>
void for_each_piece(const KernelCall& call, std::size_t group, F update) {
  struct Piece {
    std::size_t first_input;
    std::int64_t begin, end;
  };
  std::int64_t total = 0;
  for (std::size_t p = 1; p < call.inputs.size(); p += group) total += call.inputs[p].size();
  if (total < 2 * elementwise_grain) {
    for (std::size_t p = 1; p < call.inputs.size(); p += group) update(p, 0, call.inputs[p].size());
    return;
  }
  std::vector<Piece> pieces;
  for (std::size_t p = 1; p < call.inputs.size(); p += group)
    for (std::int64_t begin = 0, n = call.inputs[p].size(); begin < n; begin += elementwise_grain)
      pieces.push_back({p, begin, std::min(n, begin + elementwise_grain)});
  parallel_for(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t i) {
    const Piece& piece = pieces[static_cast<std::size_t>(i)];
    update(piece.first_input, piece.begin, piece.end);
  });
}

/// Increments the steps; `last` is the place of the step in its group. All are read before one is written, so a step
/// that parameters share advances once.
inline void advance_steps(const KernelCall& call, std::size_t group) {
  InlineVector<std::int64_t, 32> next(call.inputs.size() / group);
  for (std::size_t k = 0; k < next.size(); ++k) next[k] = *call.inputs[(k + 1) * group].as<std::int64_t>() + 1;
  for (std::size_t k = 0; k < next.size(); ++k) *call.inputs[(k + 1) * group].as<std::int64_t>() = next[k];
}

}  // namespace triptych
