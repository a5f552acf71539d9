// Two sums at a time, which the gradients of normalizations take over a row.
#pragma once

#include <cuda_runtime.h>

namespace triptych::cuda {

template <class C>
struct Sums {
  C first, second;
};
struct AddSums {
  template <class C>
  __device__ Sums<C> operator()(const Sums<C>& a, const Sums<C>& b) const {
    return {a.first + b.first, a.second + b.second};
  }
};

}  // namespace triptych::cuda
