// Networks in which each layer sees all before it: Huang et al., 2016.
#pragma once

#include "triptych/keras/applications/imagenet_utils.h"
#include "triptych/keras/applications/options.h"

namespace triptych::keras::applications {

/// 121 layers; 8.1 million parameters.
TRIPTYCH_API Model DenseNet121(ApplicationOptions options = {}, Location where = Location::here());

namespace densenet {
/// See imagenet_utils::preprocess_input; minus the means, over the deviations.
TRIPTYCH_API Tensor preprocess_input(const Tensor& x, const OwnedText& data_format = "channels_last",
                                     Location where = Location::here());
using imagenet_utils::decode_predictions;
}  // namespace densenet

}  // namespace triptych::keras::applications
