// Ends training when a metric gets no better.
#pragma once

#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct EarlyStoppingOptions {
  OwnedText monitor = "val_loss";
  double min_delta = 0;
  int patience = 0;
  int verbose = 0;
  /// "min", "max", or "auto": as losses and the built-in metrics are known to get better, with or without "val_".
  OwnedText mode = "auto";
  /// What the metric must reach; NaN: nothing.
  double baseline = __builtin_nan("");
  bool restore_best_weights = false;
  int start_from_epoch = 0;
};

namespace callbacks {

/// Stops training when the monitored metric has stopped improving by more than `min_delta` for `patience` epochs. With
/// mode "auto" the first epoch ends with an ArgumentError if it is not known which values of the metric are better.
TRIPTYCH_API Callback EarlyStopping(EarlyStoppingOptions options = {}, Location where = Location::here());

}  // namespace callbacks
}  // namespace triptych::keras
