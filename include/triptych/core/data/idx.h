// IDX, the format of the MNIST files.
#pragma once

#include <string>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::data {

/// The array in an IDX file, plain or compressed with gzip, as uint8, int8, int32, float32 or float64.
/// ArgumentError that names the file and what was expected if it is truncated, oversized or corrupt.
TRIPTYCH_API Tensor read_idx(const OwnedText& path, Location where = Location::here());

}  // namespace triptych::data
