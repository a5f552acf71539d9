// cumprod: running products along an axis.
#include <algorithm>

#include "core/ops/ops.h"
#include "core/ops/reduce/scan.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op cumprod_op;

namespace {

void cumprod_infer(Infer& infer) {
  infer.axis(infer.attributes<ScanAttributes>().axis, std::max(infer.shape(0).rank(), 1));
  const DType dtype = infer.dtype(0);
  infer.output(0, infer.shape(0), is_floating(dtype) ? dtype : int64);
}

// dx_j = sum over i >= j of dy_i times the product of all x_k, k <= i, but x_j. Without zeros that is the sum of dy_i
// y_i, over x_j. The first zero of a line is left out of the product where it is j, and multiplies what is behind it;
// that is 0, but has a derivative. So does the second zero. With three factors 0 nothing is left of order 1 or 2.
void cumprod_gradient(Gradient& g) {
  const std::int64_t axis = g.attributes<ScanAttributes>().axis;
  const Tensor x = g.input(0), upstream = g.upstream();
  const Tensor zero = equal(x, 0), zeros = cumsum(zero, axis);  // how many so far
  const Tensor first = logical_and(zero, equal(zeros, 1)), second = logical_and(zero, equal(zeros, 2));
  const auto sums = [&](const Tensor& products) { return sums_to_the_end(upstream * products, axis); };
  const Tensor divisor = where(zero, 1, x), without_first = where(first, 1, x);
  const Tensor sums_without_first = sums(cumprod(without_first, axis));
  const Tensor sums_without_both = sums(cumprod(where(second, 1, without_first), axis));
  const Tensor candidates = where(first, x, 0), first_zero = x.ndim() == 0 ? candidates : sum(candidates, axis, true);
  const Tensor behind = first_zero * where(second, sums_without_both, sums_without_first / divisor);
  const Tensor in_front = sums(cumprod(x, axis)) / divisor;
  g.set(0, where(first, sums_without_first, where(greater(zeros, 0), behind, in_front)));
}

}  // namespace

extern const Op cumprod_op{.name = "cumprod",
                           .inputs = 1,
                           .attributes = &attribute_type<ScanAttributes>,
                           .infer = cumprod_infer,
                           .gradient = cumprod_gradient,
                           .saves_inputs = 0b1,
                           .wide_gradient = true};

Tensor cumprod(Arg x, std::int64_t axis) {
  const ScanAttributes attributes{axis};
  return apply(cumprod_op, {&x}, &attributes);
}

}  // namespace triptych
