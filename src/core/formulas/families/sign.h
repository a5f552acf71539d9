// neg, abs, sign and copysign.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/sign.h"

namespace triptych {

extern const Op neg_op, abs_op, abs_grad_op, sign_op, copysign_op;

template <class Elements>
void register_sign_family() {
  family::any_unary<Elements, formula::Neg>(neg_op);
  family::any_unary<Elements, formula::Abs>(abs_op);
  family::floating_binary<Elements, formula::AbsGrad>(abs_grad_op);
  family::any_unary<Elements, formula::Sign>(sign_op);
  family::floating_binary<Elements, formula::Copysign>(copysign_op);
}

}  // namespace triptych
