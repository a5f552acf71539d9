// Why no gradient flows: for messages.
#pragma once

#include <string>

#include "triptych/core/tensor.h"

namespace triptych {

/// The first op between the state that symbolic `y` depends on and `y` that lets no gradient pass, as a sentence; empty
/// if there is none.
std::string gradient_stop(const Tensor& y);

}  // namespace triptych
