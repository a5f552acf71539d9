// Preprocessing of images, (n, h, w, c) or (h, w, c), that bends, blurs or erases them. Each image of a batch is
// changed by numbers of its own, which follow from the seed; without training images stay as they are.
#pragma once

#include <cstdint>
#include <vector>

#include "triptych/core/ops/sizes.h"
#include "triptych/keras/layers/preprocessing/images.h"

namespace triptych::keras {

struct RandomShearOptions {
  /// Shares by which rows move to the side, and columns down; one number f stands for {-f, f}.
  FactorRange x_factor = 0;
  FactorRange y_factor = 0;
  /// "bilinear" or "nearest".
  OwnedText interpolation = "bilinear";
  /// What is outside of the image: "reflect", "constant" (fill_value), "nearest" or "wrap".
  OwnedText fill_mode = "reflect";
  double fill_value = 0;
  OwnedText data_format = "channels_last";
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct RandomPerspectiveOptions {
  /// The chance that an image is changed is drawn from it; one number f stands for {0, f}.
  FactorRange factor = {0.0, 1.0};
  /// Corners move by up to half of it, as a share of where they are.
  double scale = 1;
  OwnedText interpolation = "bilinear";
  double fill_value = 0;
  std::int64_t seed = -1;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct RandomElasticTransformOptions {
  FactorRange factor = {0.0, 1.0};
  /// One number f stands for {0, f}.
  FactorRange scale = {0.0, 1.0};
  OwnedText interpolation = "bilinear";
  /// "reflect", "constant", "nearest", "wrap" or "mirror".
  OwnedText fill_mode = "reflect";
  double fill_value = 0;
  ValueRange value_range = {};
  std::int64_t seed = -1;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct RandomErasingOptions {
  FactorRange factor = {0.0, 1.0};
  /// Shares of the image that the rectangle has.
  FactorRange scale = {0.02, 0.33};
  /// One number, or one for each channel; none: noise.
  std::vector<double> fill_value = {};
  ValueRange value_range = {};
  std::int64_t seed = -1;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct RandomGaussianBlurOptions {
  FactorRange factor = {0.0, 1.0};
  /// Odd.
  Size2 kernel_size = 3;
  /// Of both axes; one number f stands for {0, f}.
  FactorRange sigma = {0.0, 1.0};
  ValueRange value_range = {};
  OwnedText data_format = "channels_last";
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

// ArgumentError for factors outside of [0, 1] (RandomShear: [-1, 1]), unknown names, and sizes that are not odd.

TRIPTYCH_API Layer RandomShear(RandomShearOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer RandomPerspective(RandomPerspectiveOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer RandomElasticTransform(RandomElasticTransformOptions options = {},
                                          Location where = Location::here());
TRIPTYCH_API Layer RandomErasing(RandomErasingOptions options = {}, Location where = Location::here());
/// By one deviation for each axis in all images.
TRIPTYCH_API Layer RandomGaussianBlur(RandomGaussianBlurOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
