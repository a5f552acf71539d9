// torch.distributions: `distributions::Categorical policy({.logits = net(state)});`.
#pragma once

#include "triptych/core/continuous_distributions.h"
#include "triptych/core/distributions.h"
#include "triptych/core/vector_distributions.h"

namespace triptych::eager {

namespace distributions = triptych::distributions;

}  // namespace triptych::eager
