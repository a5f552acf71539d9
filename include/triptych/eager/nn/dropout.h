// Dropout, of elements and of whole channels.
#pragma once

#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct DropoutOptions {
  double p = 0.5;
  bool inplace = false;  // the input's memory is taken where nobody else has it, with or without this
};
/// What the dropouts share: the numbers come from a stream of the module's own (`register_stream`), so that training
/// goes on from a checkpoint as if it had not stopped. ArgumentError unless 0 <= p <= 1.
class TRIPTYCH_API DropoutBase : public Module {
 public:
  using Options = DropoutOptions;
  std::string extra_repr() const override;

  const DropoutOptions options;
  Tensor& stream;  // int64 [2]: key, counter

 protected:
  DropoutBase(const char* name, const DropoutOptions& options, Location where);
};
/// In training, sets elements to zero with probability p and divides the others by 1 - p; the identity in evaluation.
class TRIPTYCH_API Dropout : public DropoutBase {
 public:
  explicit Dropout(const DropoutOptions& options = {}, Location where = Location::here())
      : DropoutBase("Dropout", options, where) {}
  template <Number T>
  explicit Dropout(T p, bool inplace = false, Location where = Location::here())
      : Dropout(DropoutOptions{static_cast<double>(p), inplace}, where) {}
  template <class = void>
  explicit Dropout(...) = delete;  // neither numbers nor DropoutOptions
  Tensor forward(const Tensor& x) override;
};
/// Whole channels of (n, c, l), or (c, l), become zero.
class TRIPTYCH_API Dropout1d : public DropoutBase {
 public:
  explicit Dropout1d(const DropoutOptions& options = {}, Location where = Location::here())
      : DropoutBase("Dropout1d", options, where) {}
  template <Number T>
  explicit Dropout1d(T p, bool inplace = false, Location where = Location::here())
      : Dropout1d(DropoutOptions{static_cast<double>(p), inplace}, where) {}
  template <class = void>
  explicit Dropout1d(...) = delete;  // neither numbers nor DropoutOptions
  Tensor forward(const Tensor& x) override;
};
/// Whole channels of (n, c, h, w) become zero; of (n, c, l), too, as in PyTorch.
class TRIPTYCH_API Dropout2d : public DropoutBase {
 public:
  explicit Dropout2d(const DropoutOptions& options = {}, Location where = Location::here())
      : DropoutBase("Dropout2d", options, where) {}
  template <Number T>
  explicit Dropout2d(T p, bool inplace = false, Location where = Location::here())
      : Dropout2d(DropoutOptions{static_cast<double>(p), inplace}, where) {}
  template <class = void>
  explicit Dropout2d(...) = delete;  // neither numbers nor DropoutOptions
  Tensor forward(const Tensor& x) override;
};
/// Whole channels of (n, c, d, h, w), or (c, d, h, w), become zero.
class TRIPTYCH_API Dropout3d : public DropoutBase {
 public:
  explicit Dropout3d(const DropoutOptions& options = {}, Location where = Location::here())
      : DropoutBase("Dropout3d", options, where) {}
  template <Number T>
  explicit Dropout3d(T p, bool inplace = false, Location where = Location::here())
      : Dropout3d(DropoutOptions{static_cast<double>(p), inplace}, where) {}
  template <class = void>
  explicit Dropout3d(...) = delete;  // neither numbers nor DropoutOptions
  Tensor forward(const Tensor& x) override;
};
/// Elements become SELU's lower limit, and mean and variance stay; see triptych::alpha_dropout.
class TRIPTYCH_API AlphaDropout : public DropoutBase {
 public:
  explicit AlphaDropout(const DropoutOptions& options = {}, Location where = Location::here())
      : DropoutBase("AlphaDropout", options, where) {}
  template <Number T>
  explicit AlphaDropout(T p, bool inplace = false, Location where = Location::here())
      : AlphaDropout(DropoutOptions{static_cast<double>(p), inplace}, where) {}
  template <class = void>
  explicit AlphaDropout(...) = delete;  // neither numbers nor DropoutOptions
  Tensor forward(const Tensor& x) override;
};
/// The same of whole channels of (n, c, ...).
class TRIPTYCH_API FeatureAlphaDropout : public DropoutBase {
 public:
  explicit FeatureAlphaDropout(const DropoutOptions& options = {}, Location where = Location::here())
      : DropoutBase("FeatureAlphaDropout", options, where) {}
  template <Number T>
  explicit FeatureAlphaDropout(T p, bool inplace = false, Location where = Location::here())
      : FeatureAlphaDropout(DropoutOptions{static_cast<double>(p), inplace}, where) {}
  template <class = void>
  explicit FeatureAlphaDropout(...) = delete;  // neither numbers nor DropoutOptions
  Tensor forward(const Tensor& x) override;
};

}  // namespace triptych::eager::nn
