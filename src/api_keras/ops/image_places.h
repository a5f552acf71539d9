// Parts of keras.ops.image that layers use with numbers that are drawn.
#pragma once

#include <cstdint>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras::ops::image {

/// x smoothed along an axis by a Gaussian window of `size` elements, zeros around; `deviation` is a number.
Tensor blurred(const Tensor& x, int axis, std::int64_t size, const Tensor& deviation);

/// (n, h, w, c) read at places (n, h, w) of rows and columns, or at the same ones in each image.
Tensor read_images(const Tensor& x, const Tensor& rows, const Tensor& columns, bool linear, const OwnedText& mode,
                   double fill, Location where);

}  // namespace triptych::keras::ops::image
