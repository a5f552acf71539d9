// Kernels that give each element of a row-major output as a function of its index.
#pragma once

#include <cstring>

#include "core/tensor_impl.h"
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

/// Calls `f` with a null pointer of an unsigned type that has this dtype's width, for kernels that move bits.
template <class F>
void visit_width(DType dtype, F&& f) {
  switch (size_of(dtype)) {
    case 1:
      return f(static_cast<std::uint8_t*>(nullptr));
    case 2:
      return f(static_cast<std::uint16_t*>(nullptr));
    case 4:
      return f(static_cast<std::uint32_t*>(nullptr));
    default:
      return f(static_cast<std::uint64_t*>(nullptr));
  }
}

/// The bits of a number in `dtype`.
template <class Word>
Word bits(Scalar value, DType dtype) {
  const Tensor number = scalar_tensor(value, dtype);
  Word word;
  std::memcpy(&word, number.impl()->data(), sizeof(Word));
  return word;
}

}  // namespace triptych::cuda
