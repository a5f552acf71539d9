// isnan, isinf and isfinite, to bool.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/isnan.h"

namespace triptych {

extern const Op isnan_op, isinf_op, isfinite_op;

template <class Elements>
void register_isnan_family() {
  family::any_unary<Elements, formula::Isnan, bool>(isnan_op);
  family::any_unary<Elements, formula::Isinf, bool>(isinf_op);
  family::any_unary<Elements, formula::Isfinite, bool>(isfinite_op);
}

}  // namespace triptych
