// Element types of elementwise ops: which C++ type an op's formula computes in, for the CPU's loops and the GPU's.
//
// `Elements` is how a device walks elements: Elements::run<Out, In...>(call, f) does out = f(inputs) on
// Elements::device.
#pragma once

#include <type_traits>

#include "core/formulas/compute_type.h"
#include "core/kernels/element_loops.h"
#include "core/kernels/strided.h"
#include "triptych/core/op.h"

namespace triptych {

/// The kernel of an elementwise op; its output may take over any input's buffer.
constexpr Kernel elementwise_kernel(void (*run)(const KernelCall&)) {
  return {.run = run, .any_strides = true, .donates = every_one, .layout = elementwise_layout};
}

/// Calls `f` with a null pointer of an unsigned type that has this dtype's width.
template <class F>
void visit_width(DType dtype, F&& f) {
  switch (size_of(dtype)) {
    case 1:
      return f(static_cast<std::uint8_t*>(nullptr));
    case 2:
      return f(static_cast<std::uint16_t*>(nullptr));
    case 4:
      return f(static_cast<std::uint32_t*>(nullptr));
    default:
      return f(static_cast<std::uint64_t*>(nullptr));
  }
}

namespace elements {

/// out = f(x) for floating dtypes; `f` takes and gives float or double.
template <class Elements, class F>
void floating_unary(const KernelCall& call, F f) {
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    Elements::template run<T, T>(call, Rounded<T, F>{f});
  });
}

/// out = f(a, b) for floating dtypes.
template <class Elements, class F>
void floating_binary(const KernelCall& call, F f) {
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    Elements::template run<T, T, T>(call, Rounded<T, F>{f});
  });
}

/// out = f(x) and out = f(a, b) for every dtype; `Out` is the element type of the output, void: the inputs' own.
template <class Elements, class Out, class F>
void any_unary(const KernelCall& call, F f) {
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using R = std::conditional_t<std::is_void_v<Out>, T, Out>;
    Elements::template run<R, T>(call, Rounded<R, F>{f});
  });
}
template <class Elements, class Out, class F>
void any_binary(const KernelCall& call, F f) {
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using R = std::conditional_t<std::is_void_v<Out>, T, Out>;
    Elements::template run<R, T, T>(call, Rounded<R, F>{f});
  });
}

}  // namespace elements
}  // namespace triptych
