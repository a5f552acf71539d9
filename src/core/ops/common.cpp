#include <cmath>
#include <optional>

#include "core/dispatch/autocast.h"
#include "core/ops/ops.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/compute_dtype.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/dtype_info.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// bool < integer < floating.
int category(DType dtype) { return is_floating(dtype) ? 2 : dtype == boolean ? 0 : 1; }

}  // namespace

DType result_type(const Tensor& a, const Tensor& b) {
  const DType x = seen_dtype(a), y = seen_dtype(b);
  if (x == y) return x;
  if ((a.ndim() == 0) != (b.ndim() == 0)) {
    const DType wide = a.ndim() ? x : y, single = a.ndim() ? y : x;
    if (category(single) <= category(wide)) return wide;
  }
  return promote_types(x, y);
}

DType result_type(const Arg& a, const Arg& b) {
  if (a.is_scalar() && b.is_scalar()) return promote_types(a.scalar().dtype(), b.scalar().dtype());
  if (a.is_scalar()) return a.scalar().result_type(operand("result_type", b).dtype());
  if (b.is_scalar()) return b.scalar().result_type(operand("result_type", a).dtype());
  return result_type(operand("result_type", a), operand("result_type", b));
}

const Tensor& operand(std::string_view op, const Arg& x) {
  if (!x.tensor().defined())
    throw ArgumentError(op, "an input is undefined", "a default-constructed Tensor", "Give it a value first",
                        x.where());
  return x.tensor();
}

namespace {

/// What a floating dtype makes of the number.
double rounded(double number, DType dtype) {
  if (dtype == float64) return number;
  const auto single = static_cast<float>(number);
  if (dtype == float16) return static_cast<double>(static_cast<float>(Float16(single)));
  if (dtype == bfloat16) return static_cast<double>(static_cast<float>(BFloat16(single)));
  return static_cast<double>(single);
}

}  // namespace

bool fits(Scalar value, DType dtype) {
  if (dtype == boolean) return true;  // its truth
  if (is_floating(dtype)) return std::isfinite(rounded(value.to_double(), dtype)) || !std::isfinite(value.to_double());
  const int bits = static_cast<int>(8 * size_of(dtype)) - (dtype == uint8 ? 0 : 1);
  if (value.kind() == Scalar::Kind::floating) {
    const double limit = std::ldexp(1.0, bits), lowest = dtype == uint8 ? 0 : -limit;
    const double number = value.to_double();
    return number >= lowest && number < limit && std::trunc(number) == number;  // NaN is neither
  }
  if (dtype == int64) return true;
  const std::int64_t limit = std::int64_t{1} << bits;
  return value.to_int() >= (dtype == uint8 ? 0 : -limit) && value.to_int() < limit;
}

namespace {

constexpr const char *misfit = "the dtype cannot hold the number", *misfit_hint = "Choose a wider dtype, or use cast";

std::string misfit_text(Scalar value, DType dtype) {
  return (value.kind() == Scalar::Kind::floating ? number_text(value.to_double()) : std::to_string(value.to_int())) +
         " for " + std::string(dtype_name(dtype));
}

}  // namespace

void check_fits(std::string_view op, Scalar value, DType dtype, Location where) {
  if (!fits(value, dtype)) throw ArgumentError(op, misfit, misfit_text(value, dtype), misfit_hint, where);
}

void check_fits(const Infer& infer, Scalar value, DType dtype) {
  if (!fits(value, dtype)) infer.fail(misfit, misfit_text(value, dtype), misfit_hint);
}

Tensor number_as(DType dtype, std::string_view op, const Arg& number, Device device) {
  check_fits(op, number.scalar(), dtype, number.where());
  return scalar_tensor(number.scalar(), dtype, device);
}

namespace {

/// `operand`, without measuring the op's name each time.
const Tensor& operand_of(const Op& op, const Arg& x) { return x.tensor().defined() ? x.tensor() : operand(op.name, x); }

}  // namespace

