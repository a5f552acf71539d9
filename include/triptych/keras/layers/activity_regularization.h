// A loss on what passes.
#pragma once

#include "triptych/core/option_text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct ActivityRegularizationOptions {
  double l1 = 0;
  double l2 = 0;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// x itself; l1 sum |x| + l2 sum x^2, divided by the examples, is added to the loss. ArgumentError if one is negative.
TRIPTYCH_API Layer ActivityRegularization(ActivityRegularizationOptions options = {},
                                          Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
