#include "triptych/core/data/transforms.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/support/hyperparameter.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace triptych::data::transforms {
namespace {

[[noreturn]] void fail(const char* op, std::string_view wrong, const std::string& given, std::string_view hint,
                       Location where) {
  throw ArgumentError(op, wrong, given, hint, where);
}

/// What an image is, once it was looked at.
struct Sizes {
  std::int64_t channels, height, width;
  double most;  // the brightest value
};

/// ArgumentError unless `image` is (..., channels, height, width) with values.
Sizes look(const char* op, const Tensor& image, Location where) {
  if (!image.defined() || image.is_symbolic() || image.ndim() < 3)
    fail(op, "the image is not of shape (..., channels, height, width)",
         !image.defined()      ? "an undefined tensor"
         : image.is_symbolic() ? "a symbolic tensor"
                               : image.shape().text(),
         "ToTensor makes it so", where);
  if (image.dtype() != uint8 && !is_floating(image.dtype()))
    fail(op, "the image is neither uint8 nor floating", std::string(dtype_name(image.dtype())), "", where);
  if (image.numel() == 0) fail(op, "the image has no pixel", image.shape().text(), "", where);
  return {image.size(-3), image.size(-2), image.size(-1), image.dtype() == uint8 ? 255.0 : 1.0};
}

void check_size(const char* op, Size2 size, Location where) {
  constexpr std::int64_t most = 1 << 20;
  if (size.height < 1 || size.width < 1 || size.height > most || size.width > most)
    fail(op, "the size is below 1 or above 2^20", std::to_string(size.height) + " x " + std::to_string(size.width), "",
         where);
}

void check_range(const char* op, const char* name, Range range, double least, Location where) {
  if (!(range.low >= least && range.low <= range.high && std::isfinite(range.high)))
    fail(op, "a range is no range of such numbers",
         std::string(name) + " is " + number_text(range.low) + " to " + number_text(range.high), "", where);
}

double draw(Range range) { return range.low + (range.high - range.low) * rand({}).item<double>(); }
/// 0 to `most`.
std::int64_t draw_below(std::int64_t most) { return randint(0, most + 1, {}).item<std::int64_t>(); }
bool happens(double p) { return draw({0, 1}) < p; }

/// `function` of the image's floats, rounded back where they were bytes.
template <class F>
Tensor in_floats(const Tensor& image, bool rounds, F function) {
  if (image.dtype() != uint8) return function(image);
  const Tensor result = function(image.to(float32));
  return clip(rounds ? round(result) : result, 0, 255).to(uint8);
}

/// The image as (n, channels, height, width), and back.
template <class F>
Tensor as_batch(const Tensor& image, F function) {
  const Tensor result = function(image.reshape({-1, image.size(-3), image.size(-2), image.size(-1)}));
  Shape shape = image.shape();
  for (const int axis : {-3, -2, -1}) shape.set(shape.rank() + axis, result.size(axis));
  return result.reshape(shape);
}

Tensor crop(const Tensor& image, std::int64_t top, std::int64_t left, Size2 size) {
  return slice(slice(image, -2, {top, top + size.height}), -1, {left, left + size.width});
}

Tensor padded(const Tensor& image, Size2 before, Size2 after, double fill, const std::string& mode) {
  std::vector<std::pair<std::int64_t, std::int64_t>> sides(static_cast<std::size_t>(image.ndim()));
  sides[sides.size() - 2] = {before.height, after.height};
  sides[sides.size() - 1] = {before.width, after.width};
  if (mode == "constant")
    return pad(image, sides, image.dtype() == uint8 ? Scalar(static_cast<std::int64_t>(fill)) : Scalar(fill));
  return pad(image, sides, mode);
}

Tensor resized(const Tensor& image, Size2 size, const std::string& mode) {
  if (image.size(-2) == size.height && image.size(-1) == size.width) return image;
  return as_batch(image, [&](const Tensor& batch) {
    const bool nearest = mode == "nearest";
    const auto change = [&](const Tensor& x) {
      return interpolate(x, {.size = {size.height, size.width}, .mode = mode, .antialias = !nearest});
    };
    return nearest ? change(batch) : in_floats(batch, true, change);
  });
}

void check_mode(const char* op, const std::string& given, std::initializer_list<const char*> modes, Location where) {
  std::string names;
  for (const char* mode : modes) {
    if (given == mode) return;
    names += (names.empty() ? "It is '" : ", '") + std::string(mode) + "'";
  }
  fail(op, "there is no such mode", "'" + given + "'", names, where);
}

void check_fill(const char* op, double fill, Location where) { Hyperparameters(op, where).finite("fill", fill); }

}  // namespace

