// cast: a kernel for each dtype of the output; that of the input is a switch within, as 81 kernels would be too many.
#include "core/formulas/cast.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/loaded.h"

namespace triptych {

extern const Op cast_op;

namespace cuda {
namespace {

template <class To>
__global__ void cast_kernel(StridedLoops<2> loops, const void* from, DType dtype, To* to) {
  for (std::int64_t i = thread_index(); i < loops.total; i += thread_count()) {
    const auto [to_place, from_place] = places_of(loops, i);
    to[to_place] = loaded<To>(from, dtype, from_place);
  }
}

void cast_run(const KernelCall& call) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  const auto loops = strided_loops<2>(call);
  if (loops.total == 0) return;
  visit_dtype(out.dtype(), [&]<class To>(To*) {
    run(call, cast_kernel<To>, blocks_for(loops.total), block_threads, 0, loops, in.data, in.dtype(), out.as<To>());
  });
}

const Kernel cast{.run = cast_run, .any_strides = true, .layout = elementwise_layout};

}  // namespace

void register_cast_kernels() { register_kernel(cast_op, Device::Type::cuda, cast); }

}  // namespace cuda
}  // namespace triptych
