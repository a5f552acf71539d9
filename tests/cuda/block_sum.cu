// Sums 64 numbers in shared memory.
#include <cstdio>

#include "cuda/launch.h"
#include "cuda/shared_memory.h"

__global__ void block_sum(const float* in, float* out) {
  TRIPTYCH_SHARED(sums, float[64]);
  int i = threadIdx.x;
  sums[i] = in[i];
  __syncthreads();
  for (int step = 32; step > 0; step /= 2) {
    if (i < step) sums[i] += sums[i + step];
    __syncthreads();
  }
  if (i == 0) *out = sums[0];
}

int main() {
  float host[64], *in, *out, sum;
  for (int i = 0; i < 64; ++i) host[i] = i;
  cudaMalloc(&in, sizeof host);
  cudaMalloc(&out, sizeof sum);
  cudaMemcpy(in, host, sizeof host, cudaMemcpyHostToDevice);
  cudaError_t launched = triptych::cuda::launch(block_sum, 1, 64, 0, nullptr, in, out);
  cudaError_t done = cudaMemcpy(&sum, out, sizeof sum, cudaMemcpyDeviceToHost);
  std::printf("%s, %s, %g\n", cudaGetErrorName(launched), cudaGetErrorName(done), sum);
}
