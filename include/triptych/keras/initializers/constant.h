// Initializers that draw nothing.
#pragma once

#include "triptych/keras/initializers.h"

namespace triptych::keras::initializers {

TRIPTYCH_API Initializer Zeros();
TRIPTYCH_API Initializer Ones();
/// ArgumentError unless the value is finite.
TRIPTYCH_API Initializer Constant(double value = 0, Location where = Location::here());
/// `gain` on a matrix's diagonal. ArgumentError, when it is called, for a shape of other than two axes.
TRIPTYCH_API Initializer Identity(double gain = 1, Location where = Location::here());

}  // namespace triptych::keras::initializers
