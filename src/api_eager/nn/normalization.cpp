#include "triptych/eager/nn/normalization.h"

#include "api_eager/nn/initialize.h"
#include "api_eager/repr.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

const BatchNormOptions& checked(const BatchNormOptions& options, const char* name, Location where, bool lazy = false) {
  if (!lazy && options.num_features < 1)
    throw ArgumentError(name, "num_features is not positive", std::to_string(options.num_features), "", where);
  const Hyperparameters check(name, where);
  check.not_negative("eps", options.eps);
  if (options.momentum) check.finite("momentum", *options.momentum);
  check_parameter_dtype(name, options.dtype, where);
  return options;
}

const LayerNormOptions& checked(const LayerNormOptions& options, Location where) {
  if (options.normalized_shape.rank() == 0 || !options.normalized_shape.known())
    throw ArgumentError("LayerNorm", "normalized_shape is empty or has an unknown dimension",
                        options.normalized_shape.text(), "", where);
  Hyperparameters("LayerNorm", where).not_negative("eps", options.eps);
  check_parameter_dtype("LayerNorm", options.dtype, where);
  return options;
}

/// What the parameters of `options` are at first.
template <class Options>
Tensor first_weight(const Options& o, std::int64_t channels, Location where) {
  return o.affine ? ones({channels}, o.dtype, where) : Tensor();
}
template <class Options>
Tensor first_bias(const Options& o, std::int64_t channels, Location where) {
  return o.affine && o.bias ? zeros({channels}, o.dtype, where) : Tensor();
}
template <class Options>
std::string repr_of(const Options& o) {
  return std::to_string(o.num_features) + ", eps=" + python_text(o.eps) + ", momentum=" + python_text(o.momentum) +
         ", affine=" + python_text(o.affine) + ", bias=" + python_text(o.affine && o.bias) +
         ", track_running_stats=" + python_text(o.track_running_stats);
}

}  // namespace

// --- Batches --------------------------------------------------------------------------------------------------------

BatchNorm::BatchNorm(const BatchNormOptions& given, const char* name, int min_rank, int max_rank, Location where,
                     bool lazy)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      running_mean(register_buffer("running_mean", Tensor())),
      running_var(register_buffer("running_var", Tensor())),
      num_batches_tracked(
          register_buffer("num_batches_tracked", given.track_running_stats ? zeros({}, int64, where) : Tensor())),
      settings_(checked(given, name, where, lazy)),
      name_(name),
      min_rank_(min_rank),
      max_rank_(max_rank) {
  if (!lazy) make_parameters(where);
}

void BatchNorm::make_parameters(Location where) {
  const BatchNormOptions& o = settings_;
  if (o.affine) set_member(weight, first_weight(o, o.num_features, where), true);
  if (o.affine && o.bias) set_member(bias, first_bias(o, o.num_features, where), true);
  if (!o.track_running_stats) return;
  set_member(running_mean, zeros({o.num_features}, o.dtype, where), false);
  set_member(running_var, ones({o.num_features}, o.dtype, where), false);
}

double BatchNorm::momentum_now() const {
  if (options.momentum) return *options.momentum;
  if (!num_batches_tracked.defined()) return 0;
  return 1 / (num_batches_tracked.item<double>() + 1);
}

Tensor BatchNorm::normalized(const Tensor& x, double momentum) {
  return batch_norm(x, running_mean, running_var, weight, bias,
                    {.training = is_training(), .momentum = momentum, .eps = options.eps, .formula = options.formula});
}

Tensor BatchNorm::forward(const Tensor& x) {
  if (x.ndim() < min_rank_ || x.ndim() > max_rank_) {
    constexpr const char* words[] = {"two or three", "two or three", "four", "five"};
    const std::string rule = max_rank_ > 5 ? "at least two" : words[max_rank_ - 2];
    throw ArgumentError(name_, "the input does not have " + rule + " dimensions", "x is " + x.shape().text(),
                        "The first is the batch, the second are the channels");
  }
  if (!options.momentum && x.is_symbolic())
    throw UnsupportedError(name_, "a norm without momentum is traced into a graph", "the input is symbolic",
                           "Give it a momentum");
  Tensor y = normalized(x, momentum_now());
  if (is_training() && num_batches_tracked.defined()) num_batches_tracked.add_(1);
  return y;
}

std::string BatchNorm::extra_repr() const { return repr_of(options); }

Tensor SyncBatchNorm::normalized(const Tensor& x, double momentum) {
  if (!sum) return BatchNorm::normalized(x, momentum);
  return sync_batch_norm(
      x, running_mean, running_var, weight, bias,
      {.training = is_training(), .momentum = momentum, .eps = options.eps, .formula = options.formula}, sum);
}

void SyncBatchNorm::convert_sync_batchnorm(Module& module, const SumOverProcesses& sum, Location where) {
  for (const auto& [name, below] : module.named_modules()) {
    auto* const norm = dynamic_cast<BatchNorm*>(below);
    if (!norm || name.empty() || dynamic_cast<SyncBatchNorm*>(below)) continue;
    auto synced = std::make_unique<SyncBatchNorm>(norm->options, sum, where);
    synced->weight = norm->weight;
    synced->bias = norm->bias;
    synced->running_mean = norm->running_mean;
    synced->running_var = norm->running_var;
    synced->num_batches_tracked = norm->num_batches_tracked;
    synced->train(norm->is_training());
    module.set_submodule(Name(name, where), std::move(synced));
  }
}

// --- Layers and groups ----------------------------------------------------------------------------------------------

