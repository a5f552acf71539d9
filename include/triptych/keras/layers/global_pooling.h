// Pools over a whole sequence, image or volume.
#pragma once

#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct GlobalPoolingOptions {
  OwnedText data_format = "channels_last";
  bool keepdims = false;
  OptionText name = {};
  DTypePolicy dtype = {};
};
using GlobalPooling2DOptions = GlobalPoolingOptions;

namespace layers {

/// The mean over all axes but batch and channels: (n, h, w, c) becomes (n, c), or (n, 1, 1, c) with `keepdims`. That of
/// a sequence is over the steps that its mask leaves.
TRIPTYCH_API Layer GlobalAveragePooling1D(GlobalPoolingOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer GlobalAveragePooling2D(GlobalPoolingOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer GlobalAveragePooling3D(GlobalPoolingOptions options = {}, Location where = Location::here());
/// The largest element over them.
TRIPTYCH_API Layer GlobalMaxPooling1D(GlobalPoolingOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer GlobalMaxPooling2D(GlobalPoolingOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer GlobalMaxPooling3D(GlobalPoolingOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
