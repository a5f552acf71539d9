// What every style brings along: tensors and their functions, random numbers, data sets, files, statistics.
#pragma once

#include "triptych/core/autocast.h"
#include "triptych/core/autograd.h"
#include "triptych/core/checkpoint.h"
#include "triptych/core/data.h"
#include "triptych/core/debugging.h"
#include "triptych/core/dtype_info.h"
#include "triptych/core/init.h"
#include "triptych/core/io.h"
#include "triptych/core/mean.h"
#include "triptych/core/memory.h"
#include "triptych/core/numerics.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/custom_gradient.h"
#include "triptych/core/pinned_memory.h"
#include "triptych/core/random.h"
#include "triptych/core/tf32.h"
