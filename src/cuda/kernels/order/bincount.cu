#include <algorithm>
#include <string>

#include "core/ops/order/order.h"
#include "core/support/checked.h"
#include "cuda/kernels/add_by_index.h"

namespace triptych {

extern const Op bincount_op;

namespace cuda {
namespace {

/// The least and the greatest of the numbers.
__global__ void find_ends(const void* x, DType dtype, std::int64_t n, long long* ends) {
  long long least = 0, most = -1;
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) {
    const auto number = loaded<std::int64_t>(x, dtype, i);
    least = number < least ? number : least;
    most = number > most ? number : most;
  }
  atomicMin(ends, least);
  atomicMax(ends + 1, most);
}

void bincount_measure(const MeasureCall& call) {
  const KernelCall launched{call.op, call.inputs, {}, call.attributes, nullptr, call.context};
  const auto stream = static_cast<cudaStream_t>(call.context.stream);
  const Operand& x = call.inputs[0];
  const auto& where = call.context.where;
  long long ends[2] = {0, -1};
  if (x.size() > 0) {
    const Scratch memory(call.context, sizeof ends);
    const auto copy = [&](void* to, const void* from, cudaMemcpyKind kind) {
      check(cudaMemcpyAsync(to, from, sizeof ends, kind, stream), call.op.name, "cudaMemcpyAsync", where);
    };
    copy(memory.as<void>(), ends, cudaMemcpyHostToDevice);
    run(launched, find_ends, blocks_for(x.size()), block_threads, 0, x.data, x.dtype(), x.size(),
        memory.as<long long>());
    copy(ends, memory.as<void>(), cudaMemcpyDeviceToHost);
    check(cudaStreamSynchronize(stream), call.op.name, "cudaStreamSynchronize", where);
  }
  if (ends[0] < 0) throw ArgumentError(call.op.name, "an element is negative", std::to_string(ends[0]), "", where);
  const std::int64_t length = checked_add(ends[1], 1, "the length", where);
  call.outputs[0].shape.set(0, std::max(length, static_cast<const BincountAttributes*>(call.attributes)->minlength));
}

__global__ void count_numbers(const void* x, DType dtype, std::int64_t n, unsigned long long* counts) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count())
    atomicAdd(counts + loaded<std::int64_t>(x, dtype, i), 1ull);
}

void bincount_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  const std::size_t bytes = static_cast<std::size_t>(out.size()) * size_of(out.dtype());
  if (bytes > 0)
    check(cudaMemsetAsync(out.data, 0, bytes, static_cast<cudaStream_t>(call.context.stream)), call.op.name,
          "cudaMemsetAsync", call.context.where);
  if (x.size() == 0) return;
  if (call.inputs.size() == 1)
    return run(call, count_numbers, blocks_for(x.size()), block_threads, 0, x.data, x.dtype(), x.size(),
               out.as<unsigned long long>());
  const auto add = [&]<class T>(const T* weights) {
    const FaultReport report =
        fault_report(call.context.device.index, call.op.name, "an index is out of range", call.context.where);
    add_rows<T>(call, {x.data, x.dtype(), false, -1, report, 1, x.size(), out.size(), 1, weights, out.as<T>()});
  };
  out.dtype() == float32 ? add(call.inputs[1].as<const float>()) : add(call.inputs[1].as<const double>());
}

const Kernel bincount_kernel{.run = bincount_run, .measure = bincount_measure};

}  // namespace

void register_bincount_kernels() { register_kernel(bincount_op, Device::Type::cuda, bincount_kernel); }

}  // namespace cuda
}  // namespace triptych
