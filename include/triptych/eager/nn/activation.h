// Activation functions as modules, with PyTorch's options.
#pragma once

#include <concepts>
#include <string>

#include "triptych/eager/module.h"

namespace triptych::eager::nn {

/// max(x, 0).
class TRIPTYCH_API ReLU : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};
/// 1 / (1 + e^-x).
class TRIPTYCH_API Sigmoid : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};
/// (e^x - e^-x) / (e^x + e^-x).
class TRIPTYCH_API Tanh : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};
/// x sigmoid(x).
class TRIPTYCH_API SiLU : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};

struct LeakyReLUOptions {
  double negative_slope = 0.01;
};
/// x where x > 0, else negative_slope x.
class TRIPTYCH_API LeakyReLU : public Module {
 public:
  using Options = LeakyReLUOptions;
  explicit LeakyReLU(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit LeakyReLU(T negative_slope) : options{static_cast<double>(negative_slope)} {}
  template <class = void>
  explicit LeakyReLU(...) = delete;  // neither a number nor LeakyReLUOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct ELUOptions {
  double alpha = 1;
};
/// x where x > 0, else alpha (e^x - 1).
class TRIPTYCH_API ELU : public Module {
 public:
  using Options = ELUOptions;
  explicit ELU(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit ELU(T alpha) : options{static_cast<double>(alpha)} {}
  template <class = void>
  explicit ELU(...) = delete;  // neither a number nor ELUOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct GELUOptions {
  std::string approximate = "none";  // or "tanh"
};
/// x Phi(x), Phi the normal distribution function.
class TRIPTYCH_API GELU : public Module {
 public:
  using Options = GELUOptions;
  explicit GELU(const Options& options = {}) : options(options) {}
  template <std::convertible_to<std::string> T>
  explicit GELU(const T& approximate) : options{approximate} {}
  template <class = void>
  explicit GELU(...) = delete;  // neither a name nor GELUOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct SoftmaxOptions {
  std::int64_t dim = -1;
};
/// e^x over its sum along `dim`.
class TRIPTYCH_API Softmax : public Module {
 public:
  using Options = SoftmaxOptions;
  explicit Softmax(const Options& options) : options(options) {}
  template <Number T>
  explicit Softmax(T dim) : options{dim} {}
  template <class = void>
  explicit Softmax(...) = delete;  // neither a number nor SoftmaxOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};
/// log(softmax(x)).
class TRIPTYCH_API LogSoftmax : public Module {
 public:
  using Options = SoftmaxOptions;
  explicit LogSoftmax(const Options& options) : options(options) {}
  template <Number T>
  explicit LogSoftmax(T dim) : options{dim} {}
  template <class = void>
  explicit LogSoftmax(...) = delete;  // neither a number nor SoftmaxOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct SoftplusOptions {
  double beta = 1;
  double threshold = 20;
};
/// ln(1 + e^(beta x)) / beta; x itself where beta x > threshold.
class TRIPTYCH_API Softplus : public Module {
 public:
  using Options = SoftplusOptions;
  explicit Softplus(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit Softplus(T beta, double threshold = 20) : options{static_cast<double>(beta), threshold} {}
  template <class = void>
  explicit Softplus(...) = delete;  // neither numbers nor SoftplusOptions
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
  template <Number T>
  explicit Flatten(T start_dim, std::int64_t end_dim = -1) : options{start_dim, end_dim} {}
  template <class = void>
  explicit Flatten(...) = delete;  // neither numbers nor FlattenOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

}  // namespace triptych::eager::nn
