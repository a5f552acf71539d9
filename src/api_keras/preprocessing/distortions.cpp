// Layers that bend, blur or erase images.
#include "triptych/keras/layers/preprocessing/distortions.h"

#include <algorithm>

#include "api_keras/ops/image_places.h"
#include "api_keras/preprocessing/random_images.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

namespace image_ops = keras::ops::image;

class RandomShear : public RandomPlaces {
 public:
  explicit RandomShear(const RandomShearOptions& options)
      : RandomPlaces("RandomShear", options), across_(options.x_factor), down_(options.y_factor) {}

 protected:
  std::vector<Tensor> matrix(const Tensor& x, double, double) override {
    const Tensor sign = flatten(drawn_sign(x), 1, -1);
    const Tensor across = drawn_column(x, across_.lower, across_.upper) * sign,
                 down = drawn_column(x, down_.lower, down_.upper) * sign;
    const Tensor none = zeros_like(across), one = ones_like(across);
    return {one, across, none, down, one, none};
  }

 private:
  FactorRange across_, down_;
};

class RandomPerspective : public RandomImages {
 public:
  explicit RandomPerspective(RandomPerspectiveOptions options)
      : RandomImages("RandomPerspective", options.data_format, options.seed), options_(std::move(options)) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const Tensor applies = happens(x, options_.factor);
    const auto right = static_cast<double>(x.size(height_axis() + 1) - 1),
               bottom = static_cast<double>(x.size(height_axis()) - 1);
    const Tensor corners = tensor<float>({{0, 0}, {right, 0}, {0, bottom}, {right, bottom}});
    const Tensor each = unsqueeze(drawn_column(x, 0, 0), -1) + zeros({1, 4, 2});
    const double half = 0.5 * options_.scale;
    const Tensor share = half == 0 ? each : random_uniform_like(stream_, each, -half, half);
    const Tensor start = corners + each, end = start + start * share;
    return where(applies,
                 image_ops::perspective_transform(x, start, end,
                                                  {.interpolation = options_.interpolation,
                                                   .fill_value = options_.fill_value,
                                                   .data_format = options_.data_format}),
                 x);
  }

 private:
  RandomPerspectiveOptions options_;
};

class RandomElasticTransform : public RandomImages {
 public:
  explicit RandomElasticTransform(RandomElasticTransformOptions options)
      : RandomImages("RandomElasticTransform", options.data_format, options.seed), options_(std::move(options)) {}

 protected:
  Tensor changed(const Tensor& input) override {
    if (options_.scale.upper == 0 || options_.factor.upper == 0) return input;
    const bool first = options_.data_format == "channels_first";
    const Tensor x = first ? moveaxis(input, 1, -1) : input;
    const Tensor applies = happens(x, options_.factor);
    const std::int64_t height = x.size(1), width = x.size(2);
    const auto shorter = static_cast<double>(std::min(height, width)),
               longer = static_cast<double>(std::max(height, width));
    const Tensor strength =
        maximum(options_.scale.lower == options_.scale.upper
                    ? full({1}, options_.scale.lower, float32)
                    : random_uniform_like(stream_, zeros({1}), options_.scale.lower, options_.scale.upper),
                1e-6);
    const Tensor sigma = strength * (0.05 * shorter), alpha = strength * (0.1 * longer);
    const auto window = static_cast<std::int64_t>(6 * 0.05 * shorter * options_.scale.upper) | 1;
    const auto moves = [&] {
      const Tensor noise = random_normal_like(stream_, narrow(x, 3, 0, 1)) * sigma;
      return squeeze(image_ops::blurred(image_ops::blurred(noise, 1, window, sigma), 2, window, sigma), -1) * alpha;
    };
    const Tensor columns = moves() + arange(0, width, 1, float32),
                 rows = moves() + unsqueeze(arange(0, height, 1, float32), 1);
    const Tensor moved = image_ops::read_images(x, rows, columns, options_.interpolation == "bilinear",
                                                options_.fill_mode, options_.fill_value, {});
    const Tensor y = clip(where(applies, moved, x), options_.value_range.low, options_.value_range.high);
    return first ? moveaxis(y, -1, 1) : y;
  }

 private:
  RandomElasticTransformOptions options_;
};

class RandomErasing : public RandomImages {
 public:
  explicit RandomErasing(RandomErasingOptions options)
      : RandomImages("RandomErasing", options.data_format, options.seed), options_(std::move(options)) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const int axis = height_axis();
    const Tensor across = inside(x, axis + 1), down = inside(x, axis);
    const Tensor erased = logical_and(happens(x, options_.factor), logical_and(across, down));
    const auto [low, high] = options_.value_range;
    return where(erased, clip(fill(x), low, high), x);
  }

 private:
  /// Which rows, or columns, the rectangle of each image has.
  Tensor inside(const Tensor& x, int axis) const {
    const auto whole = static_cast<double>(x.size(axis));
    const Tensor length = sqrt(drawn(x, options_.scale)) * whole;
    const Tensor begin = drawn(x, 0, 1) * (whole - length);
    Tensor place = arange(0, x.size(axis), 1, float32);
    for (int after = axis + 1; after < 0; ++after) place = unsqueeze(place, -1);
    return logical_and(greater_equal(place, begin), less(place, begin + length));
  }
  Tensor fill(const Tensor& x) const {
    if (options_.fill_value.empty()) return random_normal_like(stream_, x) * options_.value_range.high;
    Tensor value = cast(tensor(options_.fill_value), float32);
    if (options_.data_format == "channels_first") value = unsqueeze(unsqueeze(value, -1), -1);
    return value + zeros_like(x);
  }

  RandomErasingOptions options_;
};

