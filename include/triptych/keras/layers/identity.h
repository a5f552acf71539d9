// The layer that does nothing.
#pragma once

#include "triptych/keras/layers/name_options.h"

namespace triptych::keras::layers {

/// Its inputs as they are, masks included.
TRIPTYCH_API Layer Identity(NameOptions options = {}, Location where = Location::here());

}  // namespace triptych::keras::layers
