// exp, its relatives and inverses, and erf, by our own float32 functions.
#pragma once

#include "core/formulas/exponential.h"
#include "core/formulas/families/family.h"

namespace triptych {

extern const Op exp_op, exp2_op, expm1_op, log_op, log1p_op, log2_op, log10_op, erf_op;

template <class Elements>
void register_exponential_family() {
  family::floating_unary<Elements, formula::Exp>(exp_op);
  family::floating_unary<Elements, formula::Exp2>(exp2_op);
  family::floating_unary<Elements, formula::Expm1>(expm1_op);
  family::floating_unary<Elements, formula::Log>(log_op);
  family::floating_unary<Elements, formula::Log1p>(log1p_op);
  family::floating_unary<Elements, formula::Log2>(log2_op);
  family::floating_unary<Elements, formula::Log10>(log10_op);
  family::floating_unary<Elements, formula::Erf>(erf_op);
}

}  // namespace triptych
