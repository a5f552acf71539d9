// Layers that change images: Resizing, CenterCrop, and the random ones.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/keras/layers/preprocessing/images.h"
#include "triptych/keras/ops/image.h"

namespace triptych::keras {
namespace {

void check_images(const LayerBase& layer, const Shape& shape) {
  if (shape.rank() != 3 && shape.rank() != 4)
    throw ArgumentError(layer.class_name(), "the input is neither an image nor a batch of images",
                        "layer '" + layer.name() + "' got " + shape.text(), "Give (h, w, c) or (n, h, w, c)");
}

/// Where height stands from the end: -3 or -2; width is next to it.
int height_axis(const std::string& data_format) { return data_format == "channels_first" ? -2 : -3; }

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

/// Base of those that draw numbers in training: without, images stay as they are. They are changed in
/// float32, and come out in the compute dtype.
class RandomImages : public LayerBase {
 public:
  RandomImages(const char* class_name, std::string data_format, std::int64_t seed)
      : class_name_(class_name), data_format_(std::move(data_format)), seed_(seed) {}
  std::string class_name() const override { return class_name_; }
  void build(const Shape&) override {
    stream_ = random_stream(seed_);
    add_state("stream", stream_);
  }
  Tensor call(const Tensor& input, bool training) override {
    check_images(*this, input.shape());
    const Tensor x = cast(input, float32);
    if (!training || inferring()) return in_dtype(x, compute_dtype());
    return in_dtype(x.ndim() == 3 ? squeeze(changed(unsqueeze(x, 0)), 0) : changed(x), compute_dtype());
  }

 protected:
  /// Of a batch.
  virtual Tensor changed(const Tensor& x) = 0;

  int height_axis() const { return keras::height_axis(data_format_); }
  /// A number for each image, (n, 1, 1, 1).
  Tensor drawn(const Tensor& x, double low, double high) const {
    const Tensor one = first_along(first_along(first_along(x, 1), 2), 3);
    return low == high ? zeros_like(one) + low : random_uniform_like(stream_, one, low, high);
  }
  /// The same as (n, 1).
  Tensor drawn_column(const Tensor& x, double low, double high) const { return flatten(drawn(x, low, high), 1, -1); }

  const char* class_name_;
  std::string data_format_;
  std::int64_t seed_;
  Tensor stream_;
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
      const auto part = static_cast<std::int64_t>(static_cast<double>(other) * static_cast<double>(size) /
                                                  static_cast<double>(other_size));
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

/// Base of those that move pixels by a matrix for each image.
class RandomPlaces : public RandomImages {
 public:
  template <class Options>
  RandomPlaces(const char* class_name, const Options& options)
      : RandomImages(class_name, options.data_format, options.seed),
        how_{.interpolation = options.interpolation,
             .fill_mode = options.fill_mode,
             .fill_value = options.fill_value,
             .data_format = options.data_format} {}

 protected:
  /// The first two rows of the matrix, six columns (n, 1).
  virtual std::vector<Tensor> matrix(const Tensor& x, double height, double width) = 0;
  Tensor changed(const Tensor& x) override {
    const int axis = height_axis();
    std::vector<Tensor> columns = matrix(x, static_cast<double>(x.size(axis)), static_cast<double>(x.size(axis + 1)));
    columns.insert(columns.end(), 2, zeros_like(columns[0]));
    return keras::ops::image::affine_transform(x, concat(columns, 1), how_);
  }

 private:
  keras::ops::image::AffineOptions how_;
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

class RandomContrast : public RandomImages {
 public:
  RandomContrast(FactorRange factor, const RandomValuesOptions& options)
      : RandomImages("RandomContrast", options.data_format, options.seed),
        factor_(factor),
        range_(options.value_range) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const int axis = height_axis();
    const Tensor middle = mean(mean(x, axis, true), axis + 1, true);
    const Tensor factor = drawn(x, 1 - factor_.lower, 1 + factor_.upper);
    return clip((x - middle) * factor + middle, range_.low, range_.high);
  }

