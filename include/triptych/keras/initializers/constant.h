// Initializers that draw nothing.
#pragma once

#include "triptych/keras/initializers.h"

namespace triptych::keras::initializers {

TRIPTYCH_API Initializer Zeros();
TRIPTYCH_API Initializer Ones();
/// ArgumentError unless the value is finite.
TRIPTYCH_API Initializer Constant(double value = 0, Location where = Location::here());
/// Numbers that broadcast to the weight's shape: `Constant(ops::ravel(ops::eye(3)))`. ArgumentError, when it is called,
/// if they do not; for a tensor without values, or with some that are not finite.
TRIPTYCH_API Initializer Constant(const Tensor& values, Location where = Location::here());
/// `gain` on a matrix's diagonal. ArgumentError, when it is called, for a shape of other than two axes.
TRIPTYCH_API Initializer Identity(double gain = 1, Location where = Location::here());

}  // namespace triptych::keras::initializers
