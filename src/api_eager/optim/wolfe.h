// A step along a direction that meets the strong Wolfe conditions.
#pragma once

#include <cstdint>
#include <functional>

#include "triptych/core/tensor.h"

namespace triptych::eager::optim {

/// A point of the line: how far, the loss there, its gradient and the gradient's part along the direction.
struct LinePoint {
  double t, loss;
  Tensor gradient;
  double slope;
};

/// Sources: the code that torch.optim.LBFGS was ported from (https://github.com/torch/optim, lswolfe.lua); Nocedal and
/// Wright, Numerical Optimization, algorithms 3.5 and 3.6. `at` evaluates the loss at a step length and is called at
/// most max_evaluations + 1 times, `evaluations` of them; `largest` is the largest element of the direction.
LinePoint strong_wolfe(const std::function<LinePoint(double)>& at, double t, const LinePoint& start, double largest,
                       std::int64_t max_evaluations, std::int64_t& evaluations);

}  // namespace triptych::eager::optim
