// Networks whose width, depth and resolution grow together: Tan and Le, 2019.
#pragma once

#include "triptych/keras/applications/imagenet_utils.h"
#include "triptych/keras/applications/options.h"

namespace triptych::keras::applications {

/// 5.3 million parameters. Takes images with values from 0 to 255.
TRIPTYCH_API Model EfficientNetB0(ApplicationOptions options = {}, Location where = Location::here());

namespace efficientnet {
/// `x` as it is: the model's first layers do it.
TRIPTYCH_API Tensor preprocess_input(const Tensor& x, const OwnedText& data_format = "channels_last",
                                     Location where = Location::here());
using imagenet_utils::decode_predictions;
}  // namespace efficientnet

}  // namespace triptych::keras::applications
