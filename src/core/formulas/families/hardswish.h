// hardswish and its backward op.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/hardswish.h"

namespace triptych {

extern const Op hardswish_op, hardswish_grad_op;

template <class Elements>
void register_hardswish_family() {
  family::floating_unary<Elements, formula::Hardswish>(hardswish_op);
  family::floating_binary<Elements, formula::HardswishGrad>(hardswish_grad_op);
}

}  // namespace triptych
