// Layers that change the colours of images.
#include "triptych/keras/layers/preprocessing/colors.h"

#include "api_keras/preprocessing/random_images.h"
#include "api_keras/saving/configured.h"
#include "triptych/core/ops/segment.h"

namespace triptych::keras {
namespace {

namespace image_ops = keras::ops::image;

Tensor rescaled(const Tensor& x, ValueRange from, ValueRange to) {
  if (from.low == to.low && from.high == to.high) return x;
  return (x - from.low) / (from.high - from.low) * (to.high - to.low) + to.low;
}
constexpr ValueRange bytes{0, 255};

// --- By a factor (n, 1, 1, 1) ---------------------------------------------------------------------------------------

Tensor with_brightness(const Tensor& x, const Tensor& factor, ValueRange range) {
  return clip(x + factor * (range.high - range.low), range.low, range.high);
}

Tensor with_contrast(const Tensor& x, const Tensor& factor, ValueRange range, int height_axis) {
  const Tensor middle = mean(mean(x, height_axis, true), height_axis + 1, true);
  return clip((x - middle) * factor + middle, range.low, range.high);
}

/// Hue, saturation and value of x, of which `change` makes others.
template <class Change>
Tensor with_hsv(const Tensor& x, const std::string& data_format, const Change& change) {
  const int axis = data_format == "channels_first" ? -3 : -1;
  const Tensor hsv = image_ops::rgb_to_hsv(x, data_format);
  Tensor h = narrow(hsv, axis, 0, 1), s = narrow(hsv, axis, 1, 1);
  change(h, s);
  return image_ops::hsv_to_rgb(concat({h, s, narrow(hsv, axis, 2, 1)}, axis), data_format);
}

Tensor with_saturation(const Tensor& x, const Tensor& share, ValueRange range, const std::string& data_format) {
  constexpr double epsilon = 1e-7;
  return with_hsv(x, data_format,
                  [&](Tensor&, Tensor& s) { s = clip(s * (share / (1 - share + epsilon)), range.low, range.high); });
}

Tensor with_hue(const Tensor& x, const Tensor& turn, ValueRange range, const std::string& data_format) {
  const Tensor turned = with_hsv(rescaled(x, range, {0, 1}), data_format, [&](Tensor& h, Tensor&) {
    h = h + turn;
    h = where(greater(h, 1), h - 1, h);
    h = where(less(h, 0), h + 1, h);
  });
  return rescaled(clip(turned, 0, 1), {0, 1}, range);
}

// --- Layers ---------------------------------------------------------------------------------------------------------

/// Base of those that have a factor and a range of values.
class RandomColors : public RandomImages {
 public:
  RandomColors(const char* class_name, FactorRange factor, const RandomValuesOptions& options)
      : RandomImages(class_name, options.data_format, options.seed), factor_(factor), range_(options.value_range) {}

 protected:
  FactorRange factor_;
  ValueRange range_;
};

class RandomContrast : public RandomColors {
 public:
  RandomContrast(FactorRange factor, const RandomValuesOptions& options)
      : RandomColors("RandomContrast", factor, options) {}

 protected:
  Tensor changed(const Tensor& x) override {
    return with_contrast(x, drawn(x, 1 - factor_.lower, 1 + factor_.upper), range_, height_axis());
  }
};

class RandomBrightness : public RandomColors {
 public:
  RandomBrightness(FactorRange factor, const RandomValuesOptions& options)
      : RandomColors("RandomBrightness", factor, options) {}

 protected:
  Tensor changed(const Tensor& x) override { return with_brightness(x, drawn(x, factor_), range_); }
};

class RandomHue : public RandomColors {
 public:
  RandomHue(FactorRange factor, const RandomValuesOptions& options) : RandomColors("RandomHue", factor, options) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const Tensor sign = drawn_sign(x);
    return with_hue(x, sign * drawn(x, factor_) * 0.5, range_, data_format_);
  }
};

class RandomSaturation : public RandomColors {
 public:
  RandomSaturation(FactorRange factor, const RandomValuesOptions& options)
      : RandomColors("RandomSaturation", factor, options) {}

