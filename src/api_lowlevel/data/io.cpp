#include "triptych/lowlevel/io.h"

#include "core/formats/picture.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel::io {
namespace {

Tensor decoded(const char* op, std::string_view contents, std::int64_t channels, DType dtype,
               std::optional<PictureKind> kind, Location where) {
  const Frame frame(where);
  if (dtype != uint8 && dtype != float32)
    throw ArgumentError(op, "dtype is neither uint8 nor float32", std::string(dtype_name(dtype)), "", where);
  const Tensor image = decode_picture({contents, "the text", {op, where}}, channels, kind);
  return dtype == uint8 ? image : cast(image, float32) / 255;
}

}  // namespace

std::string read_file(const OwnedText& filename, Location where) {
  const Frame frame(where);
  return bytes_of_file(filename, {"read_file", where});
}

Tensor decode_image(std::string_view contents, std::int64_t channels, DType dtype, Location where) {
  return decoded("decode_image", contents, channels, dtype, {}, where);
}
Tensor decode_png(std::string_view contents, std::int64_t channels, DType dtype, Location where) {
  return decoded("decode_png", contents, channels, dtype, PictureKind::png, where);
}
Tensor decode_jpeg(std::string_view contents, std::int64_t channels, Location where) {
  return decoded("decode_jpeg", contents, channels, uint8, PictureKind::jpeg, where);
}
Tensor decode_bmp(std::string_view contents, std::int64_t channels, Location where) {
  return decoded("decode_bmp", contents, channels, uint8, PictureKind::bmp, where);
}

}  // namespace triptych::lowlevel::io
