#include "triptych/keras/layers/batch_normalization.h"

#include "api_keras/layers/brick.h"
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
      gamma_ = add_weight({.name = "gamma",
                           .shape = shape,
                           .initializer = options_.gamma_initializer,
                           .regularizer = options_.gamma_regularizer,
                           .constraint = options_.gamma_constraint});
    if (options_.center)
      beta_ = add_weight({.name = "beta",
                          .shape = shape,
                          .initializer = options_.beta_initializer,
                          .regularizer = options_.beta_regularizer,
                          .constraint = options_.beta_constraint});
    moving_mean_ = add_weight(
        {.name = "moving_mean", .shape = shape, .initializer = options_.moving_mean_initializer, .trainable = false});
    moving_variance_ = add_weight({.name = "moving_variance",
                                   .shape = shape,
                                   .initializer = options_.moving_variance_initializer,
                                   .trainable = false});
  }

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    takes(*this, options, {});
    const Tensor x = like_weights(only_input(*this, xs), moving_mean_);
    // A frozen layer does not move its statistics, and so uses them, as in Keras.
    const bool training = options.training.value_or(false) && trainable();
    const Tensor& mask = options.mask[0];
    if (mask.defined() && mask.ndim() != x.ndim() - 1)
      throw ArgumentError("BatchNormalization", "the mask does not have one axis less than the input",
                          "a mask " + mask.shape().text() + ", layer '" + name() + "' got " + x.shape().text());
    if (training && mask.defined()) return {with_mask(x, unsqueeze(mask, -1))};
    return {batch_norm(x, moving_mean_, moving_variance_, gamma_, beta_,
                       {.training = training,
                        .momentum = options_.momentum,
                        .eps = options_.epsilon,
                        .axis = options_.axis,
                        .formula = UpdateFormula::keras})};
  }

  std::string config() const override {
    return JsonObject()
        .add("axis", options_.axis)
        .add("momentum", options_.momentum)
        .add("epsilon", options_.epsilon)
        .add("center", options_.center)
        .add("scale", options_.scale)
        .text();
  }

 private:
  /// With the moments of what the mask leaves, divided as Keras does it: by the count plus 1e-7.
  Tensor with_mask(const Tensor& x, const Tensor& mask) {
    const int axis = normalize_axis("BatchNormalization", options_.axis, x.ndim());
    Axes others;
    for (int i = 0; i < x.ndim(); ++i)
      if (i != axis) others.append(i);
    const Tensor there = expand_like(mask, x), count = sum(cast(there, x.dtype()), others, true) + 1e-7;
    const Tensor mean = sum(where(there, x, 0), others, true) / count;
    const Tensor variance = sum(square(where(there, x - mean, 0)), others, true) / count;
    {
      const GradMode no_recording(false);
      const auto move = [&](Tensor& moving, const Tensor& batch) {
        const Tensor now = reshape_like(batch.detach(), moving);
        moving.copy_(moving * options_.momentum + now * (1 - options_.momentum));
      };
      move(moving_mean_, mean);
      move(moving_variance_, variance);
    }
    Tensor factor = rsqrt(variance + options_.epsilon);
    if (gamma_.defined()) factor = factor * reshape_like(gamma_, factor);
    const Tensor y = (x - mean) * factor;
    return beta_.defined() ? y + reshape_like(beta_, factor) : y;
  }

  BatchNormalizationOptions options_;
  Tensor gamma_, beta_, moving_mean_, moving_variance_;
};

}  // namespace

Layer layers::BatchNormalization(BatchNormalizationOptions options, Location where) {
  const Hyperparameters check("BatchNormalization", where);
  check.finite("momentum", options.momentum);
  check.not_negative("epsilon", options.epsilon);
  return with_options(brick<keras::BatchNormalization>(options.name, where, options), options, where);
}

}  // namespace triptych::keras
