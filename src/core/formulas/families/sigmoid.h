// sigmoid, tanh, silu and their backward ops.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/sigmoid.h"

namespace triptych {

extern const Op sigmoid_op, sigmoid_grad_op, tanh_op, tanh_grad_op, silu_op, silu_grad_op;

template <class Elements>
void register_sigmoid_family() {
  family::floating_unary<Elements, formula::Sigmoid>(sigmoid_op);
  family::floating_binary<Elements, formula::SigmoidGrad>(sigmoid_grad_op);
  family::floating_unary<Elements, formula::Tanh>(tanh_op);
  family::floating_binary<Elements, formula::TanhGrad>(tanh_grad_op);
  family::floating_unary<Elements, formula::Silu>(silu_op);
  family::floating_binary<Elements, formula::SiluGrad>(silu_grad_op);
}

}  // namespace triptych
