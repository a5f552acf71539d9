// maximum, minimum and clip.
#include "core/ops/arithmetic/clip.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// The upstream where `first` is chosen over `second`, half of it where they are equal.
Tensor chosen(const Tensor& upstream, const Tensor& loses, const Tensor& ties) {
  return where(loses, 0, where(ties, upstream * 0.5, upstream));
}

void maximum_gradient(Gradient& g) {
  const Tensor a = g.input(0), b = g.input(1), upstream = g.upstream(), ties = equal(a, b);
  if (g.needs(0)) g.set(0, chosen(upstream, less(a, b), ties));
  if (g.needs(1)) g.set(1, chosen(upstream, greater(a, b), ties));
}

void minimum_gradient(Gradient& g) {
  const Tensor a = g.input(0), b = g.input(1), upstream = g.upstream(), ties = equal(a, b);
  if (g.needs(0)) g.set(0, chosen(upstream, greater(a, b), ties));
  if (g.needs(1)) g.set(1, chosen(upstream, less(a, b), ties));
}

void clip_gradient(Gradient& g) {
  const auto& [has_min, min, has_max, max, passes_nan] = g.attributes<ClipAttributes>();
  const Tensor x = g.input(0);
  if (passes_nan) return g.set(0, where(less_equal(x, min), 0, where(greater_equal(x, max), 0, g.upstream())));
  Tensor gradient = g.upstream();  // nothing at the bounds or at NaN, as PyTorch since 2.15
  if (has_min) gradient = where(greater(x, min), gradient, 0);
  if (has_max) gradient = where(less(x, max), gradient, 0);
  g.set(0, gradient);
}

/// As in PyTorch: a bound that cuts nothing may lie beyond what the dtype can hold, one that cuts all may not.
void clip_infer(Infer& infer) {
  const auto& a = infer.attributes<ClipAttributes>();
  const DType dtype = infer.dtype(0);
  if (a.has_min && a.min.to_double() > 0) check_fits(infer, a.min, dtype);
  if (a.has_max && a.max.to_double() < 0) check_fits(infer, a.max, dtype);
  infer_elementwise(infer);
}

}  // namespace

extern const Op maximum_op{.name = "maximum",
                           .inputs = 2,
                           .infer = infer_elementwise,
                           .gradient = maximum_gradient,
                           .saves_inputs = 0b11,
                           .broadcasts = true};
extern const Op minimum_op{.name = "minimum",
                           .inputs = 2,
                           .infer = infer_elementwise,
                           .gradient = minimum_gradient,
                           .saves_inputs = 0b11,
                           .broadcasts = true};
extern const Op clip_op{.name = "clip",
                        .inputs = 1,
                        .attributes = &attribute_type<ClipAttributes>,
                        .infer = clip_infer,
                        .gradient = clip_gradient,
                        .saves_inputs = 0b1};

Tensor maximum(Arg a, Arg b) { return apply_binary(maximum_op, a, b); }
Tensor minimum(Arg a, Arg b) { return apply_binary(minimum_op, a, b); }

Tensor hard_clip(const Arg& x, Scalar min, Scalar max) {
  const ClipAttributes attributes{true, min, true, max, true};
  return apply(clip_op, {&x}, &attributes);
}

Tensor clip(Arg x, std::optional<Scalar> min, std::optional<Scalar> max) {
  if (!min && !max) throw ArgumentError("clip", "no bound is given", "neither min nor max", "", x.where());
  // A bound of a higher category widens x, as in other arithmetic.
  DType dtype = operand("clip", x).dtype();
  for (const auto& bound : {min, max})
    if (bound) dtype = bound->result_type(dtype);
  const ClipAttributes attributes{min.has_value(), min.value_or(0), max.has_value(), max.value_or(0), false};
  if (dtype == x.tensor().dtype()) return apply(clip_op, {&x}, &attributes);
  Tensor widened = cast(Arg(x.tensor(), x.where()), dtype);
  const Arg converted(std::move(widened), x.where());
  return apply(clip_op, {&converted}, &attributes);
}

}  // namespace triptych
