// What AddressSanitizer and ThreadSanitizer want to be told. The functions are weak: the emulator is compiled once,
// without sanitizers (its own bookkeeping would drown the kernels' reports), and finds them in a program that has them.
#pragma once

#include <cstddef>

#define TRIPTYCH_WEAK __attribute__((weak))
extern "C" {
void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom, std::size_t size) TRIPTYCH_WEAK;
void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom, std::size_t* size) TRIPTYCH_WEAK;
void __asan_unpoison_memory_region(const volatile void* address, std::size_t size) TRIPTYCH_WEAK;
const char* __asan_locate_address(void* address, char* name, std::size_t name_size, void** region,
                                  std::size_t* region_size) TRIPTYCH_WEAK;

void* __tsan_get_current_fiber() TRIPTYCH_WEAK;
void* __tsan_create_fiber(unsigned flags) TRIPTYCH_WEAK;
void __tsan_destroy_fiber(void* fiber) TRIPTYCH_WEAK;
void __tsan_switch_to_fiber(void* fiber, unsigned flags) TRIPTYCH_WEAK;
void __tsan_acquire(void* address) TRIPTYCH_WEAK;
void __tsan_release(void* address) TRIPTYCH_WEAK;
void AnnotateIgnoreReadsBegin(const char* file, int line) TRIPTYCH_WEAK;
void AnnotateIgnoreReadsEnd(const char* file, int line) TRIPTYCH_WEAK;
void AnnotateIgnoreWritesBegin(const char* file, int line) TRIPTYCH_WEAK;
void AnnotateIgnoreWritesEnd(const char* file, int line) TRIPTYCH_WEAK;
}
#undef TRIPTYCH_WEAK

namespace triptych::cuda::emulator {

inline bool under_asan() { return __sanitizer_start_switch_fiber != nullptr; }
inline bool under_tsan() { return __tsan_create_fiber != nullptr; }

/// For ThreadSanitizer: what was done before release(x) happens before what is done after acquire(x).
inline void release(void* address) {
  if (under_tsan()) __tsan_release(address);
}
inline void acquire(void* address) {
  if (under_tsan()) __tsan_acquire(address);
}

/// While alive, ThreadSanitizer does not see this thread's malloc, free and memset, which it intercepts even here.
class HiddenFromTsan {
 public:
  HiddenFromTsan() {
    if (!under_tsan()) return;
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  }
  ~HiddenFromTsan() {
    if (!under_tsan()) return;
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  }
  HiddenFromTsan(const HiddenFromTsan&) = delete;
  HiddenFromTsan& operator=(const HiddenFromTsan&) = delete;
};

}  // namespace triptych::cuda::emulator
