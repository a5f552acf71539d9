#include "core/tensor/converted.h"

#include <cmath>
#include <string>

#include "core/ops/ops.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// The two numbers are one, whatever a conversion between their types would round.
bool same(std::int64_t a, std::int64_t b) { return a == b; }
bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
bool same(double a, std::int64_t b) {
  return a >= -0x1p63 && a < 0x1p63 && std::trunc(a) == a && static_cast<std::int64_t>(a) == b;
}
bool same(std::int64_t a, double b) { return same(b, a); }

template <class A, class B>
bool all_same(const Tensor& a, const Tensor& b) {
  const std::vector<A> x = a.to_vector<A>();
  const std::vector<B> y = b.to_vector<B>();
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!same(x[i], y[i])) return false;
  return true;
}

}  // namespace

Tensor converted_exactly(const Tensor& value, DType dtype) {
  const GradMode off(false);
  Tensor result = cast(alias(value), dtype);
  const bool from_floating = is_floating(value.dtype()), to_floating = is_floating(dtype);
  const bool exact = from_floating ? to_floating ? all_same<double, double>(value, result)
                                                 : all_same<double, std::int64_t>(value, result)
                     : to_floating ? all_same<std::int64_t, double>(value, result)
                                   : all_same<std::int64_t, std::int64_t>(value, result);
  return exact ? result : Tensor();
}

Tensor converted_to_fit(std::string_view op, const Arg& value, DType dtype) {
  const Tensor& tensor = operand(op, value);
  const auto fail = [&](const char* wrong) {
    throw ArgumentError(op, wrong, std::string(dtype_name(tensor.dtype())) + " into " + std::string(dtype_name(dtype)),
                        "Convert it with cast, which cuts and wraps", value.where());
  };
  if (is_floating(tensor.dtype()) && !is_floating(dtype)) fail("floating-point values do not fit the tensor");
  const bool narrows =
      is_integral(tensor.dtype()) && is_integral(dtype) && promote_types(tensor.dtype(), dtype) != dtype;
  if (narrows && !tensor.is_symbolic() && !converted_exactly(tensor, dtype).defined())
    fail("the tensor cannot hold a value");
  return cast(value, dtype);
}

}  // namespace triptych
