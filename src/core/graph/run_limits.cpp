#include "core/graph/run_limits.h"

#include <charconv>
#include <string>

namespace triptych {

OutOfRangeError::~OutOfRangeError() = default;
CancelledError::~CancelledError() = default;
DeadlineExceededError::~DeadlineExceededError() = default;

constinit thread_local const RunLimits* run_limits = nullptr;

void RunLimits::check() const {
  if (cancellation && cancellation->cancelled())
    throw CancelledError("session", "the run was cancelled", "state is as it was before", "", where);
  if (!deadline || std::chrono::steady_clock::now() < *deadline) return;
  char text[40];
  const std::string limit(text, std::to_chars(text, text + sizeof text, milliseconds).ptr);
  throw DeadlineExceededError("session", "the run took longer than its time limit", limit + " ms",
                              "State is as it was before", where);
}

}  // namespace triptych
