// What data sets of images and labels in IDX files share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/formats/idx.h"
#include "triptych/core/data/dataset.h"

namespace triptych::data {

/// Whether the axis of channels comes last; ArgumentError for another data_format than the two.
bool channels_last(const ImageOptions& options, FileContext context);

/// The shape of `count` images from an array (n, height, width), with an axis of one channel.
Shape with_channel(std::int64_t count, const Shape& images, bool channels_last);

/// Grey values 0..255 as floats 0..1.
void to_floats(const std::uint8_t* pixels, std::size_t count, float* floats);

/// ArgumentError unless these are uint8 images (n, height, width) and uint8 labels (n).
void check_images_and_labels(const IdxReader& images, const IdxReader& labels);

}  // namespace triptych::data
