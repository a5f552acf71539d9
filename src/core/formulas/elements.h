// Element types of elementwise ops: which C++ type an op's formula computes in, for the CPU's loops and the GPU's.
//
// `Elements` is how a device walks elements: Elements::run<Out, In...>(call, f) does out = f(inputs).
#pragma once

#include <type_traits>

#include "core/kernels/strided.h"
#include "triptych/core/op.h"

namespace triptych {

/// Arithmetic is done in float for the 16-bit types, in the type itself for the others.
template <class T>
using compute_type = std::conditional_t<std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>, float, T>;

/// A formula between element types: computes in the compute type of the inputs, gives `Out`.
template <class Out, class F>
struct Rounded {
  F f;
  template <class... T>
  TRIPTYCH_HOST_DEVICE Out operator()(T... x) const {
    return Out(f(static_cast<compute_type<T>>(x)...));
  }
};

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
