// The kernel of max_unpool.
#include "core/ops/pool/max_unpool.h"

#include <algorithm>
#include <string>

#include "core/kernels/elementwise.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op max_unpool_op;

namespace {

std::int64_t index_at(const Operand& indices, std::int64_t i) {
  return indices.dtype() == int64 ? indices.as<const std::int64_t>()[i] : indices.as<const std::int32_t>()[i];
}

void max_unpool_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &indices = call.inputs[1], &out = call.outputs[0];
  const std::int64_t size = call.attributes_as<MaxUnpoolAttributes>().size, count = x.shape()[-1];
  for (std::int64_t i = 0; i < indices.size(); ++i)
    if (const std::int64_t index = index_at(indices, i); index < 0 || index >= size)
      throw ArgumentError(call.op.name, "an index is out of range",
                          "index " + std::to_string(index) + " for " + std::to_string(size) + " elements", "",
                          call.context.where);
  if (out.size() == 0) return;
  visit_width(out.dtype(), [&]<class Word>(Word*) {
    parallel_for(out.size() / size, [&](std::int64_t row) {
      Word* to = out.as<Word>() + row * size;
      std::fill_n(to, size, Word(0));
      for (std::int64_t i = row * count; i < (row + 1) * count; ++i) to[index_at(indices, i)] = x.as<const Word>()[i];
    });
  });
}

const Kernel max_unpool_kernel{.run = max_unpool_run};

}  // namespace

void register_max_unpool_kernels() { register_kernel(max_unpool_op, Device::Type::cpu, max_unpool_kernel); }

}  // namespace triptych
