// The library's layer over CUDA: devices, streams, memory, and errors that say which call and why. On the emulated
// device.
#include "cuda/runtime/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

#include "cuda/emulator/emulator.h"
#include "cuda/emulator/sanitizers.h"
#include "cuda/runtime/allocator.h"
#include "cuda/runtime/check.h"
#include "cuda/runtime/stream.h"
#include "triptych/core/error.h"

using namespace triptych::cuda;
using testing::AllOf;
using testing::HasSubstr;
using triptych::ArgumentError;
using triptych::InternalError;
using triptych::UnsupportedError;

namespace {

/// Runs the statement; the text of the error of class E that it throws.
template <class E, class Statement>
std::string message(Statement statement) {
  try {
    statement();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another class: ") + error.what();
  }
  return "no error";
}

class CudaDevice : public testing::Test {
 protected:
  void SetUp() override { emulator::set_devices(2, 1 << 20); }
  void TearDown() override { EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess); }
};

/// Holds a stream's work back until it is opened.
struct Gate {
  std::atomic<bool> open{false};
  explicit Gate(cudaStream_t stream) {
    cudaLaunchHostFunc(
        stream, [](void* g) { static_cast<Gate*>(g)->open.wait(false); }, this);
  }
  void release() {
    open = true;
    open.notify_all();
  }
};

// -- Devices ----------------------------------------------------------------------------------------------------------
TEST_F(CudaDevice, KnowsItsDevices) {
  EXPECT_EQ(device_count(), 2);
  DeviceInfo info = device_info(1);
  EXPECT_EQ(info.name, "Triptych emulated GPU");
  EXPECT_EQ(info.total_bytes, std::size_t{1 << 20});
  EXPECT_GE(info.major, 1);
  EXPECT_THAT(message<ArgumentError>([] { require_device(2); }),
              AllOf(HasSubstr("[device] there is no CUDA device of this number: Device::cuda(2)"),
                    HasSubstr("This machine has 2")));
  EXPECT_THAT(message<ArgumentError>([] { require_device(-1); }), HasSubstr("Device::cuda(-1)"));
}

TEST_F(CudaDevice, AMachineWithoutOneIsAnError) {
  emulator::set_devices(0, 0);
  EXPECT_EQ(device_count(), 0);
  EXPECT_THAT(message<UnsupportedError>([] { require_device(0); }),
              AllOf(HasSubstr("there is no CUDA device"), HasSubstr("cudaErrorNoDevice"), HasSubstr("Device::cpu()")));
}

TEST_F(CudaDevice, GuardsPutTheDeviceBack) {
  int device = -1;
  {
    DeviceGuard outer(1);
    {
      DeviceGuard inner(0);
      ASSERT_EQ(cudaGetDevice(&device), cudaSuccess);
      EXPECT_EQ(device, 0);
    }
    ASSERT_EQ(cudaGetDevice(&device), cudaSuccess);
    EXPECT_EQ(device, 1);
  }
  ASSERT_EQ(cudaGetDevice(&device), cudaSuccess);
  EXPECT_EQ(device, 0);
}

// -- Errors -----------------------------------------------------------------------------------------------------------
TEST_F(CudaDevice, StatusesBecomeErrors) {
  EXPECT_EQ(message<InternalError>([] { check(cudaSuccess, "relu", "cudaMalloc"); }), "no error");
  EXPECT_THAT(
      message<InternalError>([] { check(cudaErrorLaunchFailure, "relu", "cudaStreamSynchronize"); }),
      AllOf(HasSubstr("[relu] a CUDA call failed: cudaStreamSynchronize gave cudaErrorLaunchFailure (unspecified "
                      "launch failure)"),
            HasSubstr("TRIPTYCH_CUDA_SYNC=1")));
  EXPECT_THAT(message<UnsupportedError>([] { check(cudaErrorInsufficientDriver, "device", "cudaGetDeviceCount"); }),
              HasSubstr("driver is missing or too old"));
  EXPECT_THAT(message<UnsupportedError>([] { check(cudaErrorNoKernelImageForDevice, "relu", "launch"); }),
              HasSubstr("built for other GPUs"));
  EXPECT_THAT(
      message<UnsupportedError>([] { check(CUBLAS_STATUS_NOT_SUPPORTED, "matmul", "cublasGemmEx"); }),
      HasSubstr("cublasGemmEx gave CUBLAS_STATUS_NOT_SUPPORTED (the requested functionality is not supported)"));
  EXPECT_THAT(message<InternalError>([] { check(CUBLAS_STATUS_INVALID_VALUE, "matmul", "cublasGemmEx"); }),
              HasSubstr("[matmul] a cuBLAS call failed"));
  EXPECT_THAT(message<UnsupportedError>([] { check(CUDNN_STATUS_NOT_SUPPORTED, "conv2d", "cudnnConvolutionForward"); }),
              HasSubstr("CUDNN_STATUS_NOT_SUPPORTED"));
  EXPECT_THAT(message<InternalError>([] { check(CUDNN_STATUS_BAD_PARAM, "conv2d", "cudnnConvolutionForward"); }),
              HasSubstr("cudnnConvolutionForward gave CUDNN_STATUS_BAD_PARAM"));
}

TEST_F(CudaDevice, AnErrorIsToldOnce) {
  EXPECT_THAT(message<ArgumentError>([] { DeviceGuard guard(7); }), HasSubstr("cudaErrorInvalidDevice"));
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
}

