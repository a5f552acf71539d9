#include "triptych/keras/layers/spectral_normalization.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

/// x over its length, as a whole.
Tensor unit(const Tensor& x) { return l2_normalize(x, {}, 1e-24); }

class SpectralNormalization : public LayerBase {
 public:
  SpectralNormalization(Layer layer, std::int64_t power_iterations, Location where)
      : layer_(std::move(layer)), power_iterations_(power_iterations) {
    LayerAccess::track(*this, layer_, where);
  }

  void build(const Shape& input) override {
    ensure_built(layer_.base(), {input});
    for (const Weight& weight : LayerAccess::own_weights(layer_.base()))
      if (weight.name == "kernel" || weight.name == "embeddings") {
        kernel_ = weight.value;
        LayerAccess::share_weight(*this, weight);  // as Keras lists it: kernel, vector_u, the rest
      }
    if (!kernel_.defined())
      throw ArgumentError("SpectralNormalization", "the layer has neither a kernel nor embeddings",
                          "'" + layer_.name() + "' (" + layer_.base().class_name() + ")");
    vector_u_ = add_weight({.shape = {1, kernel_.size(-1)},
                            .initializer = init::truncated_normal(0, 0.02),
                            .trainable = false,
                            .name = "vector_u"});
  }

  Tensor call(const Tensor& x, bool training) override {
    if (training) normalize_kernel();
    const Tensor y = layer_(x);
    return is_floating(x.dtype()) && y.dtype() != x.dtype() ? cast(y, x.dtype()) : y;
  }

  std::string config() const override { return with_layer(LayerBase::config(), "layer", layer_); }

 private:
  void normalize_kernel() {
    const GradMode no_recording(false);
    const Tensor weights = reshape(kernel_, {-1, kernel_.size(-1)});
    Tensor u = vector_u_, v;
    for (std::int64_t i = 0; i < power_iterations_; ++i) {
      v = unit(matmul(u, transpose(weights)));
      u = unit(matmul(v, weights));
    }
    const Tensor sigma = sum(matmul(v, weights) * u);
    const Tensor any_weight = any(not_equal(kernel_, 0));  // all zeros have no direction, and stay
    const Tensor new_u = where(any_weight, u, vector_u_), new_kernel = where(any_weight, kernel_ / sigma, kernel_);
    vector_u_.copy_(new_u);
    kernel_.copy_(new_kernel);
  }

  Layer layer_;
  std::int64_t power_iterations_;
  Tensor kernel_, vector_u_;
};

}  // namespace

Layer layers::SpectralNormalization(const Layer& layer, std::int64_t power_iterations, NameOptions options,
                                    Location where) {
  check_positive("SpectralNormalization", "power_iterations", power_iterations, where);
  layer.base(where);
  return configured(
      with_options(brick<keras::SpectralNormalization>(options.name, where, layer, power_iterations, where), options,
                   where),
      options, arg("power_iterations", power_iterations));
}

}  // namespace triptych::keras
