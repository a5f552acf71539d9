// Kernels that move bits are made for each width of an element, not for each dtype.
#pragma once

#include <cstring>

#include "core/formulas/elements.h"  // visit_width
#include "core/tensor/tensor_impl.h"

namespace triptych::cuda {

/// The bits of a number in `dtype`.
template <class Word>
Word bits(Scalar value, DType dtype) {
  const Tensor number = scalar_tensor(value, dtype);
  Word word;
  std::memcpy(&word, number.impl()->data(), sizeof(Word));
  return word;
}

}  // namespace triptych::cuda
