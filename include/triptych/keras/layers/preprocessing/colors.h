// Preprocessing of images, (n, h, w, c) or (h, w, c), that changes colours. Each image of a batch is changed by numbers
// of its own, which follow from the seed; without training images stay as they are, but for AutoContrast.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/core/ops/sizes.h"
#include "triptych/keras/layers/preprocessing/images.h"

namespace triptych::keras {

struct RandomGrayscaleOptions {
  OwnedText data_format = "channels_last";
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct RandomColorJitterOptions {
  ValueRange value_range = {};
  /// None: that is not changed.
  std::optional<FactorRange> brightness_factor = {};
  std::optional<FactorRange> contrast_factor = {};
  std::optional<FactorRange> saturation_factor = {};
  std::optional<FactorRange> hue_factor = {};
  std::int64_t seed = -1;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct SolarizationOptions {
  /// Shares of 255; one number f stands for {0, f}.
  FactorRange addition_factor = 0;
  FactorRange threshold_factor = 0;
  ValueRange value_range = {};
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct AutoContrastOptions {
  ValueRange value_range = {};
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct EqualizationOptions {
  ValueRange value_range = {};
  std::int64_t bins = 256;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};

struct ContrastLimitedAdaptiveHistogramEqualizationOptions {
  ValueRange value_range = {};
  /// What no bin of a tile's histogram goes beyond, in shares of the mean; 0: no limit.
  double clip_limit = 4;
  /// How many tiles, down and across.
  Size2 tile_grid_size = 8;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

// One number f stands for {0, f}. ArgumentError for factors outside of [0, 1], or as said.

/// The hue moved by up to half a factor of the circle, either way. Three channels.
TRIPTYCH_API Layer RandomHue(FactorRange factor, RandomValuesOptions options = {}, Location where = Location::here());
/// The saturation times f / (1 - f): 0 is grey, 0.5 the image, 1 as colourful as can be. Three channels.
TRIPTYCH_API Layer RandomSaturation(FactorRange factor, RandomValuesOptions options = {},
                                    Location where = Location::here());
/// Mixed with its grey: 1 is grey. Three channels.
TRIPTYCH_API Layer RandomColorDegeneration(FactorRange factor, RandomValuesOptions options = {},
                                           Location where = Location::here());
/// RandomBrightness, RandomContrast, RandomSaturation and RandomHue, those whose factor is given.
TRIPTYCH_API Layer RandomColorJitter(RandomColorJitterOptions options = {}, Location where = Location::here());
/// Grey with this chance, with as many channels. Three channels.
TRIPTYCH_API Layer RandomGrayscale(double factor = 0.5, RandomGrayscaleOptions options = {},
                                   Location where = Location::here());
/// value_range.high - x, with a chance that is drawn from `factor`.
TRIPTYCH_API Layer RandomInvert(FactorRange factor = {0.0, 1.0}, RandomValuesOptions options = {},
                                Location where = Location::here());
/// So many upper bits of 8 are kept, from `factor.lower` to below `factor.upper`; one number f stands for {1, f}.
/// ArgumentError outside of [1, 8].
TRIPTYCH_API Layer RandomPosterization(FactorRange factor, RandomValuesOptions options = {},
                                       Location where = Location::here());
/// Mixed with what is smoothed: 0 is smooth, 0.5 the image, 1 sharpened.
TRIPTYCH_API Layer RandomSharpness(FactorRange factor, RandomValuesOptions options = {},
                                   Location where = Location::here());
/// A number added, and then values from a threshold on turned to 255 - x.
TRIPTYCH_API Layer Solarization(SolarizationOptions options = {}, Location where = Location::here());
/// Each channel stretched to the whole value range, in training or not.
TRIPTYCH_API Layer AutoContrast(AutoContrastOptions options = {}, Location where = Location::here());
/// Values spread by the histogram of the tile around them, that of neighbouring tiles mixed in; in training or not, in
/// the dtype of the images (CLAHE, https://en.wikipedia.org/wiki/Adaptive_histogram_equalization).
TRIPTYCH_API Layer ContrastLimitedAdaptiveHistogramEqualization(
    ContrastLimitedAdaptiveHistogramEqualizationOptions options = {}, Location where = Location::here());
/// Values spread so that each is as frequent as any other: by the histogram of a channel of all images of the batch.
TRIPTYCH_API Layer Equalization(EqualizationOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
