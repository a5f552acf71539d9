// torch.distributions: `distributions::Categorical policy({.logits = net(state)});`.
#pragma once

#include "triptych/core/distributions.h"

namespace triptych::eager {

namespace distributions = triptych::distributions;

}  // namespace triptych::eager
