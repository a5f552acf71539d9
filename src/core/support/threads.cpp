// The library's own threads. One kernel holds the team at a time; whoever finds it taken runs alone. Not OpenMP: the
// thread sanitizer understands this one, and a user's program gets no second runtime.
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/dispatch/modes.h"
#include "core/support/scopes.h"
#include "triptych/core/error.h"
#include "triptych/core/memory.h"
#include "triptych/core/op.h"

namespace triptych {
namespace {

/// More than these are a mistake, and would cost the memory of their stacks.
int most_threads() { return std::max(1024, static_cast<int>(std::thread::hardware_concurrency())); }

int initial_count() {
  for (const char* name : {"TRIPTYCH_NUM_THREADS", "OMP_NUM_THREADS"})
    if (const char* text = std::getenv(name))
      if (const int count = std::atoi(text); count > 0) return std::min(count, most_threads());
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return std::max(1, CPU_COUNT(&cores));
  return std::max(1u, std::thread::hardware_concurrency());
}

using Body = void (*)(std::int64_t part, void* state);

/// The workers. A job is published by raising `epoch`; parts are taken from a counter; the caller works too. It waits
/// for the workers that joined the job, not for those that the system has not woken yet: they would find nothing left
/// to do.
class Team {
 public:
  /// As many threads as the system gives: a kernel's result does not depend on their number.
  explicit Team(int count) {
    try {
      workers_.reserve(static_cast<std::size_t>(count - 1));
      for (int i = 1; i < count; ++i) workers_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
    } catch (const std::bad_alloc&) {
    }
  }
  ~Team() {
    stop_ = true;
    epoch_.fetch_add(1, std::memory_order_release);
    epoch_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  void run(std::int64_t parts, Body body, void* state) {
    body_ = body;
    state_ = state;
    parts_ = parts;
    frame_ = modes.frame;
    next_.store(0, std::memory_order_relaxed);
    const std::uint32_t epoch = epoch_.load(std::memory_order_relaxed) + 1;
    gate_.store(std::uint64_t{epoch} << 32 | open, std::memory_order_release);
    epoch_.store(epoch, std::memory_order_release);
    epoch_.notify_all();
    take_parts();
    gate_.fetch_and(~open, std::memory_order_relaxed);
    while (static_cast<std::uint32_t>(gate_.load(std::memory_order_acquire)) != 0) pause();
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  void take_parts() {
    try {
      for (std::int64_t part; (part = next_.fetch_add(1, std::memory_order_relaxed)) < parts_;) body_(part, state_);
    } catch (...) {
      std::lock_guard lock(error_mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }

  void work() {
    modes.single_threaded = true;  // a kernel inside a part does not start another team
    std::uint32_t seen = 0;
    while (true) {
      // Kernels follow each other within microseconds: look for a while before sleeping.
      for (int spin = 0; spin < 4000 && epoch_.load(std::memory_order_acquire) == seen; ++spin) pause();
      epoch_.wait(seen, std::memory_order_acquire);
      seen = epoch_.load(std::memory_order_acquire);
      if (stop_) return;
      if (!join(seen)) continue;
      modes.frame = frame_;
      take_parts();
      gate_.fetch_sub(1, std::memory_order_release);
    }
  }

  /// Counts this worker in, if the job is still open.
  bool join(std::uint32_t epoch) {
    std::uint64_t gate = gate_.load(std::memory_order_acquire);
    while (gate >> 32 == epoch && gate & open)
      if (gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acquire)) return true;
    return false;
  }

  std::vector<std::thread> workers_;
  std::atomic<std::uint32_t> epoch_{0};
  std::atomic<std::int64_t> next_{0};
  static constexpr std::uint64_t open = std::uint64_t{1} << 31;
  std::atomic<std::uint64_t> gate_{0};  // the job's epoch (32 bits), whether it is open (1), workers that joined (31)
  std::atomic<bool> stop_{false};
  Body body_ = nullptr;
  void* state_ = nullptr;
  std::int64_t parts_ = 0;
  Location frame_;  // of the caller: errors in a part stand there
  std::mutex error_mutex_;
  std::exception_ptr error_;
};

std::atomic<int> thread_count{0};
std::mutex team_mutex;
std::unique_ptr<Team> team;
int team_size = 0;  // that was asked for

/// A forked child has none of the parent's threads: forget the team there, who may have been at work, and start another
/// when needed.
[[maybe_unused]] const int fork_handler = pthread_atfork(nullptr, nullptr, [] {
  static_cast<void>(team.release());
  team_size = 0;
  new (&team_mutex) std::mutex;
});

/// The team, if there can be one: a kernel that has begun does not fail for want of it.
Team* team_of(int count) noexcept {
  if (team_size != count) {
    team.reset();
    team_size = 0;
    team.reset(new (std::nothrow) Team(count));
    if (team) team_size = count;
  }
  return team.get();
}

}  // namespace

int num_threads() {
  int count = thread_count.load(std::memory_order_relaxed);
  if (count == 0) {
    count = initial_count();
    thread_count = count;
  }
  return count;
}

void set_num_threads(int count, Location where) {
  if (count < 1)
    throw ArgumentError("set_num_threads", "the number of threads is below 1", std::to_string(count) + " was given", "",
                        where);
  if (count > most_threads())
    throw ArgumentError("set_num_threads", "there are more threads than any machine makes use of",
                        std::to_string(count) + " were given", "At most " + std::to_string(most_threads()), where);
  thread_count = count;
}

SingleThreaded::SingleThreaded() { open_scopes().begin(this, modes.single_threaded, true); }
SingleThreaded::~SingleThreaded() { end_scope(this); }

void parallel_for(std::int64_t parts, Body body, void* state) {
  const int count = modes.single_threaded ? 1 : num_threads();
  if (parts > 1 && count > 1) {
    if (std::unique_lock lock(team_mutex, std::try_to_lock); lock)
      if (Team* workers = team_of(count)) {
        // Not a scope, which needs memory: none of the kernels opens one that would end after this.
        struct Inside {
          Inside() { modes.single_threaded = true; }
          ~Inside() { modes.single_threaded = false; }
        } inside;
        workers->run(parts, body, state);
        return;
      }
  }
  for (std::int64_t part = 0; part < parts; ++part) body(part, state);
}

}  // namespace triptych
