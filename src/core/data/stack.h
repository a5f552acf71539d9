// How examples become a batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "triptych/core/data/dataset.h"

namespace triptych::data {

/// The examples along a new first axis; there is one at least. ArgumentError that names them by `indices` if their
/// shapes or dtypes differ.
Batch stack_examples(std::span<const std::int64_t> indices, const std::vector<Example>& examples);

}  // namespace triptych::data
