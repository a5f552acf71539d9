// leaky_relu, elu and softplus.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/softplus.h"
#include "core/ops/activation/activation.h"

namespace triptych {

extern const Op leaky_relu_op, elu_op, softplus_op;

namespace family {

template <class F>
F sloped(const KernelCall& call) {
  return {call.attributes_as<SlopeAttributes>().slope};
}
inline formula::Softplus softplus(const KernelCall& call) {
  const auto& attributes = call.attributes_as<SoftplusAttributes>();
  return {attributes.beta, attributes.threshold};
}

}  // namespace family

template <class Elements>
void register_softplus_family() {
  family::floating_unary<Elements, formula::LeakyRelu, family::sloped<formula::LeakyRelu>>(leaky_relu_op);
  family::floating_unary<Elements, formula::Elu, family::sloped<formula::Elu>>(elu_op);
  family::floating_unary<Elements, formula::Softplus, family::softplus>(softplus_op);
}

}  // namespace triptych
