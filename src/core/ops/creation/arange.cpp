// arange, linspace, eye and empty: tensors from a few numbers.
#include "core/ops/creation/arange.h"

#include <cmath>

#include "core/dispatch/modes.h"
#include "core/ops/ops.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void arange_infer(Infer& infer) {
  const auto& a = infer.attributes<ArangeAttributes>();
  if (a.count > 0 && a.whole() && a.element(a.count - 1).kind() == Scalar::Kind::floating)
    infer.fail("the last element does not fit in 64 bits", std::to_string(a.element(a.count - 1).to_double()));
  if (a.count > 0 && !is_floating(a.dtype))
    for (const std::int64_t i : {std::int64_t{0}, a.count - 1}) check_fits(infer, a.element(i), a.dtype);
  infer.output(0, Shape{a.count}, a.dtype);
}

void linspace_infer(Infer& infer) {
  const auto& a = infer.attributes<LinspaceAttributes>();
  if (a.num < 0) infer.fail("the number of values is negative", std::to_string(a.num));
  if (!is_floating(a.dtype))
    infer.fail("the dtype is not floating", std::string(dtype_name(a.dtype)), "Use arange for integers");
  infer.output(0, Shape{a.num}, a.dtype);
}

void eye_infer(Infer& infer) {
  const auto& a = infer.attributes<EyeAttributes>();
  if (a.n < 0 || a.m < 0) infer.fail("a dimension is negative", std::to_string(a.n) + " and " + std::to_string(a.m));
  infer.output(0, Shape{a.n, a.m}, a.dtype);
}

std::string range_text(Scalar start, Scalar stop, Scalar step) {
  return "start " + std::to_string(start.to_double()) + ", stop " + std::to_string(stop.to_double()) + ", step " +
         std::to_string(step.to_double());
}

/// How many steps lie before `stop`.
std::int64_t range_count(Scalar start, Scalar stop, Scalar step, Location where) {
  const auto fail = [&](const char* rule) {
    throw ArgumentError("arange", rule, range_text(start, stop, step), "", where);
  };
  const double distance = stop.to_double() - start.to_double();
  if (!std::isfinite(distance) || !std::isfinite(step.to_double())) fail("start, stop or step is not finite");
  if (step.to_double() == 0) fail("the step is 0");
  if (distance != 0 && (distance < 0) != (step.to_double() < 0)) fail("the step leads away from stop");
  using Kind = Scalar::Kind;
  if (start.kind() == Kind::floating || stop.kind() == Kind::floating || step.kind() == Kind::floating) {
    const double count = std::ceil(distance / step.to_double());
    if (count > 0x1p53) fail("the range is too long");
    return static_cast<std::int64_t>(count);
  }
  // Differences of integers in 128 bits: they may not fit in 64.
  const __int128 length = static_cast<__int128>(stop.to_int()) - start.to_int(), stride = step.to_int();
  const __int128 count = (length + stride - (stride > 0 ? 1 : -1)) / stride;
  if (count > static_cast<__int128>(1) << 53) fail("the range is too long");
  return static_cast<std::int64_t>(count);
}

}  // namespace

extern const Op arange_op{
    .name = "arange", .inputs = 0, .attributes = &attribute_type<ArangeAttributes>, .infer = arange_infer};
extern const Op linspace_op{
    .name = "linspace", .inputs = 0, .attributes = &attribute_type<LinspaceAttributes>, .infer = linspace_infer};
extern const Op eye_op{.name = "eye", .inputs = 0, .attributes = &attribute_type<EyeAttributes>, .infer = eye_infer};

Tensor arange(Scalar start, Scalar stop, Scalar step, std::optional<DType> dtype, Location where) {
  DType natural = int64;
  for (const Scalar& number : {start, stop, step})
    if (number.kind() == Scalar::Kind::floating) natural = float32;
  const ArangeAttributes attributes{start, step, range_count(start, stop, step, where), dtype.value_or(natural)};
  return apply(arange_op, std::span<const Arg* const>(), &attributes, where);
}
Tensor arange(Scalar stop, Location where) { return arange(0, stop, 1, {}, where); }

Tensor linspace(double start, double stop, std::int64_t num, DType dtype, Location where) {
  const LinspaceAttributes attributes{start, stop, num, dtype};
  return apply(linspace_op, std::span<const Arg* const>(), &attributes, where);
}

Tensor eye(std::int64_t n, std::optional<std::int64_t> m, DType dtype, Location where) {
  const EyeAttributes attributes{n, m.value_or(n), dtype};
  return apply(eye_op, std::span<const Arg* const>(), &attributes, where);
}

Tensor empty(const Shape& shape, DType dtype, Location where) {
  if (!shape.known()) throw ArgumentError("empty", "the shape is not known", shape.text(), "", where);
  const Frame frame(where);  // of an allocation that fails
  return modes.trace ? zeros(shape, dtype, where) : make_tensor(shape, dtype, modes.device);
}

Tensor empty_like(Arg x) {
  const Tensor& like = operand("empty_like", x);
  if (like.is_symbolic() || modes.trace) return zeros_like(x);
  const Frame frame(x.where());
  return make_tensor(like.shape(), like.dtype(), like.device());
}

}  // namespace triptych
