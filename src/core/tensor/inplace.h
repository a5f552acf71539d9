// What in-place methods have in common.
#pragma once

#include "core/support/error_context.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// A change of `target` by the method `method`, called at `where`: errors meanwhile are the method's.
class Change {
 public:
  /// ArgumentError unless the tensor can be changed in place now.
  Change(Tensor& target, const char* method, Location where);
  /// The tensor takes over `result`, in its own dtype and shape. ArgumentError if the result does not broadcast to the
  /// shape, or is floating-point and the tensor is not.
  Tensor& to(Tensor result) const;

 private:
  const Called called_;
  const Frame frame_;
  Tensor& target_;
  const char* method_;
  Location where_;
};

}  // namespace triptych
