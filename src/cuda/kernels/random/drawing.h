// Kernels that draw random numbers: the CPU's, number for number.
#pragma once

#include "core/formulas/random.h"
#include "cuda/kernels/run.h"

namespace triptych::cuda {

/// The (key, counter) of a random op.
inline std::uint64_t* state_of(const KernelCall& call) { return call.inputs[0].as<std::uint64_t>(); }

template <class State>
__global__ void advance(State* state) {
  ++state[1];
}

/// Adds one to the counter, when the kernels that read it are in the stream.
inline void draw_taken(const KernelCall& call) { run(call, advance<std::uint64_t>, 1, 1, 0, state_of(call)); }

template <class F>
__global__ void drawing_kernel(const std::uint64_t* state, std::int64_t n, F f) {
  const Draw draw{state[0], state[1]};
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) f(draw, i);
}

/// Calls f(draw, i) for i of [0, n); `state` is (key, counter) on the device.
template <class F>
void for_draws(Site site, const std::uint64_t* state, std::int64_t n, F f) {
  if (n > 0) run(site, drawing_kernel<F>, blocks_for(n), block_threads, 0, state, n, f);
}

/// Calls f(i, word) for the elements i of [0, n): word i % 4 of block i / 4.
template <class F>
struct FourWords {
  F f;
  std::int64_t n;
  __device__ void operator()(Draw draw, std::int64_t b) const {
    const auto words = formula::random_block(draw, b);
    for (int k = 0; k < 4; ++k)
      if (const std::int64_t i = 4 * b + k; i < n) f(i, words[static_cast<std::size_t>(k)]);
  }
};
template <class F>
void for_random_words(Site site, const std::uint64_t* state, std::int64_t n, F f) {
  for_draws(site, state, (n + 3) / 4, FourWords<F>{f, n});
}

}  // namespace triptych::cuda
