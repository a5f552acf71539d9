// Modules that join dimensions to one, and split one.
#pragma once

#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct FlattenOptions {
  std::int64_t start_dim = 1;
  std::int64_t end_dim = -1;
};
/// Dimensions start_dim to end_dim as one.
class TRIPTYCH_API Flatten : public Module {
 public:
  using Options = FlattenOptions;
  explicit Flatten(const Options& options = {}) : options(options) {}
  template <WholeNumber T>
  explicit Flatten(T start_dim, std::int64_t end_dim = -1) : options{static_cast<std::int64_t>(start_dim), end_dim} {}
  template <class = void>
  explicit Flatten(...) = delete;  // neither numbers nor FlattenOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct UnflattenOptions {
  std::int64_t dim = 1;
  Shape unflattened_size = {};
};
/// Dimension `dim` as several, one of which may be -1: what is left for it.
class TRIPTYCH_API Unflatten : public Module {
 public:
  using Options = UnflattenOptions;
  explicit Unflatten(const Options& options) : options(options) {}
  Unflatten(std::int64_t dim, const Shape& unflattened_size) : options{dim, unflattened_size} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

}  // namespace triptych::eager::nn
