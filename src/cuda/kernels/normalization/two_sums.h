// Two sums at a time, which the gradients of normalizations take over a row.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

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

/// A place's sums are the gradients of its gamma and beta.
template <class T>
struct WriteParameters {
  T *gamma, *beta;
  template <class C>
  __device__ void operator()(std::int64_t place, const Sums<C>& sums) const {
    gamma[place] = T(sums.first);
    beta[place] = T(sums.second);
  }
};

}  // namespace triptych::cuda
