// any and all over axes; count_nonzero.
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void any_infer(Infer& infer) {
  const auto& a = infer.attributes<ReduceAttributes>();
  infer_reduction(infer, a.axes, a.keepdims, boolean);
}

}  // namespace

extern const Op any_op{.name = "any",
                       .inputs = 1,
                       .attributes = &attribute_type<ReduceAttributes>,
                       .infer = any_infer,
                       .gradient_stops = true};
extern const Op all_op{.name = "all",
                       .inputs = 1,
                       .attributes = &attribute_type<ReduceAttributes>,
                       .infer = any_infer,
                       .gradient_stops = true};

Tensor any(Arg x) { return apply_reduction(any_op, x); }
Tensor any(Arg x, const Axes& axes, bool keepdims) { return apply_reduction(any_op, x, axes, keepdims); }
Tensor all(Arg x) { return apply_reduction(all_op, x); }
Tensor all(Arg x, const Axes& axes, bool keepdims) { return apply_reduction(all_op, x, axes, keepdims); }

Tensor count_nonzero(Arg x) {
  const Called called("count_nonzero");
  return sum(Arg(not_equal(x, 0), x.where()));
}
Tensor count_nonzero(Arg x, const Axes& axes, bool keepdims) {
  const Called called("count_nonzero");
  return sum(Arg(not_equal(x, 0), x.where()), axes, keepdims);
}

}  // namespace triptych
