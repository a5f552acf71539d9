// What follows a product or a convolution whose sums were rounded first.
#pragma once

#include <cstdint>

#include "core/formulas/epilogue.h"

namespace triptych {

/// Bias (may be null) and activation on rows of columns, rounded as the separate ops round.
template <class T>
void finish(T* out, std::int64_t rows, std::int64_t columns, const T* bias, Activation activation) {
  const formula::Finish f{activation};
  for (std::int64_t i = 0; i < rows; ++i, out += columns)
    for (std::int64_t j = 0; j < columns; ++j) out[j] = bias ? f(out[j], bias[j]) : f(out[j]);
}

}  // namespace triptych
