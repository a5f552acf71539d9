// Comparisons: bool, without gradients.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op equal_op{
    .name = "equal", .inputs = 2, .infer = infer_comparison, .broadcasts = true, .gradient_stops = true};
extern const Op not_equal_op{
    .name = "not_equal", .inputs = 2, .infer = infer_comparison, .broadcasts = true, .gradient_stops = true};
extern const Op less_op{
    .name = "less", .inputs = 2, .infer = infer_comparison, .broadcasts = true, .gradient_stops = true};
extern const Op less_equal_op{
    .name = "less_equal", .inputs = 2, .infer = infer_comparison, .broadcasts = true, .gradient_stops = true};
extern const Op greater_op{
    .name = "greater", .inputs = 2, .infer = infer_comparison, .broadcasts = true, .gradient_stops = true};
extern const Op greater_equal_op{
    .name = "greater_equal", .inputs = 2, .infer = infer_comparison, .broadcasts = true, .gradient_stops = true};

Tensor equal(Arg a, Arg b) { return apply_binary(equal_op, a, b); }
Tensor not_equal(Arg a, Arg b) { return apply_binary(not_equal_op, a, b); }
Tensor less(Arg a, Arg b) { return apply_binary(less_op, a, b); }
Tensor less_equal(Arg a, Arg b) { return apply_binary(less_equal_op, a, b); }
Tensor greater(Arg a, Arg b) { return apply_binary(greater_op, a, b); }
Tensor greater_equal(Arg a, Arg b) { return apply_binary(greater_equal_op, a, b); }

}  // namespace triptych
