// Callbacks that change the learning rate.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "triptych/core/function.h"
#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct ReduceLROnPlateauOptions {
  OwnedText monitor = "val_loss";
  double factor = 0.1;
  int patience = 10;
  int verbose = 0;
  OwnedText mode = "auto";
  double min_delta = 1e-4;
  int cooldown = 0;
  double min_lr = 0;
};
struct LearningRateSchedulerOptions {
  int verbose = 0;
};

/// The learning rate of an epoch, from its number, and from the learning rate so far if it takes that too.
class TRIPTYCH_API EpochSchedule {
 public:
  template <class F>
  requires std::is_invocable_r_v<double, F, int, double> EpochSchedule(F function, Location where = Location::here())
      : function_(not_empty(std::move(function), "LearningRateScheduler", where)) {}
  template <class F>
  requires(std::is_invocable_r_v<double, F, int> && !std::is_invocable_r_v<double, F, int, double>)
      EpochSchedule(F function, Location where = Location::here())
      : function_([f = not_empty(std::move(function), "LearningRateScheduler", where)](int epoch, double) {
          return static_cast<double>(f(epoch));
        }) {}
  // Copies alone: a schedule that was moved from is still one.
  EpochSchedule(const EpochSchedule&) = default;
  EpochSchedule& operator=(const EpochSchedule&) = default;
  ~EpochSchedule() = default;
  double operator()(int epoch, double learning_rate) const { return function_(epoch, learning_rate); }

 private:
  std::function<double(int, double)> function_;
};

namespace callbacks {

/// Multiplies the learning rate by `factor` when the monitored metric has not improved by more than `min_delta` for
/// `patience` epochs, and then waits `cooldown` ones. The logs get "learning_rate". ArgumentError unless 0 <= factor
/// < 1.
TRIPTYCH_API Callback ReduceLROnPlateau(ReduceLROnPlateauOptions options = {}, Location where = Location::here());
/// Sets the learning rate as an epoch begins. The logs get "learning_rate". ArgumentError then for a rate that is
/// negative or not finite.
TRIPTYCH_API Callback LearningRateScheduler(EpochSchedule schedule, LearningRateSchedulerOptions options = {},
                                            Location where = Location::here());

}  // namespace callbacks
}  // namespace triptych::keras
