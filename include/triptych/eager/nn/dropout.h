// Dropout.
#pragma once

#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct DropoutOptions {
  double p = 0.5;
};
/// In training, sets elements to zero with probability p and divides the others by 1 - p; the identity in evaluation.
/// The numbers come from a stream of the module's own (`register_stream`), so that training goes on from a checkpoint
/// as if it had not stopped. ArgumentError unless 0 <= p <= 1.
class TRIPTYCH_API Dropout : public Module {
 public:
  using Options = DropoutOptions;
  explicit Dropout(const DropoutOptions& options = {}, Location where = Location::here());
  template <Number T>
  explicit Dropout(T p, Location where = Location::here()) : Dropout(DropoutOptions{static_cast<double>(p)}, where) {}
  template <class = void>
  explicit Dropout(...) = delete;  // neither numbers nor DropoutOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const DropoutOptions options;
  Tensor& stream;  // int64 [2]: key, counter
};

}  // namespace triptych::eager::nn
