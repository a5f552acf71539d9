// Memory orders compared.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych::cuda {

/// Whether elements of `meta` lie where `strides` say; steps along a dimension of one do not count.
inline bool lies_as(const TensorMeta& meta, const Strides& strides) {
  for (int i = 0; i < meta.shape.rank(); ++i)
    if (meta.shape.begin()[i] != 1 && meta.strides[static_cast<std::size_t>(i)] != strides[static_cast<std::size_t>(i)])
      return false;
  return true;
}

}  // namespace triptych::cuda
