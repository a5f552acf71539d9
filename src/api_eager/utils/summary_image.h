// Tensors as pictures, as torch.utils.tensorboard makes them.
#pragma once

#include <string_view>

#include "core/formats/png.h"
#include "triptych/core/tensor.h"

namespace triptych::eager::utils::tensorboard {

/// The picture that a tensor with these dimensions ("CHW", "NHWC", "HW", in any order) is: bytes, or floats of 0 to 1,
/// cut off at both ends. Of several images a grid with eight columns; grey ones become coloured. ArgumentError for
/// other letters, another number of dimensions, channels other than 1, 3 and 4 (1 and 3 in a grid), and no pixel.
Raster picture(const Tensor& tensor, std::string_view dataformats, FileContext context);

}  // namespace triptych::eager::utils::tensorboard