Tensor apply_binary(const Op& op, Arg& a, Arg& b, bool float_result) {
  // Two tensors of one dtype, mostly.
  if (!a.is_scalar() && !b.is_scalar()) {
    const DType dtype = result_type(operand_of(op, a), operand_of(op, b));
    const bool as_given = a.tensor().dtype() == dtype && b.tensor().dtype() == dtype;
    if (as_given && (!float_result || is_floating(dtype))) return apply(op, {&a, &b});
  }
  std::optional<Tensor> made_a, made_b;
  if (a.is_scalar() && b.is_scalar()) made_b = scalar_tensor(b.scalar(), b.scalar().dtype(), modes.device);
  const auto dtype_next_to = [](const Arg& scalar, const Tensor& other) {
    return scalar.scalar().result_type(seen_dtype(other));
  };
  DType dtype;
  Device device;
  if (a.is_scalar() || b.is_scalar()) {
    const Arg& number = a.is_scalar() ? a : b;
    const Tensor& other = made_b ? *made_b : operand(op.name, a.is_scalar() ? b : a);
    dtype = dtype_next_to(number, other);
    device = other.device();
  } else {
    dtype = result_type(operand(op.name, a), operand(op.name, b));
  }
  if (float_result && !is_floating(dtype)) dtype = float32;

  const auto prepare = [&](Arg& arg, std::optional<Tensor>& made) {
    if (arg.is_scalar())
      made = number_as(dtype, op.name, arg, device);
    else if (arg.tensor().dtype() != dtype || seen_dtype(arg.tensor()) != dtype)
      made = cast(Arg(as_seen(arg.tensor(), arg.where()), arg.where()), dtype);
  };
  made_a.reset();
  made_b.reset();
  prepare(a, made_a);
  prepare(b, made_b);
  if (!made_a && !made_b) return apply(op, {&a, &b});
  const Arg left = made_a ? Arg(std::move(*made_a), a.where()) : Arg(std::move(a));
  const Arg right = made_b ? Arg(std::move(*made_b), b.where()) : Arg(std::move(b));
  return apply(op, {&left, &right});
}

namespace {

/// Whether the number loses nothing in a 16-bit dtype.
bool holds(DType dtype, double number) { return rounded(number, dtype) == number || number != number; }

}  // namespace

Tensor apply_arithmetic(const Op& op, Arg& a, Arg& b, bool float_result) {
  const Arg &number = a.is_scalar() ? a : b, &other = a.is_scalar() ? b : a;
  if (!number.is_scalar() || other.is_scalar() || !other.tensor().defined())
    return apply_binary(op, a, b, float_result);
  const DType dtype = seen_dtype(other.tensor());
  if (compute_dtype(dtype) == dtype || holds(dtype, number.scalar().to_double()))
    return apply_binary(op, a, b, float_result);
  Tensor wide = widened(as_seen(other.tensor(), other.where()));
  Arg operand(std::move(wide), other.where());
  const Tensor result = a.is_scalar() ? apply_binary(op, a, operand) : apply_binary(op, operand, b);
  return autocast_keeps_float32(op, result.device()) ? result : cast(result, dtype);
}

Tensor widened(const Tensor& x) { return cast(x, compute_dtype(x.dtype())); }

void zero_gradient(Gradient& g) {
  for (int i = 0; i < g.input_count(); ++i)
    if (g.needs(i)) g.set(i, zeros_like(g.input(i)));
}

Tensor apply_floating(const Op& op, Arg& x, const void* attributes) {
  if (!x.tensor().defined() || is_floating(x.tensor().dtype())) return apply(op, {&x}, attributes);
  Tensor floating = cast(Arg(x.tensor(), x.where()), float32);
  const Arg converted(std::move(floating), x.where());
  return apply(op, {&converted}, attributes);
}

namespace {

/// The inputs' common shape; checks that they broadcast and have one dtype.
Shape common_shape(const Infer& infer) {
  Shape shape = infer.shape(0);
  for (int i = 1; i < infer.input_count(); ++i) {
    if (infer.dtype(i) != infer.dtype(0)) infer.fail("dtypes differ", infer.given(), "Convert one with cast");
    if (infer.shape(i) != infer.shape(0) && !broadcast(shape, infer.shape(i), shape))
      infer.fail("shapes do not broadcast", infer.given(),
                 "Dimensions, counted from the last, must be equal or 1; reshape or unsqueeze one operand");
  }
  return shape;
}

}  // namespace

void infer_elementwise(Infer& infer) { infer.output(0, common_shape(infer), infer.dtype(0)); }

void infer_floating(Infer& infer) {
  infer.check(is_floating(infer.dtype(0)), "the dtype is not floating", "Convert it with cast");
  infer_elementwise(infer);
}

void infer_comparison(Infer& infer) { infer.output(0, common_shape(infer), boolean); }

void infer_like_first(Infer& infer) { infer.output(0, infer.shape(0), infer.dtype(0)); }

}  // namespace triptych
