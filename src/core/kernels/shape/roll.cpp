#include "core/ops/shape/roll.h"

#include <algorithm>

#include "core/kernels/copy_row.h"
#include "core/kernels/row_layout.h"

namespace triptych {

extern const Op roll_op;

namespace {

void roll_run(const KernelCall& call) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  const auto& [shift, axis] = call.attributes_as<RollAttributes>();
  if (in.size() == 0) return;
  const Rows lines(in.shape(), axis);
  const std::int64_t n = lines.length, places = (shift % n + n) % n;
  // Each block of n rows is two runs that change places.
  const std::size_t row = static_cast<std::size_t>(lines.step) * size_of(in.dtype());
  const std::size_t block = static_cast<std::size_t>(n) * row, tail = static_cast<std::size_t>(places) * row;
  const std::int64_t blocks = lines.count / lines.step;
  constexpr std::size_t grain = 1 << 17;  // bytes
  const auto step = static_cast<std::int64_t>(grain / block + 1);
  const auto turn = [&](std::int64_t i) {
    const char* from = in.as<const char>() + static_cast<std::size_t>(i) * block;
    char* to = out.as<char>() + static_cast<std::size_t>(i) * block;
    copy_row(to, from + (block - tail), tail);
    copy_row(to + tail, from, block - tail);
  };
  parallel_for((blocks + step - 1) / step, [&](std::int64_t part) {
    for (std::int64_t i = part * step; i < std::min(blocks, (part + 1) * step); ++i) turn(i);
  });
}

const Kernel roll_kernel{.run = roll_run};

}  // namespace

void register_roll_kernels() { register_kernel(roll_op, Device::Type::cpu, roll_kernel); }

}  // namespace triptych
