// Random zeros in training.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct DropoutOptions {
  /// The shape of the random choice, which broadcasts to x: 1 where it is the same along an axis, -1 for x's size.
  /// Empty: x's shape.
  Shape noise_shape = {};
  /// The stream of random numbers; -1: the next of `utils::set_random_seed`'s. ArgumentError if it is less.
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// In training, zeroes a share of `rate` elements and scales the others by 1 / (1 - rate); else x. ArgumentError unless
/// 0 <= rate <= 1.
TRIPTYCH_API Layer Dropout(double rate, DropoutOptions options = {}, Location where = Location::here());
/// In training, a share of `rate` elements becomes SELU's lower limit, and the result is scaled and shifted, so that
/// mean 0 and variance 1 stay. Klambauer et al., 2017.
TRIPTYCH_API Layer AlphaDropout(double rate, DropoutOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
