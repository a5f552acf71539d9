// What the kernels that use oneDNN share.
#pragma once

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

#include <cstdlib>
#include <string_view>

#include "core/dispatch/backends.h"

namespace triptych {

/// Whether oneDNN's AVX-512 kernels run on this machine.
inline bool has_avx512() {
  static const bool yes = (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
  return yes;
}

/// Whether the processor has instructions for products of bfloat16 numbers that oneDNN knows.
inline bool has_bfloat16() {
  static const bool yes =
      (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
  return yes;
}

/// Whether oneDNN does the work: with AVX-512, where it is faster than our own kernels. TRIPTYCH_ONEDNN=OFF in the
/// environment: never, as in a build without it; ALWAYS: on any processor, so that tests reach these paths everywhere
/// (without AVX-512 its sums keep no order, so that `exact` means nothing).
inline bool onednn_chosen() {
  static const bool chosen = [] {
    const char* text = std::getenv("TRIPTYCH_ONEDNN");
    const std::string_view wanted = text ? text : "";
    return wanted == "ALWAYS" || (wanted != "OFF" && has_avx512());
  }();
  return chosen;
}

inline bool bfloat16_chosen() { return onednn_chosen() && has_bfloat16(); }

/// Around each call of oneDNN, which is counted. While alive, it runs on the calling thread alone: our own threads call
/// it on parts of the work. OpenMP keeps the
/// number for each thread; a user's own setting comes back. The functions are those of the runtime that oneDNN brought
/// in, which need not be our compiler's.
class OneOpenMPThread {
 public:
  OneOpenMPThread() : previous_(runtime().get ? runtime().get() : 1) {
    if (previous_ != 1) runtime().set(1);
    onednn_call_count.fetch_add(1, std::memory_order_relaxed);
  }
  ~OneOpenMPThread() {
    if (previous_ != 1) runtime().set(previous_);
  }
  OneOpenMPThread(const OneOpenMPThread&) = delete;
  OneOpenMPThread& operator=(const OneOpenMPThread&) = delete;

 private:
  struct Runtime {
    int (*get)() = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
    void (*set)(int) = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  };
  static const Runtime& runtime() {
    static const Runtime functions;
    return functions;
  }

  int previous_;
};

}  // namespace triptych
