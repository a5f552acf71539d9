// What is done to images before a model sees them: torchvision.transforms, on tensors. An image is (channels, height,
// width), or several of them with dimensions before these; uint8 from 0 to 255, or floating from 0 to 1. What is random
// is drawn once for each call, from the generator of this thread: in a DataLoader from the example's own, so that it
// does not depend on the workers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "triptych/core/ops/sizes.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::data::transforms {

/// Any function of an image is one. Those that this header makes raise an ArgumentError that names the line which made
/// them if they are given a tensor that is no such image.
using Transform = std::function<Tensor(const Tensor& image)>;

/// A range that something is drawn from.
struct Range {
  double low, high;
};

/// One after the other.
TRIPTYCH_API Transform Compose(std::vector<Transform> transforms, Location where = Location::here());
/// A function under its name at home.
TRIPTYCH_API Transform Lambda(Transform function, Location where = Location::here());
/// One transform with probability `p`.
TRIPTYCH_API Transform RandomApply(Transform transform, double p = 0.5, Location where = Location::here());
/// uint8 (..., height, width, channels), or (height, width), as float32 (..., channels, height, width) from 0 to 1.
/// Other dtypes keep their values.
TRIPTYCH_API Transform ToTensor(Location where = Location::here());
/// (x - mean) / std for each channel, of floating images; one number for all channels, or one for each.
/// ArgumentError if a std is 0.
TRIPTYCH_API Transform Normalize(std::vector<double> mean, std::vector<double> std, Location where = Location::here());
/// The shorter side becomes `size`, and the longer one what keeps the picture's shape; "bilinear" or "bicubic",
/// smoothed where the image gets smaller, or "nearest".
TRIPTYCH_API Transform Resize(std::int64_t size, OwnedText interpolation = "bilinear",
                              Location where = Location::here());
TRIPTYCH_API Transform Resize(Size2 size, OwnedText interpolation = "bilinear", Location where = Location::here());
/// `padding` pixels of the number `fill` on all sides.
TRIPTYCH_API Transform Pad(Size2 padding, double fill = 0, OwnedText padding_mode = "constant",
                           Location where = Location::here());
/// The middle; zeros around an image that is smaller.
TRIPTYCH_API Transform CenterCrop(Size2 size, Location where = Location::here());

/// Options of RandomCrop, in torchvision's order.
struct RandomCropOptions {
  /// Added on all sides before.
  std::optional<Size2> padding = {};
  /// Adds what is missing to the size; else a smaller image is an ArgumentError.
  bool pad_if_needed = false;
  double fill = 0;
  /// "constant", "edge", "reflect" or "symmetric".
  OwnedText padding_mode = "constant";
};
TRIPTYCH_API Transform RandomCrop(Size2 size, const RandomCropOptions& options = {}, Location where = Location::here());
/// A part with `scale` of the area and a ratio of width to height in `ratio`, resized to `size`.
TRIPTYCH_API Transform RandomResizedCrop(Size2 size, Range scale = {0.08, 1}, Range ratio = {3.0 / 4, 4.0 / 3},
                                         OwnedText interpolation = "bilinear", Location where = Location::here());
TRIPTYCH_API Transform RandomHorizontalFlip(double p = 0.5, Location where = Location::here());
TRIPTYCH_API Transform RandomVerticalFlip(double p = 0.5, Location where = Location::here());
/// Turned counter-clockwise around its middle by an angle in degrees, between -degrees and degrees, or of a range;
/// pixels are the nearest ones, or "bilinear"; zeros where the image has none.
TRIPTYCH_API Transform RandomRotation(double degrees, OwnedText interpolation = "nearest",
                                      Location where = Location::here());
TRIPTYCH_API Transform RandomRotation(Range degrees, OwnedText interpolation = "nearest",
                                      Location where = Location::here());
/// With probability `p` a rectangle of `scale` of the area, with a ratio of height to width in `ratio`, becomes
/// `value`.
TRIPTYCH_API Transform RandomErasing(double p = 0.5, Range scale = {0.02, 0.33}, Range ratio = {0.3, 3.3},
                                     double value = 0, Location where = Location::here());
/// Brightness, contrast and saturation times a factor between 1 - x (at least 0) and 1 + x, hue moved by up to x (at
/// most 0.5) of the circle, in a random order. Of images with 3 channels; with 1, contrast and brightness.
TRIPTYCH_API Transform ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0,
                                   Location where = Location::here());
/// The luminance, in 1 or 3 channels.
TRIPTYCH_API Transform Grayscale(std::int64_t num_output_channels = 1, Location where = Location::here());

}  // namespace triptych::data::transforms
