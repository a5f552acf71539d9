#include "core/formats/picture.h"

#include <algorithm>
#include <new>

#include "core/support/printable.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/image_file.h"

namespace triptych {
namespace {

std::optional<PictureKind> kind_of(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return PictureKind::png;
  if (bytes.starts_with("\xff\xd8\xff")) return PictureKind::jpeg;
  if (bytes.starts_with("GIF8")) return PictureKind::gif;
  if (bytes.starts_with("BM")) return PictureKind::bmp;
  return {};
}

Raster decode(const PictureFile& file, PictureKind kind) {
  switch (kind) {
    case PictureKind::png:
      return decode_png(file);
    case PictureKind::jpeg:
      return decode_jpeg(file);
    case PictureKind::gif:
      return decode_gif(file);
    case PictureKind::bmp:
      return decode_bmp(file);
  }
  return {};
}

/// Pixels with other channels; both numbers are from 1 to 4.
void convert(const std::uint8_t* from, std::int64_t channels, std::uint8_t* to, std::int64_t wanted,
             std::int64_t count) {
  const bool colored = channels >= 3, colors = wanted >= 3, alpha = channels % 2 == 0;
  for (std::int64_t i = 0; i < count; ++i, from += channels, to += wanted) {
    if (colors)
      for (int c = 0; c < 3; ++c) to[c] = from[colored ? c : 0];
    else
      to[0] = colored ? static_cast<std::uint8_t>((from[0] * 19595 + from[1] * 38470 + from[2] * 7471 + 0x8000) >> 16)
                      : from[0];
    if (wanted % 2 == 0) to[wanted - 1] = alpha ? from[channels - 1] : std::uint8_t{255};
  }
}

}  // namespace

void PictureFile::damaged(const std::string& problem) const {
  throw ArgumentError(context.op, "the picture is damaged", name + ": " + printable(problem), "", context.where);
}
void PictureFile::unsupported(const std::string& problem) const {
  throw UnsupportedError(context.op, "the picture cannot be read", name + ": " + problem, "", context.where);
}
void PictureFile::check_size(std::int64_t height, std::int64_t width) const {
  constexpr std::int64_t most = 178956970;
  if (height < 1 || width < 1) damaged("it has no pixel");
  if (height > most / width)
    unsupported("it has " + std::to_string(height) + " x " + std::to_string(width) + " pixels, more than " +
                std::to_string(most));
}

Tensor decode_picture(const PictureFile& file, std::int64_t channels, std::optional<PictureKind> wanted) {
  const FileContext& context = file.context;
  if (channels < 0 || channels > 4)
    throw ArgumentError(context.op, "channels is not from 0 to 4", std::to_string(channels),
                        "1 is grey, 3 colours, 4 colours and alpha, 0 what the file has", context.where);
  const std::optional<PictureKind> kind = kind_of(file.bytes);
  constexpr const char* names[] = {"PNG", "JPEG", "GIF", "BMP"};
  if (!kind)
    throw ArgumentError(context.op, "there is no picture", file.name + " begins as no PNG, JPEG, GIF or BMP does", "",
                        context.where);
  if (wanted && kind != wanted)
    throw ArgumentError(context.op, std::string("the picture is no ") + names[static_cast<int>(*wanted)],
                        file.name + " is a " + names[static_cast<int>(*kind)], "decode_image reads each",
                        context.where);
  try {
    const Raster image = decode(file, *kind);
    if (channels == 0) channels = image.channels;
    Tensor result = make_tensor({image.height, image.width, channels}, uint8);
    convert(image.pixels.data(), image.channels, static_cast<std::uint8_t*>(result.impl()->data()), channels,
            image.height * image.width);
    return result;
  } catch (const std::bad_alloc&) {
    file.unsupported("there is no memory for it");
  }
}

std::string bytes_of_file(const std::string& path, FileContext context) {
  const InputFile file(path, context);
  std::string bytes(static_cast<std::size_t>(file.size()), '\0');
  file.read_at(0, bytes.data(), bytes.size(), context);
  return bytes;
}

Tensor decode_image(std::string_view contents, std::int64_t channels, Location where) {
  const Frame frame(where);
  return decode_picture({contents, "the text", {"decode_image", where}}, channels);
}

Tensor read_image(const OwnedText& path, std::int64_t channels, Location where) {
  const Frame frame(where);
  const FileContext context{"read_image", where};
  const std::string bytes = bytes_of_file(path, context);
  return decode_picture({bytes, "'" + path + "'", context}, channels);
}

}  // namespace triptych
