// Activation functions as modules, with PyTorch's options. Those with `inplace` take the input's memory where nobody
// else has it, with or without the option; the input itself is never changed.
#pragma once

#include <concepts>
#include <string>

#include "triptych/core/ops/rectifier.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

// --- Without numbers ------------------------------------------------------------------------------------------------

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
/// ln(sigmoid(x)).
class TRIPTYCH_API LogSigmoid : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};
/// x / (1 + |x|).
class TRIPTYCH_API Softsign : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};
/// x - tanh(x).
class TRIPTYCH_API Tanhshrink : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};

/// What modules with no other option than `inplace` share.
class TRIPTYCH_API InplaceActivation : public Module {
 public:
  std::string extra_repr() const override;
  const bool inplace;

 protected:
  explicit InplaceActivation(bool inplace) : inplace(inplace) {}
};
/// max(x, 0).
class TRIPTYCH_API ReLU : public InplaceActivation {
 public:
  explicit ReLU(bool inplace = false) : InplaceActivation(inplace) {}
  Tensor forward(const Tensor& x) override;
};
/// min(max(x, 0), 6).
class TRIPTYCH_API ReLU6 : public InplaceActivation {
 public:
  explicit ReLU6(bool inplace = false) : InplaceActivation(inplace) {}
  Tensor forward(const Tensor& x) override;
};
/// x sigmoid(x).
class TRIPTYCH_API SiLU : public InplaceActivation {
 public:
  explicit SiLU(bool inplace = false) : InplaceActivation(inplace) {}
  Tensor forward(const Tensor& x) override;
};
/// x tanh(softplus(x)).
class TRIPTYCH_API Mish : public InplaceActivation {
 public:
  explicit Mish(bool inplace = false) : InplaceActivation(inplace) {}
  Tensor forward(const Tensor& x) override;
};
/// 1.0507... elu(x, 1.6732...).
class TRIPTYCH_API SELU : public InplaceActivation {
 public:
  explicit SELU(bool inplace = false) : InplaceActivation(inplace) {}
  Tensor forward(const Tensor& x) override;
};
/// relu6(x + 3) / 6; `inplace` is not printed, as in PyTorch.
class TRIPTYCH_API Hardsigmoid : public InplaceActivation {
 public:
  explicit Hardsigmoid(bool inplace = false) : InplaceActivation(inplace) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override { return {}; }
};
/// x relu6(x + 3) / 6; `inplace` is not printed.
class TRIPTYCH_API Hardswish : public InplaceActivation {
 public:
  explicit Hardswish(bool inplace = false) : InplaceActivation(inplace) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override { return {}; }
};

// --- With numbers ---------------------------------------------------------------------------------------------------