LayerNorm::LayerNorm(const LayerNormOptions& given, Location where)
    : options(checked(given, where)),
      weight(register_parameter(
          "weight", options.elementwise_affine ? ones(options.normalized_shape, options.dtype, where) : Tensor())),
      bias(register_parameter("bias", options.elementwise_affine && options.bias
                                          ? zeros(options.normalized_shape, options.dtype, where)
                                          : Tensor())) {}

Tensor LayerNorm::forward(const Tensor& x) {
  return layer_norm(x, options.normalized_shape, weight, bias, options.eps);
}

std::string LayerNorm::extra_repr() const {
  return options.normalized_shape.text() + ", eps=" + python_text(options.eps) +
         ", elementwise_affine=" + python_text(options.elementwise_affine) +
         ", bias=" + python_text(options.elementwise_affine && options.bias);
}

namespace {

const RMSNormOptions& checked(const RMSNormOptions& options, Location where) {
  if (options.normalized_shape.rank() == 0 || !options.normalized_shape.known())
    throw ArgumentError("RMSNorm", "normalized_shape is empty or has an unknown dimension",
                        options.normalized_shape.text(), "", where);
  if (options.eps) Hyperparameters("RMSNorm", where).not_negative("eps", *options.eps);
  check_parameter_dtype("RMSNorm", options.dtype, where);
  return options;
}

const GroupNormOptions& checked(const GroupNormOptions& o, Location where) {
  if (o.num_groups < 1 || o.num_channels < 1 || o.num_channels % o.num_groups != 0)
    throw ArgumentError("GroupNorm", "num_groups does not divide num_channels",
                        std::to_string(o.num_groups) + " and " + std::to_string(o.num_channels), "", where);
  Hyperparameters("GroupNorm", where).not_negative("eps", o.eps);
  check_parameter_dtype("GroupNorm", o.dtype, where);
  return o;
}

const InstanceNormOptions& checked(const InstanceNormOptions& o, const char* name, Location where, bool lazy = false) {
  if (!lazy && o.num_features < 1)
    throw ArgumentError(name, "num_features is not positive", std::to_string(o.num_features), "", where);
  const Hyperparameters check(name, where);
  check.not_negative("eps", o.eps);
  check.finite("momentum", o.momentum);
  check_parameter_dtype(name, o.dtype, where);
  return o;
}

}  // namespace

RMSNorm::RMSNorm(const RMSNormOptions& given, Location where)
    : options(checked(given, where)),
      weight(register_parameter(
          "weight", options.elementwise_affine ? ones(options.normalized_shape, options.dtype, where) : Tensor())) {}

Tensor RMSNorm::forward(const Tensor& x) { return rms_norm(x, options.normalized_shape, weight, options.eps); }

std::string RMSNorm::extra_repr() const {
  return options.normalized_shape.text() + ", eps=" + python_text(options.eps) +
         ", elementwise_affine=" + python_text(options.elementwise_affine);
}

GroupNorm::GroupNorm(const GroupNormOptions& given, Location where)
    : options(checked(given, where)),
      weight(register_parameter("weight", first_weight(options, options.num_channels, where))),
      bias(register_parameter("bias", first_bias(options, options.num_channels, where))) {}

Tensor GroupNorm::forward(const Tensor& x) { return group_norm(x, options.num_groups, weight, bias, options.eps); }

std::string GroupNorm::extra_repr() const {
  return std::to_string(options.num_groups) + ", " + std::to_string(options.num_channels) +
         ", eps=" + python_text(options.eps) + ", affine=" + python_text(options.affine) +
         ", bias=" + python_text(options.affine && options.bias);
}

// --- Single examples ------------------------------------------------------------------------------------------------

InstanceNorm::InstanceNorm(const InstanceNormOptions& given, const char* name, int axes, Location where, bool lazy)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      running_mean(register_buffer("running_mean", Tensor())),
      running_var(register_buffer("running_var", Tensor())),
      num_batches_tracked(
          register_buffer("num_batches_tracked", given.track_running_stats ? zeros({}, int64, where) : Tensor())),
      settings_(checked(given, name, where, lazy)),
      name_(name),
      axes_(axes) {
  if (!lazy) make_parameters(where);
}

void InstanceNorm::make_parameters(Location where) {
  const InstanceNormOptions& o = settings_;
  if (o.affine) set_member(weight, first_weight(o, o.num_features, where), true);
  if (o.affine && o.bias) set_member(bias, first_bias(o, o.num_features, where), true);
  if (!o.track_running_stats) return;
  set_member(running_mean, zeros({o.num_features}, o.dtype, where), false);
  set_member(running_var, ones({o.num_features}, o.dtype, where), false);
}

Tensor InstanceNorm::forward(const Tensor& x) {
  const bool batched = x.ndim() == axes_ + 2;
  if (!batched && x.ndim() != axes_ + 1)
    throw ArgumentError(name_, "the input does not have " + std::to_string(axes_ + 2) + " dimensions, or one less",
                        "x is " + x.shape().text());
  const Tensor y =
      instance_norm(batched ? x : unsqueeze(x, 0), {.running_mean = running_mean,
                                                    .running_var = running_var,
                                                    .gamma = weight,
                                                    .beta = bias,
                                                    .use_input_stats = is_training() || !options.track_running_stats,
                                                    .momentum = options.momentum,
                                                    .eps = options.eps});
  return batched ? y : squeeze(y, 0);
}

std::string InstanceNorm::extra_repr() const { return repr_of(options); }

Tensor LocalResponseNorm::forward(const Tensor& x) {
  return local_response_norm(x, options.size, options.alpha, options.beta, options.k);
}

std::string LocalResponseNorm::extra_repr() const {
  return std::to_string(options.size) + ", alpha=" + python_text(options.alpha) +
         ", beta=" + python_text(options.beta) + ", k=" + python_text(options.k);
}

}  // namespace triptych::eager::nn
