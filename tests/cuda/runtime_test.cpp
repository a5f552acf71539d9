// The CUDA runtime's host functions as emulated: streams that really run at their own time, copies that check their
// pointers, errors that are kept and forgotten as CUDA does. Nothing is timed: a gate in a stream holds its work back.
#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <vector>

#include "cuda/emulator/emulator.h"

namespace emulator = triptych::cuda::emulator;

namespace {

/// Work in a stream that does not go on until the gate is opened.
class Gate {
 public:
  void put_into(cudaStream_t stream) {
    EXPECT_EQ(cudaLaunchHostFunc(
                  stream, [](void* gate) { static_cast<Gate*>(gate)->open_.wait(false); }, this),
              cudaSuccess);
  }
  void open() {
    open_ = true;
    open_.notify_all();
  }

 private:
  std::atomic<bool> open_{false};
};

cudaStream_t make_stream(unsigned flags = cudaStreamNonBlocking) {
  cudaStream_t stream = nullptr;
  EXPECT_EQ(cudaStreamCreateWithFlags(&stream, flags), cudaSuccess);
  return stream;
}

cudaEvent_t make_event() {
  cudaEvent_t event = nullptr;
  EXPECT_EQ(cudaEventCreate(&event), cudaSuccess);
  return event;
}

void set_flag(cudaStream_t stream, std::atomic<bool>& flag) {
  EXPECT_EQ(cudaLaunchHostFunc(
                stream, [](void* f) { *static_cast<std::atomic<bool>*>(f) = true; }, &flag),
            cudaSuccess);
}

/// A fresh machine for each test, and nothing left behind by it.
class Runtime : public testing::Test {
 protected:
  void SetUp() override {
    emulator::set_devices(2, 1 << 20);
    ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
    cudaGetLastError();
  }
  void TearDown() override {
    std::size_t free = 0, total = 0;
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
    EXPECT_EQ(free, total);
    EXPECT_EQ(emulator::take_reports(), "");
  }
};

// -- Streams and events -----------------------------------------------------------------------------------------------
TEST_F(Runtime, TheHostRunsAheadOfAStream) {
  cudaStream_t stream = make_stream();
  Gate gate;
  std::atomic<bool> done{false};
  gate.put_into(stream);
  set_flag(stream, done);
  EXPECT_EQ(cudaStreamQuery(stream), cudaErrorNotReady);
  EXPECT_FALSE(done);
  gate.open();
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_TRUE(done);
  EXPECT_EQ(cudaStreamQuery(stream), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaErrorInvalidResourceHandle);
}

TEST_F(Runtime, StreamsDoNotWaitForEachOtherButForEvents) {
  cudaStream_t slow = make_stream(), free = make_stream(), waiting = make_stream();
  cudaEvent_t event = make_event();
  Gate gate;
  std::atomic<bool> free_done{false}, waiting_done{false};
  gate.put_into(slow);
  EXPECT_EQ(cudaEventRecord(event, slow), cudaSuccess);
  EXPECT_EQ(cudaStreamWaitEvent(waiting, event), cudaSuccess);
  set_flag(waiting, waiting_done);
  set_flag(free, free_done);
  EXPECT_EQ(cudaStreamSynchronize(free), cudaSuccess);
  EXPECT_TRUE(free_done);
  EXPECT_EQ(cudaEventQuery(event), cudaErrorNotReady);
  EXPECT_EQ(cudaStreamQuery(waiting), cudaErrorNotReady);
  EXPECT_FALSE(waiting_done);
  gate.open();
  EXPECT_EQ(cudaStreamSynchronize(waiting), cudaSuccess);
  EXPECT_TRUE(waiting_done);
  EXPECT_EQ(cudaEventQuery(event), cudaSuccess);
  for (cudaStream_t stream : {slow, free, waiting}) EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
}

TEST_F(Runtime, AWaitMeansTheEventAsItWasRecordedThen) {
  cudaStream_t first = make_stream(), second = make_stream();
  cudaEvent_t event = make_event();
  Gate gate;
  EXPECT_EQ(cudaEventRecord(event, first), cudaSuccess);
  EXPECT_EQ(cudaStreamWaitEvent(second, event), cudaSuccess);
  gate.put_into(first);
  EXPECT_EQ(cudaEventRecord(event, first), cudaSuccess);  // of no concern to the wait above
  EXPECT_EQ(cudaStreamSynchronize(second), cudaSuccess);
  gate.open();
  EXPECT_EQ(cudaEventSynchronize(event), cudaSuccess);
  EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(first), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(second), cudaSuccess);
}

