// Threads that there are too few of, forks, counters of threads that have ended, and functions of the user's that call
// back. (What threads may share: sharing_test.)
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bad_input.h"
#include "core/memory/allocator.h"
#include "triptych/core/data.h"
#include "triptych/core/memory.h"
#include "triptych/core/op.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
using tt::Tensor;
using Values = std::vector<double>;

#ifndef TRIPTYCH_SANITIZED  // which does not follow a fork of a program with threads

namespace {

/// Runs `body` in a child; its exit status, or -1 if it did not end within a minute or was killed.
int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  for (int i = 0; i < 60000; ++i) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return -1;
}

Values product() {
  const Tensor x = tt::reshape(tt::cast(tt::arange(256 * 256), tt::float32) / 65536, {256, 256});
  return tt::sum(tt::matmul(x, x), 0).to_vector<double>();
}

}  // namespace

// A user with many processes has no room for another thread (a limit is set in a child, where it does no harm).
TEST(Processes, KernelsRunOnTheThreadsThatThereAre) {
  const Values expected = product();
  // Between 1000 threads it would be the first that oneDNN takes, whose code is made then: with exceptions, in vain.
  tt::matmul(tt::ones({48, 256}), tt::ones({256, 256}));
  EXPECT_EQ(in_child([&] {
              // Threads need address space for their stacks.
              std::ifstream file("/proc/self/statm");
              rlim_t pages = 0;
              file >> pages;
              const rlimit limit{pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (64 << 20), RLIM_INFINITY};
              if (setrlimit(RLIMIT_AS, &limit) != 0) return 2;
              tt::set_num_threads(1000);
              return product() == expected ? 0 : 1;
            }),
            0);
  EXPECT_EQ(in_child([&] {
              const rlimit none{0, 0};
              if (setrlimit(RLIMIT_NPROC, &none) != 0) return 2;
              if (getuid() == 0 && setuid(65534) != 0) return 2;  // root has no such limit
              tt::set_num_threads(4);
              const tt::data::TensorDataset numbers(tt::reshape(tt::arange(64), {64, 1}), {});
              std::int64_t sum = 0;  // workers there are none
              for (const auto& batch : tt::data::DataLoader(numbers, {.batch_size = 8, .num_workers = 2}))
                sum += tt::sum(batch.x).item<std::int64_t>();
              return product() == expected && sum == 64 * 63 / 2 ? 0 : 1;
            }),
            0);
}

TEST(Processes, AForkedChildComputes) {
  tt::set_num_threads(3);
  const Values expected = product();  // the team of threads is up
  EXPECT_EQ(in_child([&] { return product() == expected ? 0 : 1; }), 0);
}

// What other threads were in the middle of is whole in the child: free blocks, generators, prepared kernels, gradients.
TEST(Processes, AForkMayComeWhileOtherThreadsAllocate) {
  tt::set_num_threads(2);
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      Tensor w = tt::ones({64}).set_requires_grad();
      for (std::int64_t i = 0; !stop; ++i) {
        tt::sum(w * tt::rand({64})).backward();
        tt::softmax(tt::ones({100 + (i + t) % 50, 20}), 1);
        tt::find_op("add");
      }
    });
  int hung = 0, wrong = 0;
  for (int i = 0; i < 200; ++i) {
    const int status = in_child([] {
      Tensor w = tt::ones({5000}).set_requires_grad();
      tt::sum(w * tt::ones({5000})).backward();
      const bool right = w.grad().to_vector<double>() == Values(5000, 1);
      return right && tt::rand({3}).numel() == 3 && tt::softmax(tt::ones({77, 20}), 1).numel() == 1540 ? 0 : 1;
    });
    hung += status < 0;
    wrong += status > 0;
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(hung, 0);
  EXPECT_EQ(wrong, 0);
}

#endif

TEST(Processes, ThreadsBeyondReasonAreRefused) {
  EXPECT_BAD("[set_num_threads] the number of threads is below 1: 0 was given", tt::set_num_threads(0));
  EXPECT_BAD("[set_num_threads] there are more threads than any machine makes use of: 1000000 were given",
             tt::set_num_threads(1000000));
}

TEST(Processes, CountsOfEndedThreadsAreKeptAndTakeNoRoom) {
  const std::int64_t start = tt::statistics().tensors;
  tt::ones({100});
  const std::int64_t before = tt::statistics().tensors, held = tt::statistics().bytes_in_use;
  const std::size_t counters = tt::counted_threads();
  Tensor kept;
  for (int i = 0; i < 300; ++i) std::thread([&] { kept = tt::ones({100}); }).join();
  const tt::Statistics now = tt::statistics();
  EXPECT_EQ(now.tensors - before, 300 * (before - start));
  EXPECT_EQ(tt::counted_threads(), counters);
  kept.reset();
  EXPECT_EQ(tt::statistics().bytes_in_use, held);
}

TEST(Processes, ASessionIsNotUsedByItsOwnInitializer) {
  for (const bool compile : {true, false}) {
    tf::Graph graph;
    const tf::Variable a = graph.variable("a", tt::ones({2}));
    std::function<Tensor()> inner;
    const tf::Variable b = graph.variable("b", {2}, [&](const tt::Shape&, tt::DType) { return inner(); });
    const tf::Session session(graph, {.compile = compile});
    for (const auto& use :
         std::vector<std::function<Tensor()>>{[&] { return session.run(a); }, [&] { return session.value(a); },
                                              [&] {
                                                session.set_value(a, tt::ones({2}));
                                                return tt::ones({2});
                                              }}) {
      inner = use;
      std::string error = "no error";
      try {
        session.run(graph.initializer());
      } catch (const tt::ArgumentError& thrown) {
        error = thrown.what();
      }
      EXPECT_TRUE(error.starts_with("[session] a session is used while it runs, by one of its own initializers"))
          << error;
    }
    inner = [] { return tt::zeros({2}); };
    session.run(graph.initializer());
    EXPECT_EQ(session.value(b).to_vector<double>(), Values(2, 0));
  }
}

TEST(Processes, AThrowingReleaseGoesNoFurther) {
  const float values[] = {1, 2};
  int called = 0;
  testing::internal::CaptureStderr();
  {
    const Tensor x = tt::from_blob(values, {2}, [&] {
      ++called;
      throw std::runtime_error("the memory was gone");
    });
    EXPECT_EQ(tt::sum(x).item<float>(), 3);
  }
  EXPECT_EQ(called, 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "[from_blob] warning: release threw an exception: the memory was gone\n");
  // Without a tensor there is nothing to release.
  tt::fail_allocation(2);
  EXPECT_THROW(tt::from_blob(values, {2}, [&] { ++called; }), tt::Error);
  tt::fail_allocation(0);
  EXPECT_EQ(called, 1);
}
