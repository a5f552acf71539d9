// Ends training when the loss is no number any more.
#pragma once

#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras {

struct TerminateOnNaNOptions {
  /// An ArgumentError ends training, instead of a line that says so.
  bool raise_error = false;
};

namespace callbacks {

/// Ends training, and says so, when the loss is NaN or infinite.
TRIPTYCH_API Callback TerminateOnNaN(TerminateOnNaNOptions options = {}, Location where = Location::here());

}  // namespace callbacks
}  // namespace triptych::keras
