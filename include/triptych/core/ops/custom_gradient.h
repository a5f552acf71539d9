// A computation with a gradient of the user's own.
#pragma once

#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/autograd.h"
#include "triptych/core/callable.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

/// A user's gradient rule: from the saved tensors and the gradients of the results to the gradients of the inputs, one
/// for each, undefined where there is none (`needed` says which are wanted).
using CustomBackward = std::function<std::vector<Tensor>(
    std::span<const Tensor> saved, std::span<const Tensor> upstream, std::span<const bool> needed)>;

/// The `results`, which somebody computed from `inputs` without recording, as outputs of one op whose gradient calls
/// `backward`. `saved` may hold inputs, results and any other tensors; inputs and results keep their gradient edges, so
/// that `backward` can be differentiated again. Inputs and saved tensors may be undefined, and are so in `backward`.
/// Works on concrete and symbolic tensors.
TRIPTYCH_API std::vector<Tensor> custom_gradient(OwnedText name, std::span<const Tensor> results,
                                                 std::span<const Tensor> inputs, std::span<const Tensor> saved,
                                                 CustomBackward backward, Location where = Location::here());

/// For one tensor: `function(x)`, which is not recorded, gives a value and the function from the value's gradient to
/// x's.
///
///   auto rounded = tt::custom_gradient(x, [](const tt::Tensor& x) {
///     return std::pair(tt::round(x), [](const tt::Tensor& upstream) { return upstream; });
///   });
/// Source: tf.custom_gradient.
template <class F>
requires std::invocable<F&, const Tensor&> Tensor custom_gradient(const Arg& x, F function) {
  check_callable("custom_gradient", function, x.where());
  auto [value, gradient] = [&] {
    GradMode off(false);
    return function(x.tensor());
  }();
  check_callable("custom_gradient", gradient, x.where());
  const auto backward = [gradient = std::move(gradient)](std::span<const Tensor>, std::span<const Tensor> upstream,
                                                         std::span<const bool>) {
    return std::vector<Tensor>{gradient(upstream[0])};
  };
  return custom_gradient("custom_gradient", {&value, 1}, {&x.tensor(), 1}, {}, backward, x.where())[0];
}

}  // namespace triptych
