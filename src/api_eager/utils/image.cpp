#include "triptych/eager/utils/image.h"

#include <algorithm>
#include <string>

#include "core/formats/png.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::eager::utils {
namespace {

void check(std::string_view op, const Tensor& tensor, const MakeGridOptions& options, Location where) {
  const TensorMeta& meta = tensor.meta(where);
  if (tensor.is_symbolic())
    throw ArgumentError(op, "the pictures are not computed yet", meta.shape.text(), "Run the graph first", where);
  if (meta.dtype != uint8 && !is_floating(meta.dtype))
    throw ArgumentError(op, "pictures are neither floating nor uint8", std::string(dtype_name(meta.dtype)), "", where);
  if (meta.shape.rank() < 2 || meta.shape.rank() > 4)
    throw ArgumentError(op, "a shape is not that of pictures", meta.shape.text(),
                        "It is (N, C, H, W), (C, H, W) or (H, W)", where);
  if (meta.shape.rank() == 4 && tensor.size(0, where) == 0)
    throw ArgumentError(op, "there is no picture", meta.shape.text(), "", where);
  if (options.nrow < 1) throw ArgumentError(op, "nrow is below 1", std::to_string(options.nrow), "", where);
  if (options.padding < 0) throw ArgumentError(op, "padding is negative", std::to_string(options.padding), "", where);
  if (const auto& range = options.value_range; range && !(range->first < range->second))
    throw ArgumentError(op, "value_range is empty",
                        "(" + number_text(range->first) + ", " + number_text(range->second) + ")", "", where);
}

/// Values between `low` and `high` as numbers from 0 to 1: those of each picture, or of all.
Tensor normalized(const Tensor& pictures, const MakeGridOptions& options) {
  if (options.value_range) {
    const auto [low, high] = *options.value_range;
    return (clip(pictures, low, high) - low) / std::max(high - low, 1e-5);
  }
  const Axes axes = options.scale_each ? Axes{1, 2, 3} : Axes{0, 1, 2, 3};
  const Tensor low = amin(pictures, axes, true), high = amax(pictures, axes, true);
  return (pictures - low) / maximum(high - low, 1e-5);
}

Tensor grid(std::string_view op, const Tensor& tensor, const MakeGridOptions& options, Location where) {
  check(op, tensor, options, where);
  const Frame frame(where);
  const GradMode off(false);
  Tensor pictures = tensor;
  while (pictures.ndim() < 4) pictures = unsqueeze(pictures, 0);
  if (pictures.size(1) == 1) pictures = cat({pictures, pictures, pictures}, 1);
  if (options.normalize) pictures = normalized(pictures.dtype() == uint8 ? cast(pictures, float32) : pictures, options);
  const std::int64_t count = pictures.size(0), columns = std::min(options.nrow, count), margin = options.padding;
  if (count == 1) return pictures[0];
  const std::int64_t missing = (columns - count % columns) % columns;  // in the last row
  const Tensor cells = pad(pictures, {{0, missing}, {0, 0}, {margin, 0}, {margin, 0}}, options.pad_value);
  const Tensor rows = permute(unflatten(cells, 0, {-1, columns}), {2, 0, 3, 1, 4});  // (C, rows, h, columns, w)
  return pad(flatten(flatten(rows, 3, 4), 1, 2), {{0, 0}, {0, margin}, {0, margin}}, options.pad_value);
}

}  // namespace

Tensor make_grid(const Tensor& tensor, const MakeGridOptions& options, Location where) {
  return grid("make_grid", tensor, options, where);
}

void save_image(const Tensor& tensor, const OwnedText& fp, const MakeGridOptions& options, Location where) {
  const FileContext context{"save_image", where};
  if (!fp.ends_with(".png"))
    throw ArgumentError(context.op, "the file's name does not end in '.png'", "'" + fp + "'",
                        "PNG is the format that there is", where);
  const Tensor picture = grid(context.op, tensor, options, where);
  const Frame frame(where);
  const GradMode off(false);
  if (picture.numel() == 0 || picture.size(0) > 4)
    throw ArgumentError(context.op, "the picture has no pixel, or more than 4 channels", picture.shape().text(), "",
                        where);
  const Tensor bytes = picture.dtype() == uint8 ? picture : cast(clip(picture * 255 + 0.5, 0, 255), uint8);
  write_png(fp,
            {picture.size(1), picture.size(2), picture.size(0), permute(bytes, {1, 2, 0}).to_vector<std::uint8_t>()},
            context);
}

}  // namespace triptych::eager::utils
