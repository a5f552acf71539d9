// What all models for images are built with.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/core/shape.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/model.h"

namespace triptych::keras {

/// Options of the models of `keras::applications`, in Keras's order. Keras's default for `weights` downloads a file;
/// here nothing is downloaded.
struct ApplicationOptions {
  /// The classifier at the end.
  bool include_top = true;
  /// A file that `Model::load_weights` reads. "": none, weights are random.
  OptionText weights = {};
  /// (height, width, channels), from (32, 32) on. Empty: (224, 224, 3), and (any, any, 3) without the top.
  Shape input_shape = {};
  /// Without the top: "avg" or "max" over height and width; "": the feature maps (n, height, width, channels).
  OptionText pooling = {};
  std::int64_t classes = 1000;
  /// Of the classifier.
  Activation classifier_activation = "softmax";
  /// "": Keras's.
  OptionText name = {};
};

}  // namespace triptych::keras
