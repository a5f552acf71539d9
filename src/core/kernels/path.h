// The ways in which kernels compute. A kernel that has several declares each where it is, so that a test can tell
// whether its cases reached all of them (tests/conformance/paths_test.cpp).
#pragma once

#include <atomic>
#include <vector>

namespace triptych {

/// One of several ways in which a kernel computes; an object with static storage duration.
class Path {
 public:
  /// `possible`: whether this build and machine have it; null: all do.
  explicit Path(const char* name, bool (*possible)() = nullptr);
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;

  /// Notes that it was taken: where the way is chosen, not in an inner loop. A read, but for the first time.
  void take() {
    if (!taken_.load(std::memory_order_relaxed)) [[unlikely]]
      taken_.store(true, std::memory_order_relaxed);
  }

  const char* name() const { return name_; }
  bool possible() const { return !possible_ || possible_(); }
  bool taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  const char* name_;
  bool (*possible_)();
  std::atomic<bool> taken_{false};
};

/// Every path that was declared.
std::vector<const Path*> declared_paths();

}  // namespace triptych
