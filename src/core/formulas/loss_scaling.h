// The scale of the loss after a step.
#pragma once

#include "triptych/core/export.h"
#include "triptych/core/ops/loss_scaling.h"

namespace triptych::formula {

template <class Count>
TRIPTYCH_HOST_DEVICE void update_scale(const AmpUpdateScale& a, float& scale, Count& tracker, bool found_inf) {
  if (found_inf) {
    scale = static_cast<float>(static_cast<double>(scale) * a.backoff_factor);
    tracker = 0;
    return;
  }
  if (static_cast<std::int64_t>(tracker) + 1 < a.growth_interval) {
    ++tracker;
    return;
  }
  const auto grown = static_cast<float>(static_cast<double>(scale) * a.growth_factor);
  if (grown - grown == 0) scale = grown;  // finite
  tracker = 0;
}

}  // namespace triptych::formula
