// Each kernel here has one bug, at the line whose comment says BUG and its name.
#include <atomic>
#include <vector>

#include "cuda/launch.h"
#include "cuda/shared_memory.h"
#include "planted_bugs.h"

namespace {

constexpr int threads = 64;

__global__ void correct(float* data) {
  TRIPTYCH_SHARED(tile, float[threads]);
  tile[threadIdx.x] = data[threadIdx.x];
  __syncthreads();
  float other = tile[threads - 1 - threadIdx.x];
  __syncthreads();
  tile[threadIdx.x] = other + __shfl_xor_sync(0xFFFFFFFFu, other, 1);
  __syncwarp();
  data[threadIdx.x] = tile[threadIdx.x ^ 1];
}

__global__ void divergent_barrier(float* data) {
  if (threadIdx.x < 16) {
    __syncthreads();  // BUG divergent_barrier, first
  } else {
    data[threadIdx.x] = 1;
    __syncthreads();  // BUG divergent_barrier, second
  }
}

__global__ void early_return(float* data) {
  if (threadIdx.x >= 60) return;
  __syncthreads();  // BUG early_return
  data[threadIdx.x] = 1;
}

__global__ void absent_lane(float* data) {
  if (threadIdx.x % 32 == 5) return;
  data[threadIdx.x] = __shfl_down_sync(0xFFFFFFFFu, 1.0f, 1);  // BUG absent_lane
}

__global__ void lanes_apart(float* data) {
  if (threadIdx.x % 32 < 16) {
    data[threadIdx.x] = __shfl_down_sync(0xFFFFFFFFu, 1.0f, 1);  // BUG lanes_apart, first
  } else {
    data[threadIdx.x] = __any_sync(0xFFFFFFFFu, 1);  // BUG lanes_apart, second
  }
}

__global__ void outside_own_mask(float* data) {
  data[threadIdx.x] = __ballot_sync(0x0000FFFFu, 1);  // BUG outside_own_mask
}

__global__ void too_much_shared(float* data) {
  TRIPTYCH_SHARED(tile, float[8 * 1024]);
  TRIPTYCH_DYNAMIC_SHARED(more, float);
  tile[threadIdx.x] = more[threadIdx.x] = data[threadIdx.x];
  data[threadIdx.x] = tile[threadIdx.x];
}

__global__ void copy(float* to, const float* from) { to[threadIdx.x] = from[threadIdx.x]; }

struct Pointers {
  float* to;
  const float* from;
};
__global__ void copy_by_struct(Pointers pointers) { pointers.to[threadIdx.x] = pointers.from[threadIdx.x]; }

__global__ void read_past_end(float* data) {
  data[threadIdx.x] = data[threadIdx.x + 1];  // BUG read_past_end
}

__global__ void write_past_end(float* data) {
  data[threadIdx.x + 1] = 1;  // BUG write_past_end
}

__global__ void read_after_free(float* data) {
  data[threadIdx.x] += 1;  // BUG read_after_free
}

__global__ void shared_past_end(float* data) {
  TRIPTYCH_SHARED(tile, float[threads]);
  tile[threadIdx.x + 1] = data[threadIdx.x];  // BUG shared_past_end
  data[threadIdx.x] = tile[threadIdx.x];
}

__global__ void dynamic_shared_past_end(float* data) {
  TRIPTYCH_DYNAMIC_SHARED(tile, float);
  tile[threadIdx.x + 1] = data[threadIdx.x];  // BUG dynamic_shared_past_end
}

__global__ void missing_barrier(float* data) {
  TRIPTYCH_SHARED(tile, float[threads]);
  tile[threadIdx.x] = data[threadIdx.x];             // BUG missing_barrier, write
  data[threadIdx.x] = tile[(threadIdx.x + 1) % 64];  // BUG missing_barrier, read
}

__global__ void missing_syncwarp(float* data) {
  TRIPTYCH_SHARED(tile, float[threads]);
  tile[threadIdx.x] = data[threadIdx.x];
  __any_sync(0xFFFFFFFFu, 1);                 // a vote orders no memory
  data[threadIdx.x] = tile[threadIdx.x ^ 1];  // BUG missing_syncwarp
}

__global__ void missing_atomic(float* data) {
  if (threadIdx.x == 0) data[0] += 1;  // BUG missing_atomic
}

using triptych::cuda::launch;

/// A kernel that follows a pointer whose memory an earlier operation in its stream's past has freed. The gate keeps
/// that operation back until the launch has seen a pointer in order.
cudaError_t use_freed_memory() {
  float* data = nullptr;
  cudaMalloc(&data, threads * sizeof(float));
  cudaStream_t freeing = nullptr, using_it = nullptr;
  cudaStreamCreateWithFlags(&freeing, cudaStreamNonBlocking);
  cudaStreamCreateWithFlags(&using_it, cudaStreamNonBlocking);
  cudaEvent_t freed = nullptr;
  cudaEventCreate(&freed);
  static std::atomic<bool> gate{false};
  cudaLaunchHostFunc(
      freeing, [](void*) { gate.wait(false); }, nullptr);
  cudaFreeAsync(data, freeing);
  cudaEventRecord(freed, freeing);
  cudaStreamWaitEvent(using_it, freed);
  cudaError_t error = launch(read_after_free, 1, threads, 0, using_it, data);
  gate = true;
  gate.notify_all();
  return error == cudaSuccess ? cudaStreamSynchronize(using_it) : error;
}

cudaError_t launch_bug(const std::string& name, float* data) {
  static float host[threads] = {};
  if (name == "correct") return launch(correct, 1, threads, 0, nullptr, data);
  if (name == "divergent_barrier") return launch(divergent_barrier, 1, threads, 0, nullptr, data);
  if (name == "early_return") return launch(early_return, 1, threads, 0, nullptr, data);
  if (name == "absent_lane") return launch(absent_lane, 1, threads, 0, nullptr, data);
  if (name == "lanes_apart") return launch(lanes_apart, 1, threads, 0, nullptr, data);
  if (name == "outside_own_mask") return launch(outside_own_mask, 1, threads, 0, nullptr, data);
  if (name == "too_much_shared") return launch(too_much_shared, 1, threads, 20 * 1024, nullptr, data);
  if (name == "host_pointer") return launch(copy, 1, threads, 0, nullptr, data, host);  // BUG host_pointer
  if (name == "host_pointer_in_struct") {
    std::vector<float> heap(threads);
    cudaError_t error = launch(copy_by_struct, 1, threads, 0, nullptr,  // BUG host_pointer_in_struct
                               Pointers{data, heap.data()});
    return error == cudaSuccess ? cudaDeviceSynchronize() : error;
  }
  if (name == "read_past_end") return launch(read_past_end, 1, threads, 0, nullptr, data);
  if (name == "write_past_end") return launch(write_past_end, 1, threads, 0, nullptr, data);
  if (name == "read_after_free") return use_freed_memory();
  if (name == "shared_past_end") return launch(shared_past_end, 1, threads, 0, nullptr, data);
  if (name == "dynamic_shared_past_end") {
    return launch(dynamic_shared_past_end, 1, threads, threads * sizeof(float), nullptr, data);
  }
  if (name == "missing_barrier") return launch(missing_barrier, 1, threads, 0, nullptr, data);
  if (name == "missing_syncwarp") return launch(missing_syncwarp, 1, threads, 0, nullptr, data);
  if (name == "missing_atomic") return launch(missing_atomic, 8, threads, 0, nullptr, data);
  return cudaErrorInvalidValue;
}

}  // namespace

std::string run_planted_bug(const std::string& name) {
  float* data = nullptr;
  cudaError_t error = cudaMalloc(&data, threads * sizeof(float));
  if (error == cudaSuccess) error = cudaMemset(data, 0, threads * sizeof(float));
  if (error == cudaSuccess) error = launch_bug(name, data);
  if (error == cudaSuccess) error = cudaDeviceSynchronize();
  cudaFree(data);
  return cudaGetErrorName(error);
}
