// A function as a layer.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/option_text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct LambdaOptions {
  /// The outputs' mask from the inputs and theirs; none: masks end here.
  std::function<Tensor(const std::vector<Tensor>& inputs, const std::vector<Tensor>& mask)> mask = {};
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// Any function of a tensor as a layer. Weights that it captures are not the layer's: they are not trained.
TRIPTYCH_API Layer Lambda(std::function<Tensor(const Tensor&)> function, LambdaOptions options = {},
                          Location where = Location::here());
/// The same for a function of several tensors: `Lambda(f)({a, b})`.
TRIPTYCH_API Layer LambdaOfMany(std::function<Tensor(const std::vector<Tensor>&)> function, LambdaOptions options = {},
                                Location where = Location::here());
template <class F>
requires(std::is_invocable_r_v<Tensor, F, const std::vector<Tensor>&> &&
         !std::is_invocable_r_v<Tensor, F, const Tensor&>) Layer
    Lambda(F function, LambdaOptions options = {}, Location where = Location::here()) {
  return LambdaOfMany(std::move(function), std::move(options), where);
}

}  // namespace layers
}  // namespace triptych::keras
