// max_unpool in two steps: which element comes last to each place, then all places. So no thread needs to be the last.
#include <string>

#include "core/formulas/elements.h"
#include "core/ops/pool/max_unpool.h"
#include "cuda/kernels/loaded.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/scratch.h"
#include "cuda/kernels/width.h"
#include "cuda/runtime/fault.h"

namespace triptych {

extern const Op max_unpool_op;

namespace cuda {
namespace {

std::string elements_text(const Fault& fault) {
  return "index " + std::to_string(fault.value) + " for " + std::to_string(fault.limit) + " elements";
}

/// last[place] is the last element of the row that comes there; -1: none.
__global__ void find_last(const void* indices, DType dtype, std::int64_t total, std::int64_t count, std::int64_t size,
                          long long* last, FaultReport fault) {
  for (std::int64_t i = thread_index(); i < total; i += thread_count()) {
    const auto index = loaded<std::int64_t>(indices, dtype, i);
    if (in_range(index, size, fault)) atomicMax(last + i / count * size + index, static_cast<long long>(i % count));
  }
}

template <class Word>
__global__ void place_last(std::int64_t total, std::int64_t count, std::int64_t size, const long long* last,
                           const Word* x, Word* out) {
  for (std::int64_t i = thread_index(); i < total; i += thread_count())
    out[i] = last[i] < 0 ? Word(0) : x[i / size * count + last[i]];
}

void max_unpool_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &indices = call.inputs[1], &out = call.outputs[0];
  const std::int64_t size = call.attributes_as<MaxUnpoolAttributes>().size, count = x.shape()[-1], total = out.size();
  const FaultReport fault = fault_report(call.context.device.index, call.op.name, "an index is out of range",
                                         call.context.where, elements_text);
  const std::size_t bytes = static_cast<std::size_t>(total) * sizeof(long long);
  const Scratch last(call.context, bytes);
  if (total > 0)
    check(cudaMemsetAsync(last.as<void>(), 0xFF, bytes, static_cast<cudaStream_t>(call.context.stream)), call.op.name,
          "cudaMemsetAsync", call.context.where);
  if (indices.size() > 0)
    run(call, find_last, blocks_for(indices.size()), block_threads, 0, static_cast<const void*>(indices.data),
        indices.dtype(), indices.size(), count, size, last.as<long long>(), fault);
  if (total == 0) return;
  visit_width(out.dtype(), [&]<class Word>(Word*) {
    run(call, place_last<Word>, blocks_for(total), block_threads, 0, total, count, size,
        static_cast<const long long*>(last.as<long long>()), x.as<const Word>(), out.as<Word>());
  });
}

const Kernel max_unpool_kernel{.run = max_unpool_run};

}  // namespace

void register_max_unpool_kernels() { register_kernel(max_unpool_op, Device::Type::cuda, max_unpool_kernel); }

}  // namespace cuda
}  // namespace triptych
