// Kernels that move bits are made for each width of an element, not for each dtype.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/tensor_impl.h"

namespace triptych::cuda {

/// Calls `f` with a null pointer of an unsigned type that has this dtype's width.
template <class F>
void visit_width(DType dtype, F&& f) {
  switch (size_of(dtype)) {
    case 1:
      return f(static_cast<std::uint8_t*>(nullptr));
    case 2:
      return f(static_cast<std::uint16_t*>(nullptr));
    case 4:
      return f(static_cast<std::uint32_t*>(nullptr));
    default:
      return f(static_cast<std::uint64_t*>(nullptr));
  }
}

/// The bits of a number in `dtype`.
template <class Word>
Word bits(Scalar value, DType dtype) {
  const Tensor number = scalar_tensor(value, dtype);
  Word word;
  std::memcpy(&word, number.impl()->data(), sizeof(Word));
  return word;
}

}  // namespace triptych::cuda
