#include "cuda/emulator/block.h"

#include <cstring>

#include "cuda/emulator/report.h"
#include "cuda/emulator/sanitizers.h"

constinit thread_local uint3 threadIdx{};
constinit thread_local uint3 blockIdx{};
constinit thread_local dim3 blockDim{};
constinit thread_local dim3 gridDim{};

namespace triptych::cuda::emulator {

namespace {
constinit thread_local Block* current_block = nullptr;
}

Block* Block::current() { return current_block; }

bool Block::run(const Launch& launch, uint3 index) {
  launch_ = &launch;
  index_ = index;
  count_ = std::size_t(launch.block.x) * launch.block.y * launch.block.z;
  started_ = finished_ = at_barrier_ = ready_first_ = ready_count_ = fibers_used_ = 0;
  barrier_lines_differ_ = failed_ = false;
  {
    HiddenFromTsan hidden;
    threads_.resize(count_);
    ready_.resize(count_);
    lanes_waiting_.assign((count_ + 31) / 32, 0);
    if (under_tsan()) {
      warp_sync_.resize((count_ + 31) / 32);
      // Made here, not by a CUDA thread: who makes a fiber happens before it, for ThreadSanitizer. One more than
      // threads, and taken in turn, so that thread i of the next block is not the same fiber again.
      while (fibers_.size() <= count_) add_fiber();
      ++first_fiber_;
    }
    shared_.clear();
    shared_bytes_ = launch.shared_bytes;
    dynamic_shared_ = launch.shared_bytes ? allocate_shared(launch.shared_bytes) : nullptr;
  }
  blockIdx = index;
  blockDim = launch.block;
  gridDim = launch.grid;
  current_block = this;
  release(this);  // each CUDA thread acquires it when it starts

  Fiber home;
  home_ = &home;
  Fiber::switch_to(home, next());  // comes back when no thread can go on
  if (!failed_ && finished_ < count_) report_failure(diagnose());

  current_block = nullptr;
  if (failed_) fibers_.clear();  // some were left in the middle of a kernel
  HiddenFromTsan hidden;
  shared_.clear();
  dynamic_shared_.reset();
  return !failed_;
}

void Block::fiber_main() {
  Fiber::entered();
  current_block->run_threads();
}

void Block::run_threads() {
  Fiber& fiber = *fresh_fiber_;
  do {
    start_thread();
    running_->fiber = &fiber;
    launch_->body();
    running_->state = State::finished;
    ++finished_;
    release(const_cast<Launch*>(launch_));
    // ThreadSanitizer finds races between its fibers, so there each CUDA thread needs its own.
  } while (started_ < count_ && !under_tsan());
  Fiber::switch_to(fiber, next(), true);
}

void Block::start_thread() {
  Thread& thread = threads_[started_];
  const dim3& size = launch_->block;
  unsigned number = unsigned(started_++);
  thread.index = {number % size.x, number / size.x % size.y, number / (size.x * size.y)};
  thread.state = State::running;
  running_ = &thread;
  threadIdx = thread.index;
  acquire(this);
}

Fiber& Block::next() {
  if (ready_count_ > 0) {
    running_ = ready_[ready_first_];
    ready_first_ = ready_first_ + 1 == count_ ? 0 : ready_first_ + 1;
    --ready_count_;
    running_->state = State::running;
    threadIdx = running_->index;
    return *running_->fiber;
  }
  if (started_ < count_) {
    if (fibers_used_ == fibers_.size()) add_fiber();
    fresh_fiber_ = fibers_[(first_fiber_ + fibers_used_++) % fibers_.size()].get();
    fresh_fiber_->start_at(fiber_main);
    return *fresh_fiber_;
  }
  return *home_;
}

void Block::add_fiber() { fibers_.push_back(std::make_unique<Fiber>(int(fibers_.size()))); }

void Block::wait() {
  release(const_cast<Launch*>(launch_));  // should it never go on, because the block is stopped
  Fiber& self = *running_->fiber;
  Fiber& other = next();
  if (&other != &self) Fiber::switch_to(self, other);
}

void Block::make_ready(Thread& thread) {
  thread.state = State::ready;
  std::size_t place = ready_first_ + ready_count_++;
  ready_[place < count_ ? place : place - count_] = &thread;
}

void Block::stop() {
  release(const_cast<Launch*>(launch_));
  Fiber::switch_to(*running_->fiber, *home_, true);
  __builtin_unreachable();
}

void Block::report_failure(const std::string& problem) {
  failed_ = true;
  HiddenFromTsan hidden;
  report(problem + " Block " + text(index_) + " of the kernel launched at " + place(launch_->file, launch_->line) +
         ".");
}

// -- Barrier ----------------------------------------------------------------------------------------------------------
void Block::barrier(const char* file, int line) {
  Thread& self = *running_;
  self.state = State::at_barrier;
  self.file = file;
  self.line = line;
  if (at_barrier_++ == 0) first_at_barrier_ = &self;
  if (line != first_at_barrier_->line || std::strcmp(file, first_at_barrier_->file) != 0) barrier_lines_differ_ = true;
  char* sync = &barrier_sync_[barrier_turn_ % 2];
  release(sync);
  if (at_barrier_ == count_ && !barrier_lines_differ_) {
    at_barrier_ = 0;
    ++barrier_turn_;
    for (Thread& thread : threads_) make_ready(thread);
  }
  wait();
  acquire(sync);
}

// -- Shared memory ----------------------------------------------------------------------------------------------------
void Block::Free::operator()(void* memory) const { std::free(memory); }

Block::SharedMemory Block::allocate_shared(std::size_t bytes) {
  // A heap block of the exact size, new for every block: a sanitizer sees each overrun and each use by another block.
  // Its bytes are 0xFF (NaN), so that what a previous block left cannot help.
  SharedMemory memory(std::malloc(bytes));
  std::memset(memory.get(), 0xFF, bytes);
  return memory;
}

void* Block::shared_variable(const void* key, std::size_t bytes) {
  for (SharedVariable& variable : shared_) {
    if (variable.key == key) return variable.memory.get();
  }
  shared_bytes_ += bytes;
  if (shared_bytes_ > launch_->shared_limit) {
    report_failure("shared memory: " + std::to_string(shared_bytes_) + " bytes are more than the block's " +
                   std::to_string(launch_->shared_limit) + ".");
    stop();
  }
  HiddenFromTsan hidden;
  shared_.push_back({key, allocate_shared(bytes)});
  return shared_.back().memory.get();
}

void* shared_variable(const void* key, std::size_t bytes) { return Block::current()->shared_variable(key, bytes); }
void* dynamic_shared_memory() { return Block::current()->dynamic_shared_memory(); }

}  // namespace triptych::cuda::emulator

void __syncthreads(const char* file, int line) { triptych::cuda::emulator::Block::current()->barrier(file, line); }
