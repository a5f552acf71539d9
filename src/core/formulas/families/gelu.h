// gelu and its backward op, exact or by tanh.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/gelu.h"
#include "core/ops/activation/activation.h"

namespace triptych {

extern const Op gelu_op, gelu_grad_op;

namespace family {

template <class Elements>
void gelu(const KernelCall& call) {
  if (call.attributes_as<GeluAttributes>().tanh)
    elements::floating_unary<Elements>(call, formula::GeluByTanh());
  else
    elements::floating_unary<Elements>(call, formula::Gelu());
}
template <class Elements>
void gelu_grad(const KernelCall& call) {
  if (call.attributes_as<GeluAttributes>().tanh)
    elements::floating_binary<Elements>(call, formula::GeluByTanhGrad());
  else
    elements::floating_binary<Elements>(call, formula::GeluGrad());
}

}  // namespace family

template <class Elements>
void register_gelu_family() {
  family::other<Elements, family::gelu<Elements>>(gelu_op);
  family::other<Elements, family::gelu_grad<Elements>>(gelu_grad_op);
}

}  // namespace triptych