class RandomGaussianBlur : public RandomImages {
 public:
  explicit RandomGaussianBlur(RandomGaussianBlurOptions options)
      : RandomImages("RandomGaussianBlur", options.data_format, options.seed), options_(std::move(options)) {}

 protected:
  Tensor changed(const Tensor& x) override {
    const Tensor applies = happens(x, options_.factor);
    const FactorRange range = options_.sigma;
    const auto sigma = [&] {
      return (range.lower == range.upper ? full({1}, range.lower, float32)
                                         : random_uniform_like(stream_, zeros({1}), range.lower, range.upper)) +
             1e-6;
    };
    const Tensor across = sigma(), down = sigma();
    const int axis = height_axis() + 4;
    // The first of Keras's two sizes is that of the horizontal window.
    const Tensor blurred = image_ops::blurred(image_ops::blurred(x, axis, options_.kernel_size.width, down), axis + 1,
                                              options_.kernel_size.height, across);
    return clip(where(applies, blurred, x), options_.value_range.low, options_.value_range.high);
  }

 private:
  RandomGaussianBlurOptions options_;
};

template <class Brick, class Options>
Layer made(const Options& options, Location where) {
  return configured(with_options(plain_brick<Brick>(options.name, where, options), options, where), options);
}

}  // namespace

namespace layers {

Layer RandomShear(RandomShearOptions options, Location where) {
  constexpr const char* layer = "RandomShear";
  // One number stays one: Keras's layer does not read the pair that it writes of it.
  const auto check = [&](const char* name, FactorRange& factor) {
    const FactorRange range = checked(layer, name, factor, -1, 1, where);
    if (!factor.is_one || factor.upper < 0) factor = range;
    if (factor.lower == -factor.upper) factor = FactorRange(factor.upper);  // as which alone Keras reads it again
  };
  check("x_factor", options.x_factor);
  check("y_factor", options.y_factor);
  check_places(layer, options, where);
  return made<keras::RandomShear>(options, where);
}

Layer RandomPerspective(RandomPerspectiveOptions options, Location where) {
  constexpr const char* layer = "RandomPerspective";
  options.factor = checked_from(layer, "factor", options.factor, 0, 1, where);
  Hyperparameters(layer, where).share("scale", options.scale);
  Hyperparameters(layer, where).finite("fill_value", options.fill_value);
  check_known(layer, "interpolation", options.interpolation, {"bilinear", "nearest"}, where);
  check_seed(layer, options.seed, where);
  is_channels_first(options.data_format, layer, where);
  return made<keras::RandomPerspective>(options, where);
}

Layer RandomElasticTransform(RandomElasticTransformOptions options, Location where) {
  constexpr const char* layer = "RandomElasticTransform";
  options.factor = checked_from(layer, "factor", options.factor, 0, 1, where);
  options.scale = checked_from(layer, "scale", options.scale, 0, 1, where);
  check_known(layer, "fill_mode", options.fill_mode, {"reflect", "constant", "nearest", "wrap", "mirror"}, where);
  check_known(layer, "interpolation", options.interpolation, {"bilinear", "nearest"}, where);
  check_values(layer, options, where);
  Hyperparameters(layer, where).finite("fill_value", options.fill_value);
  return made<keras::RandomElasticTransform>(options, where);
}

Layer RandomErasing(RandomErasingOptions options, Location where) {
  constexpr const char* layer = "RandomErasing";
  options.factor = checked_from(layer, "factor", options.factor, 0, 1, where);
  options.scale = checked_from(layer, "scale", options.scale, 0, 1, where);
  check_values(layer, options, where);
  for (const double value : options.fill_value) Hyperparameters(layer, where).finite("fill_value", value);
  return made<keras::RandomErasing>(options, where);
}

Layer RandomGaussianBlur(RandomGaussianBlurOptions options, Location where) {
  constexpr const char* layer = "RandomGaussianBlur";
  options.factor = checked_from(layer, "factor", options.factor, 0, 1, where);
  options.sigma = checked_from(layer, "sigma", options.sigma, 0, 1, where);
  check_values(layer, options, where);
  for (const std::int64_t size : {options.kernel_size.height, options.kernel_size.width})
    if (size < 1 || size % 2 == 0)
      throw ArgumentError(layer, "kernel_size is not odd", std::to_string(size), "", where);
  return made<keras::RandomGaussianBlur>(options, where);
}

}  // namespace layers
}  // namespace triptych::keras
