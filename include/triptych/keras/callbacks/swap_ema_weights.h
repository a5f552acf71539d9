// Averages of the weights take their place while a model is tested.
#pragma once

#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras {

struct SwapEMAWeightsOptions {
  /// As an epoch ends too, until the next one begins: for what saves the model then.
  bool swap_on_epoch = false;
};

namespace callbacks {

/// `evaluate`, the validation of `fit`, and `predict` run on the optimizer's averages of the weights, which are put back
/// after. ArgumentError then unless the optimizer keeps averages (use_ema).
TRIPTYCH_API Callback SwapEMAWeights(SwapEMAWeightsOptions options = {}, Location where = Location::here());

}  // namespace callbacks
}  // namespace triptych::keras
