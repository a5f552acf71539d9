#include "triptych/eager/nn/normalization.h"

#include "api_eager/nn/initialize.h"
#include "api_eager/repr.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

const BatchNormOptions& checked(const BatchNormOptions& options, const char* name, Location where) {
  if (options.num_features < 1)
    throw ArgumentError(name, "num_features is not positive", std::to_string(options.num_features), "", where);
  const Hyperparameters check(name, where);
  check.not_negative("eps", options.eps);
  check.finite("momentum", options.momentum);
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

}  // namespace

BatchNorm::BatchNorm(const BatchNormOptions& given, const char* name, int min_rank, int max_rank, Location where)
    : options(checked(given, name, where)),
      weight(
          register_parameter("weight", options.affine ? ones({options.num_features}, options.dtype, where) : Tensor())),
      bias(register_parameter("bias", options.affine ? zeros({options.num_features}, options.dtype, where) : Tensor())),
      running_mean(register_buffer("running_mean", options.track_running_stats
                                                       ? zeros({options.num_features}, options.dtype, where)
                                                       : Tensor())),
      running_var(register_buffer(
          "running_var", options.track_running_stats ? ones({options.num_features}, options.dtype, where) : Tensor())),
      num_batches_tracked(
          register_buffer("num_batches_tracked", options.track_running_stats ? zeros({}, int64, where) : Tensor())),
      name_(name),
      min_rank_(min_rank),
      max_rank_(max_rank) {}

Tensor BatchNorm::forward(const Tensor& x) {
  if (x.ndim() < min_rank_ || x.ndim() > max_rank_)
    throw ArgumentError(
        name_,
        "the input does not have " + std::string(min_rank_ == max_rank_ ? "four" : "two or three") + " dimensions",
        "x is " + x.shape().text(), "The first is the batch, the second are the channels");
  Tensor y = batch_norm(
      x, running_mean, running_var, weight, bias,
      {.training = is_training(), .momentum = options.momentum, .eps = options.eps, .formula = options.formula});
  if (is_training() && num_batches_tracked.defined()) num_batches_tracked.add_(1);
  return y;
}

std::string BatchNorm::extra_repr() const {
  return std::to_string(options.num_features) + ", eps=" + python_text(options.eps) +
         ", momentum=" + python_text(options.momentum) + ", affine=" + python_text(options.affine) +
         ", bias=" + python_text(options.affine) + ", track_running_stats=" + python_text(options.track_running_stats);
}

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
         ", elementwise_affine=" + python_text(options.elementwise_affine) + ", bias=" + python_text(options.bias);
}

}  // namespace triptych::eager::nn
