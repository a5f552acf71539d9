// The one vocabulary of functions, for concrete and symbolic tensors alike.
#pragma once

#include "triptych/core/ops/activation.h"
#include "triptych/core/ops/arithmetic.h"
#include "triptych/core/ops/assign.h"
#include "triptych/core/ops/cast.h"
#include "triptych/core/ops/concat.h"
#include "triptych/core/ops/conv.h"
#include "triptych/core/ops/creation.h"
#include "triptych/core/ops/gather.h"
#include "triptych/core/ops/losses.h"
#include "triptych/core/ops/matmul.h"
#include "triptych/core/ops/reduce.h"
#include "triptych/core/ops/shape.h"
#include "triptych/core/ops/slice.h"
#include "triptych/core/ops/softmax.h"
#include "triptych/core/ops/update.h"
#include "triptych/core/random.h"
