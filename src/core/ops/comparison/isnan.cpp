// isnan, isinf and isfinite: bool; an integer is finite.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op isnan_op{.name = "isnan", .inputs = 1, .infer = infer_comparison, .gradient_stops = true};
extern const Op isinf_op{.name = "isinf", .inputs = 1, .infer = infer_comparison, .gradient_stops = true};
extern const Op isfinite_op{.name = "isfinite", .inputs = 1, .infer = infer_comparison, .gradient_stops = true};

Tensor isnan(Arg x) { return apply(isnan_op, {&x}); }
Tensor isinf(Arg x) { return apply(isinf_op, {&x}); }
Tensor isfinite(Arg x) { return apply(isfinite_op, {&x}); }

}  // namespace triptych
