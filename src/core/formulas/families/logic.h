// Logic on truth values and on bits.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/logic.h"

namespace triptych {

extern const Op logical_and_op, logical_or_op, logical_xor_op, logical_not_op, bitwise_and_op, bitwise_or_op,
    bitwise_xor_op, bitwise_not_op, bitwise_left_shift_op, bitwise_right_shift_op;

namespace family {

/// On the bits of integers and bool: by width, since the sign plays no part.
template <class Elements, class F>
void bitwise(const KernelCall& call) {
  visit_width(call.outputs[0].dtype(), [&](auto* type) {
    using W = std::remove_pointer_t<decltype(type)>;
    if constexpr (sizeof(W) != 2) Elements::template run<W, W, W>(call, F());
  });
}
template <class Elements>
void bitwise_not(const KernelCall& call) {
  if (call.outputs[0].dtype() == boolean) return Elements::template run<bool, bool>(call, formula::LogicalNot());
  visit_width(call.outputs[0].dtype(), [&](auto* type) {
    using W = std::remove_pointer_t<decltype(type)>;
    if constexpr (sizeof(W) != 2) Elements::template run<W, W>(call, formula::BitwiseNot());
  });
}
template <class Elements, class F>
void shift(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) Elements::template run<T, T, T>(call, F());
  });
}

}  // namespace family

template <class Elements>
void register_logic_family() {
  family::any_binary<Elements, formula::LogicalAnd, bool>(logical_and_op);
  family::any_binary<Elements, formula::LogicalOr, bool>(logical_or_op);
  family::any_binary<Elements, formula::LogicalXor, bool>(logical_xor_op);
  family::any_unary<Elements, formula::LogicalNot, bool>(logical_not_op);
  family::other<Elements, family::bitwise<Elements, formula::BitwiseAnd>>(bitwise_and_op);
  family::other<Elements, family::bitwise<Elements, formula::BitwiseOr>>(bitwise_or_op);
  family::other<Elements, family::bitwise<Elements, formula::BitwiseXor>>(bitwise_xor_op);
  family::other<Elements, family::bitwise_not<Elements>>(bitwise_not_op);
  family::other<Elements, family::shift<Elements, formula::BitwiseLeftShift>>(bitwise_left_shift_op);
  family::other<Elements, family::shift<Elements, formula::BitwiseRightShift>>(bitwise_right_shift_op);
}

}  // namespace triptych
