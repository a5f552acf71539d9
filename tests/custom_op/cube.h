// cube(x) = x^3, an op that is added to Triptych from a library of its own.
#pragma once

#include <triptych/core/tensor.h>

/// x * x * x, elementwise. float32 and float64, any shape.
[[gnu::visibility("default")]] triptych::Tensor cube(triptych::Arg x);
