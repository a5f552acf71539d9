// Saves a model while it is trained.
#pragma once

#include <concepts>
#include <cstdint>

#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras {

/// How often something is saved: "epoch", after each of them, or a number of batches.
class TRIPTYCH_API SaveFrequency {
 public:
  /// ArgumentError for another text than "epoch", or a number that is not positive.
  SaveFrequency(Text text, Location where = Location::here());
  SaveFrequency(const char* text, Location where = Location::here()) : SaveFrequency(Text(text, where), where) {}
  template <std::integral T>
  SaveFrequency(T batches, Location where = Location::here()) : SaveFrequency(Batches{batches}, where) {}

  /// 0: after each epoch.
  std::int64_t batches() const { return batches_; }

 private:
  struct Batches {
    std::int64_t count;
  };
  SaveFrequency(Batches batches, Location where);
  std::int64_t batches_ = 0;
};

/// Options, in Keras's order.
struct ModelCheckpointOptions {
  OwnedText monitor = "val_loss";
  int verbose = 0;
  bool save_best_only = false;
  bool save_weights_only = false;
  OwnedText mode = "auto";
  SaveFrequency save_freq = "epoch";
  /// What the metric must be better than to be saved; NaN: nothing.
  double initial_value_threshold = __builtin_nan("");
};

namespace callbacks {

/// Saves the model (or its weights) after every epoch or so many batches, or only when the monitored metric is the best
/// so far (or missing: a warning says so). `filepath` may hold `{epoch:02d}`, `{batch}`, `{val_loss:.2f}` and the like;
/// folders are made.
TRIPTYCH_API Callback ModelCheckpoint(OwnedText filepath, ModelCheckpointOptions options = {},
                                      Location where = Location::here());

}  // namespace callbacks
}  // namespace triptych::keras
