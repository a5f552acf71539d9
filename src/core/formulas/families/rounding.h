// floor, ceil, round and trunc.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/rounding.h"

namespace triptych {

extern const Op floor_op, ceil_op, round_op, trunc_op;

template <class Elements>
void register_rounding_family() {
  family::floating_unary<Elements, formula::Floor>(floor_op);
  family::floating_unary<Elements, formula::Ceil>(ceil_op);
  family::floating_unary<Elements, formula::Round>(round_op);
  family::floating_unary<Elements, formula::Trunc>(trunc_op);
}

}  // namespace triptych
