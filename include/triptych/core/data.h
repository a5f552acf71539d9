// Data sets and the way from them to batches.
#pragma once

#include "triptych/core/data/dataset.h"
#include "triptych/core/data/datasets.h"
#include "triptych/core/data/idx.h"
#include "triptych/core/data/loader.h"
#include "triptych/core/data/samplers.h"
#include "triptych/core/data/transforms.h"
