// floor_divide and remainder, as Python's // and %.
#include <cmath>

#include "core/kernels/elementwise.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op floor_divide_op, remainder_op;

namespace {

template <class T>
void check_divisors(const KernelCall& call) {
  for_each_element<T>(call.inputs[1], [&](T b) {
    if (b == 0)
      throw ArgumentError(call.op.name, "an integer is not divided by zero", "a divisor is 0",
                          "Divide floating numbers", call.context.where);
  });
}

/// a mod b with b's sign.
template <class T>
T python_remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const T rest = std::fmod(a, b);
    return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
  } else if constexpr (std::is_signed_v<T>) {
    if (b == -1) return 0;  // the least integer divided by -1 traps
    const T rest = static_cast<T>(a % b);
    return static_cast<T>(rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest);
  } else {
    return static_cast<T>(a % b);
  }
}

/// floor(a / b).
template <class T>
T quotient_down(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (b == 0) return a / b;
    // The quotient of what divides evenly: exact but for its rounding, so the floor is at most one off.
    const T rest = std::fmod(a, b);
    T quotient = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
    if (quotient == 0) return std::copysign(T(0), a / b);
    const T down = std::floor(quotient);
    return quotient - down > T(0.5) ? down + 1 : down;
  } else if constexpr (std::is_signed_v<T>) {
    if (b == -1) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
    return static_cast<T>((a - python_remainder(a, b)) / b);
  } else {
    return static_cast<T>(a / b);
  }
}

void floor_divide_run(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    if constexpr (std::is_integral_v<T>) check_divisors<T>(call);
    elementwise<T, T, T>(call, [](T a, T b) { return T(quotient_down(static_cast<C>(a), static_cast<C>(b))); });
  });
}
void remainder_run(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    if constexpr (std::is_integral_v<T>) check_divisors<T>(call);
    elementwise<T, T, T>(call, [](T a, T b) { return T(python_remainder(static_cast<C>(a), static_cast<C>(b))); });
  });
}

const Kernel floor_divide_kernel = elementwise_kernel(floor_divide_run),
             remainder_kernel = elementwise_kernel(remainder_run);

}  // namespace

void register_floor_divide_kernels() {
  register_kernel(floor_divide_op, Device::Type::cpu, floor_divide_kernel);
  register_kernel(remainder_op, Device::Type::cpu, remainder_kernel);
}

}  // namespace triptych
