// A layer for each step.
#pragma once

#include "triptych/keras/layers/name_options.h"

namespace triptych::keras::layers {

/// `layer` applied to each step of x (n, steps, ...), with the same weights. Batch and steps are one axis for it, but
/// for a layer that moves statistics in training, which sees one step after the other, as in Keras. ArgumentError if x
/// has less than three axes, or a mask does not begin with (n, steps).
TRIPTYCH_API Layer TimeDistributed(const Layer& layer, NameOptions options = {}, Location where = Location::here());

}  // namespace triptych::keras::layers
