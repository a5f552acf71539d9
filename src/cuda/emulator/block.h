// One thread block: its CUDA threads are fibers, run by one CPU thread in turn. A thread runs until it has to wait for
// others; then another one runs. A block that never waits needs one fiber for all its threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cuda/emulator/fiber.h"
#include "cuda_runtime.h"

namespace triptych::cuda::emulator {

/// What all blocks of a launch have in common.
struct Launch {
  dim3 grid, block;
  std::size_t shared_bytes = 0;          // dynamic
  std::size_t shared_limit = 48 * 1024;  // static and dynamic
  std::function<void()> body;            // one CUDA thread
  const char* file = "";                 // where it was launched
  int line = 0;
};

enum class State : std::uint8_t { running, ready, at_barrier, in_warp, finished };

/// One CUDA thread.
struct Thread {
  uint3 index;
  Fiber* fiber;
  State state;
  WarpOp op;  // below: of the meeting that it waits in
  unsigned mask;
  unsigned source;
  std::uint64_t value;  // what it gives, then what it gets
  const char* file;
  int line;
};

class Block {
 public:
  /// Runs block `index` of the launch on this CPU thread; false after a report.
  bool run(const Launch& launch, uint3 index);

  /// The block that this CPU thread runs, or null.
  static Block* current();

  // What CUDA threads call. Each may switch to other threads before it returns.
  void barrier(const char* file, int line);
  std::uint64_t meet(WarpOp op, unsigned mask, std::uint64_t value, unsigned source, const char* file, int line);
  void* shared_variable(const void* key, std::size_t bytes);
  void* dynamic_shared_memory() { return dynamic_shared_.get(); }
  unsigned lane() const { return unsigned(running_ - threads_.data()) % 32; }

 private:
  struct Free {
    void operator()(void* memory) const;
  };
  using SharedMemory = std::unique_ptr<void, Free>;
  struct SharedVariable {
    const void* key;
    SharedMemory memory;
  };

  static void fiber_main();
  static SharedMemory allocate_shared(std::size_t bytes);
  /// A fiber's life: runs threads that have not started yet, one after another.
  void run_threads();
  void start_thread();
  /// Whose turn it is: a thread that may go on, else one that has not started (on a fresh fiber), else the CPU thread's
  /// own stack, because all threads have finished or all wait.
  Fiber& next();
  void wait();
  void add_fiber();
  void make_ready(Thread& thread);
  /// The block ends here, after report_failure. This thread's frames are never left: they must own nothing.
  [[noreturn]] void stop();
  void complete_meeting(unsigned warp, unsigned mask);
  unsigned existing_lanes(unsigned warp) const;
  void report_failure(const std::string& problem);

  /// diagnose.cpp: why does nobody go on?
  std::string diagnose() const;
  std::string describe(const Thread& thread) const;

  const Launch* launch_ = nullptr;
  uint3 index_{};
  std::size_t count_ = 0;
  std::size_t started_ = 0;
  std::size_t finished_ = 0;
  std::vector<Thread> threads_;
  Thread* running_ = nullptr;
  std::vector<Thread*> ready_;  // a ring of `count_` places
  std::size_t ready_first_ = 0, ready_count_ = 0;
  bool failed_ = false;

  std::vector<std::unique_ptr<Fiber>> fibers_;  // kept from block to block
  std::size_t fibers_used_ = 0, first_fiber_ = 0;
  Fiber* fresh_fiber_ = nullptr;
  Fiber* home_ = nullptr;

  std::size_t at_barrier_ = 0;
  bool barrier_lines_differ_ = false;
  Thread* first_at_barrier_ = nullptr;
  unsigned barrier_turn_ = 0;
  char barrier_sync_[2];  // two addresses for ThreadSanitizer, or a late leaver would see the next barrier's arrivals

  std::vector<unsigned> lanes_waiting_;  // of each warp
  struct WarpSync {
    char address[32][2];  // by the first lane of the mask
    unsigned turn[32];
  };
  std::vector<WarpSync> warp_sync_;

  std::vector<SharedVariable> shared_;
  SharedMemory dynamic_shared_;
  std::size_t shared_bytes_ = 0;
};

}  // namespace triptych::cuda::emulator
