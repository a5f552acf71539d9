#include "triptych/keras/layers/rms_normalization.h"

#include "api_keras/layers/axes.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

class RMSNormalization : public LayerBase {
 public:
  explicit RMSNormalization(RMSNormalizationOptions options) : options_(std::move(options)) {}

  void build(const Shape& input) override {
    axes_ = NormalizedAxes(*this, options_.axis, input);
    scale_ = add_weight({.shape = axes_.sizes(), .initializer = "ones", .name = "scale"});
  }
  Tensor call(const Tensor& x, bool) override {
    return axes_.with_axes_last(*this, like_weights(x, scale_), [&](const Tensor& input) {
      return rms_norm(input, axes_.sizes(), scale_, options_.epsilon);
    });
  }

 private:
  RMSNormalizationOptions options_;
  NormalizedAxes axes_;
  Tensor scale_;
};

}  // namespace

Layer layers::RMSNormalization(RMSNormalizationOptions options, Location where) {
  Hyperparameters("RMSNormalization", where).not_negative("epsilon", options.epsilon);
  if (options.axis.empty()) throw ArgumentError("RMSNormalization", "no axis is given", "an empty list", "", where);
  return configured(with_options(brick<keras::RMSNormalization>(options.name, where, options), options, where),
                    options);
}

}  // namespace triptych::keras
