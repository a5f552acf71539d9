// The product of EinsumDense, which attention layers have several of.
#pragma once

#include <string>

#include "triptych/core/tensor.h"

namespace triptych::keras {

/// Shapes that follow from an equation "[x],[kernel]->[y]", with "..." in front of both x and y, or behind them.
struct EinsumShapes {
  Shape kernel, bias;
};

/// ArgumentError of "EinsumDense" if the equation has another form, or shapes do not fit.
EinsumShapes einsum_shapes(const std::string& equation, const std::string& bias_axes, const Shape& input,
                           const Shape& output);

}  // namespace triptych::keras
