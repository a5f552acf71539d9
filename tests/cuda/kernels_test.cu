// What kernels may rely on, from indices to atomics. Nothing here is the emulator's own: a GPU gives the same results.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "cuda/launch.h"
#include "cuda/shared_memory.h"
#include "device_buffer.h"

using triptych::cuda::launch;

namespace {

#define CHECK_OK(call) ASSERT_EQ(cudaGetErrorName(call), std::string("cudaSuccess"))

std::vector<float> iota(int n) {
  std::vector<float> values(n);
  std::iota(values.begin(), values.end(), 0.0f);
  return values;
}

// -- Where a thread is ------------------------------------------------------------------------------------------------
__global__ void number_threads(int* out) {
  int block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  int thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  out[block * blockDim.x * blockDim.y * blockDim.z + thread] += thread + 1000 * block;
}

TEST(Kernels, EveryThreadOfEveryBlockRunsOnce) {
  dim3 grid(3, 2, 2), block(5, 3, 2);
  Buffer<int> out(std::vector<int>(12 * 30, 0));
  CHECK_OK(launch(number_threads, grid, block, 0, nullptr, out.data));
  std::vector<int> values = out.read();
  for (int i = 0; i < 12 * 30; ++i) EXPECT_EQ(values[i], i % 30 + 1000 * (i / 30));
}

// -- Shared memory and barriers ---------------------------------------------------------------------------------------
constexpr int tile = 16;

/// c = a b for n x n matrices, n a multiple of the tile: the textbook kernel.
template <class T>
__global__ void tiled_matmul(const T* a, const T* b, T* c, int n) {
  TRIPTYCH_SHARED(a_tile, T[tile][tile]);
  TRIPTYCH_SHARED(b_tile, T[tile][tile]);
  int row = blockIdx.y * tile + threadIdx.y, column = blockIdx.x * tile + threadIdx.x;
  T sum = 0;
  for (int k = 0; k < n; k += tile) {
    a_tile[threadIdx.y][threadIdx.x] = a[row * n + k + threadIdx.x];
    b_tile[threadIdx.y][threadIdx.x] = b[(k + threadIdx.y) * n + column];
    __syncthreads();
    for (int i = 0; i < tile; ++i) sum += a_tile[threadIdx.y][i] * b_tile[i][threadIdx.x];
    __syncthreads();
  }
  c[row * n + column] = sum;
}

TEST(Kernels, TiledMatmul) {
  const int n = 64;
  std::vector<double> a(n * n), b(n * n);
  for (int i = 0; i < n * n; ++i) a[i] = i % 7 - 3, b[i] = i % 5 - 2;
  Buffer<double> a_device(a), b_device(b), c(n * n);
  CHECK_OK(launch(tiled_matmul<double>, dim3(n / tile, n / tile), dim3(tile, tile), 0, nullptr, a_device.data,
                  b_device.data, c.data, n));
  std::vector<double> values = c.read();
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int k = 0; k < n; ++k) sum += a[i * n + k] * b[k * n + j];
      ASSERT_EQ(values[i * n + j], sum) << i << ", " << j;  // small integers: exact in any order
    }
  }
}

__global__ void reverse_block(float* data) {
  TRIPTYCH_DYNAMIC_SHARED(row, float);
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  row[threadIdx.x] = data[i];
  __syncthreads();
  data[i] = row[blockDim.x - 1 - threadIdx.x];
}

TEST(Kernels, DynamicSharedMemoryInBlocksOf1024) {
  Buffer<float> data(iota(4096));
  CHECK_OK(launch(reverse_block, 4, 1024, 1024 * sizeof(float), nullptr, data.data));
  std::vector<float> values = data.read();
  for (int i = 0; i < 4096; ++i) ASSERT_EQ(values[i], float(i / 1024 * 1024 + 1023 - i % 1024));
}

// -- Warps ------------------------------------------------------------------------------------------------------------
struct Shuffles {
  int down, up, xor_, broadcast, narrow_down, narrow_xor;
};

__global__ void shuffle_all(Shuffles* out) {
  int i = threadIdx.x, value = 100 + i;
  const unsigned all = 0xFFFFFFFFu;
  out[i].down = __shfl_down_sync(all, value, 3);
  out[i].up = __shfl_up_sync(all, value, 3);
  out[i].xor_ = __shfl_xor_sync(all, value, 5);
  out[i].broadcast = __shfl_sync(all, value, 7);
  out[i].narrow_down = __shfl_down_sync(all, value, 1, 8);
  out[i].narrow_xor = __shfl_xor_sync(all, value, 4, 8);
}

