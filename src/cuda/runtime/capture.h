// A list of kernels captured once as a CUDA graph, and launched again as one.
#pragma once

#include <functional>
#include <memory>

#include "core/dispatch/backend.h"

namespace triptych::cuda {

/// What `work` puts into the current stream of `device`, with the addresses that it uses; an error if something in it
/// cannot be captured (a copy to or from the host, a wait). Nothing is run.
std::unique_ptr<Captured> capture(int device, const std::function<void()>& work);

}  // namespace triptych::cuda
