// What functions that read pictures share.
#pragma once

#include <cstdint>
#include <string>

#include "core/formats/file.h"
#include "triptych/core/ops/sizes.h"
#include "triptych/core/tensor.h"

namespace triptych::keras {

/// Of "grayscale", "rgb" or "rgba"; ArgumentError for another one.
std::int64_t channels_of(const std::string& color_mode, FileContext context);
/// The largest part in the middle of (height, width, channels) that has the proportions of `size`.
Tensor middle_of(const Tensor& image, Size2 size);

}  // namespace triptych::keras