TEST_F(Runtime, TheDefaultStreamIsInStepWithBlockingStreams) {
  cudaStream_t blocking = make_stream(cudaStreamDefault), apart = make_stream();
  Gate gate;
  std::atomic<bool> default_done{false}, later_done{false}, apart_done{false};
  gate.put_into(blocking);
  set_flag(nullptr, default_done);
  cudaStream_t later = make_stream(cudaStreamDefault);
  set_flag(later, later_done);
  set_flag(apart, apart_done);
  EXPECT_EQ(cudaStreamSynchronize(apart), cudaSuccess);
  EXPECT_TRUE(apart_done);
  EXPECT_EQ(cudaStreamQuery(nullptr), cudaErrorNotReady);
  EXPECT_EQ(cudaStreamQuery(later), cudaErrorNotReady);
  EXPECT_FALSE(default_done || later_done);
  gate.open();
  EXPECT_EQ(cudaStreamSynchronize(later), cudaSuccess);
  EXPECT_TRUE(default_done && later_done);
  for (cudaStream_t stream : {blocking, apart, later}) EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

TEST_F(Runtime, EventsKnowTheirTime) {
  cudaEvent_t start = make_event(), end = make_event(), untimed = nullptr;
  EXPECT_EQ(cudaEventCreateWithFlags(&untimed, cudaEventDisableTiming), cudaSuccess);
  float milliseconds = -1;
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, end), cudaErrorInvalidResourceHandle);  // not recorded
  EXPECT_EQ(cudaEventRecord(start), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(untimed), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(end), cudaSuccess);
  EXPECT_EQ(cudaEventSynchronize(end), cudaSuccess);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, end), cudaSuccess);
  EXPECT_GE(milliseconds, 0);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, untimed), cudaErrorInvalidResourceHandle);
  for (cudaEvent_t event : {start, end, untimed}) EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
}

