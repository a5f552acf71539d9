// The library's ops, out of the one list.
#include "core/ops/ops.h"

namespace triptych {

#define KERNELS(file)
#define CPU_KERNELS(file)
#define GPU_KERNELS(file)
#define OPS(...) extern const Op __VA_ARGS__;
#include "core/ops/list.inc"
#undef OPS

namespace {

template <class... Ops>
void append(std::vector<const Op*>& all, const Ops&... ops) {
  (all.push_back(&ops), ...);
}

}  // namespace

std::vector<const Op*> builtin_ops() {
  std::vector<const Op*> all;
#define OPS(...) append(all, __VA_ARGS__);
#include "core/ops/list.inc"
  return all;
}

}  // namespace triptych
