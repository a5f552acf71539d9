// A model as a picture, with Keras's boxes.
#pragma once

#include "triptych/core/text.h"
#include "triptych/keras/model.h"

namespace triptych::keras {

/// Options of `plot_model`, in Keras's order.
struct PlotModelOptions {
  bool show_shapes = false;
  bool show_dtype = false;
  bool show_layer_names = false;
  /// "TB": from the top down; "LR": from left to right.
  OwnedText rankdir = "TB";
  /// Draws models inside of the model as frames around their layers.
  bool expand_nested = false;
  bool show_layer_activations = false;
  /// Says of layers with weights whether they are trained.
  bool show_trainable = false;
};

namespace utils {

/// Draws the layers and what goes from one to the next. A name that ends in ".svg" gets a picture for a browser; one
/// that ends in ".dot" a text for Graphviz, which has the labels of Keras's model_to_dot. A model of one's own class is
/// one box. ArgumentError if the model is not built, the file cannot be made, or rankdir is another word;
/// UnsupportedError for any other kind of file.
TRIPTYCH_API void plot_model(const Model& model, const OwnedText& to_file = "model.svg",
                             const PlotModelOptions& options = {}, Location where = Location::here());

}  // namespace utils
}  // namespace triptych::keras
