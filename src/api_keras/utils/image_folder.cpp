#include "triptych/keras/utils/image_folder.h"

#include <algorithm>

#include "api_keras/layers/brick.h"
#include "api_keras/names.h"
#include "api_keras/utils/class_files.h"
#include "api_keras/utils/image_parts.h"
#include "core/formats/picture.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/resize.h"
#include "triptych/lowlevel/names/image.h"

namespace triptych::keras {
namespace {

class FolderImages : public data::Dataset {
 public:
  FolderImages(ClassFiles files, ImageFolderOptions options, FileContext context)
      : Dataset(context.where),
        files_(std::move(files)),
        options_(std::move(options)),
        channels_(channels_of(options_.color_mode, context)),
        context_(context) {}

  std::int64_t size() const override { return static_cast<std::int64_t>(files_.paths.size()); }

  data::Example get(std::int64_t index) const override {
    const GradMode off(false);
    const std::string& path = files_.paths[static_cast<std::size_t>(index)];
    const std::string bytes = bytes_of_file(path, context_);
    const Tensor image = resized(decode_picture({bytes, "'" + path + "'", context_}, channels_));
    return {options_.data_format == "channels_first" ? contiguous(permute(image, {2, 0, 1})) : image,
            files_.labels.defined() ? files_.labels[index] : Tensor()};
  }

 private:
  Tensor resized(const Tensor& image) const {
    const auto [height, width] = options_.image_size;
    const std::string& method = options_.interpolation;
    if (options_.pad_to_aspect_ratio)
      return cast(lowlevel::image::resize_with_pad(image, height, width, method), float32);
    const Tensor part = options_.crop_to_aspect_ratio ? middle_of(image, options_.image_size) : image;
    return cast(resize_images(part, height, width, method), float32);
  }

  ClassFiles files_;
  ImageFolderOptions options_;
  std::int64_t channels_;
  FileContext context_;
};

void check(const ImageFolderOptions& options, FileContext context) {
  const auto fail = [&](const char* wrong, const std::string& given) {
    throw ArgumentError(context.op, wrong, given, "", context.where);
  };
  static_cast<void>(channels_of(options.color_mode, context));
  is_channels_first(options.data_format, context.op.data(), context.where);
  const auto [height, width] = options.image_size;
  if (height < 1 || width < 1)
    fail("image_size is not positive", "(" + std::to_string(height) + ", " + std::to_string(width) + ")");
  if (options.crop_to_aspect_ratio && options.pad_to_aspect_ratio)
    fail("images are both cut and padded", "crop_to_aspect_ratio and pad_to_aspect_ratio");
  const std::vector<std::string> known{"bilinear", "nearest",  "bicubic",  "area",
                                       "lanczos3", "lanczos5", "gaussian", "mitchellcubic"};
  if (std::find(known.begin(), known.end(), options.interpolation) == known.end())
    no_such("interpolation", options.interpolation, known, context.where);
}

}  // namespace

ImageFolder utils::image_dataset_from_directory(const OwnedText& directory, ImageFolderOptions options,
                                                Location where) {
  const Frame frame(where);
  const FileContext context{"image_dataset_from_directory", where};
  check(options, context);
  ClassFiles files =
      class_files(directory, folder_options(options), {".bmp", ".gif", ".jpeg", ".jpg", ".png"}, "picture", context);
  const std::vector<std::string> class_names = files.class_names, paths = files.paths;
  const data::DataLoaderOptions batches{.batch_size = options.batch_size,
                                        .shuffle = options.shuffle,
                                        .num_workers = options.num_workers,
                                        .seed = static_cast<std::uint64_t>(options.seed)};
  return ImageFolder(
      data::DataLoader(std::make_shared<FolderImages>(std::move(files), std::move(options), context), batches, where),
      class_names, paths);
}

}  // namespace triptych::keras
