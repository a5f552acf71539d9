// cumsum: running sums along an axis.
#include <algorithm>

#include "core/ops/ops.h"
#include "core/ops/reduce/scan.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op cumsum_op;

namespace {

// A 0-d tensor is a line of one element, as in PyTorch.
void cumsum_infer(Infer& infer) {
  infer.axis(infer.attributes<ScanAttributes>().axis, std::max(infer.shape(0).rank(), 1));
  const DType dtype = infer.dtype(0);
  infer.output(0, infer.shape(0), is_floating(dtype) ? dtype : int64);
}

Tensor running_sums(const Tensor& x, const ScanAttributes& attributes) {
  const Arg argument = x;
  return apply(cumsum_op, {&argument}, &attributes);
}

// y_i = sum of x_j for j <= i, so dx_j = sum of dy_i for i >= j: the same from the other end.
void cumsum_gradient(Gradient& g) {
  const auto& [axis, reverse] = g.attributes<ScanAttributes>();
  g.set(0, running_sums(g.upstream(), {axis, !reverse}));
}

}  // namespace

extern const Op cumsum_op{.name = "cumsum",
                          .inputs = 1,
                          .attributes = &attribute_type<ScanAttributes>,
                          .infer = cumsum_infer,
                          .gradient = cumsum_gradient};

Tensor cumsum(Arg x, std::int64_t axis) {
  const ScanAttributes attributes{axis};
  return apply(cumsum_op, {&x}, &attributes);
}

Tensor sums_to_the_end(const Tensor& x, std::int64_t axis) { return running_sums(x, {axis, true}); }

}  // namespace triptych
