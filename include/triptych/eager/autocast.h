// Mixed precision under PyTorch's name: `eager::autocast scope(bfloat16);`.
#pragma once

#include "triptych/core/autocast.h"

namespace triptych::eager {

using autocast = triptych::Autocast;
using triptych::AutocastOptions;

}  // namespace triptych::eager
