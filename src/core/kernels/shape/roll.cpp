#include "core/ops/shape/roll.h"

#include <cstring>

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
  for (std::int64_t i = 0; i < blocks; ++i) {
    const char* from = in.as<const char>() + static_cast<std::size_t>(i) * block;
    char* to = out.as<char>() + static_cast<std::size_t>(i) * block;
    std::memcpy(to, from + (block - tail), tail);
    std::memcpy(to + tail, from, block - tail);
  }
}

const Kernel roll_kernel{.run = roll_run};

}  // namespace

void register_roll_kernels() { register_kernel(roll_op, Device::Type::cpu, roll_kernel); }

}  // namespace triptych
