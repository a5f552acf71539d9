// The core's initializers on Keras's shapes.
#pragma once

#include "triptych/core/graph.h"

namespace triptych::keras {

/// `initializer` for shapes (..., in, out): the core's layout for kernels of convolutions is another; matrices and
/// vectors lie alike.
triptych::Initializer for_keras_layout(triptych::Initializer initializer);

}  // namespace triptych::keras