struct LeakyReLUOptions {
  double negative_slope = 0.01;
  bool inplace = false;
};
/// x where x > 0, else negative_slope x.
class TRIPTYCH_API LeakyReLU : public Module {
 public:
  using Options = LeakyReLUOptions;
  explicit LeakyReLU(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit LeakyReLU(T negative_slope, bool inplace = false) : options{static_cast<double>(negative_slope), inplace} {}
  template <class = void>
  explicit LeakyReLU(...) = delete;  // neither a number nor LeakyReLUOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct ELUOptions {
  double alpha = 1;
  bool inplace = false;
};
/// x where x > 0, else alpha (e^x - 1).
class TRIPTYCH_API ELU : public Module {
 public:
  using Options = ELUOptions;
  explicit ELU(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit ELU(T alpha, bool inplace = false) : options{static_cast<double>(alpha), inplace} {}
  template <class = void>
  explicit ELU(...) = delete;  // neither a number nor ELUOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};
/// x where x > 0, else alpha (e^(x / alpha) - 1). ArgumentError if alpha is 0.
class TRIPTYCH_API CELU : public Module {
 public:
  using Options = ELUOptions;
  explicit CELU(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit CELU(T alpha, bool inplace = false) : options{static_cast<double>(alpha), inplace} {}
  template <class = void>
  explicit CELU(...) = delete;  // neither a number nor ELUOptions
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

struct HardtanhOptions {
  double min_val = -1;
  double max_val = 1;
  bool inplace = false;
};
/// x, cut off below min_val and above max_val. ArgumentError unless min_val <= max_val.
class TRIPTYCH_API Hardtanh : public Module {
 public:
  using Options = HardtanhOptions;
  explicit Hardtanh(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit Hardtanh(T min_val, double max_val = 1, bool inplace = false)
      : options{static_cast<double>(min_val), max_val, inplace} {}
  template <class = void>
  explicit Hardtanh(...) = delete;  // neither numbers nor HardtanhOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct HardshrinkOptions {
  double lambd = 0.5;
};
/// 0 where -lambd <= x <= lambd, else x.
class TRIPTYCH_API Hardshrink : public Module {
 public:
  using Options = HardshrinkOptions;
  explicit Hardshrink(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit Hardshrink(T lambd) : options{static_cast<double>(lambd)} {}
  template <class = void>
  explicit Hardshrink(...) = delete;  // neither a number nor HardshrinkOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};
/// x moved towards 0 by lambd, and 0 where -lambd <= x <= lambd. ArgumentError if lambd is negative.
class TRIPTYCH_API Softshrink : public Module {
 public:
  using Options = HardshrinkOptions;
  explicit Softshrink(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit Softshrink(T lambd) : options{static_cast<double>(lambd)} {}
  template <class = void>
  explicit Softshrink(...) = delete;  // neither a number nor HardshrinkOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct ThresholdOptions {
  Scalar threshold = 0;
  Scalar value = 0;
  bool inplace = false;
};
/// x where x > threshold, else value.
class TRIPTYCH_API Threshold : public Module {
 public:
  using Options = ThresholdOptions;
  explicit Threshold(const Options& options) : options(options) {}
  Threshold(Scalar threshold, Scalar value, bool inplace = false) : options{threshold, value, inplace} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct PReLUOptions {
  std::int64_t num_parameters = 1;  // or the number of channels
  double init = 0.25;
  DType dtype = float32;
};
/// x where x > 0, else weight x: one learned weight, or one for each channel (dimension 1). ArgumentError if
/// num_parameters is not positive.
class TRIPTYCH_API PReLU : public Module {
 public:
  using Options = PReLUOptions;
  explicit PReLU(const Options& options = {}, Location where = Location::here());
  template <WholeNumber T>
  explicit PReLU(T num_parameters, double init = 0.25, Location where = Location::here())
      : PReLU(Options{static_cast<std::int64_t>(num_parameters), init, float32}, where) {}
  template <class = void>
  explicit PReLU(...) = delete;  // neither numbers nor PReLUOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
  Tensor& weight;  // (num_parameters)
};

struct RReLUModuleOptions {
  double lower = 1.0 / 8;
  double upper = 1.0 / 3;
  bool inplace = false;
};
/// x where x > 0, else slope x: in training drawn for each element, uniform in [lower, upper), else their mean.
/// ArgumentError unless lower <= upper.
class TRIPTYCH_API RReLU : public Module {
 public:
  using Options = RReLUModuleOptions;
  explicit RReLU(const Options& options = {}, Location where = Location::here());
  template <Number T>
  explicit RReLU(T lower, double upper = 1.0 / 3, bool inplace = false, Location where = Location::here())
      : RReLU(Options{static_cast<double>(lower), upper, inplace}, where) {}
  template <class = void>
  explicit RReLU(...) = delete;  // neither numbers nor RReLUModuleOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
  Tensor& stream;  // int64 [2]: key, counter
};

// --- Along a dimension ----------------------------------------------------------------------------------------------

struct SoftmaxOptions {
  std::int64_t dim = -1;
};
/// e^x over its sum along `dim`.
class TRIPTYCH_API Softmax : public Module {
 public:
  using Options = SoftmaxOptions;
  explicit Softmax(const Options& options) : options(options) {}
  template <WholeNumber T>
  explicit Softmax(T dim) : options{static_cast<std::int64_t>(dim)} {}
  template <class = void>
  explicit Softmax(...) = delete;  // neither a whole number nor SoftmaxOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};
/// softmax(-x).
class TRIPTYCH_API Softmin : public Module {
 public:
  using Options = SoftmaxOptions;
  explicit Softmin(const Options& options) : options(options) {}
  template <WholeNumber T>
  explicit Softmin(T dim) : options{static_cast<std::int64_t>(dim)} {}
  template <class = void>
  explicit Softmin(...) = delete;  // neither a whole number nor SoftmaxOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};
/// log(softmax(x)).
class TRIPTYCH_API LogSoftmax : public Module {
 public:
  using Options = SoftmaxOptions;
  explicit LogSoftmax(const Options& options) : options(options) {}
  template <WholeNumber T>
  explicit LogSoftmax(T dim) : options{static_cast<std::int64_t>(dim)} {}
  template <class = void>
  explicit LogSoftmax(...) = delete;  // neither a whole number nor SoftmaxOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};
/// softmax over the channels of images (n, c, h, w) or (c, h, w).
class TRIPTYCH_API Softmax2d : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};

struct GLUOptions {
  std::int64_t dim = -1;
};
/// a sigmoid(b), a and b being the halves of x along `dim`.
class TRIPTYCH_API GLU : public Module {
 public:
  using Options = GLUOptions;
  explicit GLU(const Options& options = {}) : options(options) {}
  template <WholeNumber T>
  explicit GLU(T dim) : options{static_cast<std::int64_t>(dim)} {}
  template <class = void>
  explicit GLU(...) = delete;  // neither a whole number nor GLUOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

}  // namespace triptych::eager::nn
