// square, sqrt, root, rsqrt, reciprocal and hypot; pow can fail, which each device finds in its own way.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/power.h"

namespace triptych {

extern const Op square_op, sqrt_op, rsqrt_op, reciprocal_op, hypot_op;

template <class Elements>
void register_power_family() {
  family::any_unary<Elements, formula::Square>(square_op);
  family::floating_unary<Elements, formula::Sqrt>(sqrt_op);
  family::floating_unary<Elements, formula::Rsqrt>(rsqrt_op);
  family::floating_unary<Elements, formula::Reciprocal>(reciprocal_op);
  family::floating_binary<Elements, formula::Hypot>(hypot_op);
}

}  // namespace triptych
