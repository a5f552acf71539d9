// Borders of zeros.
#pragma once

#include "triptych/keras/layers/cropping.h"

namespace triptych::keras::layers {

/// x with so many zeros at both ends of its spatial axes; see Border2. ArgumentError if a number is negative.
TRIPTYCH_API Layer ZeroPadding1D(Border1 padding = 1, BorderOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer ZeroPadding2D(Border2 padding = 1, BorderOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer ZeroPadding3D(Border3 padding = 1, BorderOptions options = {}, Location where = Location::here());

}  // namespace triptych::keras::layers
