// maximum, minimum and clip; a NaN is kept.
#pragma once

#include "core/formulas/clip_bounds.h"
#include "core/formulas/families/family.h"

namespace triptych {

extern const Op maximum_op, minimum_op, clip_op;

namespace family {

template <class Elements>
void clip(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    Elements::template run<T, T>(call, formula::clip<compute_type<T>>(call.attributes_as<ClipAttributes>()));
  });
}

}  // namespace family

template <class Elements>
void register_maximum_family() {
  family::any_binary<Elements, formula::Maximum>(maximum_op);
  family::any_binary<Elements, formula::Minimum>(minimum_op);
  family::other<Elements, family::clip<Elements>>(clip_op);
}

}  // namespace triptych