Transform Compose(std::vector<Transform> transforms, Location where) {
  for (const Transform& transform : transforms) check_callable("Compose", transform, where);
  return [all = std::move(transforms)](const Tensor& image) {
    Tensor result = image;
    for (const Transform& transform : all) result = transform(result);
    return result;
  };
}

Transform Lambda(Transform function, Location where) {
  check_callable("Lambda", function, where);
  return function;
}

Transform RandomApply(Transform transform, double p, Location where) {
  check_callable("RandomApply", transform, where);
  Hyperparameters("RandomApply", where).share("p", p);
  return [=](const Tensor& image) { return happens(p) ? transform(image) : image; };
}

Transform ToTensor(Location where) {
  return [where](const Tensor& image) {
    const Frame frame(where);
    if (!image.defined() || image.is_symbolic() || image.ndim() < 2)
      fail("ToTensor", "the image is not of shape (..., height, width, channels)",
           !image.defined()      ? "an undefined tensor"
           : image.is_symbolic() ? "a symbolic tensor"
                                 : image.shape().text(),
           "", where);
    const Tensor channels_first = image.ndim() == 2 ? image.unsqueeze(0) : moveaxis(image, -1, -3);
    return image.dtype() == uint8 ? channels_first.to(float32) / 255 : contiguous(channels_first);
  };
}

Transform Normalize(std::vector<double> mean, std::vector<double> std, Location where) {
  constexpr const char* op = "Normalize";
  if (mean.empty() || std.empty()) fail(op, "mean or std has no number", "an empty list", "", where);
  for (const double value : mean) Hyperparameters(op, where).finite("mean", value);
  for (const double value : std) Hyperparameters(op, where).positive("std", value);
  return [=](const Tensor& image) {
    const Frame frame(where);
    const Sizes sizes = look(op, image, where);
    if (image.dtype() == uint8) fail(op, "the image is of bytes", "uint8", "ToTensor() makes floats of it", where);
    const auto of_channels = [&](const std::vector<double>& values) {
      if (values.size() != 1 && static_cast<std::int64_t>(values.size()) != sizes.channels)
        fail(op, "mean or std has not one number, nor one for each channel",
             std::to_string(values.size()) + " numbers, " + std::to_string(sizes.channels) + " channels", "", where);
      return tensor(values).to(image.dtype()).reshape({-1, 1, 1});
    };
    return (image - of_channels(mean)) / of_channels(std);
  };
}

Transform Resize(std::int64_t size, OwnedText interpolation, Location where) {
  check_size("Resize", size, where);
  check_mode("Resize", interpolation, {"bilinear", "bicubic", "nearest"}, where);
  return [=, mode = std::string(interpolation)](const Tensor& image) {
    const Frame frame(where);
    const Sizes sizes = look("Resize", image, where);
    const std::int64_t shorter = std::min(sizes.height, sizes.width), longer = std::max(sizes.height, sizes.width);
    const std::int64_t other =
        Scalar(static_cast<double>(size) * static_cast<double>(longer) / static_cast<double>(shorter)).to_int();
    return resized(image, sizes.height <= sizes.width ? Size2(size, other) : Size2(other, size), mode);
  };
}

