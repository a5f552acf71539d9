// What a node that looks at values sees, wherever they lie.
#pragma once

#include "core/dispatch/backend.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/op.h"

namespace triptych {

/// The operand's elements, which are dense, on the CPU.
inline Tensor value_of(const Operand& operand) {
  Tensor tensor = make_tensor(operand.shape(), operand.dtype());
  copy_bytes(tensor.impl()->data(), Device(), operand.data, operand.meta->device,
             static_cast<std::size_t>(operand.size()) * size_of(operand.dtype()));
  return tensor;
}

}  // namespace triptych
