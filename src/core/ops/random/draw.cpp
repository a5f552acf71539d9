// take_draw: reads a stream's (key, counter) and moves the stream on.
#include "core/ops/random/draw.h"

#include "core/ops/ops.h"
#include "core/random/random.h"
#include "triptych/core/ops.h"

namespace triptych {

namespace {

void take_draw_infer(Infer& infer) {
  if (!infer.shape(0).compatible(Shape{2}) || infer.dtype(0) != int64)
    infer.fail("the state is not an int64 tensor (key, counter)", infer.given(), "Generator::next_stream() makes one");
  infer.output(0, Shape{2}, int64);
}

bool take_draw_writes(int, int) { return true; }

}  // namespace

extern const Op take_draw_op{.name = "take_draw",
                             .inputs = 1,
                             .infer = take_draw_infer,
                             .gradient_stops = true,
                             .stateful = true,
                             .writes = take_draw_writes};

Tensor take_draw(const Tensor& state, Location where) {
  const Arg argument(state, where);
  const Arg* inputs[] = {&argument};
  return apply(take_draw_op, inputs, nullptr, where);
}

Tensor take_draw_for(const Tensor& like, const Tensor& state, Location where) {
  return take_draw(state.defined() ? state : random_state_for(like), where);
}

}  // namespace triptych