// -- Copies -----------------------------------------------------------------------------------------------------------
TEST_F(Runtime, CopiesCheckWhatTheirPointersAre) {
  char host[64] = "host", back[64] = "";
  char* device = nullptr;
  ASSERT_EQ(cudaMalloc(&device, 64), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(device, host, 64, cudaMemcpyHostToDevice), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(back, device, 64, cudaMemcpyDefault), cudaSuccess);
  EXPECT_STREQ(back, "host");
  EXPECT_EQ(cudaMemcpy(device, host, 65, cudaMemcpyHostToDevice), cudaErrorInvalidValue);  // past the end
  EXPECT_EQ(cudaMemcpy(device + 1, host, 64, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(device, host, 64, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(back, host, 64, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(back, device, 64, cudaMemcpyHostToHost), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(back, device, 64, cudaMemcpyKind(7)), cudaErrorInvalidMemcpyDirection);
  EXPECT_EQ(cudaMemcpy(nullptr, device, 64, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemset(host, 0, 64), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemset(device, 7, 64), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(back, device, 64, cudaMemcpyDeviceToHost), cudaSuccess);
  EXPECT_EQ(back[63], 7);
  EXPECT_EQ(cudaFree(device), cudaSuccess);
  EXPECT_EQ(cudaFree(host), cudaErrorInvalidValue);
}

TEST_F(Runtime, PinnedCopiesAreAsynchronousAndPageableOnesAreStaged) {
  int* device = nullptr;
  int* pinned = nullptr;
  int pageable = 1, back = 0;
  ASSERT_EQ(cudaMalloc(&device, 2 * sizeof(int)), cudaSuccess);
  ASSERT_EQ(cudaMallocHost(&pinned, sizeof(int)), cudaSuccess);
  *pinned = 1;
  cudaStream_t stream = make_stream();
  Gate gate;
  gate.put_into(stream);
  EXPECT_EQ(cudaMemcpyAsync(device, pinned, sizeof(int), cudaMemcpyHostToDevice, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(device + 1, &pageable, sizeof(int), cudaMemcpyHostToDevice, stream), cudaSuccess);
  *pinned = 2;   // too early: the copy has not happened yet, and will take this
  pageable = 2;  // allowed: the copy has its own
  gate.open();
  EXPECT_EQ(cudaMemcpyAsync(&back, device, sizeof(int), cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(back, 2);  // into pageable memory: complete on return
  EXPECT_EQ(cudaMemcpyAsync(&back, device + 1, sizeof(int), cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(back, 1);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
  EXPECT_EQ(cudaFree(device), cudaSuccess);
}

// -- Memory -----------------------------------------------------------------------------------------------------------
TEST_F(Runtime, MemoryIsLimitedAndStartsAsNaN) {
  float* half = nullptr;
  float* rest = nullptr;
  float value = 0;
  ASSERT_EQ(cudaMalloc(&half, 512 << 10), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(&value, half, sizeof value, cudaMemcpyDeviceToHost), cudaSuccess);
  EXPECT_TRUE(value != value);
  EXPECT_EQ(cudaMalloc(&rest, (512 << 10) + 1), cudaErrorMemoryAllocation);
  EXPECT_EQ(rest, nullptr);
  std::size_t free = 0, total = 0;
  EXPECT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
  EXPECT_EQ(total, std::size_t{1 << 20});
  EXPECT_EQ(free, std::size_t{512 << 10});
  EXPECT_EQ(cudaMallocAsync(&rest, 512 << 10, nullptr), cudaSuccess);
  EXPECT_EQ(cudaFreeAsync(rest, nullptr), cudaSuccess);
  EXPECT_EQ(cudaFree(half), cudaSuccess);
  EXPECT_EQ(cudaFree(half), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
}

TEST_F(Runtime, PointersKnowWhoseTheyAre) {
  char host = 0;
  char* device = nullptr;
  char* pinned = nullptr;
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  ASSERT_EQ(cudaMalloc(&device, 8), cudaSuccess);
  ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
  ASSERT_EQ(cudaMallocHost(&pinned, 8), cudaSuccess);
  cudaPointerAttributes attributes{};
  EXPECT_EQ(cudaPointerGetAttributes(&attributes, device + 3), cudaSuccess);
  EXPECT_EQ(attributes.type, cudaMemoryTypeDevice);
  EXPECT_EQ(attributes.device, 1);
  EXPECT_EQ(cudaPointerGetAttributes(&attributes, device + 8), cudaSuccess);  // what lies behind is another's
  EXPECT_EQ(attributes.type, cudaMemoryTypeUnregistered);
  EXPECT_EQ(cudaPointerGetAttributes(&attributes, pinned), cudaSuccess);
  EXPECT_EQ(attributes.type, cudaMemoryTypeHost);
  EXPECT_EQ(cudaPointerGetAttributes(&attributes, &host), cudaSuccess);
  EXPECT_EQ(attributes.type, cudaMemoryTypeUnregistered);
  EXPECT_EQ(cudaFree(device), cudaSuccess);
  EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
}

// -- Devices and errors -----------------------------------------------------------------------------------------------
TEST_F(Runtime, DevicesAsConfigured) {
  int count = 0, device = -1;
  EXPECT_EQ(cudaGetDeviceCount(&count), cudaSuccess);
  EXPECT_EQ(count, 2);
  EXPECT_EQ(cudaSetDevice(2), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaSetDevice(1), cudaSuccess);
  EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);
  EXPECT_EQ(device, 1);
  cudaDeviceProp properties{};
  EXPECT_EQ(cudaGetDeviceProperties(&properties, 1), cudaSuccess);
  EXPECT_EQ(properties.totalGlobalMem, std::size_t{1 << 20});
  EXPECT_EQ(properties.warpSize, 32);
  int value = 0;
  EXPECT_EQ(cudaDeviceGetAttribute(&value, cudaDevAttrMaxThreadsPerBlock, 1), cudaSuccess);
  EXPECT_EQ(value, 1024);
  EXPECT_EQ(cudaSetDevice(0), cudaSuccess);

  emulator::set_devices(0, 0);
  void* pointer = nullptr;
  EXPECT_EQ(cudaGetDeviceCount(&count), cudaErrorNoDevice);
  EXPECT_EQ(count, 0);
  EXPECT_EQ(cudaMalloc(&pointer, 8), cudaErrorNoDevice);
  emulator::set_devices(2, 1 << 20);
}

TEST_F(Runtime, TheLastErrorIsKeptUntilAsked) {
  EXPECT_EQ(cudaSetDevice(99), cudaErrorInvalidDevice);
  int device = -1;
  EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);  // does not clear it
  EXPECT_EQ(cudaPeekAtLastError(), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  EXPECT_STREQ(cudaGetErrorName(cudaErrorMemoryAllocation), "cudaErrorMemoryAllocation");
  EXPECT_STREQ(cudaGetErrorString(cudaErrorMemoryAllocation), "out of memory");
  EXPECT_STREQ(cudaGetErrorName(cudaError_t(12345)), "unrecognized error code");
}

}  // namespace
