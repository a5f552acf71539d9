#include "triptych/core/backends.h"

#include "core/dispatch/backends.h"

namespace triptych {

std::atomic<std::int64_t> onednn_call_count{0};

std::int64_t onednn_calls() { return onednn_call_count.load(std::memory_order_relaxed); }

}  // namespace triptych