Transform Resize(Size2 size, OwnedText interpolation, Location where) {
  check_size("Resize", size, where);
  check_mode("Resize", interpolation, {"bilinear", "bicubic", "nearest"}, where);
  return [=, mode = std::string(interpolation)](const Tensor& image) {
    const Frame frame(where);
    look("Resize", image, where);
    return resized(image, size, mode);
  };
}

Transform Pad(Size2 padding, double fill, OwnedText padding_mode, Location where) {
  if (padding.height < 0 || padding.width < 0)
    fail("Pad", "the padding is negative", std::to_string(padding.height) + " x " + std::to_string(padding.width), "",
         where);
  check_fill("Pad", fill, where);
  check_mode("Pad", padding_mode, {"constant", "edge", "reflect", "symmetric"}, where);
  return [=, mode = std::string(padding_mode)](const Tensor& image) {
    const Frame frame(where);
    look("Pad", image, where);
    return padded(image, padding, padding, fill, mode);
  };
}

Transform CenterCrop(Size2 size, Location where) {
  check_size("CenterCrop", size, where);
  return [=](const Tensor& image) {
    const Frame frame(where);
    const Sizes sizes = look("CenterCrop", image, where);
    const std::int64_t high = std::max<std::int64_t>(size.height - sizes.height, 0);
    const std::int64_t wide = std::max<std::int64_t>(size.width - sizes.width, 0);
    const Tensor whole =
        high + wide > 0 ? padded(image, {high / 2, wide / 2}, {(high + 1) / 2, (wide + 1) / 2}, 0, "constant") : image;
    // Halves are rounded to even ones, as Python does.
    const auto middle = [](std::int64_t all, std::int64_t part) {
      return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(all - part) / 2));
    };
    return crop(whole, middle(whole.size(-2), size.height), middle(whole.size(-1), size.width), size);
  };
}

Transform RandomCrop(Size2 size, const RandomCropOptions& options, Location where) {
  constexpr const char* op = "RandomCrop";
  check_size(op, size, where);
  if (options.padding && (options.padding->height < 0 || options.padding->width < 0))
    fail(op, "the padding is negative", std::to_string(options.padding->height), "", where);
  check_fill(op, options.fill, where);
  check_mode(op, options.padding_mode, {"constant", "edge", "reflect", "symmetric"}, where);
  return [=](const Tensor& image) {
    const Frame frame(where);
    look(op, image, where);
    const auto with = [&](const Tensor& x, Size2 sides) {
      return padded(x, sides, sides, options.fill, options.padding_mode);
    };
    Tensor whole = options.padding ? with(image, *options.padding) : image;
    if (options.pad_if_needed) {
      if (whole.size(-1) < size.width) whole = with(whole, {0, size.width - whole.size(-1)});
      if (whole.size(-2) < size.height) whole = with(whole, {size.height - whole.size(-2), 0});
    }
    const std::int64_t down = whole.size(-2) - size.height, right = whole.size(-1) - size.width;
    if (down < 0 || right < 0)
      fail(op, "the image is smaller than the crop", image.shape().text(), "pad_if_needed adds what is missing", where);
    const std::int64_t top = draw_below(down);
    return crop(whole, top, draw_below(right), size);
  };
}

