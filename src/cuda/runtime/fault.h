// Mistakes that only a kernel can see: an index out of range. The kernel writes the first one down and goes on with a
// harmless value; the host throws the error when it next waits for the device.
#pragma once

#include <cuda_runtime.h>

#include <string>

#include "triptych/core/location.h"

namespace triptych::cuda {

/// Lies in pinned memory that host and device both see.
struct Fault {
  int source = 0;  // which op of which line it was, 0: none
  long long value = 0, limit = 0;
};

/// What a kernel that checks gets: where to write, and under which number.
struct FaultReport {
  Fault* fault;
  int source;
};

/// What the error says was given.
using FaultText = std::string (*)(const Fault& fault);
/// "value for limit".
std::string index_text(const Fault& fault);

/// For a launch on `device`: "[op] rule: given" at `where` is what will be thrown. Both texts are literals.
FaultReport fault_report(int device, const char* op, const char* rule, Location where, FaultText given = index_text);
/// Throws what kernels on `device` have written down since the last call.
void throw_fault(int device);

#if defined(__CUDACC__) || defined(TRIPTYCH_CUDA_EMULATED)
/// In a kernel: writes the first fault down.
__device__ inline void report_fault(FaultReport report, long long value, long long limit = 0) {
  if (atomicCAS(&report.fault->source, 0, report.source) != 0) return;
  report.fault->value = value;
  report.fault->limit = limit;
}

/// In a kernel: whether `index` is in [0, limit); else reports it.
__device__ inline bool in_range(long long index, long long limit, FaultReport report) {
  const bool in = index >= 0 && index < limit;
  if (!in) report_fault(report, index, limit);
  return in;
}

/// In a kernel: `index` if it is in [0, limit) or counts from the end in [-limit, -1], else reports it and gives 0.
__device__ inline long long checked_index(long long index, long long limit, FaultReport report) {
  if (index >= -limit && index < limit) return index < 0 ? index + limit : index;
  report_fault(report, index, limit);
  return 0;
}
#endif

}  // namespace triptych::cuda
