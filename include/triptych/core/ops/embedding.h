// Rows of a table by number.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

struct EmbeddingOptions {
  /// The row of this number gets no gradient; -1: there is none.
  std::int64_t padding_idx = -1;
};

/// weight[index]: for indices of any shape and integer dtype the rows of `weight` (rows, width), shape (..., width).
/// @throws ArgumentError if shapes or dtypes do not fit, or, when it runs, if an index is not a row's number.
/// Source: torch.nn.functional.embedding.
TRIPTYCH_API Tensor embedding(Arg weight, Arg index, EmbeddingOptions options = {});

}  // namespace triptych
