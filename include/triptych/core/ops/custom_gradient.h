// A computation with a gradient of the user's own.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// A user's gradient rule: from the saved tensors and the gradients of the results to the gradients of the inputs, one
/// for each, undefined where there is none (`needed` says which are wanted).
using CustomBackward = std::function<std::vector<Tensor>(
    std::span<const Tensor> saved, std::span<const Tensor> upstream, std::span<const bool> needed)>;

/// The `results`, which somebody computed from `inputs` without recording, as outputs of one op whose gradient calls
/// `backward`. `saved` may hold inputs, results and any other tensors; inputs and results keep their gradient edges, so
/// that `backward` can be differentiated again. Works on concrete and symbolic tensors.
TRIPTYCH_API std::vector<Tensor> custom_gradient(std::string name, std::span<const Tensor> results,
                                                 std::span<const Tensor> inputs, std::span<const Tensor> saved,
                                                 CustomBackward backward, Location where = Location::here());

}  // namespace triptych
