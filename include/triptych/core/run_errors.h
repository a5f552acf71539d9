// Why a run ended before its end, other than by a mistake; and how another thread ends one.
#pragma once

#include <atomic>
#include <memory>

#include "triptych/core/error.h"

namespace triptych {

/// A data set has no more elements: a loop catches it. tf.errors.OutOfRangeError.
class TRIPTYCH_API OutOfRangeError : public Error {
 public:
  using Error::Error;
  ~OutOfRangeError() override;
};

/// A run was cancelled. tf.errors.CancelledError.
class TRIPTYCH_API CancelledError : public Error {
 public:
  using Error::Error;
  ~CancelledError() override;
};

/// A run took longer than its time limit. tf.errors.DeadlineExceededError.
class TRIPTYCH_API DeadlineExceededError : public Error {
 public:
  using Error::Error;
  ~DeadlineExceededError() override;
};

/// Ends the runs that it was given to, from any thread; copies are the same one.
class TRIPTYCH_API Cancellation {
 public:
  Cancellation() : cancelled_(std::make_shared<std::atomic<bool>>(false)) {}
  Cancellation(const Cancellation&) = default;  // moving copies it, too
  Cancellation& operator=(const Cancellation&) = default;
  /// Runs end before their next op, with a CancelledError, and all state is as it was before them. For good.
  void cancel() const { cancelled_->store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> cancelled_;
};

}  // namespace triptych
