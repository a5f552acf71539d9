#include "triptych/eager/io.h"

#include "core/dispatch/backend.h"
#include "core/formats/picture.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::eager::io {
namespace {

/// The channels of a mode are its number.
Tensor decoded(const PictureFile& file, ImageReadMode mode) {
  return contiguous(permute(decode_picture(file, static_cast<std::int64_t>(mode)), {2, 0, 1}));
}

}  // namespace

Tensor read_file(const OwnedText& path, Location where) {
  const Frame frame(where);
  const std::string bytes = bytes_of_file(path, {"read_file", where});
  return tensor(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

Tensor decode_image(const Tensor& input, ImageReadMode mode, Location where) {
  const Frame frame(where);
  const TensorMeta& meta = input.meta(where);
  if (input.is_symbolic() || meta.dtype != uint8 || meta.shape.rank() != 1)
    throw ArgumentError("decode_image", "the input is not the bytes of a file",
                        std::string(dtype_name(meta.dtype)) + " " + meta.shape.text(),
                        "read_file gives them: uint8 (n,)", where);
  const Tensor bytes = contiguous_now(on_host(input));
  const std::string_view view(static_cast<const char*>(bytes.impl()->data()), static_cast<std::size_t>(bytes.numel()));
  return decoded({view, "the text", {"decode_image", where}}, mode);
}

Tensor read_image(const OwnedText& path, ImageReadMode mode, Location where) {
  const Frame frame(where);
  const FileContext context{"read_image", where};
  const std::string bytes = bytes_of_file(path, context);
  return decoded({bytes, "'" + path + "'", context}, mode);
}

}  // namespace triptych::eager::io