TEST(Kernels, Shuffles) {
  Buffer<Shuffles> out(64);
  CHECK_OK(launch(shuffle_all, 1, 64, 0, nullptr, out.data));
  std::vector<Shuffles> values = out.read();
  for (int i = 0; i < 64; ++i) {
    int lane = i % 32;
    EXPECT_EQ(values[i].down, 100 + (lane + 3 < 32 ? i + 3 : i));
    EXPECT_EQ(values[i].up, 100 + (lane >= 3 ? i - 3 : i));
    EXPECT_EQ(values[i].xor_, 100 + (i ^ 5));
    EXPECT_EQ(values[i].broadcast, 100 + i / 32 * 32 + 7);
    EXPECT_EQ(values[i].narrow_down, 100 + (lane % 8 < 7 ? i + 1 : i));
    EXPECT_EQ(values[i].narrow_xor, 100 + (i ^ 4));
  }
}

/// One sum per block: warps by shuffles, then the first warp over the warps' sums.
__global__ void block_sum(const float* in, int n, double* out) {
  TRIPTYCH_SHARED(warp_sums, double[32]);
  double sum = 0;
  for (int i = threadIdx.x; i < n; i += blockDim.x) sum += in[i];
  for (int step = 16; step > 0; step /= 2) sum += __shfl_down_sync(0xFFFFFFFFu, sum, step);
  if (threadIdx.x % 32 == 0) warp_sums[threadIdx.x / 32] = sum;
  __syncthreads();
  if (threadIdx.x >= 32) return;
  sum = threadIdx.x < blockDim.x / 32 ? warp_sums[threadIdx.x] : 0;
  for (int step = 16; step > 0; step /= 2) sum += __shfl_down_sync(0xFFFFFFFFu, sum, step);
  if (threadIdx.x == 0) *out = sum;
}

TEST(Kernels, SumByShuffles) {
  Buffer<float> in(iota(1000));
  Buffer<double> out(1);
  CHECK_OK(launch(block_sum, 1, 256, 0, nullptr, in.data, 1000, out.data));
  EXPECT_EQ(out.read()[0], 499500.0);
}

struct Votes {
  unsigned ballot;
  int any, all, any_of_half;
};

__global__ void vote(Votes* out) {
  int i = threadIdx.x;
  const unsigned everyone = 0xFFFFFFFFu;
  out[i].ballot = __ballot_sync(everyone, i % 3 == 0);
  out[i].any = __any_sync(everyone, i == 33);
  out[i].all = __all_sync(everyone, i >= 32);
  // Each half of a warp on its own, at the same time.
  unsigned half = i % 32 < 16 ? 0x0000FFFFu : 0xFFFF0000u;
  out[i].any_of_half = __any_sync(half, i % 32 == 20);
}

TEST(Kernels, VotesAndMasks) {
  Buffer<Votes> out(64);
  CHECK_OK(launch(vote, 1, 64, 0, nullptr, out.data));
  std::vector<Votes> values = out.read();
  for (int i = 0; i < 64; ++i) {
    unsigned ballot = 0;
    for (int lane = 0; lane < 32; ++lane) ballot |= unsigned((i / 32 * 32 + lane) % 3 == 0) << lane;
    EXPECT_EQ(values[i].ballot, ballot);
    EXPECT_EQ(values[i].any, i >= 32);
    EXPECT_EQ(values[i].all, i >= 32);
    EXPECT_EQ(values[i].any_of_half, i % 32 >= 16);
  }
}

__global__ void ballot_of_everyone(unsigned* out) { out[threadIdx.x] = __ballot_sync(0xFFFFFFFFu, 1); }

TEST(Kernels, LastWarpMayBePartial) {
  Buffer<unsigned> out(40);
  CHECK_OK(launch(ballot_of_everyone, 1, 40, 0, nullptr, out.data));
  std::vector<unsigned> values = out.read();
  EXPECT_EQ(values[0], 0xFFFFFFFFu);
  EXPECT_EQ(values[39], 0xFFu);
}

// -- Atomics ----------------------------------------------------------------------------------------------------------
__global__ void histogram(const int* values, int n, unsigned* counts, float* sum, int* largest, int* smallest) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  atomicAdd(&counts[values[i] % 10], 1);
  atomicAdd(sum, 0.5f);
  atomicMax(largest, values[i]);
  atomicMin(smallest, values[i]);
}

