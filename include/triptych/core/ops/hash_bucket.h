// Whole numbers in bins, by a hash.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "triptych/core/tensor.h"

namespace triptych {

struct HashBucketOptions {
  /// Is put in bin 0, and all else in the others, if there are others.
  std::optional<std::int64_t> mask_value = {};
  /// Two numbers that change the hash (SipHash; without, FarmHash).
  std::optional<std::array<std::int64_t, 2>> salt = {};
};

/// The hash of each number's decimal digits modulo num_bins, int64: the same on every device and in every process. x:
/// integers of any shape. Without gradient. ArgumentError unless num_bins is positive.
/// Source: keras.layers.Hashing.
TRIPTYCH_API Tensor hash_bucket(Arg x, std::int64_t num_bins, HashBucketOptions options = {});

}  // namespace triptych
