// Normalisation: over batches, layers, groups, single examples and neighbours.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>

#include "triptych/core/ops/sync_batch_norm.h"
#include "triptych/core/ops/update.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

// --- Batches --------------------------------------------------------------------------------------------------------

struct BatchNormOptions {
  std::int64_t num_features = 0;
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  // none: the running statistics are the mean of those of all batches
  bool affine = true;
  bool track_running_stats = true;
  DType dtype = float32;
  /// torch: running <- (1 - momentum) running + momentum batch, with the unbiased variance. tf, keras: running <-
  /// momentum running + (1 - momentum) batch, with the biased one.
  UpdateFormula formula = UpdateFormula::torch;
  bool bias = true;  // with affine
};

/// What the batch norms share: y = (x - mean) / sqrt(var + eps) * weight + bias, each over a channel
/// (dimension 1). In training mean and (biased) variance are those of the batch, and the running ones move towards them
/// (the variance unbiased, as PyTorch's): running <- (1 - momentum) running + momentum batch. In evaluation they are
/// the running ones.
class TRIPTYCH_API BatchNorm : public Module {
 public:
  using Options = BatchNormOptions;
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const BatchNormOptions& options = settings_;
  Tensor& weight;  // undefined without affine
  Tensor& bias;
  Tensor& running_mean;  // undefined without track_running_stats
  Tensor& running_var;
  Tensor& num_batches_tracked;

 protected:
  BatchNorm(const BatchNormOptions& options, const char* name, int min_rank, int max_rank, Location where,
            bool lazy = false);
  void make_parameters(Location where);
  BatchNormOptions settings_;
  /// The share of the batch in the running statistics, for this call.
  double momentum_now() const;
  virtual Tensor normalized(const Tensor& x, double momentum);

 private:
  const char* name_;
  int min_rank_, max_rank_;
};

/// For x (n, c) or (n, c, l).
class TRIPTYCH_API BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(const BatchNormOptions& options, Location where = Location::here())
      : BatchNorm(options, "BatchNorm1d", 2, 3, where) {}
  explicit BatchNorm1d(std::int64_t num_features, double eps = 1e-5, std::optional<double> momentum = 0.1,
                       bool affine = true, bool track_running_stats = true, Location where = Location::here())
      : BatchNorm1d(BatchNormOptions{num_features, eps, momentum, affine, track_running_stats}, where) {}
  template <class = void>
  explicit BatchNorm1d(...) = delete;  // neither a number nor BatchNormOptions

 protected:
  BatchNorm1d(detail::Lazily, const BatchNormOptions& options, Location where)
      : BatchNorm(options, "BatchNorm1d", 2, 3, where, true) {}
};
/// For x (n, c, h, w).
class TRIPTYCH_API BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(const BatchNormOptions& options, Location where = Location::here())
      : BatchNorm(options, "BatchNorm2d", 4, 4, where) {}
  explicit BatchNorm2d(std::int64_t num_features, double eps = 1e-5, std::optional<double> momentum = 0.1,
                       bool affine = true, bool track_running_stats = true, Location where = Location::here())
      : BatchNorm2d(BatchNormOptions{num_features, eps, momentum, affine, track_running_stats}, where) {}
  template <class = void>
  explicit BatchNorm2d(...) = delete;  // neither a number nor BatchNormOptions

 protected:
  BatchNorm2d(detail::Lazily, const BatchNormOptions& options, Location where)
      : BatchNorm(options, "BatchNorm2d", 4, 4, where, true) {}
};
/// For x (n, c, d, h, w).
class TRIPTYCH_API BatchNorm3d : public BatchNorm {
 public:
  explicit BatchNorm3d(const BatchNormOptions& options, Location where = Location::here())
      : BatchNorm(options, "BatchNorm3d", 5, 5, where) {}
  explicit BatchNorm3d(std::int64_t num_features, double eps = 1e-5, std::optional<double> momentum = 0.1,
                       bool affine = true, bool track_running_stats = true, Location where = Location::here())
      : BatchNorm3d(BatchNormOptions{num_features, eps, momentum, affine, track_running_stats}, where) {}
  template <class = void>
  explicit BatchNorm3d(...) = delete;  // neither a number nor BatchNormOptions

 protected:
  BatchNorm3d(detail::Lazily, const BatchNormOptions& options, Location where)
      : BatchNorm(options, "BatchNorm3d", 5, 5, where, true) {}
};

