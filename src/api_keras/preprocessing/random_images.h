// What layers share that change images at random.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api_keras/layers/brick.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/keras/layers/preprocessing/images.h"
#include "triptych/keras/ops/image.h"

namespace triptych::keras {

/// ArgumentError unless the input has three or four axes.
void check_images(const LayerBase& layer, const Shape& shape);
/// Where height stands from the end: -3 or -2; width is next to it.
inline int height_axis(const std::string& data_format) { return data_format == "channels_first" ? -2 : -3; }

/// Base of those that draw numbers in training: without, images stay as they are. They are changed in float32, and come
/// out in the compute dtype.
class RandomImages : public LayerBase {
 public:
  RandomImages(const char* class_name, std::string data_format, std::int64_t seed)
      : class_name_(class_name), data_format_(std::move(data_format)), seed_(seed) {
    LayerAccess::trains_by_default(*this) = true;
  }
  std::string class_name() const override { return class_name_; }
  void build(const Shape& input) override;
  Tensor call(const Tensor& input, bool training) override;

 protected:
  /// Of a batch.
  virtual Tensor changed(const Tensor& x) = 0;

  int height_axis() const { return keras::height_axis(data_format_); }
  int channel_axis() const { return data_format_ == "channels_first" ? -3 : -1; }
  /// A number for each image, (n, 1, 1, 1).
  Tensor drawn(const Tensor& x, double low, double high) const;
  Tensor drawn(const Tensor& x, FactorRange range) const { return drawn(x, range.lower, range.upper); }
  /// The same as (n, 1).
  Tensor drawn_column(const Tensor& x, double low, double high) const { return flatten(drawn(x, low, high), 1, -1); }
  /// 1 or -1 for each.
  Tensor drawn_sign(const Tensor& x) const { return where(greater(drawn(x, 0, 1), 0.5), -1, 1); }
  /// For each whether something happens whose chance lies in `range`.
  Tensor happens(const Tensor& x, FactorRange range) const {
    const Tensor chance = drawn(x, range);
    return less(drawn(x, 0, 1), chance);
  }

  const char* class_name_;
  std::string data_format_;
  std::int64_t seed_;
  Tensor stream_;
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
  Tensor changed(const Tensor& x) override;

 private:
  keras::ops::image::AffineOptions how_;
};

/// The range in order; ArgumentError unless it lies within [low, high].
FactorRange checked(const char* layer, const char* name, FactorRange factor, double low, double high, Location where);
/// The same, where one number f stands for {low, f}.
FactorRange checked_from(const char* layer, const char* name, FactorRange factor, double low, double high,
                         Location where);

/// ArgumentError unless `name` is one of `known`.
void check_known(const char* layer, const char* what, const std::string& name, std::initializer_list<const char*> known,
                 Location where);
template <class Options>
void check_places(const char* layer, const Options& options, Location where) {
  check_known(layer, "fill_mode", options.fill_mode, {"reflect", "constant", "nearest", "wrap"}, where);
  check_known(layer, "interpolation", options.interpolation, {"bilinear", "nearest"}, where);
  check_seed(layer, options.seed, where);
  is_channels_first(options.data_format, layer, where);
  Hyperparameters(layer, where).finite("fill_value", options.fill_value);
}
void check_range(const char* layer, ValueRange range, Location where);
template <class Options>
void check_values(const char* layer, const Options& options, Location where) {
  check_seed(layer, options.seed, where);
  if constexpr (requires { options.data_format; }) is_channels_first(options.data_format, layer, where);
  check_range(layer, options.value_range, where);
}

}  // namespace triptych::keras
