// Normalization and dropout: layers that do something else in training.
#include "api_keras/layers/brick.h"
#include "triptych/core/random.h"

namespace triptych::keras {
namespace {

class BatchNormalization : public LayerBase {
 public:
  explicit BatchNormalization(BatchNormalizationOptions options) : options_(std::move(options)) {}

  void build(const Shape& input) override {
    const int axis = normalize_axis("BatchNormalization", options_.axis, input.rank());
    if (!input.dim(axis).known())
      throw ArgumentError("BatchNormalization", "the normalized axis is not known",
                          "layer '" + name() + "' got " + input.text(), "Give Input its size");
    const Shape shape = {input[axis]};
    if (options_.scale)
      gamma_ = add_weight({.name = "gamma", .shape = shape, .initializer = options_.gamma_initializer});
    if (options_.center) beta_ = add_weight({.name = "beta", .shape = shape, .initializer = options_.beta_initializer});
    moving_mean_ = add_weight(
        {.name = "moving_mean", .shape = shape, .initializer = options_.moving_mean_initializer, .trainable = false});
    moving_variance_ = add_weight({.name = "moving_variance",
                                   .shape = shape,
                                   .initializer = options_.moving_variance_initializer,
                                   .trainable = false});
  }

  Tensor call(const Tensor& x, bool training) override {
    // A frozen layer does not move its statistics, and so uses them, as in Keras.
    return batch_norm(like_weights(x, moving_mean_), moving_mean_, moving_variance_, gamma_, beta_,
                      {.training = training && trainable(),
                       .momentum = options_.momentum,
                       .eps = options_.epsilon,
                       .axis = options_.axis,
                       .formula = UpdateFormula::keras});
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
  BatchNormalizationOptions options_;
  Tensor gamma_, beta_, moving_mean_, moving_variance_;
};

class LayerNormalization : public LayerBase {
 public:
  explicit LayerNormalization(LayerNormalizationOptions options) : options_(std::move(options)) {}

  void build(const Shape& input) override {
    if (normalize_axis("LayerNormalization", options_.axis, input.rank()) != input.rank() - 1)
      throw UnsupportedError("LayerNormalization", "another axis than the last one is to be normalized",
                             "layer '" + name() + "' has axis " + std::to_string(options_.axis), "Permute the input");
    shape_ = {input[-1]};
    if (options_.scale)
      gamma_ = add_weight({.name = "gamma", .shape = shape_, .initializer = options_.gamma_initializer});
    if (options_.center)
      beta_ = add_weight({.name = "beta", .shape = shape_, .initializer = options_.beta_initializer});
  }

  Tensor call(const Tensor& x, bool) override {
    const Tensor input = like_weights(x, gamma_.defined() ? gamma_ : beta_);
    return layer_norm(input, shape_, gamma_, beta_, options_.epsilon);
  }

  std::string config() const override {
    return JsonObject()
        .add("axis", options_.axis)
        .add("epsilon", options_.epsilon)
        .add("center", options_.center)
        .add("scale", options_.scale)
        .text();
  }

 private:
  LayerNormalizationOptions options_;
  Shape shape_;
  Tensor gamma_, beta_;
};

class Dropout : public LayerBase {
 public:
  Dropout(double rate, std::int64_t seed) : rate_(rate), seed_(seed) {}

  void build(const Shape&) override {
    stream_ =
        seed_ < 0 ? default_generator().next_stream() : Generator(static_cast<std::uint64_t>(seed_)).next_stream();
    add_state("stream", stream_);
  }

  Tensor call(const Tensor& x, bool training) override {
    if (!training || rate_ == 0) return x;
    return dropout(x, {.p = rate_, .training = true}, stream_);
  }

  std::string config() const override { return JsonObject().add("rate", rate_).text(); }

 private:
  double rate_;
  std::int64_t seed_;
  Tensor stream_;  // of random numbers, and how far it is
};

}  // namespace

namespace layers {

Layer BatchNormalization(BatchNormalizationOptions options, Location where) {
  Layer layer = brick<keras::BatchNormalization>(options.name, where, options);
  layer.set_trainable(options.trainable, where);
  return layer;
}
Layer LayerNormalization(LayerNormalizationOptions options, Location where) {
  Layer layer = brick<keras::LayerNormalization>(options.name, where, options);
  layer.set_trainable(options.trainable, where);
  return layer;
}
Layer Dropout(double rate, DropoutOptions options, Location where) {
  if (!(rate >= 0 && rate <= 1))
    throw ArgumentError("Dropout", "rate is not between 0 and 1", std::to_string(rate), "", where);
  return brick<keras::Dropout>(options.name, where, rate, options.seed);
}

}  // namespace layers
}  // namespace triptych::keras
