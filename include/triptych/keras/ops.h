// keras.ops: `namespace ops = triptych::keras::ops;`. Each is a function of core/ops.h under Keras's name.
#pragma once

#include "triptych/keras/ops/control.h"
#include "triptych/keras/ops/image.h"
#include "triptych/keras/ops/math.h"
#include "triptych/keras/ops/nn.h"
#include "triptych/keras/ops/numpy.h"
