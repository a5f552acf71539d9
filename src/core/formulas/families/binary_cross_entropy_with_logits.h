// The binary cross-entropy of a logit and a target.
#pragma once

#include "core/formulas/binary_cross_entropy_with_logits.h"
#include "core/formulas/families/family.h"

namespace triptych {

extern const Op binary_cross_entropy_with_logits_op;

template <class Elements>
void register_binary_cross_entropy_with_logits_family() {
  family::floating_binary<Elements, formula::BinaryCrossEntropyWithLogits>(binary_cross_entropy_with_logits_op);
}

}  // namespace triptych
