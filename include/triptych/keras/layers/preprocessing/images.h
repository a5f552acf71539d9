// Preprocessing of images, (n, h, w, c) or (h, w, c): sizes, and random changes in training. Each image of a batch is
// changed by numbers of its own, which follow from the seed.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

/// Between what a random number lies: {0.1, 0.3}; one number f stands for what the layer says, mostly {-f, f}.
struct FactorRange {
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr FactorRange(T factor)
      : lower(-static_cast<double>(factor)), upper(static_cast<double>(factor)), is_one(true) {}
  constexpr FactorRange(double lower, double upper) : lower(lower), upper(upper) {}

  double lower, upper;
  bool is_one = false;
};
/// The smallest and the largest value of pixels.
struct ValueRange {
  double low = 0, high = 255;
};

struct ResizingOptions {
  /// "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5".
  OwnedText interpolation = "bilinear";
  /// Cut in the middle (padded with fill_value) to the proportions of the new size first.
  bool crop_to_aspect_ratio = false;
  bool pad_to_aspect_ratio = false;
  /// "constant" alone, as in Keras.
  OwnedText fill_mode = "constant";
  double fill_value = 0;
  bool antialias = false;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct CenterCropOptions {
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct RandomFlipOptions {
  std::int64_t seed = -1;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct RandomCropOptions {
  std::int64_t seed = -1;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
/// Of layers that move pixels.
struct RandomPlacesOptions {
  /// What is outside of the image: "reflect", "constant" (fill_value), "nearest" or "wrap".
  OwnedText fill_mode = "reflect";
  /// "bilinear" or "nearest".
  OwnedText interpolation = "bilinear";
  std::int64_t seed = -1;
  double fill_value = 0;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct RandomZoomOptions {
  /// None: the same number as for the height, so that proportions stay.
  std::optional<FactorRange> width_factor = {};
  OwnedText fill_mode = "reflect";
  OwnedText interpolation = "bilinear";
  std::int64_t seed = -1;
  double fill_value = 0;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
/// Of layers that change colours.
struct RandomValuesOptions {
  ValueRange value_range = {};
  OwnedText data_format = "channels_last";
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

// ArgumentError, when they are made, for sizes below 1, factors out of range and unknown names; when they are called,
// for inputs of other than three or four axes.

/// Of whole numbers the result is rounded, and of their dtype.
TRIPTYCH_API Layer Resizing(std::int64_t height, std::int64_t width, ResizingOptions options = {},
                            Location where = Location::here());
/// The middle; smaller images are resized, cut to the proportions of the new size.
TRIPTYCH_API Layer CenterCrop(std::int64_t height, std::int64_t width, CenterCropOptions options = {},
                              Location where = Location::here());
/// "horizontal", "vertical" or "horizontal_and_vertical", each by an even chance.
TRIPTYCH_API Layer RandomFlip(OwnedText mode = "horizontal_and_vertical", RandomFlipOptions options = {},
                              Location where = Location::here());
/// A part of that size from anywhere, the same of all images of a batch; images that are not larger are
/// resized. Without training images stay as they are.
TRIPTYCH_API Layer RandomCrop(std::int64_t height, std::int64_t width, RandomCropOptions options = {},
                              Location where = Location::here());
/// The image turned by a share of a full circle: 0.1 stands for -36 to 36 degrees.
TRIPTYCH_API Layer RandomRotation(FactorRange factor, RandomPlacesOptions options = {},
                                  Location where = Location::here());
/// A positive factor zooms out: by 0.2 the image has 1 / 1.2 of its size.
TRIPTYCH_API Layer RandomZoom(FactorRange height_factor, RandomZoomOptions options = {},
                              Location where = Location::here());
/// Moved by shares of its height and width; positive ones down and to the right.
TRIPTYCH_API Layer RandomTranslation(FactorRange height_factor, FactorRange width_factor,
                                     RandomPlacesOptions options = {}, Location where = Location::here());
/// (x - mean) f + mean for f between 1 - lower and 1 + upper, within the value range; one number is {0, number}, as in
/// Keras.
TRIPTYCH_API Layer RandomContrast(FactorRange factor, RandomValuesOptions options = {},
                                  Location where = Location::here());
/// x + f times the width of the value range, within it.
TRIPTYCH_API Layer RandomBrightness(FactorRange factor, RandomValuesOptions options = {},
                                    Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
