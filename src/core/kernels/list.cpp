// The library's CPU kernels, out of the one list of ops: each file has one function that registers what is in it.
#include "core/kernels/kernels.h"

namespace triptych {

#define OPS(...)
#define GPU_KERNELS(file)
#define CPU_KERNELS(file) KERNELS(file)
#define KERNELS(file) void register_##file##_kernels();
#include "core/ops/list.inc"
#undef KERNELS

void register_builtin_kernels() {
#define KERNELS(file) register_##file##_kernels();
#include "core/ops/list.inc"
}

}  // namespace triptych