 private:
  FactorRange factor_;
  ValueRange range_;
};

class RandomBrightness : public RandomImages {
 public:
  RandomBrightness(FactorRange factor, const RandomValuesOptions& options)
      : RandomImages("RandomBrightness", options.data_format, options.seed),
        factor_(factor),
        range_(options.value_range) {}

 protected:
  Tensor changed(const Tensor& x) override {
    return clip(x + drawn(x, factor_.lower, factor_.upper) * (range_.high - range_.low), range_.low, range_.high);
  }

 private:
  FactorRange factor_;
  ValueRange range_;
};

/// The range in order; ArgumentError unless it lies within [low, high].
FactorRange checked(const char* layer, const char* name, FactorRange factor, double low, double high, Location where) {
  if (factor.lower > factor.upper) std::swap(factor.lower, factor.upper);
  if (!(factor.lower >= low && factor.upper <= high))
    throw ArgumentError(layer,
                        std::string(name) + " is outside of [" + number_text(low) + ", " + number_text(high) + "]",
                        number_text(factor.lower) + " and " + number_text(factor.upper), "", where);
  return factor;
}

Size2 checked_size(const char* layer, std::int64_t height, std::int64_t width, Location where) {
  check_positive(layer, "height", height, where);
  check_positive(layer, "width", width, where);
  return {height, width};
}

template <class Options>
void check_places(const char* layer, const Options& options, Location where) {
  const auto check = [&](const char* what, const std::string& name, std::initializer_list<const char*> known) {
    for (const char* one : known)
      if (name == one) return;
    std::string names;
    for (const char* one : known) names += (names.empty() ? "Use '" : ", '") + std::string(one) + "'";
    throw ArgumentError(layer, std::string("there is no such ") + what, "'" + name + "'", names, where);
  };
  if (options.fill_mode == "wrap")
    throw UnsupportedError(layer, "there is no fill_mode that repeats the image here", "'wrap'",
                           "Use 'reflect', 'constant' or 'nearest'", where);
  check("fill_mode", options.fill_mode, {"reflect", "constant", "nearest"});
  check("interpolation", options.interpolation, {"bilinear", "nearest"});
  check_seed(layer, options.seed, where);
  is_channels_first(options.data_format, layer, where);
  Hyperparameters(layer, where).finite("fill_value", options.fill_value);
}

void check_values(const char* layer, const RandomValuesOptions& options, Location where) {
  check_seed(layer, options.seed, where);
  is_channels_first(options.data_format, layer, where);
  const auto [low, high] = options.value_range;
  if (!(low < high) || !std::isfinite(low) || !std::isfinite(high))
    throw ArgumentError(layer, "value_range is no range", number_text(low) + " and " + number_text(high), "", where);
}

}  // namespace

namespace layers {

Layer Resizing(std::int64_t height, std::int64_t width, ResizingOptions options, Location where) {
  const Size2 size = checked_size("Resizing", height, width, where);
  is_channels_first(options.data_format, "Resizing", where);
  if (options.crop_to_aspect_ratio && options.pad_to_aspect_ratio)
    throw ArgumentError("Resizing", "images are both cut and padded", "crop_to_aspect_ratio and pad_to_aspect_ratio",
                        "", where);
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

Layer RandomContrast(FactorRange factor, RandomValuesOptions options, Location where) {
  if (factor.is_one) factor = {0, factor.upper};  // as in Keras: one number only makes contrasts stronger
  if (factor.lower > factor.upper) std::swap(factor.lower, factor.upper);
  for (const double bound : {factor.lower, factor.upper})
    if (!(bound >= 0 && bound <= 1))
      throw ArgumentError("RandomContrast", "factor is outside of [0, 1]", number_text(bound), "", where);
  check_values("RandomContrast", options, where);
  return configured(
      with_options(plain_brick<keras::RandomContrast>(options.name, where, factor, options), options, where), options,
      arg("factor", factor));
}

Layer RandomBrightness(FactorRange factor, RandomValuesOptions options, Location where) {
  factor = checked("RandomBrightness", "factor", factor, -1, 1, where);
  check_values("RandomBrightness", options, where);
  return configured(
      with_options(plain_brick<keras::RandomBrightness>(options.name, where, factor, options), options, where), options,
      arg("factor", factor));
}

}  // namespace layers
}  // namespace triptych::keras
