// clip with tensors as bounds, fmax and fmin, nan_to_num.
#include <cmath>
#include <limits>

#include "core/ops/arithmetic/wide.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/pointwise.h"

namespace triptych {
namespace {

/// The largest finite number of a floating dtype.
double largest(DType dtype) {
  switch (dtype) {
    case DType::float16:
      return 65504;
    case DType::bfloat16:
      return 0x1.fep127;
    case DType::float32:
      return static_cast<double>(std::numeric_limits<float>::max());
    default:
      return std::numeric_limits<double>::max();
  }
}

bool is_nan(const Arg& x) { return x.is_scalar() && std::isnan(x.scalar().to_double()); }
bool may_be_nan(const Arg& x) { return !x.is_scalar() && is_floating(x.tensor().dtype()); }

/// `choose(a, b)`, or what is a number where one is NaN: of two NaNs the first.
Tensor of_numbers(const char* op, const Arg& a, const Arg& b, Tensor (*choose)(Arg, Arg)) {
  const Frame frame(a.where());
  for (const Arg* x : {&a, &b})
    if (!x->is_scalar()) operand(op, *x);
  const std::optional<TraceScope> traced = scope_of({&a, &b});
  if (is_nan(a) && !b.is_scalar()) return identity(b);
  if (is_nan(b) && !a.is_scalar()) return identity(a);
  Tensor result = choose(a, b);
  if (may_be_nan(a)) result = where(isnan(a), b, result);
  return may_be_nan(b) ? where(isnan(b), a, result) : result;
}

}  // namespace

Tensor clip(Arg x, const Tensor& min, const Tensor& max) {
  const Frame frame(x.where());
  if (!min.defined() && !max.defined())
    throw ArgumentError("clip", "no bound is given", "neither min nor max", "", x.where());
  const Tensor above = min.defined() ? maximum(x, min) : operand("clip", x);
  return max.defined() ? minimum(above, max) : above;
}
Tensor fmax(Arg a, Arg b) { return of_numbers("fmax", a, b, maximum); }
Tensor fmin(Arg a, Arg b) { return of_numbers("fmin", a, b, minimum); }

Tensor nan_to_num(Arg x, double nan, std::optional<double> posinf, std::optional<double> neginf) {
  const Frame frame(x.where());
  const Tensor& t = operand("nan_to_num", x);
  if (!is_floating(t.dtype())) return identity(x);
  const double most = largest(t.dtype()), infinity = std::numeric_limits<double>::infinity();
  for (const double number : {nan, posinf.value_or(0), neginf.value_or(0)})
    check_fits("nan_to_num", number, t.dtype(), x.where());
  const Tensor lower = where(equal(t, -infinity), neginf.value_or(-most), t);
  return where(isnan(t), nan, where(equal(t, infinity), posinf.value_or(most), lower));
}

}  // namespace triptych
