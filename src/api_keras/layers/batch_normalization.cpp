#include "triptych/keras/layers/batch_normalization.h"

#include <cmath>

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

class BatchNormalization : public MaskedLayer {
 public:
  explicit BatchNormalization(BatchNormalizationOptions options) : options_(std::move(options)) {}

  void build(const Shape& input) override {
    const int axis = normalize_axis("BatchNormalization", options_.axis, input.rank());
    if (!input.dim(axis).known())
      throw ArgumentError("BatchNormalization", "the normalized axis is not known",
                          "layer '" + name() + "' got " + input.text(), "Give Input its size");
    const Shape shape = {input[axis]};
    if (options_.scale)
      gamma_ = add_weight({.shape = shape,
                           .initializer = options_.gamma_initializer,
                           .regularizer = options_.gamma_regularizer,
                           .constraint = options_.gamma_constraint,
                           .name = "gamma"});
    if (options_.center)
      beta_ = add_weight({.shape = shape,
                          .initializer = options_.beta_initializer,
                          .regularizer = options_.beta_regularizer,
                          .constraint = options_.beta_constraint,
                          .name = "beta"});
    moving_mean_ = add_weight(
        {.shape = shape, .initializer = options_.moving_mean_initializer, .trainable = false, .name = "moving_mean"});
    moving_variance_ = add_weight({.shape = shape,
                                   .initializer = options_.moving_variance_initializer,
                                   .trainable = false,
                                   .name = "moving_variance"});
    if (!options_.renorm) return;
    const auto deviation = [variance = options_.moving_variance_initializer](const Shape& of, DType dtype) {
      return sqrt(variance(of, dtype));
    };
    const auto add = [&](const char* name, const Initializer& initializer) {
      return add_weight({.shape = shape, .initializer = initializer, .trainable = false, .name = name});
    };
    moving_stddev_ = add("moving_stddev", deviation);
    renorm_mean_ = add("renorm_mean", options_.moving_mean_initializer);
    renorm_stddev_ = add("renorm_stddev", deviation);
  }

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    takes(*this, options, {});
    const ReadWeightsIn as_they_are({}, false);  // statistics in 16 bits would be wrong
    const Tensor x = like_weights(only_input(*this, xs), moving_mean_);
    // A frozen layer does not move its statistics, and so uses them, as in Keras.
    const bool training = options.training.value_or(false) && trainable();
    const Tensor& mask = options.mask[0];
    if (mask.defined() && mask.ndim() != x.ndim() - 1)
      throw ArgumentError("BatchNormalization", "the mask does not have one axis less than the input",
                          "a mask " + mask.shape().text() + ", layer '" + name() + "' got " + x.shape().text());
    if (training && (mask.defined() || options_.renorm))
      return {in_dtype(with_moments(x, mask.defined() ? unsqueeze(mask, -1) : mask), compute_dtype())};
    const Tensor y = batch_norm(x, moving_mean_, moving_variance_, gamma_, beta_,
                                {.training = training,
                                 .momentum = options_.momentum,
                                 .eps = options_.epsilon,
                                 .axis = options_.axis,
                                 .formula = UpdateFormula::keras});
    return {in_dtype(y, compute_dtype())};
  }

 private:
  /// By moments that are computed here: of what a mask leaves (divided as Keras does it, by the count plus 1e-7), or to
  /// be corrected.
  Tensor with_moments(const Tensor& x, const Tensor& mask) {
    const int axis = normalize_axis("BatchNormalization", options_.axis, x.ndim());
    Axes others;
    for (int i = 0; i < x.ndim(); ++i)
      if (i != axis) others.append(i);
    Tensor mean, variance;
    if (mask.defined()) {
      const Tensor there = expand_like(mask, x), count = sum(cast(there, x.dtype()), others, true) + 1e-7;
      mean = sum(where(there, x, 0), others, true) / count;
      variance = sum(square(where(there, x - mean, 0)), others, true) / count;
    } else {
      mean = triptych::mean(x, others, true);
      variance = triptych::mean(square(x - mean), others, true);
    }
    Tensor factor = rsqrt(variance + options_.epsilon), shift;
    if (options_.renorm) {
      const auto [r, d] = correction(mean.detach(), variance.detach());
      factor = factor * r;
      shift = d;
    } else {
      const GradMode no_recording(false);
      move(moving_mean_, mean, options_.momentum);
      move(moving_variance_, variance, options_.momentum);
    }
    Tensor y = (x - mean) * factor;
    if (shift.defined()) y = y + shift;
    if (gamma_.defined()) y = y * reshape_like(gamma_, mean);
    return beta_.defined() ? y + reshape_like(beta_, mean) : y;
  }

  /// r = stddev / renorm_stddev and d = (mean - renorm_mean) / renorm_stddev of a batch, within their bounds; the
  /// statistics follow.
  std::pair<Tensor, Tensor> correction(const Tensor& mean, const Tensor& variance) {
    const GradMode no_recording(false);
    const RenormClipping& bounds = options_.renorm_clipping;
    const Tensor stddev = sqrt(variance + options_.epsilon);
    const Tensor of = reshape_like(maximum(renorm_stddev_, std::sqrt(options_.epsilon)), mean);
    Tensor r = stddev / of, d = (mean - reshape_like(renorm_mean_, mean)) / of;
    if (bounds.rmin) r = maximum(r, *bounds.rmin);
    if (bounds.rmax) r = minimum(r, *bounds.rmax);
    if (bounds.dmax) d = clip(d, -*bounds.dmax, *bounds.dmax);
    move(renorm_mean_, mean, options_.renorm_momentum);
    move(renorm_stddev_, stddev, options_.renorm_momentum);
    move(moving_mean_, mean, options_.momentum);
    move(moving_stddev_, stddev, options_.momentum);
    moving_variance_.copy_(relu(square(moving_stddev_) - options_.epsilon));
    return {r, d};
  }

  static void move(Tensor& moving, const Tensor& batch, double momentum) {
    moving.copy_(moving * momentum + reshape_like(batch.detach(), moving) * (1 - momentum));
  }

  BatchNormalizationOptions options_;
  Tensor gamma_, beta_, moving_mean_, moving_variance_, moving_stddev_, renorm_mean_, renorm_stddev_;
};

}  // namespace

Layer layers::BatchNormalization(BatchNormalizationOptions options, Location where) {
  const Hyperparameters check("BatchNormalization", where);
  check.finite("momentum", options.momentum);
  check.not_negative("epsilon", options.epsilon);
  if (options.renorm) {
    const RenormClipping& bounds = options.renorm_clipping;
    check.finite("renorm_momentum", options.renorm_momentum);
    if (bounds.rmax && bounds.rmin && *bounds.rmax < *bounds.rmin)
      throw ArgumentError("BatchNormalization", "rmax is below rmin",
                          number_text(*bounds.rmax) + " and " + number_text(*bounds.rmin), "", where);
    if (bounds.dmax) check.not_negative("dmax", *bounds.dmax);
  }
  return configured(with_options(brick<keras::BatchNormalization>(options.name, where, options), options, where),
                    options);
}

}  // namespace triptych::keras
