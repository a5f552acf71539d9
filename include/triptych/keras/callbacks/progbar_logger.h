// The progress bar, as a callback.
#pragma once

#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras::callbacks {

/// What `fit` and `evaluate` show by themselves. Given to them, it stands in the callbacks' order: those behind it may
/// change logs that it does not show any more.
TRIPTYCH_API Callback ProgbarLogger();

}  // namespace triptych::keras::callbacks
