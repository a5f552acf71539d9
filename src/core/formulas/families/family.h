// How elementwise ops get their kernels: a family says once which formula each of its ops is, and every device
// registers it with its own loops, `Elements` (elements.h). One header for each family, so that each is compiled by
// itself.
#pragma once

#include "core/formulas/elements.h"

namespace triptych::family {

/// A formula without parameters; one with parameters is made from a call's attributes.
template <class F>
F plain(const KernelCall&) {
  return F();
}

/// Takes and gives floating elements.
template <class Elements, class F, F (*make)(const KernelCall&) = plain<F>>
void floating_unary(const Op& op) {
  static constexpr Kernel kernel =
      elementwise_kernel([](const KernelCall& call) { elements::floating_unary<Elements>(call, make(call)); });
  register_kernel(op, Elements::device, kernel);
}
template <class Elements, class F>
void floating_binary(const Op& op) {
  static constexpr Kernel kernel =
      elementwise_kernel([](const KernelCall& call) { elements::floating_binary<Elements>(call, F()); });
  register_kernel(op, Elements::device, kernel);
}

/// Takes elements of every dtype, and gives `Out` (void: the same).
template <class Elements, class F, class Out = void>
void any_unary(const Op& op) {
  static constexpr Kernel kernel =
      elementwise_kernel([](const KernelCall& call) { elements::any_unary<Elements, Out>(call, F()); });
  register_kernel(op, Elements::device, kernel);
}
template <class Elements, class F, class Out = void>
void any_binary(const Op& op) {
  static constexpr Kernel kernel =
      elementwise_kernel([](const KernelCall& call) { elements::any_binary<Elements, Out>(call, F()); });
  register_kernel(op, Elements::device, kernel);
}

/// With a way of its own to choose the element types.
template <class Elements, void (*run)(const KernelCall&)>
void other(const Op& op) {
  static constexpr Kernel kernel = elementwise_kernel(run);
  register_kernel(op, Elements::device, kernel);
}

}  // namespace triptych::family
