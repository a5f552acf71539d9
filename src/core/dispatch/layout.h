// Where values lie in memory: views, and the memory orders that kernels choose. Every stride that a kernel sees is made
// here or is row-major.
#pragma once

#include <cstdint>
#include <span>

#include "triptych/core/op.h"

namespace triptych {

/// A step along a dimension of length one leads nowhere, and a tensor without elements has nowhere to step: such steps
/// become those of a dense tensor, so that a contiguous tensor has exactly the strides of contiguous_strides.
void normalize_strides(TensorMeta& meta);

/// Some order of the axes makes it contiguous, without gaps or repeats.
bool is_dense(const TensorMeta& meta);

/// What `op.view` says of `input`: false if the op is no view of these strides.
bool view_of(const Op& op, const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t& offset);
/// What `op.views` says.
void views_of(const Op& op, const TensorMeta& input, const void* attributes, std::span<TensorMeta> outputs,
              std::span<std::int64_t> offsets);
/// The strides of the outputs that `kernel` fills.
void choose_strides(const Kernel& kernel, std::span<const TensorMeta* const> inputs, const void* attributes,
                    std::span<TensorMeta> outputs);

}  // namespace triptych
