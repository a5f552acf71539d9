// What goes into models for images, and what their classes mean.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "triptych/core/export.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

struct PreprocessOptions {
  OwnedText data_format = "channels_last";
  /// "caffe": from RGB to BGR, minus the means of ImageNet. "tf": x / 127.5 - 1. "torch": x / 255, minus the means of
  /// ImageNet, over its deviations.
  OwnedText mode = "caffe";
};

/// One of the best classes of an image.
struct ClassPrediction {
  /// As the class file has them: "n02123045" and "tabby".
  std::string class_name, class_description;
  double score;
};

namespace applications {
namespace imagenet_utils {

/// Images (height, width, 3) or (n, height, width, 3), with values from 0 to 255, as a model was trained on them.
/// Integers become float32. ArgumentError for another shape, or an unknown mode or format.
TRIPTYCH_API Tensor preprocess_input(const Tensor& x, PreprocessOptions options = {},
                                     Location where = Location::here());
/// The `top` best classes of each row of `preds` (n, classes), the best first. `class_index` is a file as Keras's
/// imagenet_class_index.json: {"0": ["n01440764", "tench"], ...}. ArgumentError for another shape, if `top` is not from
/// 1 to the number of classes, or if the file cannot be read or lacks a class.
TRIPTYCH_API std::vector<std::vector<ClassPrediction>> decode_predictions(const Tensor& preds,
                                                                          const OwnedText& class_index,
                                                                          std::int64_t top = 5,
                                                                          Location where = Location::here());

}  // namespace imagenet_utils
}  // namespace applications
}  // namespace triptych::keras
