// Layers that change the places of pixels: Resizing, CenterCrop, and random ones.
#include <algorithm>
#include <numbers>

#include "api_keras/preprocessing/random_images.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class Resizing : public LayerBase {
 public:
  Resizing(Size2 size, ResizingOptions options) : size_(size), options_(std::move(options)) {}
  Tensor call(const Tensor& x, bool) override {
    check_images(*this, x.shape());
    const Tensor y = keras::ops::image::resize(x.dtype() == float64 ? x : cast(x, float32), size_,
                                               {.interpolation = options_.interpolation,
                                                .antialias = options_.antialias,
                                                .crop_to_aspect_ratio = options_.crop_to_aspect_ratio,
                                                .pad_to_aspect_ratio = options_.pad_to_aspect_ratio,
                                                .fill_value = options_.fill_value,
                                                .data_format = options_.data_format});
    if (is_floating(x.dtype())) return in_dtype(y, x.dtype());
    return cast(x.dtype() == uint8 ? clip(round(y), 0, 255) : round(y), x.dtype());
  }

 private:
  Size2 size_;
  ResizingOptions options_;
};

class CenterCrop : public LayerBase {
 public:
  CenterCrop(Size2 size, std::string data_format) : size_(size), data_format_(std::move(data_format)) {}
  Tensor call(const Tensor& input, bool) override {
    check_images(*this, input.shape());
    const Tensor x = cast(input, float32);
    const int axis = height_axis(data_format_);
    const std::int64_t height = x.size(axis), width = x.size(axis + 1);
    if (height < size_.height || width < size_.width)
      return in_dtype(keras::ops::image::resize(x, size_, {.crop_to_aspect_ratio = true, .data_format = data_format_}),
                      compute_dtype());
    return in_dtype(narrow(narrow(x, axis, (height - size_.height) / 2, size_.height), axis + 1,
                           (width - size_.width) / 2, size_.width),
                    compute_dtype());
  }

 private:
  Size2 size_;
  std::string data_format_;
};

class RandomFlip : public RandomImages {
 public:
  RandomFlip(const std::string& mode, const RandomFlipOptions& options)
      : RandomImages("RandomFlip", options.data_format, options.seed), mode_(mode) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const Tensor turns = less_equal(drawn(x, 0, 1), 0.5);
    Tensor y = x;
    if (mode_ != "vertical") y = where(turns, flip(y, height_axis() + 1), y);
    if (mode_ != "horizontal") y = where(turns, flip(y, height_axis()), y);
    return y;
  }

 private:
  std::string mode_;
};

class RandomCrop : public RandomImages {
 public:
  RandomCrop(Size2 size, const RandomCropOptions& options)
      : RandomImages("RandomCrop", options.data_format, options.seed), size_(size) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const int axis = height_axis();
    const std::int64_t height = x.size(axis), width = x.size(axis + 1);
    if (height <= size_.height || width <= size_.width) return resized(x, axis, height, width);
    const Tensor one = zeros({1}, float32);
    const auto start = [&](std::int64_t room) {
      return cast(floor(random_uniform_like(stream_, one, 0, static_cast<double>(room + 1))), int64);
    };
    const auto cut = [](const Tensor& from, int along, const Tensor& begin, std::int64_t length) {
      return index_select(from, along, begin + arange(length));
    };
    return cut(cut(x, axis, start(height - size_.height), size_.height), axis + 1, start(width - size_.width),
               size_.width);
  }
  /// What Keras makes of images that are not larger: a part that begins where one of the right proportions would.
  Tensor resized(const Tensor& x, int axis, std::int64_t height, std::int64_t width) const {
    const auto start = [](std::int64_t length, std::int64_t other, std::int64_t size, std::int64_t other_size) {
      const std::int64_t part =
          Scalar(static_cast<double>(other) * static_cast<double>(size) / static_cast<double>(other_size)).to_int();
      return (length - std::clamp<std::int64_t>(part, 1, length)) / 2;
    };
    const std::int64_t top = start(height, width, size_.height, size_.width),
                       left = start(width, height, size_.width, size_.height);
    const Tensor part = narrow(narrow(x, axis, top, std::min(size_.height, height - top)), axis + 1, left,
                               std::min(size_.width, width - left));
    return keras::ops::image::resize(part, size_, {.data_format = data_format_});
  }

 private:
  Size2 size_;
};

class RandomRotation : public RandomPlaces {
 public:
  RandomRotation(FactorRange factor, const RandomPlacesOptions& options)
      : RandomPlaces("RandomRotation", options), factor_(factor) {}

 protected:
  std::vector<Tensor> matrix(const Tensor& x, double height, double width) override {
    const Tensor angle = drawn_column(x, factor_.lower * 360, factor_.upper * 360) * (std::numbers::pi / 180);
    const double cx = 0.5 * (width - 1), cy = 0.5 * (height - 1);
    const Tensor c = cos(angle), s = sin(angle);
    return {c, neg(s), cx - cx * c + cy * s, s, c, cy - cx * s - cy * c};
  }

 private:
  FactorRange factor_;
};

class RandomZoom : public RandomPlaces {
 public:
  RandomZoom(FactorRange height, const RandomZoomOptions& options)
      : RandomPlaces("RandomZoom", options), height_(height), width_(options.width_factor) {}

