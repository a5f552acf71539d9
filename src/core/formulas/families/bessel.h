// Modified Bessel functions.
#pragma once

#include "core/formulas/bessel.h"
#include "core/formulas/families/family.h"

namespace triptych {

extern const Op i0_op, i0e_op, i1_op, i1e_op;

template <class Elements>
void register_bessel_family() {
  family::floating_unary<Elements, formula::I0>(i0_op);
  family::floating_unary<Elements, formula::I0e>(i0e_op);
  family::floating_unary<Elements, formula::I1>(i1_op);
  family::floating_unary<Elements, formula::I1e>(i1e_op);
}

}  // namespace triptych
