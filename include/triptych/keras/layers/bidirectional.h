// A recurrent layer in both directions.
#pragma once

#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct BidirectionalOptions {
  /// How both outputs become one: "concat" (along the last axis), "sum", "mul", "ave", or "none": they stay two.
  OwnedText merge_mode = "concat";
  /// The layer of the other direction; undefined: one with the same arguments.
  Layer backward_layer = {};
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// `layer` and a second one from the last step to the first; all outputs of that one are turned around. Both are new:
/// the weights of `layer` are not shared. Takes .mask and .initial_state, of which the first half is the forward
/// layer's. ArgumentError for another merge_mode, if `layer` is not recurrent, if its cell has no copy() and no
/// backward_layer is given, or if the two layers do not fit.
TRIPTYCH_API Layer Bidirectional(const Layer& layer, BidirectionalOptions options = {},
                                 Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
