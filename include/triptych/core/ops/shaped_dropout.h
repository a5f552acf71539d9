// Dropout of elements that go together.
#pragma once

#include "triptych/core/ops/normalization.h"
#include "triptych/core/random.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// dropout, decided once for all elements along the axes where `noise_shape`, which broadcasts to x, has length one.
/// @throws ArgumentError as dropout, or if the shapes do not broadcast.
/// Source: tf.nn.dropout, keras.random.dropout.
TRIPTYCH_API Tensor shaped_dropout(Arg x, double p, const Shape& noise_shape, Generator* generator = nullptr);

}  // namespace triptych
