#include "triptych/keras/layers/dropout.h"

#include <cmath>

#include "api_keras/layers/noise.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/random.h"

namespace triptych::keras {

Tensor RandomLayer::with_zeros(const Tensor& x, const Axes& axes) {
  if (axes.empty()) return dropout(x, {.p = amount_, .training = true}, stream_);
  Tensor one = x;
  for (const std::int64_t axis : axes) one = first_along(one, static_cast<int>(axis));
  return x * dropout(ones_like(one), {.p = amount_, .training = true}, stream_);
}

namespace {

/// Dropout with a noise_shape.
class ShapedLayer : public RandomLayer {
 public:
  ShapedLayer(const char* class_name, double rate, DropoutOptions options)
      : RandomLayer(class_name, rate, options.seed), noise_shape_(options.noise_shape) {}

 protected:
  /// The axes along which the choice is the same; ArgumentError if the noise shape does not fit x.
  Axes shared_axes(const Tensor& x) const {
    Axes axes;
    if (noise_shape_.empty()) return axes;
    bool fits = noise_shape_.rank() == x.ndim();
    for (int i = 0; fits && i < x.ndim(); ++i) {
      const Dim wanted = noise_shape_.dim(i), given = x.shape().dim(i);
      fits = !wanted.known() || wanted.raw() == 1 || !conflict(wanted, given);
      if (wanted.raw() == 1 && given.raw() != 1) axes.append(i);
    }
    if (!fits)
      throw ArgumentError(class_name_, "noise_shape does not broadcast to the input",
                          noise_shape_.text() + ", layer '" + name() + "' got " + x.shape().text());
    return axes;
  }

 private:
  Shape noise_shape_;
};

class Dropout : public ShapedLayer {
 public:
  using ShapedLayer::ShapedLayer;

 protected:
  Tensor changed(const Tensor& x) override { return with_zeros(x, shared_axes(x)); }
};

class AlphaDropout : public ShapedLayer {
 public:
  using ShapedLayer::ShapedLayer;

 protected:
  Tensor changed(const Tensor& x) override {
    Tensor like = x;
    for (const std::int64_t axis : shared_axes(x)) like = first_along(like, static_cast<int>(axis));
    const double lowest = -1.6732632423543772 * 1.0507009873554805, rate = amount_;
    const double a = 1 / std::sqrt((1 - rate) * (1 + rate * lowest * lowest)), b = -a * lowest * rate;
    const Tensor kept = cast(greater_equal(random_uniform_like(stream_, like), rate), x.dtype());
    return (x * kept + (1 - kept) * lowest) * a + b;
  }
};

void check_noise_shape(const char* layer, const Shape& shape, Location where) {
  for (const std::int64_t length : shape)
    if (length == 0)
      throw ArgumentError(layer, "a length of noise_shape is neither positive nor -1", shape.text(), "", where);
}

}  // namespace

namespace layers {

Layer Dropout(double rate, DropoutOptions options, Location where) {
  Hyperparameters("Dropout", where).share("rate", rate);
  check_seed("Dropout", options.seed, where);
  check_noise_shape("Dropout", options.noise_shape, where);
  return configured(
      with_options(plain_brick<keras::Dropout>(options.name, where, "Dropout", rate, options), options, where), options,
      arg("rate", rate));
}
Layer AlphaDropout(double rate, DropoutOptions options, Location where) {
  Hyperparameters("AlphaDropout", where).share("rate", rate);
  check_seed("AlphaDropout", options.seed, where);
  check_noise_shape("AlphaDropout", options.noise_shape, where);
  return configured(with_options(plain_brick<keras::AlphaDropout>(options.name, where, "AlphaDropout", rate, options),
                                 options, where),
                    options, arg("rate", rate));
}

}  // namespace layers
}  // namespace triptych::keras
