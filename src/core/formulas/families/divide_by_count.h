// divide_by_count: a sum becomes a mean. Of its second input only the shape is read.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/reduce.h"
#include "core/kernels/reduce/reduce_loops.h"

namespace triptych {

extern const Op divide_by_count_op;

namespace family {

template <class Elements>
void divide_by_count(const KernelCall& call) {
  elements::floating_unary<Elements>({call.op, call.inputs.first(1), call.outputs, nullptr, nullptr, call.context},
                                     formula::DivideBy{divided_count(call)});
}

}  // namespace family

template <class Elements>
void register_divide_by_count() {
  static constexpr Kernel kernel{.run = family::divide_by_count<Elements>, .any_strides = true, .donates = 0b1};
  register_kernel(divide_by_count_op, Elements::device, kernel);
}

}  // namespace triptych
