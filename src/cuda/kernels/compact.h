// The elements of a sequence that a condition chooses, in order, each with its number among the chosen: three passes,
// count by chunks, add the counts up, go through the chunks again.
#pragma once

#include <cstdint>

#include "cuda/kernels/run.h"
#include "cuda/kernels/scratch.h"
#include "cuda/shared_memory.h"

namespace triptych::cuda {

inline constexpr std::int64_t elements_per_thread = 16, chunk = block_threads * elements_per_thread;

/// How many elements of this thread's part of the block's chunk are chosen.
template <class Chosen>
__device__ std::int64_t count_own(Chosen chosen, std::int64_t n) {
  const std::int64_t begin = blockIdx.x * chunk + threadIdx.x * elements_per_thread;
  std::int64_t count = 0;
  for (std::int64_t i = begin; i < n && i < begin + elements_per_thread; ++i) count += chosen(i);
  return count;
}

/// counts[b + 1]: how many are chosen in chunk b.
template <class Chosen>
__global__ void count_chunks(Chosen chosen, std::int64_t n, long long* counts) {
  TRIPTYCH_SHARED(own, long long[block_threads]);
  own[threadIdx.x] = count_own(chosen, n);
  __syncthreads();
  if (threadIdx.x != 0) return;
  long long sum = 0;
  for (unsigned i = 0; i < block_threads; ++i) sum += own[i];
  counts[blockIdx.x + 1] = sum;
}

/// counts[b]: how many are chosen before chunk b; the last: in all. One block, a run of chunks for each thread.
static __global__ void add_up(std::int64_t chunks, long long* counts) {
  TRIPTYCH_SHARED(sums, long long[block_threads]);
  const std::int64_t run = (chunks + block_threads - 1) / block_threads, begin = threadIdx.x * run;
  const std::int64_t end = begin + run < chunks ? begin + run : chunks;
  long long sum = 0;
  for (std::int64_t i = begin; i < end; ++i) sum += counts[i + 1];
  sums[threadIdx.x] = sum;
  __syncthreads();
  sum = 0;
  for (unsigned i = 0; i < threadIdx.x; ++i) sum += sums[i];
  for (std::int64_t i = begin; i < end; ++i) counts[i + 1] = sum += counts[i + 1];
  if (threadIdx.x == 0) counts[0] = 0;
}

template <class Chosen, class Take>
__global__ void take_chosen(Chosen chosen, Take take, std::int64_t n, const long long* counts) {
  TRIPTYCH_SHARED(own, long long[block_threads]);
  own[threadIdx.x] = count_own(chosen, n);
  __syncthreads();
  std::int64_t number = counts[blockIdx.x];
  for (unsigned i = 0; i < threadIdx.x; ++i) number += own[i];
  const std::int64_t begin = blockIdx.x * chunk + threadIdx.x * elements_per_thread;
  for (std::int64_t i = begin; i < n && i < begin + elements_per_thread; ++i)
    if (chosen(i)) take(i, number++);
}

/// The counts of a call's chunks, added up.
class ChunkCounts {
 public:
  template <class Chosen>
  ChunkCounts(Site site, Chosen chosen, std::int64_t n)
      : chunks_((n + chunk - 1) / chunk),
        counts_(site.call.context, static_cast<std::size_t>(chunks_ + 1) * sizeof(long long)) {
    run(site, count_chunks<Chosen>, static_cast<unsigned>(chunks_), block_threads, 0, chosen, n, data());
    run(site, add_up, 1, block_threads, 0, chunks_, data());
  }
  long long* data() const { return counts_.as<long long>(); }
  std::int64_t chunks() const { return chunks_; }

 private:
  std::int64_t chunks_;
  Scratch counts_;
};

/// Calls take(i, number) for each i in [0, n) with chosen(i); `number` counts the chosen ones from zero.
template <class Chosen, class Take>
void for_each_chosen(Site site, std::int64_t n, Chosen chosen, Take take) {
  if (n == 0) return;
  const ChunkCounts counts(site, chosen, n);
  run(site, take_chosen<Chosen, Take>, static_cast<unsigned>(counts.chunks()), block_threads, 0, chosen, take, n,
      static_cast<const long long*>(counts.data()));
}

/// How many i in [0, n) are chosen; waits for the device.
template <class Chosen>
std::int64_t count_chosen(Site site, std::int64_t n, Chosen chosen) {
  if (n == 0) return 0;
  const ChunkCounts counts(site, chosen, n);
  long long total = 0;
  check(cudaMemcpyAsync(&total, counts.data() + counts.chunks(), sizeof total, cudaMemcpyDeviceToHost, site.stream()),
        site.call.op.name, "cudaMemcpyAsync", site.call.context.where);
  check(cudaStreamSynchronize(site.stream()), site.call.op.name, "cudaStreamSynchronize", site.call.context.where);
  return total;
}

/// A measuring call, as launches want it.
inline KernelCall as_kernel_call(const MeasureCall& call) {
  return {call.op, call.inputs, {}, call.attributes, nullptr, call.context};
}

}  // namespace triptych::cuda
