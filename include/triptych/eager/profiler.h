// torch.profiler, and what torchviz draws: the core's, under the eager style's names.
#pragma once

#include "triptych/core/profiler.h"
#include "triptych/core/tape_drawing.h"

namespace triptych::eager {

namespace profiler = triptych::profiler;
using triptych::make_dot;
using triptych::MakeDotOptions;
using triptych::memory_summary;
using triptych::TapeDrawing;

}  // namespace triptych::eager
