// Residual networks: He et al., 2015, and with activations before the convolutions: He et al., 2016.
#pragma once

#include "triptych/keras/applications/imagenet_utils.h"
#include "triptych/keras/applications/options.h"

namespace triptych::keras::applications {

/// 50 layers; 25.6 million parameters with its top.
TRIPTYCH_API Model ResNet50(ApplicationOptions options = {}, Location where = Location::here());
/// The same with normalizations and activations before the convolutions.
TRIPTYCH_API Model ResNet50V2(ApplicationOptions options = {}, Location where = Location::here());

namespace resnet {
/// See imagenet_utils::preprocess_input; BGR, minus the means.
TRIPTYCH_API Tensor preprocess_input(const Tensor& x, const OwnedText& data_format = "channels_last",
                                     Location where = Location::here());
using imagenet_utils::decode_predictions;
}  // namespace resnet
namespace resnet50 = resnet;
namespace resnet_v2 {
/// See imagenet_utils::preprocess_input; from -1 to 1.
TRIPTYCH_API Tensor preprocess_input(const Tensor& x, const OwnedText& data_format = "channels_last",
                                     Location where = Location::here());
using imagenet_utils::decode_predictions;
}  // namespace resnet_v2

}  // namespace triptych::keras::applications
