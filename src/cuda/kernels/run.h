// How the library's kernels are launched: on the stream of a call, with its op named in errors.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "cuda/kernels/thread_index.h"
#include "cuda/launch.h"
#include "cuda/runtime/check.h"
#include "triptych/core/op.h"

namespace triptych::cuda {

/// The call that a kernel runs for, and the line that launches it.
struct Site {
  const KernelCall& call;
  const char* file;
  int line;
  Site(const KernelCall& call, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : call(call), file(file), line(line) {}
  cudaStream_t stream() const { return static_cast<cudaStream_t>(call.context.stream); }
};

/// Launches `kernel` for `site`'s call; `shared` bytes of dynamic shared memory.
template <class... Parameters>
void run(Site site, void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared,
         std::type_identity_t<Parameters>... arguments) {
  check(launch(kernel, grid, block, shared, {site.stream(), site.file, site.line}, arguments...), site.call.op.name,
        "launching a kernel", site.call.context.where);
}

inline constexpr unsigned block_threads = 256;

/// Blocks for a grid-stride loop over `n` elements: enough to fill any GPU, no more.
inline unsigned blocks_for(std::int64_t n, unsigned threads = block_threads) {
  constexpr std::int64_t most = 4096;
  return static_cast<unsigned>(std::clamp<std::int64_t>((n + threads - 1) / threads, 1, most));
}

}  // namespace triptych::cuda