// -- Streams ----------------------------------------------------------------------------------------------------------
TEST_F(CudaDevice, EventsOrderStreams) {
  Stream first(0), second(0);
  Event event(0);
  Gate gate(first.handle());
  event.record(first.handle());
  event.make_wait(second.handle());
  EXPECT_FALSE(first.is_idle());
  EXPECT_FALSE(second.is_idle());
  EXPECT_FALSE(event.is_reached());
  gate.release();
  second.synchronize();
  EXPECT_TRUE(event.is_reached());
  Event later(0);
  later.record(second.handle());
  later.synchronize();
  EXPECT_GE(later.milliseconds_since(event), 0);
}

TEST_F(CudaDevice, GuardsChooseTheStream) {
  cudaStream_t usual = current_stream(0);
  EXPECT_NE(usual, nullptr);
  EXPECT_NE(usual, current_stream(1));
  Stream stream(0);
  {
    StreamGuard guard(stream);
    EXPECT_EQ(current_stream(0), stream.handle());
  }
  EXPECT_EQ(current_stream(0), usual);
}

TEST_F(CudaDevice, PinnedMemoryIsCopiedWhileTheHostGoesOn) {
  Stream stream(0);
  CachingAllocator memory(0);
  PinnedBuffer from(64), to(64);
  std::memset(from.data(), 5, 64);
  void* block = memory.allocate(64, stream.handle());
  Gate gate(stream.handle());
  ASSERT_EQ(cudaMemcpyAsync(block, from.data(), 64, cudaMemcpyHostToDevice, stream.handle()), cudaSuccess);
  ASSERT_EQ(cudaMemcpyAsync(to.data(), block, 64, cudaMemcpyDeviceToHost, stream.handle()), cudaSuccess);
  std::memset(to.data(), 0, 64);  // reached while the copies still wait
  gate.release();
  stream.synchronize();
  EXPECT_EQ(static_cast<char*>(to.data())[63], 5);
  memory.free(block);
}

// -- Memory -----------------------------------------------------------------------------------------------------------
class CudaMemory : public CudaDevice {
 protected:
  void SetUp() override {
    CudaDevice::SetUp();
    if (emulator::under_asan())
      GTEST_SKIP() << "under AddressSanitizer every block is of the exact size, and none is kept";
  }
  Stream stream{0}, other{0};
  CachingAllocator memory{0};
};

TEST_F(CudaMemory, FreedBlocksAreUsedAgain) {
  void* first = memory.allocate(1000, stream.handle());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 256, 0u);
  memory.free(first);
  MemoryStatistics statistics = memory.statistics();
  EXPECT_EQ(statistics.bytes_in_use, 0u);
  EXPECT_EQ(statistics.peak_bytes_in_use, 1024u);
  EXPECT_EQ(statistics.bytes_cached, 1024u);
  void* again = memory.allocate(900, stream.handle());  // of the same size, rounded
  EXPECT_EQ(again, first);
  void* larger = memory.allocate(5000, stream.handle());
  statistics = memory.statistics();
  EXPECT_EQ(statistics.allocations, 3);
  EXPECT_EQ(statistics.cache_hits, 1);
  EXPECT_EQ(statistics.bytes_in_use, 1024u + 5120u);
  memory.free(again);
  memory.free(larger);
  memory.reset_statistics();
  EXPECT_EQ(memory.statistics().peak_bytes_in_use, 0u);
  memory.empty_cache();
  EXPECT_EQ(memory.statistics().bytes_cached, 0u);
  EXPECT_EQ(device_info(0).free_bytes, device_info(0).total_bytes);
  EXPECT_EQ(memory.allocate(0, stream.handle()), nullptr);
}

TEST_F(CudaMemory, AnotherStreamWaitsForTheOneThatUsedTheBlock) {
  void* block = memory.allocate(512, stream.handle());
  Gate gate(stream.handle());
  memory.free(block);  // work in the stream may still use it
  EXPECT_EQ(memory.allocate(512, other.handle()), block);
  EXPECT_FALSE(other.is_idle());
  gate.release();
  other.synchronize();
  memory.free(block);
}

TEST_F(CudaMemory, OutOfMemorySaysWhatIsHeldAndLeavesTheDeviceUsable) {
  void* held = memory.allocate(700 << 10, stream.handle());
  std::string text = message<UnsupportedError>([&] { memory.allocate(500 << 10, stream.handle()); });
  EXPECT_THAT(text,
              AllOf(HasSubstr("[memory] out of memory on cuda:0: asked for 512000 bytes with 720896 in use, 0 cached, "
                              "peak 720896, of the device's 1048576"),
                    HasSubstr("Use smaller batches")));
  memory.free(held);
  // The cached block is in the way of a larger one, so it is given up.
  void* larger = memory.allocate(900 << 10, stream.handle());
  EXPECT_NE(larger, nullptr);
  memory.free(larger);
  EXPECT_THAT(message<UnsupportedError>([&] { memory.allocate(~std::size_t{0}, stream.handle()); }),
              HasSubstr("out of memory"));
}

TEST_F(CudaMemory, LimitsHold) {
  memory.set_limit(4096);
  void* block = memory.allocate(4096, stream.handle());
  EXPECT_THAT(message<UnsupportedError>([&] { memory.allocate(1, stream.handle()); }), HasSubstr("limit 4096"));
  memory.free(block);
  memory.set_limit(0);
  EXPECT_THAT(message<InternalError>([&] { memory.free(&block); }), HasSubstr("was not allocated here"));
}

}  // namespace
