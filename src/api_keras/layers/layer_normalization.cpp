#include "triptych/keras/layers/layer_normalization.h"

#include "api_keras/layers/axes.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

class LayerNormalization : public MaskedLayer {
 public:
  explicit LayerNormalization(LayerNormalizationOptions options) : options_(std::move(options)) { autocast = false; }

  void build(const Shape& input) override {
    axes_ = NormalizedAxes(*this, options_.axis, input);
    if (options_.scale || options_.rms_scaling)
      gamma_ = add_weight({.shape = axes_.sizes(),
                           .initializer = options_.gamma_initializer,
                           .regularizer = options_.gamma_regularizer,
                           .constraint = options_.gamma_constraint,
                           .name = "gamma"});
    if (options_.center && !options_.rms_scaling)
      beta_ = add_weight({.shape = axes_.sizes(),
                          .initializer = options_.beta_initializer,
                          .regularizer = options_.beta_regularizer,
                          .constraint = options_.beta_constraint,
                          .name = "beta"});
  }

  Tensor call(const Tensor& x, bool) override {
    const auto normalized = [&](const Tensor& input) {
      if (!options_.rms_scaling) return layer_norm(input, axes_.sizes(), gamma_, beta_, options_.epsilon);
      Axes last;
      for (int i = 0; i < axes_.sizes().rank(); ++i) last.append(-1 - i);
      const Tensor variance = var(input, last, {.correction = 0, .keepdims = true});
      return input * rsqrt(variance + options_.epsilon) * gamma_;
    };
    const Tensor in = like_weights(x, gamma_.defined() ? gamma_ : beta_);
    return in_dtype(axes_.with_axes_last(*this, in, normalized), compute_dtype());
  }

 private:
  LayerNormalizationOptions options_;
  NormalizedAxes axes_;
  Tensor gamma_, beta_;
};

}  // namespace

Layer layers::LayerNormalization(LayerNormalizationOptions options, Location where) {
  Hyperparameters("LayerNormalization", where).not_negative("epsilon", options.epsilon);
  if (options.axis.empty()) throw ArgumentError("LayerNormalization", "no axis is given", "an empty list", "", where);
  return configured(with_options(brick<keras::LayerNormalization>(options.name, where, options), options, where),
                    options);
}

}  // namespace triptych::keras
