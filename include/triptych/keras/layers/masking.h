// Steps that are not there.
#pragma once

#include "triptych/keras/layers/name_options.h"

namespace triptych::keras::layers {

/// A step of x (n, steps, ...) whose last axis is `mask_value` throughout is not there: it becomes zeros, and the
/// result has a mask that is false there.
TRIPTYCH_API Layer Masking(double mask_value = 0, NameOptions options = {}, Location where = Location::here());

}  // namespace triptych::keras::layers
