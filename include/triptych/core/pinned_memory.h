// Pinned host memory: what is copied from it to a GPU is copied while the host goes on.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

/// The same values in pinned memory of the host; the tensor itself if it is there. UnsupportedError on a machine
/// without a GPU. Not recorded; in-place methods may give the tensor ordinary memory again.
TRIPTYCH_API Tensor pin_memory(const Tensor& x, Location where = Location::here());
TRIPTYCH_API bool is_pinned(const Tensor& x);

struct ToOptions {
  /// From pinned memory: returns at once. Do not write to the tensor before `synchronize(device)`; it may be let go.
  bool non_blocking = false;
};
/// The same values on another device.
TRIPTYCH_API Tensor to(Arg x, Device device, const ToOptions& options);

}  // namespace triptych
