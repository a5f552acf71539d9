// The binary cross-entropy of a probability and a target.
#pragma once

#include "core/formulas/binary_cross_entropy.h"
#include "core/formulas/families/family.h"

namespace triptych {

extern const Op binary_cross_entropy_op;

template <class Elements>
void register_binary_cross_entropy_family() {
  family::floating_binary<Elements, formula::BinaryCrossEntropy>(binary_cross_entropy_op);
}

}  // namespace triptych
