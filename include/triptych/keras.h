// Keras: layers like bricks, compile, fit.
#pragma once

#include "triptych/core.h"
#include "triptych/keras/callbacks.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/initializers/constant.h"
#include "triptych/keras/initializers/random.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/layers.h"
#include "triptych/keras/logs.h"
#include "triptych/keras/losses.h"
#include "triptych/keras/metrics.h"
#include "triptych/keras/model.h"
#include "triptych/keras/ops.h"
#include "triptych/keras/optimizers.h"
#include "triptych/keras/random.h"
#include "triptych/keras/regularizers.h"