TEST(Kernels, AtomicsAcrossBlocks) {
  const int n = 20000;
  std::vector<int> values(n);
  for (int i = 0; i < n; ++i) values[i] = (i * 7919) % n;
  Buffer<int> in(values), extremes(std::vector<int>{-1, n});
  Buffer<unsigned> counts(std::vector<unsigned>(10, 0));
  Buffer<float> sum(std::vector<float>{0});
  CHECK_OK(launch(histogram, (n + 255) / 256, 256, 0, nullptr, in.data, n, counts.data, sum.data, extremes.data,
                  extremes.data + 1));
  for (unsigned count : counts.read()) EXPECT_EQ(count, unsigned(n / 10));
  EXPECT_EQ(sum.read()[0], n / 2);
  EXPECT_EQ(extremes.read(), (std::vector<int>{n - 1, 0}));
}

__global__ void count_with_compare_and_swap(unsigned* count) {
  unsigned seen = *static_cast<volatile unsigned*>(count), expected;
  do {
    expected = seen;
    seen = atomicCAS(count, expected, expected + 1);
  } while (seen != expected);
}

TEST(Kernels, CompareAndSwap) {
  Buffer<unsigned> count(std::vector<unsigned>{0});
  CHECK_OK(launch(count_with_compare_and_swap, 40, 128, 0, nullptr, count.data));
  EXPECT_EQ(count.read()[0], 40u * 128);
}

// -- 16-bit floats ----------------------------------------------------------------------------------------------------
__global__ void round_through(const float* in, int n, float* as_half, float* as_bfloat16) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  as_half[i] = __half2float(__float2half(in[i]));
  as_bfloat16[i] = __bfloat162float(__float2bfloat16(in[i]));
}

TEST(Kernels, SixteenBitFloatsRoundToNearestEven) {
  // Expected: the CUDA Toolkit's conversions on the host.
  struct Case {
    float value, half, bfloat16;
  };
  const float inf = INFINITY;
  const Case cases[] = {{0.0f, 0.0f, 0.0f},
                        {1.0f, 1.0f, 1.0f},
                        {-2.5f, -2.5f, -2.5f},
                        {0.1f, 0.0999755859375f, 0.10009765625f},
                        {2049.0f, 2048.0f, 2048.0f},  // a tie: to the even neighbour
                        {2051.0f, 2052.0f, 2048.0f},  // a tie: to the even neighbour, upwards
                        {1.00390625f, 1.00390625f, 1.0f},
                        {1.01171875f, 1.01171875f, 1.015625f},
                        {65519.0f, 65504.0f, 65536.0f},  // the last that is finite as a half
                        {65520.0f, inf, 65536.0f},
                        {6e-8f, 5.9604644775390625e-08f, 6.0070306062698364e-08f},  // a half's smallest
                        {2e-8f, 0.0f, 2.0023435354232788e-08f},
                        {6.1e-5f, 6.097555160522461e-05f, 6.103515625e-05f},
                        {3.4e38f, inf, inf},
                        {-inf, -inf, -inf}};
  const int n = sizeof cases / sizeof cases[0];
  std::vector<float> values;
  for (const Case& c : cases) values.push_back(c.value);
  Buffer<float> in(values), as_half(n), as_bfloat16(n);
  CHECK_OK(launch(round_through, 1, 32, 0, nullptr, in.data, n, as_half.data, as_bfloat16.data));
  std::vector<float> half_values = as_half.read(), bfloat16_values = as_bfloat16.read();
  for (int i = 0; i < n; ++i) {
    EXPECT_EQ(half_values[i], cases[i].half) << cases[i].value;
    EXPECT_EQ(bfloat16_values[i], cases[i].bfloat16) << cases[i].value;
  }
}

// -- What a launch refuses --------------------------------------------------------------------------------------------
__global__ void nothing() {}

TEST(Launch, RefusesWhatAGpuRefuses) {
  EXPECT_EQ(launch(nothing, 1, 1024, 0, nullptr), cudaSuccess);
  EXPECT_EQ(launch(nothing, 1, 1025, 0, nullptr), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch(nothing, 1, dim3(32, 33), 0, nullptr), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch(nothing, 1, dim3(1, 1, 65), 0, nullptr), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch(nothing, 0, 32, 0, nullptr), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch(nothing, dim3(1, 65536), 32, 0, nullptr), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch(nothing, 1, 32, 49 * 1024, nullptr), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFuncSetAttribute(nothing, cudaFuncAttributeMaxDynamicSharedMemorySize, 64 * 1024), cudaSuccess);
  EXPECT_EQ(launch(nothing, 1, 32, 49 * 1024, nullptr), cudaSuccess);
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  cudaGetLastError();
}

}  // namespace
