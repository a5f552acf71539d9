// Functions of one or two operands that are made of simpler ops, and approximate equality.
#include "triptych/core/ops/pointwise.h"

#include <limits>
#include <numbers>

#include "core/ops/arithmetic/wide.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/compute_dtype.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The operand; integers and booleans become float32.
Tensor floating(const char* op, const Arg& x) {
  const Tensor& t = operand(op, x);
  return is_floating(t.dtype()) ? t : cast(t, float32);
}

}  // namespace

Tensor frac(Arg x) {
  const Frame frame(x.where());
  if (!is_floating(operand("frac", x).dtype()))
    throw ArgumentError("frac", "x is not floating", std::string(dtype_name(x.tensor().dtype())),
                        "A whole number has no fraction", x.where());
  return sub(x, trunc(x));
}

Tensor rsub(Arg x, Arg other, Scalar alpha) {
  const Frame frame(x.where());
  const DType dtype = common_dtype("rsub", {&x, &other});
  if (alpha.to_double() == 1) return sub(other, x);
  if (!is_floating(dtype)) check_fits("rsub", alpha, dtype, x.where());
  const Tensor result = sub(Wide(other), mul(Wide(x), alpha));
  return is_floating(dtype) ? rounded_to(dtype, result) : result;
}

Tensor ldexp(Arg x, Arg exponent) {
  const Frame frame(x.where());
  const DType given = common_dtype("ldexp", {&x, &exponent}), dtype = is_floating(given) ? given : float32;
  const Tensor power = exponent.is_scalar() ? full_like(floating("ldexp", x), exponent.scalar().to_double())
                                            : widened(floating("ldexp", exponent));
  const Tensor half = floor(power * 0.5);
  return rounded_to(dtype, Wide(x) * exp2(half) * exp2(power - half));
}

Tensor deg2rad(Arg x) {
  const Frame frame(x.where());
  return floating("deg2rad", x) * (std::numbers::pi / 180);
}
Tensor rad2deg(Arg x) {
  const Frame frame(x.where());
  return floating("rad2deg", x) * (180 / std::numbers::pi);
}

Tensor isclose(Arg a, Arg b, double rtol, double atol, bool equal_nan) {
  const Frame frame(a.where());
  const Hyperparameters check("isclose", a.where());
  check.not_negative("rtol", rtol);
  check.not_negative("atol", atol);
  const DType dtype = common_dtype("isclose", {&a, &b});
  const Device device = a.is_scalar() && b.is_scalar() ? Device() : (a.is_scalar() ? b : a).tensor().device();
  const DType wider = is_floating(dtype) ? compute_dtype(dtype) : float64;
  const auto wide = [&](const Arg& x) {
    return x.is_scalar() ? number_as(wider, "isclose", x, device) : cast(x.tensor(), wider);
  };
  const Tensor x = wide(a), y = wide(b), error = abs(x - y);
  const Tensor near = logical_and(isfinite(error), less_equal(error, abs(y * rtol) + atol));
  const Tensor close = logical_or(near, equal(x, y));
  return equal_nan ? logical_or(close, logical_and(isnan(x), isnan(y))) : close;
}

Tensor isposinf(Arg x) { return equal(std::move(x), infinity); }
Tensor isneginf(Arg x) { return equal(std::move(x), -infinity); }
Tensor isreal(Arg x) {
  const Frame frame(x.where());
  return full_like(isnan(x), true);
}

}  // namespace triptych
