// Loss scaling: what 16 bits would round to zero in a gradient survives if the loss is multiplied by a large number,
// and the gradients divided by it. The ops that an optimizer needs for that; they all work in graphs, where no value is
// known.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "triptych/core/attributes.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// What `amp_check_finite_and_unscale` gives.
struct UnscaledGradients {
  std::vector<Tensor> gradients;
  /// 0-d float32: 1 if an element of a gradient is infinite or NaN, else 0.
  Tensor found_inf;
};

/// Every gradient times `inv_scale`, in its own dtype, and whether all are finite: one call, which reads every element
/// once. `inv_scale` is 0-d float32, 1 / the scale of the loss. The list may be empty; no gradient flows through it.
/// @throws ArgumentError at `where` if a gradient is not floating, or `inv_scale` not 0-d float32.
/// Source: torch._amp_foreach_non_finite_check_and_unscale_, which writes over the gradients.
TRIPTYCH_API UnscaledGradients amp_check_finite_and_unscale(std::span<const Tensor> gradients, const Tensor& inv_scale,
                                                            Location where = Location::here());

/// How a scale follows what was found, as torch.amp.GradScaler's arguments.
struct AmpUpdateScale {
  double growth_factor = 2;
  double backoff_factor = 0.5;
  std::int64_t growth_interval = 2000;
  static constexpr auto fields() {
    return std::tuple{field("growth_factor", &AmpUpdateScale::growth_factor),
                      field("backoff_factor", &AmpUpdateScale::backoff_factor),
                      field("growth_interval", &AmpUpdateScale::growth_interval)};
  }
};

/// Writes the scale of the next step: `scale` (0-d float32) times backoff_factor, and `growth_tracker` (0-d int32 or
/// int64) 0, where `found_inf` is not 0; else the tracker counts one more step, and at growth_interval the scale grows
/// by growth_factor, if it stays finite, and the tracker starts again at 0.
/// @throws ArgumentError at `where` for other shapes or dtypes, factors that are not positive, an interval below 1.
/// Source: torch._amp_update_scale_.
TRIPTYCH_API void amp_update_scale(const Tensor& scale, const Tensor& growth_tracker, const Tensor& found_inf,
                                   const AmpUpdateScale& attributes = {}, Location where = Location::here());

/// While alive, the updates of this thread (`sgd_update`, `momentum_update`, `adam_update`, so the steps of all
/// optimizers) change nothing where `found_inf` (0-d float32) is not 0: no parameter, no moment, no step. The kernels
/// look at it, so that nothing waits for its value. The innermost one counts.
/// @throws ArgumentError at `where` if it is not 0-d float32.
class [[nodiscard]] TRIPTYCH_API SkipUpdates {
 public:
  explicit SkipUpdates(const Tensor& found_inf, Location where = Location::here());
  ~SkipUpdates();
  SkipUpdates(const SkipUpdates&) = delete;
  SkipUpdates& operator=(const SkipUpdates&) = delete;

  /// What was given to the innermost one of this thread; null if there is none.
  static const Tensor* current();

 private:
  Tensor found_inf_;
};

}  // namespace triptych
