// neg, abs and sign.
#include <cmath>

#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op neg_op, abs_op, sign_op;

namespace {

/// -x; integers wrap around.
template <class T>
T negative(T x) {
  if constexpr (std::is_same_v<T, bool>)
    return x;  // refused by infer
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(std::make_unsigned_t<T>(0) - static_cast<std::make_unsigned_t<T>>(x));
  else
    return -x;
}

template <class T>
T magnitude(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fabs(x);
  else if constexpr (std::is_signed_v<T>)
    return x < 0 ? negative(x) : x;
  else
    return x;
}

/// -1, 0 or 1; NaN stays NaN.
template <class T>
T direction(T x) {
  if constexpr (std::is_signed_v<T>)
    return x != x ? x : static_cast<T>((x > 0) - (x < 0));
  else
    return static_cast<T>(x != 0);
}

void neg_run(const KernelCall& call) {
  any_unary(call, [](auto x) { return negative(x); });
}
void abs_run(const KernelCall& call) {
  any_unary(call, [](auto x) { return magnitude(x); });
}
void sign_run(const KernelCall& call) {
  any_unary(call, [](auto x) { return direction(x); });
}

const Kernel neg_kernel = elementwise_kernel(neg_run), abs_kernel = elementwise_kernel(abs_run),
             sign_kernel = elementwise_kernel(sign_run);

}  // namespace

void register_sign_kernels() {
  register_kernel(neg_op, Device::Type::cpu, neg_kernel);
  register_kernel(abs_op, Device::Type::cpu, abs_kernel);
  register_kernel(sign_op, Device::Type::cpu, sign_kernel);
}

}  // namespace triptych