 protected:
  Tensor changed(const Tensor& x) override { return with_saturation(x, drawn(x, factor_), range_, data_format_); }
};

class RandomColorDegeneration : public RandomColors {
 public:
  RandomColorDegeneration(FactorRange factor, const RandomValuesOptions& options)
      : RandomColors("RandomColorDegeneration", factor, options) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const Tensor grey = image_ops::rgb_to_grayscale(x, data_format_);
    return clip(x + drawn(x, factor_) * (grey - x), range_.low, range_.high);
  }
};

class RandomColorJitter : public RandomImages {
 public:
  explicit RandomColorJitter(RandomColorJitterOptions options)
      : RandomImages("RandomColorJitter", options.data_format, options.seed), options_(std::move(options)) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const ValueRange range = options_.value_range;
    Tensor y = x;
    if (const auto& factor = options_.brightness_factor) y = with_brightness(y, drawn(y, *factor), range);
    if (const auto& factor = options_.contrast_factor)
      y = with_contrast(y, drawn(y, 1 - factor->lower, 1 + factor->upper), range, height_axis());
    if (const auto& factor = options_.saturation_factor) y = with_saturation(y, drawn(y, *factor), range, data_format_);
    if (const auto& factor = options_.hue_factor) {
      const Tensor sign = drawn_sign(y);
      y = with_hue(y, sign * drawn(y, *factor) * 0.5, range, data_format_);
    }
    return y;
  }

 private:
  RandomColorJitterOptions options_;
};

class RandomGrayscale : public RandomImages {
 public:
  RandomGrayscale(double factor, const RandomGrayscaleOptions& options)
      : RandomImages("RandomGrayscale", options.data_format, options.seed), factor_(factor) {}

 protected:
  Tensor changed(const Tensor& x) override {
    return where(less(drawn(x, 0, 1), factor_), image_ops::rgb_to_grayscale(x, data_format_), x);
  }

 private:
  double factor_;
};

class RandomInvert : public RandomColors {
 public:
  RandomInvert(FactorRange factor, const RandomValuesOptions& options)
      : RandomColors("RandomInvert", factor, options) {}

 protected:
  Tensor changed(const Tensor& x) override { return where(happens(x, factor_), range_.high - x, x); }
};

class RandomPosterization : public RandomColors {
 public:
  RandomPosterization(FactorRange bits, const RandomValuesOptions& options)
      : RandomColors("RandomPosterization", bits, options) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const Tensor step = round(exp2(8 - floor(drawn(x, factor_))));
    const Tensor whole = floor(clip(rescaled(x, range_, bytes), 0, 255));
    return rescaled(floor(whole / step) * step, bytes, range_);
  }
};

class RandomSharpness : public RandomColors {
 public:
  RandomSharpness(FactorRange factor, const RandomValuesOptions& options)
      : RandomColors("RandomSharpness", factor, options) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const int axis = height_axis();
    // A window of ones but for a 5 in the middle, over 13, zeros around.
    const Tensor smooth = (sum_of_three(sum_of_three(x, axis), axis + 1) + x * 4) / 13;
    return clip(x + (1 - drawn(x, factor_) * 2) * (smooth - x), range_.low, range_.high);
  }

 private:
  static Tensor sum_of_three(const Tensor& x, int axis) {
    std::vector<std::pair<std::int64_t, std::int64_t>> room(4);
    room[static_cast<std::size_t>(axis + 4)] = {1, 1};
    const Tensor around = pad(x, room);
    const std::int64_t length = x.size(axis);
    return narrow(around, axis, 0, length) + x + narrow(around, axis, 2, length);
  }
};

