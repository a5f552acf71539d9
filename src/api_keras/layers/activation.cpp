#include "triptych/keras/layers/activation.h"

#include "api_keras/layers/brick.h"
#include "api_keras/layers/softmax.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"
#include "triptych/keras/activations.h"

namespace triptych::keras {

Tensor softmax_along(const Tensor& x, const Axes& axes, const Tensor& mask) {
  const Tensor scores = mask.defined() ? where(mask, x, x.dtype() == float16 ? -3e4 : -1e9) : x;
  const Tensor y = axes.size() == 1 ? softmax(scores, axes[0]) : exp(scores - logsumexp(scores, axes, true));
  return mask.defined() ? where(mask, y, 0) : y;
}

Tensor activations::relu(const Arg& given, double negative_slope, std::optional<double> max_value, double threshold) {
  const Frame frame(given.where());
  const Tensor& x = given.tensor();
  if (negative_slope != 0 && !max_value && threshold == 0) return triptych::leaky_relu(x, negative_slope);
  Tensor y = threshold != 0 ? x * cast(greater(x, threshold), x.dtype()) : triptych::relu(x);
  if (max_value) y = clip(y, 0.0, *max_value);
  if (negative_slope != 0) y = y - triptych::relu(threshold != 0 ? threshold - x : neg(x)) * negative_slope;
  return y;
}

namespace {

class ActivationLayer : public MaskedLayer {
 public:
  explicit ActivationLayer(keras::Activation activation) : activation_(std::move(activation)) {}
  std::string class_name() const override { return "Activation"; }
  Tensor call(const Tensor& x, bool) override { return activation_(x); }

 private:
  keras::Activation activation_;
};

class ReLU : public MaskedLayer {
 public:
  explicit ReLU(ReLUOptions options) : options_(std::move(options)) {}

  Tensor call(const Tensor& x, bool) override {
    return activations::relu(x, options_.negative_slope, options_.max_value, options_.threshold);
  }

 private:
  ReLUOptions options_;
};

class LeakyReLU : public MaskedLayer {
 public:
  explicit LeakyReLU(double negative_slope) : negative_slope_(negative_slope) {}
  Tensor call(const Tensor& x, bool) override { return leaky_relu(x, negative_slope_); }

 private:
  double negative_slope_;
};

class PReLU : public MaskedLayer {
 public:
  explicit PReLU(PReLUOptions options) : options_(std::move(options)) {}

  void build(const Shape& input) override {
    Shape shape = input;
    if (shape.rank() == 0) throw ArgumentError("PReLU", "the input has no axis", "layer '" + name() + "'");
    shape.erase(0);
    for (const std::int64_t axis : options_.shared_axes) {
      if (axis < 1 || axis > shape.rank())
        throw ArgumentError("PReLU", "a shared axis is none of an example's",
                            std::to_string(axis) + ", layer '" + name() + "' got " + input.text(),
                            "The first one after the batch is 1");
      shape.set(static_cast<int>(axis) - 1, 1);
    }
    alpha_ = add_weight({.shape = shape,
                         .initializer = options_.alpha_initializer,
                         .regularizer = options_.alpha_regularizer,
                         .constraint = options_.alpha_constraint,
                         .name = "alpha"});
  }
  Tensor call(const Tensor& input, bool) override {
    const Tensor x = like_weights(input, alpha_);
    return relu(x) - alpha_ * relu(neg(x));
  }

 private:
  PReLUOptions options_;
  Tensor alpha_;
};

class ELU : public MaskedLayer {
 public:
  explicit ELU(double alpha) : alpha_(alpha) {}
  Tensor call(const Tensor& x, bool) override { return elu(x, alpha_); }

 private:
  double alpha_;
};

class Softmax : public MaskedLayer {
 public:
  explicit Softmax(const Axes& axis) : axis_(axis) {}

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    const Tensor& x = only_input(*this, xs);
    const Tensor& mask = options.mask[0];
    if (mask.defined()) {
      Shape both;
      if (mask.ndim() > x.ndim() || !broadcast(x.shape(), mask.shape(), both) || !both.compatible(x.shape()))
        throw ArgumentError("Softmax", "the mask does not broadcast to the input",
                            "a mask " + mask.shape().text() + ", layer '" + name() + "' got " + x.shape().text());
    }
    takes(*this, options, {});
    return {softmax_along(x, axis_, mask)};
  }

 private:
  Axes axis_;
};

}  // namespace

namespace layers {

Layer Activation(keras::Activation activation, NameOptions options, Location where) {
  return configured(with_options(plain_brick<ActivationLayer>(options.name, where, activation), options, where),
                    options, arg("activation", activation));
}
Layer ReLU(ReLUOptions options, Location where) {
  const Hyperparameters check("ReLU", where);
  if (options.max_value) check.not_negative("max_value", *options.max_value);
  check.not_negative("negative_slope", options.negative_slope);
  check.not_negative("threshold", options.threshold);
  return configured(with_options(plain_brick<keras::ReLU>(options.name, where, options), options, where), options);
}
Layer LeakyReLU(LeakyReLUOptions options, Location where) {
  Hyperparameters("LeakyReLU", where).not_negative("negative_slope", options.negative_slope);
  return configured(
      with_options(plain_brick<keras::LeakyReLU>(options.name, where, options.negative_slope), options, where),
      options);
}
Layer PReLU(PReLUOptions options, Location where) {
  return configured(with_options(brick<keras::PReLU>(options.name, where, options), options, where), options);
}
Layer ELU(double alpha, NameOptions options, Location where) {
  Hyperparameters("ELU", where).finite("alpha", alpha);
  return configured(with_options(plain_brick<keras::ELU>(options.name, where, alpha), options, where), options,
                    arg("alpha", alpha));
}
Layer Softmax(SoftmaxOptions options, Location where) {
  if (options.axis.empty()) throw ArgumentError("Softmax", "no axis is given", "an empty list", "", where);
  return configured(with_options(plain_brick<keras::Softmax>(options.name, where, options.axis), options, where),
                    options);
}

}  // namespace layers
}  // namespace triptych::keras
