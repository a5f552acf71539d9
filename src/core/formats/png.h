// PNG images (https://www.w3.org/TR/png-3/), by zlib.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/formats/file.h"

namespace triptych {

/// Pixels in rows from the top, each of so many bytes: grey, grey and alpha, RGB, or RGBA.
struct Raster {
  std::int64_t height = 0, width = 0, channels = 0;
  std::vector<std::uint8_t> pixels;
};

/// The bytes of a PNG file. The image has 1 to 4 channels, and at least a pixel.
/// UnsupportedError if a side has more than 2^31 - 1 pixels, or zlib has no memory.
std::string encode_png(const Raster& image, FileContext context);

/// Writes a PNG file, whole or not at all. As `encode_png`; ArgumentError if the file cannot be made, UnsupportedError
/// if the disk is full.
void write_png(const std::string& path, const Raster& image, FileContext context);

}  // namespace triptych