class Solarization : public RandomImages {
 public:
  explicit Solarization(SolarizationOptions options)
      : RandomImages("Solarization", "channels_last", options.seed), options_(std::move(options)) {}

 protected:
  Tensor changed(const Tensor& x) override {
    // Of a range only the upper end is a share of 255: as in Keras.
    const auto number = [&](FactorRange range) { return drawn(x, range.lower, range.upper * 255); };
    const Tensor addition = number(options_.addition_factor), threshold = number(options_.threshold_factor);
    const Tensor y = clip(rescaled(x, options_.value_range, bytes) + addition, 0, 255);
    return rescaled(where(less(y, threshold), y, 255 - y), bytes, options_.value_range);
  }

 private:
  SolarizationOptions options_;
};

class AutoContrast : public LayerBase {
 public:
  explicit AutoContrast(ValueRange range) : range_(range) {}
  Tensor call(const Tensor& input, bool) override {
    check_images(*this, input.shape());
    const Tensor x = cast(input, float32), y = rescaled(x, range_, bytes);
    const Tensor low = amin(y, {-3, -2}, true), high = amax(y, {-3, -2}, true);
    const Tensor scale = 255 / (high - low), wide = clip(y * scale - low * scale, 0, 255);
    return in_dtype(where(equal(low, high), x, rescaled(wide, bytes, range_)), compute_dtype());
  }

 private:
  ValueRange range_;
};

class Equalization : public RandomImages {
 public:
  explicit Equalization(EqualizationOptions options)
      : RandomImages("Equalization", options.data_format, 0), options_(std::move(options)) {}
  void build(const Shape&) override {}

 protected:
  Tensor changed(const Tensor& x) override {
    const int axis = channel_axis();
    std::vector<Tensor> channels;
    for (std::int64_t i = 0; i < x.size(axis); ++i) channels.push_back(spread(narrow(x, axis, i, 1)));
    return concat(channels, axis);
  }

 private:
  Tensor spread(const Tensor& x) const {
    const Tensor channel = rescaled(x, options_.value_range, bytes);
    const std::int64_t last = options_.bins - 1;
    const auto bin = [&](const Tensor& of) { return cast(clip(of, 0, last), int64); };
    const Tensor of_count = bin(channel * static_cast<double>(last) / 255);
    const Tensor places = flatten(of_count, 0, -1);
    const Tensor count = unsorted_segment_sum(cast(ones_like(places), float64), places, options_.bins);
    const Tensor below = cumsum(count, 0), all = amax(below, 0, true);
    const Tensor first = amin(where(greater(below, 0), below, all), 0, true);
    const Tensor table = clip(round((below - first) * 255 / maximum(all - first, 1)), 0, 255);
    const Tensor read = bin(channel / 255 * static_cast<double>(last));
    const Tensor value = cast(reshape_like(index_select(table, 0, flatten(read, 0, -1)), read), float32);
    const Tensor filled = sum(cast(greater(count, 0), float64), 0, true);
    return rescaled(where(less_equal(filled, 1), channel, value), bytes, options_.value_range);
  }
  EqualizationOptions options_;
};

template <class Brick>
Layer made(const char* name, FactorRange factor, const RandomValuesOptions& options, Location where) {
  check_values(name, options, where);
  return configured(with_options(plain_brick<Brick>(options.name, where, factor, options), options, where), options,
                    arg("factor", factor));
}
/// Of a factor from 0 to 1, where one number f is {0, f}.
template <class Brick>
Layer made_by_share(const char* name, FactorRange factor, const RandomValuesOptions& options, Location where) {
  return made<Brick>(name, checked_from(name, "factor", factor, 0, 1, where), options, where);
}

}  // namespace

