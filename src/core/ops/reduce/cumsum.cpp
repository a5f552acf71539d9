// cumsum: running sums along an axis.
#include "core/ops/reduce/cumsum.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op cumsum_op;

namespace {

void cumsum_infer(Infer& infer) {
  infer.axis(infer.attributes<CumsumAttributes>().axis, infer.shape(0).rank());
  const DType dtype = infer.dtype(0);
  infer.output(0, infer.shape(0), is_floating(dtype) ? dtype : int64);
}

// y_i = sum of x_j for j <= i, so dx_j = sum of dy_i for i >= j: the same from the other end.
void cumsum_gradient(Gradient& g) {
  CumsumAttributes attributes = g.attributes<CumsumAttributes>();
  attributes.reverse = !attributes.reverse;
  const Tensor upstream = g.upstream();
  const Arg argument = upstream;
  g.set(0, apply(cumsum_op, {&argument}, &attributes));
}

}  // namespace

extern const Op cumsum_op{.name = "cumsum",
                          .inputs = 1,
                          .attributes = &attribute_type<CumsumAttributes>,
                          .infer = cumsum_infer,
                          .gradient = cumsum_gradient};

Tensor cumsum(Arg x, std::int64_t axis) {
  const CumsumAttributes attributes{axis};
  return apply(cumsum_op, {&x}, &attributes);
}

}  // namespace triptych