 protected:
  std::vector<Tensor> matrix(const Tensor& x, double height, double width) override {
    const Tensor down = drawn_column(x, 1 + height_.lower, 1 + height_.upper);
    const Tensor across = width_ ? drawn_column(x, 1 + width_->lower, 1 + width_->upper) : down;
    const Tensor none = zeros_like(down);
    return {across, none, (1 - across) * ((width - 1) / 2), none, down, (1 - down) * ((height - 1) / 2)};
  }

 private:
  FactorRange height_;
  std::optional<FactorRange> width_;
};

class RandomTranslation : public RandomPlaces {
 public:
  RandomTranslation(FactorRange height, FactorRange width, const RandomPlacesOptions& options)
      : RandomPlaces("RandomTranslation", options), height_(height), width_(width) {}

 protected:
  std::vector<Tensor> matrix(const Tensor& x, double height, double width) override {
    const Tensor down = drawn_column(x, height_.lower, height_.upper) * height;
    const Tensor across = drawn_column(x, width_.lower, width_.upper) * width;
    const Tensor none = zeros_like(down), one = ones_like(down);
    return {one, none, neg(across), none, one, neg(down)};
  }

 private:
  FactorRange height_, width_;
};

Size2 checked_size(const char* layer, std::int64_t height, std::int64_t width, Location where) {
  check_positive(layer, "height", height, where);
  check_positive(layer, "width", width, where);
  return {height, width};
}

}  // namespace

namespace layers {

Layer Resizing(std::int64_t height, std::int64_t width, ResizingOptions options, Location where) {
  const Size2 size = checked_size("Resizing", height, width, where);
  is_channels_first(options.data_format, "Resizing", where);
  if (options.crop_to_aspect_ratio && options.pad_to_aspect_ratio)
    throw ArgumentError("Resizing", "images are both cut and padded", "crop_to_aspect_ratio and pad_to_aspect_ratio",
                        "", where);
  check_known("Resizing", "fill_mode", options.fill_mode, {"constant"}, where);
  check_known("Resizing", "interpolation", options.interpolation,
              {"bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5"}, where);
  return configured(with_options(plain_brick<keras::Resizing>(options.name, where, size, options), options, where),
                    options, arg("height", height), arg("width", width));
}

Layer CenterCrop(std::int64_t height, std::int64_t width, CenterCropOptions options, Location where) {
  const Size2 size = checked_size("CenterCrop", height, width, where);
  is_channels_first(options.data_format, "CenterCrop", where);
  return configured(
      with_options(plain_brick<keras::CenterCrop>(options.name, where, size, options.data_format), options, where),
      options, arg("height", height), arg("width", width));
}

Layer RandomFlip(OwnedText mode, RandomFlipOptions options, Location where) {
  if (mode != "horizontal" && mode != "vertical" && mode != "horizontal_and_vertical")
    throw ArgumentError("RandomFlip", "there is no such mode", "'" + mode + "'",
                        "Use 'horizontal', 'vertical' or 'horizontal_and_vertical'", where);
  check_seed("RandomFlip", options.seed, where);
  is_channels_first(options.data_format, "RandomFlip", where);
  return configured(with_options(plain_brick<keras::RandomFlip>(options.name, where, mode, options), options, where),
                    options, arg("mode", mode));
}

Layer RandomCrop(std::int64_t height, std::int64_t width, RandomCropOptions options, Location where) {
  const Size2 size = checked_size("RandomCrop", height, width, where);
  check_seed("RandomCrop", options.seed, where);
  is_channels_first(options.data_format, "RandomCrop", where);
  return configured(with_options(plain_brick<keras::RandomCrop>(options.name, where, size, options), options, where),
                    options, arg("height", height), arg("width", width));
}

Layer RandomRotation(FactorRange factor, RandomPlacesOptions options, Location where) {
  factor = checked("RandomRotation", "factor", factor, -1, 1, where);
  check_places("RandomRotation", options, where);
  return configured(
      with_options(plain_brick<keras::RandomRotation>(options.name, where, factor, options), options, where), options,
      arg("factor", factor));
}

Layer RandomZoom(FactorRange height_factor, RandomZoomOptions options, Location where) {
  constexpr double least = -1 + 1e-9;  // an image of no size cannot be read
  height_factor = checked("RandomZoom", "height_factor", height_factor, least, 1, where);
  if (options.width_factor)
    options.width_factor = checked("RandomZoom", "width_factor", *options.width_factor, least, 1, where);
  check_places("RandomZoom", options, where);
  return configured(
      with_options(plain_brick<keras::RandomZoom>(options.name, where, height_factor, options), options, where),
      options, arg("height_factor", height_factor));
}

Layer RandomTranslation(FactorRange height_factor, FactorRange width_factor, RandomPlacesOptions options,
                        Location where) {
  height_factor = checked("RandomTranslation", "height_factor", height_factor, -1, 1, where);
  width_factor = checked("RandomTranslation", "width_factor", width_factor, -1, 1, where);
  check_places("RandomTranslation", options, where);
  return configured(
      with_options(plain_brick<keras::RandomTranslation>(options.name, where, height_factor, width_factor, options),
                   options, where),
      options, arg("height_factor", height_factor), arg("width_factor", width_factor));
}

}  // namespace layers
}  // namespace triptych::keras
