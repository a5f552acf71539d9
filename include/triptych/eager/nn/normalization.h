// Normalisation.
#pragma once

#include <concepts>
#include <initializer_list>

#include "triptych/core/ops/update.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct BatchNormOptions {
  std::int64_t num_features = 0;
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = true;
  bool track_running_stats = true;
  DType dtype = float32;
  /// torch: running <- (1 - momentum) running + momentum batch, with the unbiased variance. tf, keras: running <-
  /// momentum running + (1 - momentum) batch, with the biased one.
  UpdateFormula formula = UpdateFormula::torch;
};

/// What BatchNorm1d and BatchNorm2d share: y = (x - mean) / sqrt(var + eps) * weight + bias, each over a channel
/// (dimension 1). In training mean and (biased) variance are those of the batch, and the running ones move towards them
/// (the variance unbiased, as PyTorch's): running <- (1 - momentum) running + momentum batch. In evaluation they are
/// the running ones.
class TRIPTYCH_API BatchNorm : public Module {
 public:
  using Options = BatchNormOptions;
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const BatchNormOptions options;
  Tensor& weight;  // undefined without affine
  Tensor& bias;
  Tensor& running_mean;  // undefined without track_running_stats
  Tensor& running_var;
  Tensor& num_batches_tracked;

 protected:
  BatchNorm(const BatchNormOptions& options, const char* name, int min_rank, int max_rank, Location where);

 private:
  const char* name_;
  int min_rank_, max_rank_;
};

/// For x (n, c) or (n, c, l).
class TRIPTYCH_API BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(const BatchNormOptions& options, Location where = Location::here())
      : BatchNorm(options, "BatchNorm1d", 2, 3, where) {}
  explicit BatchNorm1d(std::int64_t num_features, Location where = Location::here())
      : BatchNorm1d(BatchNormOptions{.num_features = num_features}, where) {}
  template <class = void>
  explicit BatchNorm1d(...) = delete;  // neither a number nor BatchNormOptions
};
/// For x (n, c, h, w).
class TRIPTYCH_API BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(const BatchNormOptions& options, Location where = Location::here())
      : BatchNorm(options, "BatchNorm2d", 4, 4, where) {}
  explicit BatchNorm2d(std::int64_t num_features, Location where = Location::here())
      : BatchNorm2d(BatchNormOptions{.num_features = num_features}, where) {}
  template <class = void>
  explicit BatchNorm2d(...) = delete;  // neither a number nor BatchNormOptions
};

struct LayerNormOptions {
  Shape normalized_shape = {};
  double eps = 1e-5;
  bool elementwise_affine = true;
  bool bias = true;
  DType dtype = float32;
};
/// y = (x - mean) / sqrt(var + eps) * weight + bias over the last dimensions, whose lengths are normalized_shape.
class TRIPTYCH_API LayerNorm : public Module {
 public:
  using Options = LayerNormOptions;
  explicit LayerNorm(const LayerNormOptions& options, Location where = Location::here());
  /// `LayerNorm({3, 4})`.
  explicit LayerNorm(std::initializer_list<std::int64_t> normalized_shape, Location where = Location::here())
      : LayerNorm(LayerNormOptions{.normalized_shape = Shape(normalized_shape, where)}, where) {}
  explicit LayerNorm(std::int64_t size, Location where = Location::here())
      : LayerNorm(LayerNormOptions{.normalized_shape = Shape({size}, where)}, where) {}
  template <std::same_as<Shape> S>
  explicit LayerNorm(const S& normalized_shape, Location where = Location::here())
      : LayerNorm(LayerNormOptions{.normalized_shape = normalized_shape}, where) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const LayerNormOptions options;
  Tensor& weight;
  Tensor& bias;
};

}  // namespace triptych::eager::nn
