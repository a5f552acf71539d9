// The loops of index and index_put, of which index_select and index_add are cases.
#pragma once

#include <span>

#include "core/ops/indexing/pick.h"
#include "triptych/core/op.h"

namespace triptych {

/// The first output becomes the elements of `x` that the index tensors choose.
void pick_elements(const KernelCall& call, const Operand& x, std::span<const Operand> indices, const Axes& axes,
                   std::int64_t place);
/// The first output becomes `x`, whose buffer it may have, with `value` put where the index tensors say.
void put_elements(const KernelCall& call, const Operand& x, const Operand& value, std::span<const Operand> indices,
                  const Axes& axes, std::int64_t place, Combine combine);

}  // namespace triptych
