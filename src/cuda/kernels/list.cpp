// The explicit list of the library's CUDA kernels, by file: each file has one function that registers what is in it.
#include "cuda/kernels/kernels.h"

namespace triptych::cuda {

void register_arithmetic_kernels();
void register_assign_kernels();

void register_kernels() {
  register_arithmetic_kernels();
  register_assign_kernels();
}

}  // namespace triptych::cuda
