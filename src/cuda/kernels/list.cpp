// The library's CUDA kernels, out of the one list of ops: each file has one function that registers what is in it.
#include "cuda/kernels/kernels.h"

namespace triptych::cuda {

#define OPS(...)
#define CPU_KERNELS(file)
#define GPU_KERNELS(file) KERNELS(file)
#define KERNELS(file) void register_##file##_kernels();
#include "core/ops/list.inc"
#undef KERNELS

void register_kernels() {
#define KERNELS(file) register_##file##_kernels();
#include "core/ops/list.inc"
}

}  // namespace triptych::cuda
