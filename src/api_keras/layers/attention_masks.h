// Which query may look at which key.
#pragma once

#include "api_keras/layers/brick.h"

namespace triptych::keras {

/// 1, 2, ... for the steps of x (n, steps, ...), whose number may be unknown.
Tensor step_numbers(const Tensor& x);
/// (1, queries, keys): no query looks at later keys.
Tensor causal_mask(const Tensor& queries, const Tensor& keys);
/// Where both are true; an undefined one is true everywhere.
Tensor both(const Tensor& a, const Tensor& b);

}  // namespace triptych::keras