Transform RandomResizedCrop(Size2 size, Range scale, Range ratio, OwnedText interpolation, Location where) {
  constexpr const char* op = "RandomResizedCrop";
  check_size(op, size, where);
  check_range(op, "scale", scale, 0, where);
  check_range(op, "ratio", ratio, 1e-6, where);
  check_mode(op, interpolation, {"bilinear", "bicubic", "nearest"}, where);
  return [=, mode = std::string(interpolation)](const Tensor& image) {
    const Frame frame(where);
    const Sizes sizes = look(op, image, where);
    const auto height = static_cast<double>(sizes.height), width = static_cast<double>(sizes.width);
    for (int attempt = 0; attempt < 10; ++attempt) {
      const double area = height * width * draw(scale);
      const double shape = std::exp(draw({std::log(ratio.low), std::log(ratio.high)}));
      const Size2 part(static_cast<std::int64_t>(std::round(std::min(std::sqrt(area / shape), 1e9))),
                       static_cast<std::int64_t>(std::round(std::min(std::sqrt(area * shape), 1e9))));
      if (part.height < 1 || part.width < 1 || part.height > sizes.height || part.width > sizes.width) continue;
      const std::int64_t top = draw_below(sizes.height - part.height);
      return resized(crop(image, top, draw_below(sizes.width - part.width), part), size, mode);
    }
    // None fits: the middle, with the nearest ratio.
    const double shape = std::clamp(width / height, ratio.low, ratio.high);
    const Size2 part(std::clamp<std::int64_t>(static_cast<std::int64_t>(std::round(std::min(height, width / shape))), 1,
                                              sizes.height),
                     std::clamp<std::int64_t>(static_cast<std::int64_t>(std::round(std::min(width, height * shape))), 1,
                                              sizes.width));
    return resized(crop(image, (sizes.height - part.height) / 2, (sizes.width - part.width) / 2, part), size, mode);
  };
}

namespace {

Transform random_flip(const char* op, int axis, double p, Location where) {
  Hyperparameters(op, where).share("p", p);
  return [=](const Tensor& image) {
    const Frame frame(where);
    look(op, image, where);
    return happens(p) ? flip(image, axis) : image;
  };
}

}  // namespace

Transform RandomHorizontalFlip(double p, Location where) { return random_flip("RandomHorizontalFlip", -1, p, where); }
Transform RandomVerticalFlip(double p, Location where) { return random_flip("RandomVerticalFlip", -2, p, where); }

Transform RandomRotation(double degrees, OwnedText interpolation, Location where) {
  Hyperparameters("RandomRotation", where).not_negative("degrees", degrees);
  return RandomRotation(Range{-degrees, degrees}, std::move(interpolation), where);
}

Transform RandomRotation(Range degrees, OwnedText interpolation, Location where) {
  constexpr const char* op = "RandomRotation";
  check_range(op, "degrees", degrees, -1e6, where);
  check_mode(op, interpolation, {"nearest", "bilinear"}, where);
  return [=, mode = std::string(interpolation)](const Tensor& image) {
    const Frame frame(where);
    const Sizes sizes = look(op, image, where);
    const double angle = draw(degrees) * std::numbers::pi / 180;
    const double aspect = static_cast<double>(sizes.height) / static_cast<double>(sizes.width);
    // Where each pixel comes from, in units of half the width and half the height.
    const Tensor from = tensor<double>(
        {{{std::cos(angle), -std::sin(angle) * aspect, 0.0}, {std::sin(angle) / aspect, std::cos(angle), 0.0}}});
    return as_batch(image, [&](const Tensor& batch) {
      return in_floats(batch, true, [&](const Tensor& x) {
        const Tensor grid = affine_grid(from, {1, sizes.channels, sizes.height, sizes.width});
        const Shape all{x.size(0), sizes.height, sizes.width, 2};
        return grid_sample(x, expand(grid, all).to(x.dtype()), {.mode = mode});
      });
    });
  };
}

Transform RandomErasing(double p, Range scale, Range ratio, double value, Location where) {
  constexpr const char* op = "RandomErasing";
  Hyperparameters(op, where).share("p", p);
  check_range(op, "scale", scale, 0, where);
  check_range(op, "ratio", ratio, 1e-6, where);
  if (scale.high > 1) fail(op, "scale is more than the whole image", number_text(scale.high), "", where);
  Hyperparameters(op, where).finite("value", value);
  return [=](const Tensor& image) {
    const Frame frame(where);
    const Sizes sizes = look(op, image, where);
    if (!happens(p)) return image;
    for (int attempt = 0; attempt < 10; ++attempt) {
      const double area = static_cast<double>(sizes.height * sizes.width) * draw(scale);
      const double shape = std::exp(draw({std::log(ratio.low), std::log(ratio.high)}));
      const auto height = static_cast<std::int64_t>(std::round(std::min(std::sqrt(area * shape), 1e9)));
      const auto width = static_cast<std::int64_t>(std::round(std::min(std::sqrt(area / shape), 1e9)));
      if (height >= sizes.height || width >= sizes.width) continue;
      const std::int64_t top = draw_below(sizes.height - height), left = draw_below(sizes.width - width);
      Tensor erased = image.clone();
      if (height > 0 && width > 0)
        erased.set({ellipsis, Slice(top, top + height), Slice(left, left + width)},
                   Arg(full({}, value).to(image.dtype())));
      return erased;
    }
    return image;
  };
}

