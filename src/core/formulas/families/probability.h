// Functions of probability distributions.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/probability.h"

namespace triptych {

extern const Op igamma_op, igammac_op, zeta_op, erfcx_op, ndtri_op;

template <class Elements>
void register_probability_family() {
  family::floating_binary<Elements, formula::Igamma>(igamma_op);
  family::floating_binary<Elements, formula::Igammac>(igammac_op);
  family::floating_binary<Elements, formula::Zeta>(zeta_op);
  family::floating_unary<Elements, formula::Erfcx>(erfcx_op);
  family::floating_unary<Elements, formula::Ndtri>(ndtri_op);
}

}  // namespace triptych
