// Counters of what other libraries do for this one.
#pragma once

#include <atomic>
#include <cstdint>

namespace triptych {

extern std::atomic<std::int64_t> onednn_call_count;

}  // namespace triptych
