// What a network has learned as pictures.
#pragma once

#include <cstdint>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct VisualizeOptions {
  /// The pixels of each number's side.
  std::int64_t scale = 8;
  /// Pixels between two images.
  std::int64_t padding = 2;
};

namespace visualize {

/// Writes the kernel of a convolution as PNG: each of its images from its least number, black, to its greatest, white.
/// Kernels of three input channels are one image in colour for each filter; other ones of two dimensions have a row of
/// images for each filter, one for each channel; those of one dimension an image (channels, width) for each filter.
/// ArgumentError for a layer without a kernel of one or two dimensions, options below 1 (padding: 0), or a file that
/// cannot be made.
TRIPTYCH_API void filters(const Layer& layer, const OwnedText& to_file = "filters.png",
                          const VisualizeOptions& options = {}, Location where = Location::here());

/// Writes weights of attention, (queries, keys), (heads, queries, keys) or (n, heads, queries, keys), as PNG: a row of
/// images for each example, one for each head, from 0, white, to the greatest number, dark blue. What is not finite is
/// red. ArgumentError for other shapes, options as above, or a file that cannot be made.
TRIPTYCH_API void attention(const Tensor& scores, const OwnedText& to_file = "attention.png",
                            const VisualizeOptions& options = {}, Location where = Location::here());

}  // namespace visualize
}  // namespace triptych::keras
