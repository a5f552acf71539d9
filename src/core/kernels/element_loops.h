// The loops over an elementwise op's operands, whatever their strides: what the CPU's and the GPU's kernels walk.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "triptych/core/op.h"

namespace triptych {

/// Loops over an output and its inputs, merged until only real steps are left; `steps[0]` belongs to the output.
constexpr std::size_t most_inputs = 7;
struct ElementLoops {
  int rank = 0;
  std::array<std::int64_t, Shape::max_rank> lengths{};
  std::array<std::array<std::int64_t, Shape::max_rank>, most_inputs + 1> steps{};
};

/// Elements in the order of the output's memory, the innermost loop last.
ElementLoops merge_loops(const KernelCall& call);

/// Keeps the memory order of the first input that has the output's shape and is dense, so that a channels-last tensor
/// stays one through elementwise ops.
void elementwise_layout(std::span<const TensorMeta* const> inputs, const void* attributes,
                        std::span<TensorMeta> outputs);

}  // namespace triptych
