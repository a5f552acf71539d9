// Special functions.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/special.h"
#include "core/ops/elementary/special.h"

namespace triptych {

extern const Op erfc_op, erfinv_op, lgamma_op, digamma_op, polygamma_op, sinc_op, xlogy_op, logaddexp_op, logaddexp2_op;

namespace family {

template <class F>
F of_order(const KernelCall& call) {
  return {call.attributes_as<OrderAttributes>().order};
}

}  // namespace family

template <class Elements>
void register_special_family() {
  family::floating_unary<Elements, formula::Erfc>(erfc_op);
  family::floating_unary<Elements, formula::Erfinv>(erfinv_op);
  family::floating_unary<Elements, formula::Lgamma>(lgamma_op);
  family::floating_unary<Elements, formula::Digamma>(digamma_op);
  family::floating_unary<Elements, formula::Polygamma, family::of_order<formula::Polygamma>>(polygamma_op);
  family::floating_unary<Elements, formula::Sinc, family::of_order<formula::Sinc>>(sinc_op);
  family::floating_binary<Elements, formula::Xlogy>(xlogy_op);
  family::floating_binary<Elements, formula::Logaddexp>(logaddexp_op);
  family::floating_binary<Elements, formula::Logaddexp2>(logaddexp2_op);
}

}  // namespace triptych
