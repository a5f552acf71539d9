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

/// False if TRIPTYCH_ONEDNN is OFF in the environment: then our own kernels do the work, as in a build without oneDNN.
inline bool onednn_wanted() {
  static const bool wanted = [] {
    const char* text = std::getenv("TRIPTYCH_ONEDNN");
    return !text || std::string_view(text) != "OFF";
  }();
  return wanted;
}

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
