// Kernels that give each element of a row-major output as a function of its index.
#pragma once

#include "cuda/kernels/run.h"
#include "cuda/kernels/width.h"

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

template <class Word>
struct Constant {
  Word value;
  __device__ Word operator()(std::int64_t) const { return value; }
};

/// Fills the first output, which is row-major.
inline void fill(const KernelCall& call, Scalar value) {
  const DType dtype = call.outputs[0].dtype();
  visit_width(dtype, [&]<class Word>(Word*) { generate<Word>(call, Constant<Word>{bits<Word>(value, dtype)}); });
}

}  // namespace triptych::cuda
