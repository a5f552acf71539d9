// Deep networks of small convolutions: Simonyan and Zisserman, 2014.
#pragma once

#include "triptych/keras/applications/imagenet_utils.h"
#include "triptych/keras/applications/options.h"

namespace triptych::keras::applications {

/// 16 layers with weights; 138 million parameters with its top.
TRIPTYCH_API Model VGG16(ApplicationOptions options = {}, Location where = Location::here());

namespace vgg16 {
/// See imagenet_utils::preprocess_input; BGR, minus the means.
TRIPTYCH_API Tensor preprocess_input(const Tensor& x, const OwnedText& data_format = "channels_last",
                                     Location where = Location::here());
using imagenet_utils::decode_predictions;
}  // namespace vgg16

}  // namespace triptych::keras::applications
