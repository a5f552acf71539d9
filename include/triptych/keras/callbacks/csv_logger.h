// Writes metrics to a file.
#pragma once

#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct CSVLoggerOptions {
  OwnedText separator = ",";
  bool append = false;
};

namespace callbacks {

/// Writes a line with the epoch's metrics after every epoch: their names in alphabetical order and, if none is of the
/// validation, columns for those too.
TRIPTYCH_API Callback CSVLogger(OwnedText filename, CSVLoggerOptions options = {}, Location where = Location::here());

}  // namespace callbacks
}  // namespace triptych::keras
