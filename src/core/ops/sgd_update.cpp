// sgd_update: p <- p - lr g, over a list of parameters in one call. Inputs: lr (0-d float64), then p, g for each parameter.
#include "core/ops/ops.h"

namespace triptych {
namespace {

void sgd_update_infer(Infer& infer) {
  infer.check(infer.input_count() % 2 == 1 && infer.dtype(0) == float64 && infer.shape(0).rank() == 0,
              "inputs are the learning rate (a 0-d float64 tensor), then a parameter and its gradient, and so on");
  for (int i = 1; i < infer.input_count(); i += 2)
    if (!infer.shape(i).compatible(infer.shape(i + 1)) || infer.dtype(i) != infer.dtype(i + 1))
      infer.fail("a gradient has its parameter's shape and dtype", infer.given());
}

bool sgd_update_writes(int i, int) { return i % 2 == 1; }

}  // namespace

extern const Op sgd_update_op{.name = "sgd_update",
                       .inputs = 1,
                       .max_inputs = any_number,
                       .infer = sgd_update_infer,
                       .gradient_stops = true,
                       .writes = sgd_update_writes};

}  // namespace triptych