namespace layers {

Layer RandomContrast(FactorRange factor, RandomValuesOptions options, Location where) {
  return made_by_share<keras::RandomContrast>("RandomContrast", factor, options, where);
}
Layer RandomBrightness(FactorRange factor, RandomValuesOptions options, Location where) {
  return made<keras::RandomBrightness>("RandomBrightness", checked("RandomBrightness", "factor", factor, -1, 1, where),
                                       options, where);
}
Layer RandomHue(FactorRange factor, RandomValuesOptions options, Location where) {
  return made_by_share<keras::RandomHue>("RandomHue", factor, options, where);
}
Layer RandomSaturation(FactorRange factor, RandomValuesOptions options, Location where) {
  return made<keras::RandomSaturation>("RandomSaturation", checked("RandomSaturation", "factor", factor, -1, 1, where),
                                       options, where);
}
Layer RandomColorDegeneration(FactorRange factor, RandomValuesOptions options, Location where) {
  return made<keras::RandomColorDegeneration>(
      "RandomColorDegeneration", checked("RandomColorDegeneration", "factor", factor, -1, 1, where), options, where);
}
Layer RandomInvert(FactorRange factor, RandomValuesOptions options, Location where) {
  return made_by_share<keras::RandomInvert>("RandomInvert", factor, options, where);
}
Layer RandomSharpness(FactorRange factor, RandomValuesOptions options, Location where) {
  return made_by_share<keras::RandomSharpness>("RandomSharpness", factor, options, where);
}
Layer RandomPosterization(FactorRange factor, RandomValuesOptions options, Location where) {
  return made<keras::RandomPosterization>(
      "RandomPosterization", checked_from("RandomPosterization", "factor", factor, 1, 8, where), options, where);
}

Layer RandomColorJitter(RandomColorJitterOptions options, Location where) {
  constexpr const char* layer = "RandomColorJitter";
  check_values(layer, options, where);
  if (auto& factor = options.brightness_factor) factor = checked(layer, "brightness_factor", *factor, -1, 1, where);
  const auto check_share = [&](const char* name, std::optional<FactorRange>& factor) {
    if (factor) factor = checked_from(layer, name, *factor, 0, 1, where);
  };
  check_share("contrast_factor", options.contrast_factor);
  check_share("saturation_factor", options.saturation_factor);
  check_share("hue_factor", options.hue_factor);
  return configured(with_options(plain_brick<keras::RandomColorJitter>(options.name, where, options), options, where),
                    options);
}

Layer RandomGrayscale(double factor, RandomGrayscaleOptions options, Location where) {
  Hyperparameters("RandomGrayscale", where).share("factor", factor);
  check_seed("RandomGrayscale", options.seed, where);
  is_channels_first(options.data_format, "RandomGrayscale", where);
  return configured(
      with_options(plain_brick<keras::RandomGrayscale>(options.name, where, factor, options), options, where), options,
      arg("factor", factor));
}

Layer Solarization(SolarizationOptions options, Location where) {
  constexpr const char* layer = "Solarization";
  check_values(layer, options, where);
  options.addition_factor = checked_from(layer, "addition_factor", options.addition_factor, 0, 1, where);
  options.threshold_factor = checked_from(layer, "threshold_factor", options.threshold_factor, 0, 1, where);
  return configured(with_options(plain_brick<keras::Solarization>(options.name, where, options), options, where),
                    options);
}

Layer AutoContrast(AutoContrastOptions options, Location where) {
  check_range("AutoContrast", options.value_range, where);
  return configured(
      with_options(plain_brick<keras::AutoContrast>(options.name, where, options.value_range), options, where),
      options);
}

Layer Equalization(EqualizationOptions options, Location where) {
  check_range("Equalization", options.value_range, where);
  is_channels_first(options.data_format, "Equalization", where);
  if (options.bins < 2 || options.bins > 65536)
    throw ArgumentError("Equalization", "bins is not from 2 to 65536", std::to_string(options.bins), "", where);
  return configured(with_options(plain_brick<keras::Equalization>(options.name, where, options), options, where),
                    options);
}

}  // namespace layers
}  // namespace triptych::keras
