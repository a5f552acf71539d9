// Loss scaling for training in float16: torch.amp.GradScaler.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/io.h"
#include "triptych/core/tensor.h"
#include "triptych/eager/optim/optimizer.h"

namespace triptych::eager::amp {

/// Options of GradScaler, in PyTorch's order behind the device, which is the loss's.
struct GradScalerOptions {
  double init_scale = 65536;
  double growth_factor = 2;
  double backoff_factor = 0.5;
  std::int64_t growth_interval = 2000;
  /// False: `scale` and `unscale_` do nothing, `step` just steps.
  bool enabled = true;
};

/// Multiplies the loss, so that 16 bits do not round small gradients to zero; divides the gradients before the
/// optimizer steps, which is left out where one is infinite or NaN, and chooses the next scale:
///
///   scaler.scale(loss).backward();
///   scaler.unscale_(optimizer);  // only where gradients are looked at or clipped
///   scaler.step(optimizer);
///   scaler.update();
///
/// Source: torch.amp.GradScaler.
class TRIPTYCH_API GradScaler {
 public:
  /// ArgumentError unless the scale and the factors are positive and finite, growth_factor is above 1, backoff_factor
  /// below 1, and the interval at least 1.
  explicit GradScaler(const GradScalerOptions& options = {}, Location where = Location::here());
  GradScaler(const GradScaler&) = delete;
  GradScaler& operator=(const GradScaler&) = delete;
  ~GradScaler();

  /// `outputs` times the scale, in their own dtype.
  Tensor scale(const Tensor& outputs, Location where = Location::here()) const;
  std::vector<Tensor> scale(const std::vector<Tensor>& outputs, Location where = Location::here()) const;
  /// Divides the optimizer's gradients by the scale: once for each step, before they are clipped. ArgumentError for a
  /// second time before `update`, after `step`, and for gradients in float16.
  void unscale_(optim::Optimizer& optimizer, Location where = Location::here());
  /// Divides the gradients, unless that is done, and steps if all of them are finite. ArgumentError for a second time
  /// before `update`, and if there are no gradients.
  void step(optim::Optimizer& optimizer, Location where = Location::here());
  /// The scale of the next iteration: smaller if this one found a gradient that is not finite, greater after
  /// growth_interval iterations in turn that did not. ArgumentError if there was no step. With `new_scale` that one.
  void update(std::optional<double> new_scale = {}, Location where = Location::here());

  /// 1 if the scaler is not enabled.
  double get_scale() const;
  double get_growth_factor() const { return options_.growth_factor; }
  double get_backoff_factor() const { return options_.backoff_factor; }
  std::int64_t get_growth_interval() const { return options_.growth_interval; }
  void set_growth_factor(double value, Location where = Location::here());
  void set_backoff_factor(double value, Location where = Location::here());
  void set_growth_interval(std::int64_t value, Location where = Location::here());
  bool is_enabled() const { return options_.enabled; }

  /// "scale", "growth_factor", "backoff_factor", "growth_interval" and "_growth_tracker", for after `update`; empty if
  /// the scaler is not enabled.
  StateDict state_dict(Location where = Location::here()) const;
  /// ArgumentError, and nothing changes, if an entry is missing or cannot be.
  void load_state_dict(const StateDict& state, Location where = Location::here());

 private:
  struct OfOptimizer;
  OfOptimizer& of(const optim::Optimizer& optimizer);

  GradScalerOptions options_;
  double scale_;
  std::int64_t growth_tracker_ = 0;
  std::vector<OfOptimizer> optimizers_;  // since the last update
};

}  // namespace triptych::eager::amp
