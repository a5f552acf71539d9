// gcd and nextafter.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/integers.h"

namespace triptych {

extern const Op gcd_op, nextafter_op;

namespace family {

template <class Elements>
void gcd(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
      Elements::template run<T, T, T>(call, formula::Gcd());
  });
}
template <class Elements>
void nextafter(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (std::is_floating_point_v<T>) Elements::template run<T, T, T>(call, formula::Nextafter());
  });
}

}  // namespace family

template <class Elements>
void register_integers_family() {
  family::other<Elements, family::gcd<Elements>>(gcd_op);
  family::other<Elements, family::nextafter<Elements>>(nextafter_op);
}

}  // namespace triptych
