// A running mean, for losses and accuracies over many batches.
#pragma once

#include <cstdint>

#include "triptych/core/tensor.h"

namespace triptych {

/// The mean of all numbers that it was given, summed in double.
class TRIPTYCH_API Mean {
 public:
  /// Adds every element of `values`; a bool counts as 0 or 1.
  void update(const Tensor& values, Location where = Location::here());
  /// Adds one number, which counts `weight` times.
  void update(double value, double weight = 1);
  /// 0 if nothing was added.
  double result() const { return weight_ == 0 ? 0 : total_ / weight_; }
  void reset() { *this = {}; }

 private:
  double total_ = 0, weight_ = 0;
};

}  // namespace triptych
