// logcumsumexp: the logarithm of running sums of exponentials.
#include <algorithm>
#include <limits>

#include "core/ops/ops.h"
#include "core/ops/reduce/scan.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op fading_sum_op;

namespace {

void logcumsumexp_infer(Infer& infer) {
  infer.check(is_floating(infer.dtype(0)), "the tensor is not floating-point", "Convert it with cast(x, float32)");
  infer.axis(infer.attributes<ScanAttributes>().axis, std::max(infer.shape(0).rank(), 1));
  infer_like_first(infer);
}

void fading_sum_infer(Infer& infer) {
  infer.check(infer.shape(0).compatible(infer.shape(1)) && infer.dtype(0) == infer.dtype(1),
              "the inputs differ in shape or dtype");
  logcumsumexp_infer(infer);
}

Tensor fading_sum(const Tensor& u, const Tensor& y, std::int64_t axis, bool reverse) {
  const ScanAttributes attributes{axis, reverse};
  const Arg a = u, b = y;
  return apply(fading_sum_op, {&a, &b}, &attributes);
}

// y_i = log(sum of e^x_j for j <= i): dx_j = e^(x_j - y_j) times the sum over i >= j of dy_i e^(y_j - y_i). Of 16 bits
// y would be too coarse, so it is computed anew.
void logcumsumexp_gradient(Gradient& g) {
  const std::int64_t axis = g.attributes<ScanAttributes>().axis;
  const Tensor x = g.input(0), y = logcumsumexp(x, axis);
  const Tensor share = exp(where(equal(x, y), 0, x - y));  // infinities are their own sums
  g.set(0, share * fading_sum(g.upstream(), y, axis, true));
}

// Linear in u, and its transpose runs the other way. d/dy_k of <v, F u>: v_k F(u)_k - u_k F'(v)_k from the end,
// u_k F'(v)_k - v_k F(u)_k from the front.
void fading_sum_gradient(Gradient& g) {
  const auto& [axis, reverse] = g.attributes<ScanAttributes>();
  const Tensor u = g.input(0), y = g.input(1), v = g.upstream();
  const Tensor back = fading_sum(v, y, axis, !reverse);
  if (g.needs(0)) g.set(0, back);
  if (!g.needs(1)) return;
  const Tensor given = v * g.output(), taken = u * back;
  g.set(1, reverse ? given - taken : taken - given);
}

}  // namespace

extern const Op logcumsumexp_op{.name = "logcumsumexp",
                                .inputs = 1,
                                .attributes = &attribute_type<ScanAttributes>,
                                .infer = logcumsumexp_infer,
                                .gradient = logcumsumexp_gradient,
                                .saves_inputs = 0b1,
                                .wide_gradient = true};
/// Inputs u, y, which does not fall along the axis. From the end: the sums of u_i e^(y_j - y_i) for i >= j; from the
/// front: of u_j e^(y_j - y_i) for j <= i.
extern const Op fading_sum_op{.name = "fading_sum",
                              .inputs = 2,
                              .attributes = &attribute_type<ScanAttributes>,
                              .infer = fading_sum_infer,
                              .gradient = fading_sum_gradient,
                              .saves_inputs = 0b11,
                              .saves_outputs = 0b1,
                              .wide_gradient = true};

Tensor logcumsumexp(Arg x, std::int64_t axis) {
  const ScanAttributes attributes{axis};
  return apply(logcumsumexp_op, {&x}, &attributes);
}

}  // namespace triptych
