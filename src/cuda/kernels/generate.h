// Kernels that give each element of a row-major output as a function of its index.
#pragma once

#include "cuda/kernels/run.h"

namespace triptych::cuda {

template <class T, class F>
__global__ void generate_kernel(F f, std::int64_t n, T* out) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) out[i] = f(i);
}

/// out[i] = f(i) for the first output, whose elements are of type T.
template <class T, class F>
void generate(Site site, F f) {
  const Operand& out = site.call.outputs[0];
  if (out.size() > 0)
    run(site, generate_kernel<T, F>, blocks_for(out.size()), block_threads, 0, f, out.size(), out.as<T>());
}

}  // namespace triptych::cuda
