// Ops that move elements keep the memory order of images.
#pragma once

#include <span>

#include "triptych/core/op.h"

namespace triptych {

/// Outputs are channels-last where the first input is an image (n, c, ...) that is, or a part of one.
void image_order_layout(std::span<const TensorMeta* const> inputs, const void* attributes,
                        std::span<TensorMeta> outputs);

}  // namespace triptych
