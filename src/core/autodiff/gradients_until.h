// gradients(), with tensors beyond which no gradient goes.
#pragma once

#include <span>
#include <vector>

#include "triptych/core/autograd.h"

namespace triptych {

std::vector<Tensor> gradients_until(std::span<const Tensor> stops, std::span<const Tensor> ys,
                                    std::span<const Tensor> xs, std::span<const Tensor> grad_ys,
                                    GradientOptions options, Location where);

}  // namespace triptych
