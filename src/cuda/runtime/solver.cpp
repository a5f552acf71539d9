#include "cuda/runtime/solver.h"

#include <string>
#include <vector>

#include "triptych/core/error.h"

namespace triptych::cuda {
namespace {

/// One thread's handles.
struct Solvers {
  std::vector<Solver> of_devices;
  ~Solvers() {
    for (const Solver& s : of_devices) {
      if (s.params) static_cast<void>(cusolverDnDestroyParams(s.params));
      if (s.handle) static_cast<void>(cusolverDnDestroy(s.handle));
    }
  }
};
thread_local Solvers solvers;

}  // namespace

Solver solver(int device, cudaStream_t stream, Location where) {
  std::vector<Solver>& all = solvers.of_devices;
  if (static_cast<std::size_t>(device) >= all.size()) all.resize(static_cast<std::size_t>(device) + 1);
  Solver& s = all[static_cast<std::size_t>(device)];
  if (!s.handle) check(cusolverDnCreate(&s.handle), "cusolver", "cusolverDnCreate", where);
  if (!s.params) check(cusolverDnCreateParams(&s.params), "cusolver", "cusolverDnCreateParams", where);
  check(cusolverDnSetStream(s.handle, stream), "cusolver", "cusolverDnSetStream", where);
  return s;
}

void check(cusolverStatus_t status, std::string_view op, std::string_view call, Location where) {
  if (status == CUSOLVER_STATUS_SUCCESS) return;
  const std::string given = std::string(call) + " gave status " + std::to_string(static_cast<int>(status));
  if (status == CUSOLVER_STATUS_NOT_SUPPORTED || status == CUSOLVER_STATUS_ARCH_MISMATCH ||
      status == CUSOLVER_STATUS_ALLOC_FAILED)
    throw UnsupportedError(op, "cuSOLVER cannot do this here", given, {}, where);
  throw InternalError(
      op, "a cuSOLVER call failed", given,
      "A kernel that was launched earlier may be the cause; with TRIPTYCH_CUDA_SYNC=1 in the environment "
      "the op that launched it is named",
      where);
}

}  // namespace triptych::cuda
