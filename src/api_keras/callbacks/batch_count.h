// When something is due that happens every so many batches.
#pragma once

#include <cstdint>

namespace triptych::keras {

class BatchCount {
 public:
  /// 0: never.
  explicit BatchCount(std::int64_t every) : every_(every) {}
  /// Whether it is due after this batch of an epoch. Several steps in one execution count as many.
  bool after(std::int64_t batch) {
    if (every_ == 0) return false;
    seen_ += batch <= last_ ? batch + 1 : batch - last_;
    last_ = batch;
    if (seen_ < every_) return false;
    seen_ = 0;
    return true;
  }

 private:
  std::int64_t every_, seen_ = 0, last_ = -1;
};

}  // namespace triptych::keras