namespace {

Tensor luminance(const Tensor& x) {
  const auto channel = [&](std::int64_t c) { return slice(x, -3, {c, c + 1}); };
  return channel(0) * 0.2989 + channel(1) * 0.587 + channel(2) * 0.114;
}

Tensor blend(const Tensor& x, const Tensor& other, double factor, double most) {
  return clip(x * factor + other * (1 - factor), 0, most);
}

}  // namespace

Transform ColorJitter(double brightness, double contrast, double saturation, double hue, Location where) {
  constexpr const char* op = "ColorJitter";
  const Hyperparameters checks(op, where);
  checks.not_negative("brightness", brightness);
  checks.not_negative("contrast", contrast);
  checks.not_negative("saturation", saturation);
  checks.not_negative("hue", hue);
  if (hue > 0.5) fail(op, "hue is more than half the circle", number_text(hue), "", where);
  return [=](const Tensor& image) {
    const Frame frame(where);
    const Sizes sizes = look(op, image, where);
    const bool coloured = sizes.channels == 3;
    if (!coloured && sizes.channels != 1)
      fail(op, "the image has neither 1 nor 3 channels", image.shape().text(), "They stand before height and width",
           where);
    const auto factor = [](double reach) { return draw({std::max(0.0, 1 - reach), 1 + reach}); };
    const std::vector<std::int64_t> order = permutation(4).to_vector<std::int64_t>();
    return in_floats(image, false, [&](const Tensor& floats) {
      Tensor x = floats;
      for (const std::int64_t which : order) {
        if (which == 0 && brightness > 0) {
          x = clip(x * factor(brightness), 0, sizes.most);
        } else if (which == 1 && contrast > 0) {
          const Tensor grey = coloured ? luminance(x) : x;
          x = blend(x, mean(grey, {-3, -2, -1}, true), factor(contrast), sizes.most);
        } else if (which == 2 && saturation > 0) {
          const double by = factor(saturation);
          if (coloured) x = blend(x, luminance(x), by, sizes.most);
        } else if (which == 3 && hue > 0) {
          const double by = draw({-hue, hue});
          if (!coloured) continue;
          const Tensor hsv = rgb_to_hsv(x / sizes.most, -3);
          const Tensor turned = remainder(slice(hsv, -3, {0, 1}) + by, 1);
          x = hsv_to_rgb(concat({turned, slice(hsv, -3, {1, 3})}, -3), -3) * sizes.most;
        }
      }
      return x;
    });
  };
}

Transform Grayscale(std::int64_t num_output_channels, Location where) {
  constexpr const char* op = "Grayscale";
  if (num_output_channels != 1 && num_output_channels != 3)
    fail(op, "num_output_channels is neither 1 nor 3", std::to_string(num_output_channels), "", where);
  return [=](const Tensor& image) {
    const Frame frame(where);
    const Sizes sizes = look(op, image, where);
    if (sizes.channels != 3 && sizes.channels != 1)
      fail(op, "the image has neither 1 nor 3 channels", image.shape().text(), "They stand before height and width",
           where);
    const Tensor grey =
        sizes.channels == 1 ? image : in_floats(image, false, [](const Tensor& x) { return luminance(x); });
    return num_output_channels == 1 ? grey : concat({grey, grey, grey}, -3);
  };
}

}  // namespace triptych::data::transforms
