// leaky_relu, elu, softplus and what is made of it, and their backward ops.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/softplus.h"
#include "core/ops/activation/activation.h"

namespace triptych {

extern const Op leaky_relu_op, leaky_relu_grad_op, elu_op, elu_grad_op, softplus_op, softplus_grad_op, log_sigmoid_op,
    mish_op, mish_grad_op;

namespace family {

template <class F>
F sloped(const KernelCall& call) {
  return {call.attributes_as<SlopeAttributes>().slope};
}
template <class F>
F with_threshold(const KernelCall& call) {
  const auto& attributes = call.attributes_as<SoftplusAttributes>();
  return {attributes.beta, attributes.threshold};
}
template <class Elements, class F, F (*make)(const KernelCall&)>
void binary(const KernelCall& call) {
  elements::floating_binary<Elements>(call, make(call));
}

}  // namespace family

template <class Elements>
void register_softplus_family() {
  using namespace formula;
  family::floating_unary<Elements, LeakyRelu, family::sloped<LeakyRelu>>(leaky_relu_op);
  family::other<Elements, family::binary<Elements, LeakyReluGrad, family::sloped<LeakyReluGrad>>>(leaky_relu_grad_op);
  family::floating_unary<Elements, Elu, family::sloped<Elu>>(elu_op);
  family::other<Elements, family::binary<Elements, EluGrad, family::sloped<EluGrad>>>(elu_grad_op);
  family::floating_unary<Elements, Softplus, family::with_threshold<Softplus>>(softplus_op);
  family::other<Elements, family::binary<Elements, SoftplusGrad, family::with_threshold<SoftplusGrad>>>(
      softplus_grad_op);
  family::floating_unary<Elements, LogSigmoid>(log_sigmoid_op);
  family::floating_unary<Elements, Mish>(mish_op);
  family::floating_binary<Elements, MishGrad>(mish_grad_op);
}

}  // namespace triptych
