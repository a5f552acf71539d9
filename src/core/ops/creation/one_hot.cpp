// one_hot: an integer as a vector that is 1 in its place.
#include "core/ops/indexing/gather.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void one_hot_infer(Infer& infer) {
  const auto& attributes = infer.attributes<OneHotAttributes>();
  infer.check(is_integral(infer.dtype(0)), "indices are not integers");
  if (attributes.depth < 0) infer.fail("the depth is negative", std::to_string(attributes.depth));
  Shape out = infer.shape(0);
  out.append(attributes.depth);
  infer.output(0, out, attributes.dtype);
}

}  // namespace

extern const Op one_hot_op{.name = "one_hot",
                           .inputs = 1,
                           .attributes = &attribute_type<OneHotAttributes>,
                           .infer = one_hot_infer,
                           .gradient_stops = true,
                           .can_fail = true};

Tensor one_hot(Arg index, std::int64_t depth, DType dtype) {
  const OneHotAttributes attributes{depth, dtype};
  return apply(one_hot_op, {&index}, &attributes);
}

}  // namespace triptych
