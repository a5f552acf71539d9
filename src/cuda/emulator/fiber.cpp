#include "cuda/emulator/fiber.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <new>

#include "cuda/emulator/sanitizers.h"

#ifndef TRIPTYCH_FIBER_UCONTEXT
// switch_stack(void** save, void* load): keeps on the stack what the calling convention says a call preserves, stores
// the stack pointer, takes the other one and returns to whoever called there.
extern "C" void triptych_switch_stack(void** save, void* load);
asm(R"(
.text
.globl triptych_switch_stack
.hidden triptych_switch_stack
.type triptych_switch_stack, @function
triptych_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size triptych_switch_stack, .-triptych_switch_stack
)");
#endif

namespace triptych::cuda::emulator {

namespace {
const std::size_t page = std::size_t(sysconf(_SC_PAGESIZE));
constexpr std::size_t stagger = 64;  // a cache line
}  // namespace

Fiber::Fiber() {
  if (under_asan()) {
    pthread_attr_t attributes;
    pthread_getattr_np(pthread_self(), &attributes);
    void* lowest = nullptr;
    pthread_attr_getstack(&attributes, &lowest, &stack_bytes_);
    pthread_attr_destroy(&attributes);
    stack_ = static_cast<std::byte*>(lowest);
  }
  if (under_tsan()) tsan_fiber_ = __tsan_get_current_fiber();
}

Fiber::Fiber(int number) {
  stack_bytes_ = under_asan() || under_tsan() ? 256 * 1024 : 64 * 1024;  // instrumented frames are larger
  void* memory = mmap(nullptr, page + stack_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  memory_ = static_cast<std::byte*>(memory);
  mprotect(memory_, page, PROT_NONE);  // an overflow faults at once
  stack_ = memory_ + page;
  top_ = stack_ + stack_bytes_ - std::size_t(number) % (page / stagger) * stagger;
  if (under_tsan()) tsan_fiber_ = __tsan_create_fiber(0);
}

Fiber::~Fiber() {
  if (memory_ == nullptr) return;
  if (under_tsan()) __tsan_destroy_fiber(tsan_fiber_);
  // A kernel that was stopped by a report left frames behind, whose marks must not meet the memory's next user.
  if (under_asan()) __asan_unpoison_memory_region(stack_, stack_bytes_);
  munmap(memory_, page + stack_bytes_);
}

void Fiber::start_at(void (*entry)()) {
#ifdef TRIPTYCH_FIBER_UCONTEXT
  getcontext(&context_);
  context_.uc_stack.ss_sp = stack_;
  context_.uc_stack.ss_size = std::size_t(top_ - stack_);
  context_.uc_link = nullptr;
  makecontext(&context_, entry, 0);
#else
  // As if `entry` had been called from address 0, where debuggers end a backtrace: six registers for switch_stack to
  // pop, the address to return to, and `entry`'s own return address, which leaves the stack aligned as after a call.
  auto** slots = reinterpret_cast<void**>(top_);
  *--slots = nullptr;
  *--slots = reinterpret_cast<void*>(entry);
  for (int i = 0; i < 6; ++i) *--slots = nullptr;
  stack_pointer_ = slots;
#endif
}

void Fiber::switch_to(Fiber& from, Fiber& to, bool finished) {
  constexpr unsigned no_sync = 1;  // switching orders no memory: only barriers do
  if (under_asan())
    __sanitizer_start_switch_fiber(finished ? nullptr : &from.asan_fake_stack_, to.stack_, to.stack_bytes_);
  if (under_tsan()) __tsan_switch_to_fiber(to.tsan_fiber_, no_sync);
#ifdef TRIPTYCH_FIBER_UCONTEXT
  swapcontext(&from.context_, &to.context_);
#else
  triptych_switch_stack(&from.stack_pointer_, to.stack_pointer_);
#endif
  if (under_asan()) __sanitizer_finish_switch_fiber(from.asan_fake_stack_, nullptr, nullptr);
}

void Fiber::entered() {
  if (under_asan()) __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
}

}  // namespace triptych::cuda::emulator
