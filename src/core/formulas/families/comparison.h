// Comparisons, to bool.
#pragma once

#include "core/formulas/comparison.h"
#include "core/formulas/families/family.h"

namespace triptych {

extern const Op equal_op, not_equal_op, less_op, less_equal_op, greater_op, greater_equal_op;

template <class Elements>
void register_comparison_family() {
  family::any_binary<Elements, formula::Equal, bool>(equal_op);
  family::any_binary<Elements, formula::NotEqual, bool>(not_equal_op);
  family::any_binary<Elements, formula::Less, bool>(less_op);
  family::any_binary<Elements, formula::LessEqual, bool>(less_equal_op);
  family::any_binary<Elements, formula::Greater, bool>(greater_op);
  family::any_binary<Elements, formula::GreaterEqual, bool>(greater_equal_op);
}

}  // namespace triptych
