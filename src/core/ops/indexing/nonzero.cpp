// nonzero: where the elements are that are not zero. How many there are, its kernel measures.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void nonzero_infer(Infer& infer) { infer.output(0, {unknown, infer.shape(0).rank()}, int64); }

}  // namespace

extern const Op nonzero_op{.name = "nonzero", .inputs = 1, .infer = nonzero_infer, .gradient_stops = true};

Tensor nonzero(Arg x) { return apply(nonzero_op, {&x}); }

}  // namespace triptych
