// keras.ops: `namespace ops = triptych::keras::ops;`. Each is a function of core/ops.h under Keras's name.
#pragma once

#include "triptych/keras/ops/control.h"
#include "triptych/keras/ops/image.h"
#include "triptych/keras/ops/math.h"
#include "triptych/keras/ops/nn.h"
#include "triptych/keras/ops/numpy.h"

namespace triptych::keras::ops {

// Keras has them here under the names of its modules, too: `ops::nn::relu(x)`.
namespace nn = ops;
namespace numpy = ops;

}  // namespace triptych::keras::ops
