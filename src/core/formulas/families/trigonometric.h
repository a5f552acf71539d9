// Trigonometric and hyperbolic functions.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/trigonometric.h"

namespace triptych {

extern const Op sin_op, cos_op, tan_op, asin_op, acos_op, atan_op, atan2_op, sinh_op, cosh_op, asinh_op, acosh_op,
    atanh_op;

template <class Elements>
void register_trigonometric_family() {
  family::floating_unary<Elements, formula::Sin>(sin_op);
  family::floating_unary<Elements, formula::Cos>(cos_op);
  family::floating_unary<Elements, formula::Tan>(tan_op);
  family::floating_unary<Elements, formula::Asin>(asin_op);
  family::floating_unary<Elements, formula::Acos>(acos_op);
  family::floating_unary<Elements, formula::Atan>(atan_op);
  family::floating_binary<Elements, formula::Atan2>(atan2_op);
  family::floating_unary<Elements, formula::Sinh>(sinh_op);
  family::floating_unary<Elements, formula::Cosh>(cosh_op);
  family::floating_unary<Elements, formula::Asinh>(asinh_op);
  family::floating_unary<Elements, formula::Acosh>(acosh_op);
  family::floating_unary<Elements, formula::Atanh>(atanh_op);
}

}  // namespace triptych
