// Activation functions as modules, with PyTorch's options.
#pragma once

#include "triptych/eager/module.h"

namespace triptych::eager::nn {

/// max(x, 0).
class TRIPTYCH_API ReLU : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};
struct SoftmaxOptions {
  std::int64_t dim = -1;
};
/// e^x over its sum along `dim`.
class TRIPTYCH_API Softmax : public Module {
 public:
  using Options = SoftmaxOptions;
  explicit Softmax(const Options& options) : options(options) {}
  explicit Softmax(std::int64_t dim) : options{dim} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};
/// log(softmax(x)).
class TRIPTYCH_API LogSoftmax : public Module {
 public:
  using Options = SoftmaxOptions;
  explicit LogSoftmax(const Options& options) : options(options) {}
  explicit LogSoftmax(std::int64_t dim) : options{dim} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct FlattenOptions {
  std::int64_t start_dim = 1;
  std::int64_t end_dim = -1;
};
/// Dimensions start_dim to end_dim as one.
class TRIPTYCH_API Flatten : public Module {
 public:
  using Options = FlattenOptions;
  explicit Flatten(const Options& options = {}) : options(options) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

}  // namespace triptych::eager::nn
