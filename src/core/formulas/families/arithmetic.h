// add, sub, mul, div.
#pragma once

#include "core/formulas/arithmetic.h"
#include "core/formulas/families/family.h"

namespace triptych {

extern const Op add_op, sub_op, mul_op, div_op;

template <class Elements>
void register_arithmetic_family() {
  family::any_binary<Elements, formula::Add>(add_op);
  family::any_binary<Elements, formula::Sub>(sub_op);
  family::any_binary<Elements, formula::Mul>(mul_op);
  family::any_binary<Elements, formula::Div>(div_op);
}

}  // namespace triptych
