// Small networks of depthwise convolutions: Sandler et al., 2018.
#pragma once

#include "triptych/keras/applications/imagenet_utils.h"
#include "triptych/keras/applications/options.h"

namespace triptych::keras::applications {

struct MobileNetV2Options {
  /// Of ApplicationOptions.
  Shape input_shape = {};
  /// Times as many filters in each layer.
  double alpha = 1;
  bool include_top = true;
  OptionText weights = {};
  OptionText pooling = {};
  std::int64_t classes = 1000;
  Activation classifier_activation = "softmax";
  /// "": "mobilenetv2_1.00_224", with alpha and the height.
  OptionText name = {};
};
/// Inverted residuals; 3.5 million parameters. ArgumentError if alpha is not positive.
TRIPTYCH_API Model MobileNetV2(MobileNetV2Options options = {}, Location where = Location::here());

namespace mobilenet_v2 {
/// See imagenet_utils::preprocess_input; from -1 to 1.
TRIPTYCH_API Tensor preprocess_input(const Tensor& x, const OwnedText& data_format = "channels_last",
                                     Location where = Location::here());
using imagenet_utils::decode_predictions;
}  // namespace mobilenet_v2

}  // namespace triptych::keras::applications
