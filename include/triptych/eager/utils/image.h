// Pictures: several tensors as one, and a file of it. torchvision.utils.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::eager::utils {

/// Options of make_grid and save_image, in torchvision's order.
struct MakeGridOptions {
  /// Pictures in a row.
  std::int64_t nrow = 8;
  /// Pixels around each.
  std::int64_t padding = 2;
  /// The smallest and the greatest value become 0 and 1, or those of `value_range`, to which others are cut.
  bool normalize = false;
  std::optional<std::pair<double, double>> value_range = {};
  /// By the values of each picture, not of all.
  bool scale_each = false;
  /// What the padding is.
  double pad_value = 0;
};

/// Pictures (N, C, H, W), or one (C, H, W) or (H, W), as one picture (C, height, width), without gradient. Of one
/// channel they become of three. One picture alone gets no padding. ArgumentError for other shapes, no picture, nrow
/// below 1, a negative padding, and a dtype that is neither floating nor uint8.
TRIPTYCH_API Tensor make_grid(const Tensor& tensor, const MakeGridOptions& options = {},
                              Location where = Location::here());

/// `make_grid` as the PNG file `fp`, written whole or not at all: floats from 0 to 1 (others are cut) rounded to
/// bytes, uint8 as it is. ArgumentError, besides, if the file's name does not end in ".png" or it cannot be made, and
/// for pictures without pixels or of more than 4 channels; UnsupportedError if the disk is full.
TRIPTYCH_API void save_image(const Tensor& tensor, const OwnedText& fp, const MakeGridOptions& options = {},
                             Location where = Location::here());

}  // namespace triptych::eager::utils
