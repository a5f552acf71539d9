// Pinned host memory: what is copied from it is copied while the host goes on, and is copied right.
#include <cuda_runtime.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "core/dispatch/backend.h"
#include "gpu.h"
#include "triptych/core.h"

namespace {

namespace tt = triptych;

class Pinned : public OnGpu {};

/// While alive, and shut, the queue of the GPU does not go on.
class Gate {
 public:
  explicit Gate(tt::Device gpu) {
    const auto stream = static_cast<cudaStream_t>(tt::backend_of(gpu).enter(gpu.index));
    const auto wait = [](void* state) {
      while (!*static_cast<std::atomic<bool>*>(state)) std::this_thread::yield();
    };
    EXPECT_EQ(cudaLaunchHostFunc(stream, wait, &open_), cudaSuccess);
  }
  void open() { open_ = true; }

 private:
  std::atomic<bool> open_ = false;
};

TEST_F(Pinned, HoldsTheSameValues) {
  const tt::Tensor x = tt::arange(6).reshape({2, 3});
  EXPECT_FALSE(tt::is_pinned(x));
  const tt::Tensor pinned = tt::pin_memory(x.t());
  EXPECT_TRUE(tt::is_pinned(pinned));
  EXPECT_TRUE(tt::is_pinned(pinned[1]));
  EXPECT_EQ(pinned.device(), cpu);
  EXPECT_EQ(pinned.to_vector<int>(), x.t().to_vector<int>());
  EXPECT_TRUE(tt::pin_memory(pinned).is_same(pinned));
  EXPECT_TRUE(tt::is_pinned(tt::pin_memory(x.to(gpu))));
  EXPECT_FALSE(tt::is_pinned(pinned.to(gpu)));
  EXPECT_EQ(tt::pin_memory(tt::zeros({0})).numel(), 0);
}

// Each tensor goes before its copy is made: the next must not get its memory, or the copies would be of the last.
TEST_F(Pinned, ACopyDoesNotWaitAndMemoryDoes) {
  Gate gate(gpu);
  std::vector<tt::Tensor> there;
  for (int i = 0; i < 3; ++i)
    there.push_back(tt::to(tt::pin_memory(tt::full({1000}, i, tt::float32)), gpu, {.non_blocking = true}));
  gate.open();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(there[std::size_t(i)].to_vector<int>(), std::vector<int>(1000, i));
}

TEST_F(Pinned, WithoutTheOptionACopyWaits) {
  tt::Tensor x = tt::pin_memory(tt::ones({1000}));
  Gate gate(gpu);
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    gate.open();
  });
  const tt::Tensor there = x.to(gpu);
  std::ranges::fill(x.mutable_data<float>(), 7.0f);
  later.join();
  EXPECT_EQ(there.to_vector<int>(), std::vector<int>(1000, 1));
}

TEST_F(Pinned, Gradients) {
  tt::Tensor x = tt::pin_memory(tt::tensor({1.0f, 2.0f}));
  x.set_requires_grad();
  tt::sum(tt::square(tt::to(x, gpu, {.non_blocking = true}))).backward();
  EXPECT_EQ(x.grad().device(), cpu);
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{2, 4}));
}

TEST_F(Pinned, Batches) {
  const tt::Tensor x = tt::arange(10), y = x * 2;
  for (const int workers : {0, 2}) {
    const tt::data::DataLoaderOptions options{.batch_size = 4, .num_workers = workers, .pin_memory = true};
    std::vector<int> seen, there;
    for (const auto& [a, b] : tt::data::DataLoader(tt::data::TensorDataset(x, y), options)) {
      EXPECT_TRUE(tt::is_pinned(a) && tt::is_pinned(b));
      for (const int value : (a + b).to_vector<int>()) seen.push_back(value);
    }
    EXPECT_EQ(seen, (x * 3).to_vector<int>());
    const tt::DeviceScope scope(gpu);
    for (const auto& [a, b] : tt::data::DataLoader(tt::data::TensorDataset(x, y), options)) {
      EXPECT_EQ(a.device(), gpu);
      for (const int value : (a + b).to_vector<int>()) there.push_back(value);
    }
    EXPECT_EQ(there, seen);
  }
}

}  // namespace
