// Sums, means and maxima of rows of a table.
#pragma once

#include <cstdint>

#include "triptych/core/tensor.h"

namespace triptych {

/// What becomes of the rows of a bag.
enum class BagMode : std::uint8_t { sum, mean, max };
constexpr const char* name_of(BagMode mode) {
  constexpr const char* names[] = {"sum", "mean", "max"};
  return names[static_cast<int>(mode)];
}

struct EmbeddingBagOptions {
  /// Where each bag begins in indices (L): integers (B), the first 0, none less than the one before. The last one is
  /// the end of the last bag with `include_last_offset`.
  Tensor offsets = {};
  BagMode mode = BagMode::mean;
  /// A factor for each index, of its shape; for sums only.
  Tensor per_sample_weights = {};
  bool include_last_offset = false;
  /// Indices of this row count for nothing; -1: there is none.
  std::int64_t padding_idx = -1;
};

/// The rows of `weight` (rows, width) that `index` names, put together by bags: each row of indices (B, L) is a bag, or
/// `offsets` cut indices (L) into bags. Shape (B, width). A bag without an index gives zeros.
/// @throws ArgumentError if shapes or dtypes do not fit, or, when it runs, if an index is not a row's number.
/// Source: torch.nn.functional.embedding_bag.
TRIPTYCH_API Tensor embedding_bag(Arg weight, Arg index, EmbeddingBagOptions options = {});

}  // namespace triptych
