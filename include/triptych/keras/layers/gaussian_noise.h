// Normal noise in training.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct NoiseOptions {
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// In training x + normal(0, stddev), else x. ArgumentError unless 0 <= stddev <= 1.
TRIPTYCH_API Layer GaussianNoise(double stddev, NoiseOptions options = {}, Location where = Location::here());
/// In training x normal(1, sqrt(rate / (1 - rate))), else x. ArgumentError unless 0 <= rate < 1.
TRIPTYCH_API Layer GaussianDropout(double rate, NoiseOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
