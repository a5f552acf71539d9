// The shapes and dtypes of an op's outputs.
#pragma once

#include <span>

#include "triptych/core/op.h"

namespace triptych {

/// Runs `op.infer`; its errors, those of sizes that do not fit too, name the op and the user's line.
void infer_outputs(const Op& op, std::span<const TensorMeta* const> inputs, const void* attributes,
                   std::span<TensorMeta> outputs, Location where);

}  // namespace triptych
