// argmax and argmin: the place of the first extreme element.
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void argmax_infer(Infer& infer) {
  const auto& a = infer.attributes<ReduceAttributes>();
  infer_reduction(infer, a.axes, a.keepdims, int64);
  check_not_empty(infer, a.axes);
}

}  // namespace

extern const Op argmax_op{.name = "argmax",
                          .inputs = 1,
                          .attributes = &attribute_type<ReduceAttributes>,
                          .infer = argmax_infer,
                          .gradient_stops = true};
extern const Op argmin_op{.name = "argmin",
                          .inputs = 1,
                          .attributes = &attribute_type<ReduceAttributes>,
                          .infer = argmax_infer,
                          .gradient_stops = true};

Tensor argmax(Arg x) { return apply_reduction(argmax_op, x); }
Tensor argmax(Arg x, std::int64_t axis, bool keepdims) { return apply_reduction(argmax_op, x, axis, keepdims); }
Tensor argmin(Arg x) { return apply_reduction(argmin_op, x); }
Tensor argmin(Arg x, std::int64_t axis, bool keepdims) { return apply_reduction(argmin_op, x, axis, keepdims); }

}  // namespace triptych
