// What ends a run early: a time limit, a cancellation. Looked at before each op and each iteration of a loop.
#pragma once

#include <chrono>
#include <optional>

#include "triptych/core/run_errors.h"

namespace triptych {

struct RunLimits {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  double milliseconds = 0;  // for the error
  const Cancellation* cancellation = nullptr;
  Location where;  // of the run

  /// Throws if the run is to end.
  void check() const;
};

/// Of the run that this thread takes part in; null: it has none.
extern constinit thread_local const RunLimits* run_limits;

inline void check_run_limits() {
  if (run_limits) [[unlikely]]
    run_limits->check();
}

}  // namespace triptych
