// Normalization and dropout: layers that do something else in training.
#include <algorithm>
#include <vector>

#include "api_keras/layers/brick.h"
#include "core/support/hyperparameter.h"
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
    axes_.clear();
    for (const std::int64_t axis : options_.axis)
      axes_.push_back(normalize_axis("LayerNormalization", axis, input.rank()));
    std::sort(axes_.begin(), axes_.end());
    const auto fail = [&](const char* wrong, const char* hint) {
      throw ArgumentError("LayerNormalization", wrong, "layer '" + name() + "' got " + input.text(), hint);
    };
    if (axes_[0] == 0) fail("the axis of the batch is among those to normalize", "Each example is normalized alone");
    if (std::adjacent_find(axes_.begin(), axes_.end()) != axes_.end()) fail("an axis is given twice", "");
    shape_ = Shape();
    for (const int axis : axes_) {
      if (!input.dim(axis).known()) fail("a normalized axis is not known", "Give Input its size");
      shape_.append(input.dim(axis));
    }
    if (options_.scale)
      gamma_ = add_weight({.name = "gamma",
                           .shape = shape_,
                           .initializer = options_.gamma_initializer,
                           .regularizer = options_.gamma_regularizer,
                           .constraint = options_.gamma_constraint});
    if (options_.center)
      beta_ = add_weight({.name = "beta",
                          .shape = shape_,
                          .initializer = options_.beta_initializer,
                          .regularizer = options_.beta_regularizer,
                          .constraint = options_.beta_constraint});
  }

  Tensor call(const Tensor& x, bool) override {
    if (axes_.back() >= x.ndim())
      throw ArgumentError("LayerNormalization", "an axis to normalize is out of range",
                          "axis " + std::to_string(axes_.back()) + ", layer '" + name() + "' got " + x.shape().text());
    const Tensor input = like_weights(x, gamma_.defined() ? gamma_ : beta_);
    if (axes_[0] == input.ndim() - static_cast<int>(axes_.size()))  // the last ones
      return layer_norm(input, shape_, gamma_, beta_, options_.epsilon);
    std::vector<std::int64_t> order, back(static_cast<std::size_t>(input.ndim()));
    for (int axis = 0; axis < input.ndim(); ++axis)
      if (std::find(axes_.begin(), axes_.end(), axis) == axes_.end()) order.push_back(axis);
    order.insert(order.end(), axes_.begin(), axes_.end());
    for (std::size_t i = 0; i < order.size(); ++i)
      back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
    return permute(layer_norm(permute(input, order), shape_, gamma_, beta_, options_.epsilon), back);
  }

  std::string config() const override {
    std::string axes;
    for (const std::int64_t axis : options_.axis) axes += (axes.empty() ? "" : ", ") + std::to_string(axis);
    return JsonObject()
        .add_raw("axis", options_.axis.size() == 1 ? axes : "[" + axes + "]")
        .add("epsilon", options_.epsilon)
        .add("center", options_.center)
        .add("scale", options_.scale)
        .text();
  }

 private:
  LayerNormalizationOptions options_;
  std::vector<int> axes_;  // from the front, rising
  Shape shape_;            // their sizes
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
  const Hyperparameters check("BatchNormalization", where);
  check.finite("momentum", options.momentum);
  check.not_negative("epsilon", options.epsilon);
  Layer layer = brick<keras::BatchNormalization>(options.name, where, options);
  layer.set_trainable(options.trainable, where);
  return layer;
}
Layer LayerNormalization(LayerNormalizationOptions options, Location where) {
  Hyperparameters("LayerNormalization", where).not_negative("epsilon", options.epsilon);
  if (options.axis.empty()) throw ArgumentError("LayerNormalization", "no axis is given", "an empty list", "", where);
  Layer layer = brick<keras::LayerNormalization>(options.name, where, options);
  layer.set_trainable(options.trainable, where);
  return layer;
}
Layer Dropout(double rate, DropoutOptions options, Location where) {
  Hyperparameters("Dropout", where).share("rate", rate);
  if (options.seed < -1)
    throw ArgumentError("Dropout", "seed is below -1", std::to_string(options.seed), "-1 takes the next stream", where);
  return plain_brick<keras::Dropout>(options.name, where, rate, options.seed);
}

}  // namespace layers
}  // namespace triptych::keras