/// Batch norm of any rank whose statistics in training are those of all processes' batches. `sum` adds a tensor up over
/// the processes (see triptych::sync_batch_norm); without it there is one process.
class TRIPTYCH_API SyncBatchNorm : public BatchNorm {
 public:
  explicit SyncBatchNorm(const BatchNormOptions& options, SumOverProcesses sum = {}, Location where = Location::here())
      : BatchNorm(options, "SyncBatchNorm", 2, 8, where), sum(std::move(sum)) {}
  explicit SyncBatchNorm(std::int64_t num_features, double eps = 1e-5, std::optional<double> momentum = 0.1,
                         bool affine = true, bool track_running_stats = true, SumOverProcesses sum = {},
                         Location where = Location::here())
      : SyncBatchNorm(BatchNormOptions{num_features, eps, momentum, affine, track_running_stats}, std::move(sum),
                      where) {}
  /// Puts a SyncBatchNorm with the same parameters in the place of every batch norm below `module`.
  static void convert_sync_batchnorm(Module& module, const SumOverProcesses& sum = {},
                                     Location where = Location::here());
  const SumOverProcesses sum;

 protected:
  Tensor normalized(const Tensor& x, double momentum) override;
};

// --- Layers and groups ----------------------------------------------------------------------------------------------

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
  /// `LayerNorm({3, 4})`: a template, which g++ takes for a list alone and not for the names of options.
  template <class = void>
  explicit LayerNorm(std::initializer_list<std::int64_t> normalized_shape, double eps = 1e-5,
                     bool elementwise_affine = true, bool bias = true, Location where = Location::here())
      : LayerNorm(LayerNormOptions{Shape(normalized_shape, where), eps, elementwise_affine, bias}, where) {}
  template <WholeNumber T>
  explicit LayerNorm(T size, double eps = 1e-5, bool elementwise_affine = true, bool bias = true,
                     Location where = Location::here())
      : LayerNorm(LayerNormOptions{Shape({static_cast<std::int64_t>(size)}, where), eps, elementwise_affine, bias},
                  where) {}
  template <std::convertible_to<Shape> S>
  explicit LayerNorm(const S& normalized_shape, double eps = 1e-5, bool elementwise_affine = true, bool bias = true,
                     Location where = Location::here())
      : LayerNorm(LayerNormOptions{normalized_shape, eps, elementwise_affine, bias}, where) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const LayerNormOptions options;
  Tensor& weight;
  Tensor& bias;
};

struct RMSNormOptions {
  Shape normalized_shape = {};
  std::optional<double> eps = {};  // none: the smallest step of x's dtype at 1
  bool elementwise_affine = true;
  DType dtype = float32;
};
/// y = x / sqrt(mean(x^2) + eps) * weight over the last dimensions, whose lengths are normalized_shape.
class TRIPTYCH_API RMSNorm : public Module {
 public:
  using Options = RMSNormOptions;
  explicit RMSNorm(const RMSNormOptions& options, Location where = Location::here());
  /// `RMSNorm({3, 4})`: a template, which g++ takes for a list alone and not for the names of options.
  template <class = void>
  explicit RMSNorm(std::initializer_list<std::int64_t> normalized_shape, std::optional<double> eps = {},
                   bool elementwise_affine = true, Location where = Location::here())
      : RMSNorm(RMSNormOptions{Shape(normalized_shape, where), eps, elementwise_affine}, where) {}
  template <WholeNumber T>
  explicit RMSNorm(T size, std::optional<double> eps = {}, bool elementwise_affine = true,
                   Location where = Location::here())
      : RMSNorm(RMSNormOptions{Shape({static_cast<std::int64_t>(size)}, where), eps, elementwise_affine}, where) {}
  template <std::convertible_to<Shape> S>
  explicit RMSNorm(const S& normalized_shape, std::optional<double> eps = {}, bool elementwise_affine = true,
                   Location where = Location::here())
      : RMSNorm(RMSNormOptions{normalized_shape, eps, elementwise_affine}, where) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const RMSNormOptions options;
  Tensor& weight;  // undefined without elementwise_affine
};

struct GroupNormOptions {
  std::int64_t num_groups = 0;
  std::int64_t num_channels = 0;
  double eps = 1e-5;
  bool affine = true;
  DType dtype = float32;
  bool bias = true;  // with affine
};
/// Mean and (biased) variance of each of num_groups groups of channels of x (n, c, ...); see triptych::group_norm.
/// ArgumentError unless num_groups divides num_channels.
class TRIPTYCH_API GroupNorm : public Module {
 public:
  using Options = GroupNormOptions;
  explicit GroupNorm(const GroupNormOptions& options, Location where = Location::here());
  GroupNorm(std::int64_t num_groups, std::int64_t num_channels, double eps = 1e-5, bool affine = true,
            Location where = Location::here())
      : GroupNorm(GroupNormOptions{num_groups, num_channels, eps, affine}, where) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const GroupNormOptions options;
  Tensor& weight;  // undefined without affine
  Tensor& bias;
};

