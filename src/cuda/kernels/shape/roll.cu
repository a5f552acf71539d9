#include "core/kernels/row_layout.h"
#include "core/ops/shape/roll.h"
#include "cuda/kernels/random/generate.h"
#include "cuda/kernels/width.h"

namespace triptych {

extern const Op roll_op;

namespace cuda {
namespace {

/// Along an axis of n elements that lie `step` apart.
template <class Word>
struct Rolled {
  const Word* in;
  std::int64_t n, step, places;
  __device__ Word operator()(std::int64_t i) const {
    const std::int64_t at = i / step % n;
    return in[i + (at < places ? at + n - places : at - places) * step - at * step];
  }
};

void roll_run(const KernelCall& call) {
  const Operand& in = call.inputs[0];
  const auto& [shift, axis] = call.attributes_as<RollAttributes>();
  if (in.size() == 0) return;
  const Rows lines(in.shape(), axis);
  const std::int64_t n = lines.length, places = (shift % n + n) % n;
  visit_width(in.dtype(), [&]<class Word>(Word*) {
    generate<Word>(call, Rolled<Word>{in.as<const Word>(), n, lines.step, places});
  });
}

const Kernel roll_kernel{.run = roll_run};

}  // namespace

void register_roll_kernels() { register_kernel(roll_op, Device::Type::cuda, roll_kernel); }

}  // namespace cuda
}  // namespace triptych
