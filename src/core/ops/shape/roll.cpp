// roll: the elements moved along an axis, in a circle.
#include "core/ops/shape/roll.h"

#include <limits>

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op roll_op;

namespace {

Tensor roll_axis(const Arg& x, std::int64_t shift, std::int64_t axis) {
  const RollAttributes attributes{shift, axis};
  return apply(roll_op, {&x}, &attributes);
}

void roll_infer(Infer& infer) {
  const auto& [shift, axis] = infer.attributes<RollAttributes>();
  infer.axis(axis, infer.shape(0).rank());
  if (shift == std::numeric_limits<std::int64_t>::min())
    infer.fail("the shift has no opposite, which the gradient needs", std::to_string(shift));
  infer.output(0, infer.shape(0), infer.dtype(0));
}

void roll_gradient(Gradient& g) {
  const auto& [shift, axis] = g.attributes<RollAttributes>();
  g.set(0, roll_axis(g.upstream(), -shift, axis));
}

}  // namespace

extern const Op roll_op{.name = "roll",
                        .inputs = 1,
                        .attributes = &attribute_type<RollAttributes>,
                        .infer = roll_infer,
                        .gradient = roll_gradient};

Tensor roll(Arg x, const Axes& shifts, const Axes& axes) {
  if (shifts.size() != axes.size() || axes.empty())
    throw ArgumentError("roll", "the number of shifts differs from that of the axes, or is 0",
                        std::to_string(shifts.size()) + " shifts, " + std::to_string(axes.size()) + " axes", "",
                        x.where());
  Tensor result = roll_axis(x, shifts[0], axes[0]);
  for (int i = 1; i < axes.size(); ++i) result = roll_axis(Arg(std::move(result), x.where()), shifts[i], axes[i]);
  return result;
}

}  // namespace triptych
