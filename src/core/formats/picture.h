// Pictures in files: PNG, JPEG and GIF by libpng, libjpeg and giflib, and BMP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/formats/png.h"
#include "triptych/core/tensor.h"

namespace triptych {

enum class PictureKind { png, jpeg, gif, bmp };

/// A picture's bytes, and how its errors are told.
struct PictureFile {
  std::string_view bytes;
  /// "'a.png'", or what stands for a name.
  std::string name;
  FileContext context;

  [[noreturn]] void damaged(const std::string& problem) const;
  [[noreturn]] void unsupported(const std::string& problem) const;
  /// Damaged without pixels, unsupported with too many.
  void check_size(std::int64_t height, std::int64_t width) const;
};

// With the channels that the file has.
Raster decode_png(const PictureFile& file);
Raster decode_jpeg(const PictureFile& file);
Raster decode_gif(const PictureFile& file);
Raster decode_bmp(const PictureFile& file);

/// uint8 (height, width, channels), of any kind or of one.
Tensor decode_picture(const PictureFile& file, std::int64_t channels, std::optional<PictureKind> kind = {});

/// All bytes of a file.
std::string bytes_of_file(const std::string& path, FileContext context);

}  // namespace triptych