// --- Single examples ------------------------------------------------------------------------------------------------

struct InstanceNormOptions {
  std::int64_t num_features = 0;
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = false;
  bool track_running_stats = false;
  DType dtype = float32;
  bool bias = true;  // with affine
};
/// What the instance norms share: each channel of each example of x (n, c, ...), or (c, ...) without a batch, by its
/// own mean and (biased) variance; with track_running_stats in evaluation by the running ones.
class TRIPTYCH_API InstanceNorm : public Module {
 public:
  using Options = InstanceNormOptions;
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const InstanceNormOptions& options = settings_;
  Tensor& weight;  // undefined without affine
  Tensor& bias;
  Tensor& running_mean;  // undefined without track_running_stats
  Tensor& running_var;
  Tensor& num_batches_tracked;

 protected:
  InstanceNorm(const InstanceNormOptions& options, const char* name, int axes, Location where, bool lazy = false);
  void make_parameters(Location where);
  InstanceNormOptions settings_;

 private:
  const char* name_;
  int axes_;
};
/// For x (n, c, l) or (c, l).
class TRIPTYCH_API InstanceNorm1d : public InstanceNorm {
 public:
  explicit InstanceNorm1d(const InstanceNormOptions& options, Location where = Location::here())
      : InstanceNorm(options, "InstanceNorm1d", 1, where) {}
  explicit InstanceNorm1d(std::int64_t num_features, double eps = 1e-5, double momentum = 0.1, bool affine = false,
                          bool track_running_stats = false, Location where = Location::here())
      : InstanceNorm1d(InstanceNormOptions{num_features, eps, momentum, affine, track_running_stats}, where) {}

 protected:
  InstanceNorm1d(detail::Lazily, const InstanceNormOptions& options, Location where)
      : InstanceNorm(options, "InstanceNorm1d", 1, where, true) {}
};
/// For x (n, c, h, w) or (c, h, w).
class TRIPTYCH_API InstanceNorm2d : public InstanceNorm {
 public:
  explicit InstanceNorm2d(const InstanceNormOptions& options, Location where = Location::here())
      : InstanceNorm(options, "InstanceNorm2d", 2, where) {}
  explicit InstanceNorm2d(std::int64_t num_features, double eps = 1e-5, double momentum = 0.1, bool affine = false,
                          bool track_running_stats = false, Location where = Location::here())
      : InstanceNorm2d(InstanceNormOptions{num_features, eps, momentum, affine, track_running_stats}, where) {}

 protected:
  InstanceNorm2d(detail::Lazily, const InstanceNormOptions& options, Location where)
      : InstanceNorm(options, "InstanceNorm2d", 2, where, true) {}
};
/// For x (n, c, d, h, w) or (c, d, h, w).
class TRIPTYCH_API InstanceNorm3d : public InstanceNorm {
 public:
  explicit InstanceNorm3d(const InstanceNormOptions& options, Location where = Location::here())
      : InstanceNorm(options, "InstanceNorm3d", 3, where) {}
  explicit InstanceNorm3d(std::int64_t num_features, double eps = 1e-5, double momentum = 0.1, bool affine = false,
                          bool track_running_stats = false, Location where = Location::here())
      : InstanceNorm3d(InstanceNormOptions{num_features, eps, momentum, affine, track_running_stats}, where) {}

 protected:
  InstanceNorm3d(detail::Lazily, const InstanceNormOptions& options, Location where)
      : InstanceNorm(options, "InstanceNorm3d", 3, where, true) {}
};

struct LocalResponseNormOptions {
  std::int64_t size = 0;
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1;
};
/// x (n, c, ...) / (k + alpha / size * the sum of the squares of `size` neighbouring channels) ^ beta.
class TRIPTYCH_API LocalResponseNorm : public Module {
 public:
  using Options = LocalResponseNormOptions;
  explicit LocalResponseNorm(const Options& options) : options(options) {}
  explicit LocalResponseNorm(std::int64_t size, double alpha = 1e-4, double beta = 0.75, double k = 1)
      : options{size, alpha, beta, k} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

}  // namespace triptych::eager::nn
