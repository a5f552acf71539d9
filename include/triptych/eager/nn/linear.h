// Linear, Bilinear.
#pragma once

#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct LinearOptions {
  std::int64_t in_features = 0;
  std::int64_t out_features = 0;
  bool bias = true;
  DType dtype = float32;
};

/// x weightᵀ + bias over the last dimension: x (..., in_features), weight (out_features, in_features), bias
/// (out_features), both at first uniform in +-1 / sqrt(in_features), as PyTorch's. ArgumentError if a size is not
/// positive, or x's last dimension is not in_features.
class TRIPTYCH_API Linear : public Module {
 public:
  using Options = LinearOptions;
  explicit Linear(const LinearOptions& options, Location where = Location::here());
  Linear(std::int64_t in_features, std::int64_t out_features, bool bias = true, Location where = Location::here())
      : Linear(LinearOptions{in_features, out_features, bias, float32}, where) {}
  template <class = void>
  explicit Linear(...) = delete;  // neither numbers nor LinearOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const LinearOptions& options = settings_;
  Tensor& weight;
  Tensor& bias;  // undefined without

 protected:
  Linear(detail::Lazily, const LinearOptions& options, Location where);
  void make_parameters(Location where);
  LinearOptions settings_;
};

struct BilinearOptions {
  std::int64_t in1_features = 0;
  std::int64_t in2_features = 0;
  std::int64_t out_features = 0;
  bool bias = true;
  DType dtype = float32;
};
/// x1ᵀ weight_o x2 + bias_o for each output o: x1 (..., in1_features), x2 (..., in2_features), weight (out_features,
/// in1_features, in2_features), bias (out_features), both at first uniform in +-1 / sqrt(in1_features).
class TRIPTYCH_API Bilinear : public Module {
 public:
  using Options = BilinearOptions;
  explicit Bilinear(const Options& options, Location where = Location::here());
  Bilinear(std::int64_t in1_features, std::int64_t in2_features, std::int64_t out_features, bool bias = true,
           Location where = Location::here())
      : Bilinear(Options{in1_features, in2_features, out_features, bias, float32}, where) {}
  using Module::forward;
  Tensor forward(const Tensor& x1, const Tensor& x2);
  Tensor operator()(const Arg& x1, const Tensor& x2) { return call(*this, x1, x2); }
  std::string extra_repr() const override;

  const Options options;
  Tensor& weight;
  Tensor& bias;  // undefined without
};

}  // namespace triptych::eager::nn
