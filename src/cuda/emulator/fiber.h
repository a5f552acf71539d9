// A fiber: a function call that can be left in the middle and taken up again, because it has a stack of its own.
#pragma once

#include <cstddef>

#if !defined(__x86_64__) && !defined(TRIPTYCH_FIBER_UCONTEXT)
#define TRIPTYCH_FIBER_UCONTEXT
#endif
#ifdef TRIPTYCH_FIBER_UCONTEXT
#include <ucontext.h>
#endif

namespace triptych::cuda::emulator {

class Fiber {
 public:
  /// The stack that the calling thread already runs on.
  Fiber();
  /// A stack of its own. `number` staggers the stacks: were all tops equally far from a page border, a thousand fibers
  /// would fight over a few cache sets.
  explicit Fiber(int number);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// The next switch to this fiber calls `entry`, which must never return.
  void start_at(void (*entry)());
  /// Leaves `from`, which must be running, and goes on in `to`. A `finished` fiber is never gone back to.
  static void switch_to(Fiber& from, Fiber& to, bool finished = false);
  /// To be called first by an entry function.
  static void entered();

 private:
  std::byte* memory_ = nullptr;  // guard page, then the stack; null for a thread's own stack
  std::byte* top_ = nullptr;
  std::byte* stack_ = nullptr;
  std::size_t stack_bytes_ = 0;
#ifdef TRIPTYCH_FIBER_UCONTEXT
  ucontext_t context_;
#else
  void* stack_pointer_ = nullptr;
#endif
  void* asan_fake_stack_ = nullptr;
  void* tsan_fiber_ = nullptr;
};

}  // namespace triptych::cuda::emulator
