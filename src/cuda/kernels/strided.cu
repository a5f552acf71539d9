// Copies between any strides; a transpose goes through tiles of shared memory.
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/kernels.h"
#include "cuda/kernels/width.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/stream.h"
#include "cuda/shared_memory.h"

namespace triptych::cuda {
namespace {

struct Same {
  template <class T>
  __device__ T operator()(T x) const {
    return x;
  }
};

const Op copy_op{.name = "copy", .inputs = 1};

}  // namespace

void copy_strided(const void* from, const TensorMeta& from_meta, void* to, const TensorMeta& to_meta) {
  const DeviceGuard guard(to_meta.device.index);
  const RunContext context{.device = to_meta.device, .stream = current_stream(to_meta.device.index)};
  const Operand in{const_cast<void*>(from), &from_meta}, out{to, &to_meta};
  const KernelCall call{copy_op, {&in, 1}, {&out, 1}, nullptr, nullptr, context};
  visit_width(to_meta.dtype, [&]<class Word>(Word*) { elementwise<Word, Word>(call, Same()); });
}

}  // namespace triptych::cuda
