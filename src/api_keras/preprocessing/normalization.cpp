#include "triptych/keras/layers/normalization.h"

#include <algorithm>

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"
#include "api_keras/training/targets.h"

namespace triptych::keras {
namespace {

class Normalization : public MaskedLayer {
 public:
  explicit Normalization(NormalizationOptions options) : options_(std::move(options)) {}

  void build(const Shape& input) override {
    kept_.clear();
    for (const std::int64_t axis : options_.axis) {
      const int from_front = normalize_axis("Normalization", axis, input.rank());
      if (from_front == 0)
        throw ArgumentError("Normalization", "the axis is that of the batch", "layer '" + name() + "'");
      kept_.push_back(from_front);
    }
    std::sort(kept_.begin(), kept_.end());
    Shape shape;
    broadcast_ = Shape(std::vector<std::int64_t>(static_cast<std::size_t>(input.rank()), 1));
    for (const int axis : kept_) {
      if (!input.dim(axis).known())
        throw ArgumentError("Normalization", "an axis whose length is not known has a mean for each place",
                            "layer '" + name() + "' got " + input.text(), "Give Input its size");
      shape.append(input[axis]);
      broadcast_.set(axis, input[axis]);
    }
    if (options_.mean.defined()) return;
    mean_ = add_weight({.shape = shape, .initializer = "zeros", .trainable = false, .name = "mean"});
    variance_ = add_weight({.shape = shape, .initializer = "ones", .trainable = false, .name = "variance"});
    count_ = add_weight({.shape = {}, .initializer = "zeros", .dtype = int32, .trainable = false, .name = "count"});
  }

  Tensor call(const Tensor& input, bool) override {
    const Tensor x = in_dtype(input, compute_dtype());
    const auto fitted = [&](const Tensor& given, const Tensor& weight) {
      return in_dtype(given.defined() ? given : reshape(weight, broadcast_), compute_dtype());
    };
    const Tensor mean = fitted(options_.mean, mean_),
                 deviation = maximum(sqrt(fitted(options_.variance, variance_)), epsilon);
    return options_.invert ? mean + x * deviation : (x - mean) / deviation;
  }

  void adapt(const Tensor& data) override {
    if (options_.mean.defined())
      throw ArgumentError("Normalization", "mean and variance are given, and cannot be adapted",
                          "layer '" + name() + "'");
    const RunNow now;
    if (built() && data.ndim() != broadcast_.rank())
      throw ArgumentError("Normalization", "the data do not have the axes that the layer is built for",
                          "layer '" + name() + "' got " + data.shape().text());
    ensure_built(*this, {data.shape()});
    if (data.numel() == 0)
      throw ArgumentError("Normalization", "there are no data to adapt to", "a tensor of shape " + data.shape().text());
    Axes others;
    for (int i = 0; i < data.ndim(); ++i)
      if (std::find(kept_.begin(), kept_.end(), i) == kept_.end()) others.append(i);
    const Tensor x = cast(data, float64);
    const Tensor mean = cast(triptych::mean(x, others), mean_.dtype()),
                 variance = cast(var(x, others, {.correction = 0}), variance_.dtype());
    if (mean.shape() != mean_.shape())
      throw ArgumentError("Normalization", "the data do not have the shape that the layer is built for",
                          "layer '" + name() + "' got " + data.shape().text());
    mean_.copy_(mean);
    variance_.copy_(variance);
  }

 private:
  NormalizationOptions options_;
  std::vector<int> kept_;
  Shape broadcast_;
  Tensor mean_, variance_, count_;
};

}  // namespace

Layer layers::Normalization(NormalizationOptions options, Location where) {
  if (options.mean.defined() != options.variance.defined())
    throw ArgumentError("Normalization", "only one of mean and variance is given",
                        options.mean.defined() ? "mean" : "variance", "", where);
  for (const Tensor* given : {&options.mean, &options.variance})
    if (given->defined() && given->is_symbolic())
      throw ArgumentError("Normalization", "mean or variance has no values", "a symbolic tensor", "", where);
  return configured(with_options(brick<keras::Normalization>(options.name, where, options), options, where), options);
}

}  // namespace triptych::keras
