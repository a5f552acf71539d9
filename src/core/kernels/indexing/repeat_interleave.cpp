#include <algorithm>
#include <string>

#include "core/kernels/strided.h"
#include "core/support/checked.h"
#include "triptych/core/op.h"

namespace triptych {

extern const Op repeat_interleave_op;

namespace {

std::int64_t count_at(const Operand& counts, std::int64_t i) {
  return counts.dtype() == int64 ? counts.as<const std::int64_t>()[i] : counts.as<const std::int32_t>()[i];
}

void repeat_interleave_measure(const MeasureCall& call) {
  const Operand& counts = call.inputs[0];
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < counts.size(); ++i) {
    const std::int64_t count = count_at(counts, i);
    if (count < 0)
      throw ArgumentError(call.op.name, "a number of repeats is negative", std::to_string(count), "",
                          call.context.where);
    total = checked_add(total, count, "the sum of the repeats", call.context.where);
  }
  call.outputs[0].shape.set(0, total);
}

void repeat_interleave_run(const KernelCall& call) {
  const Operand& counts = call.inputs[0];
  auto* out = call.outputs[0].as<std::int64_t>();
  for (std::int64_t i = 0; i < counts.size(); ++i) out = std::fill_n(out, count_at(counts, i), i);
}

const Kernel repeat_interleave_kernel{.run = repeat_interleave_run, .measure = repeat_interleave_measure};

}  // namespace

void register_repeat_interleave_kernels() {
  register_kernel(repeat_interleave_op, Device::Type::cpu, repeat_interleave_kernel);
}

}  // namespace triptych
