// Stands in for the CUDA Toolkit's header of this name: device code becomes C++ that runs on the CPU. Holds the part of
// CUDA that this library uses, under CUDA's own names; what is missing is found by the compiler.
#pragma once

#define TRIPTYCH_CUDA_EMULATED 1

#include "emulated/atomics.h"
#include "emulated/functions.h"
#include "emulated/launch.h"
#include "emulated/qualifiers.h"
#include "emulated/runtime_api.h"
#include "emulated/threads.h"
#include "emulated/vector_types.h"
#include "emulated/warp.h"
