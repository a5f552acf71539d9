// Layers without weights that apply a function, and layers that change the shape or bring inputs together.
#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/layers/brick.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

class ActivationLayer : public LayerBase {
 public:
  ActivationLayer(std::string class_name, keras::Activation activation)
      : class_name_(std::move(class_name)), activation_(std::move(activation)) {}
  std::string class_name() const override { return class_name_; }
  Tensor call(const Tensor& x, bool) override { return activation_(x); }
  std::string config() const override { return JsonObject().add("activation", activation_.name()).text(); }

 private:
  std::string class_name_;
  keras::Activation activation_;
};

class LeakyReLU : public LayerBase {
 public:
  explicit LeakyReLU(double negative_slope) : negative_slope_(negative_slope) {}
  Tensor call(const Tensor& x, bool) override { return leaky_relu(x, negative_slope_); }
  std::string config() const override { return JsonObject().add("negative_slope", negative_slope_).text(); }

 private:
  double negative_slope_;
};

class Lambda : public LayerBase {
 public:
  explicit Lambda(std::function<Tensor(const Tensor&)> function) : function_(std::move(function)) {
    LayerAccess::leave_parts_unchecked(*this);
  }
  Tensor call(const Tensor& x, bool) override {
    const UserCode its_lines;
    return function_(x);
  }

 private:
  std::function<Tensor(const Tensor&)> function_;
};

class Flatten : public LayerBase {
 public:
  Tensor call(const Tensor& x, bool) override { return x.ndim() == 1 ? unsqueeze(x, -1) : flatten(x, 1); }
};

class Reshape : public LayerBase {
 public:
  explicit Reshape(const Shape& target) : target_(target) {}
  Tensor call(const Tensor& x, bool) override {
    // The batch is left open; an open dimension of the target is worked out from the example's size.
    Shape example = x.shape(), known, full = target_;
    example.erase(0);
    if (!example.known())
      throw ArgumentError("Reshape", "an example's shape is not known",
                          "layer '" + name() + "' got " + x.shape().text(), "Give Input all dimensions but the batch");
    int open = -1;
    for (int i = 0; i < target_.rank(); ++i)
      if (target_.dim(i).known())
        known.append(target_.dim(i));
      else
        open = i;
    const std::int64_t elements = example.size(), wanted = known.size();
    if (open >= 0 && wanted > 0) full.set(open, elements / wanted);
    if (open < 0 ? wanted != elements : wanted == 0 || elements % wanted != 0)
      throw ArgumentError("Reshape", "the target does not have as many elements as an example",
                          "layer '" + name() + "' got " + x.shape().text() + ", the target is " + target_.text());
    full.insert(0, unknown);
    return reshape(x, full);
  }
  std::string config() const override { return JsonObject().add("target_shape", target_).text(); }

 private:
  Shape target_;
};

class Add : public LayerBase {
 public:
  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool) override {
    if (xs.size() < 2)
      throw ArgumentError("Add", "there are less than two inputs",
                          "layer '" + name() + "' was called on " + std::to_string(xs.size()),
                          "Call it as Add()({a, b})");
    Tensor total = xs[0] + xs[1];
    for (std::size_t i = 2; i < xs.size(); ++i) total = total + xs[i];
    return {total};
  }
};

class Concatenate : public LayerBase {
 public:
  explicit Concatenate(int axis) : axis_(axis) {}
  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool) override { return {concat(xs, axis_)}; }
  std::string config() const override { return JsonObject().add("axis", axis_).text(); }

 private:
  int axis_;
};

class Embedding : public LayerBase {
 public:
  Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options)
      : input_dim_(input_dim), output_dim_(output_dim), options_(std::move(options)) {}
  void build(const Shape&) override {
    embeddings_ = add_weight({.name = "embeddings",
                              .shape = {input_dim_, output_dim_},
                              .initializer = options_.embeddings_initializer,
                              .regularizer = options_.embeddings_regularizer,
                              .constraint = options_.embeddings_constraint});
  }
  Tensor call(const Tensor& x, bool) override {
    return embedding(embeddings_, is_integral(x.dtype()) ? x : cast(x, int64));
  }
  DType input_dtype() const override { return int64; }
  std::string config() const override {
    return JsonObject().add("input_dim", input_dim_).add("output_dim", output_dim_).text();
  }

 private:
  std::int64_t input_dim_, output_dim_;
  EmbeddingOptions options_;
  Tensor embeddings_;
};

}  // namespace

namespace layers {

Layer Activation(keras::Activation activation, NameOptions options, Location where) {
  return plain_brick<ActivationLayer>(options.name, where, "Activation", std::move(activation));
}
Layer ReLU(NameOptions options, Location where) {
  return plain_brick<ActivationLayer>(options.name, where, "ReLU", "relu");
}
Layer LeakyReLU(LeakyReLUOptions options, Location where) {
  Hyperparameters("LeakyReLU", where).not_negative("negative_slope", options.negative_slope);
  return plain_brick<keras::LeakyReLU>(options.name, where, options.negative_slope);
}
Layer Softmax(SoftmaxOptions options, Location where) {
  const int axis = options.axis;
  return plain_brick<ActivationLayer>(options.name, where, "Softmax",
                                      keras::Activation([axis](const Tensor& x) { return softmax(x, axis); }));
}
Layer Lambda(std::function<Tensor(const Tensor&)> function, NameOptions options, Location where) {
  if (!function) throw ArgumentError("Lambda", "there is no function", "an empty one", "", where);
  return brick<keras::Lambda>(options.name, where, std::move(function));
}
Layer Flatten(NameOptions options, Location where) { return brick<keras::Flatten>(options.name, where); }
Layer Reshape(const Shape& target_shape, NameOptions options, Location where) {
  if (std::count(target_shape.begin(), target_shape.end(), unknown) > 1)
    throw ArgumentError("Reshape", "two dimensions of the target are left open", target_shape.text(), "", where);
  return plain_brick<keras::Reshape>(options.name, where, target_shape);
}
Layer Add(NameOptions options, Location where) { return brick<keras::Add>(options.name, where); }
Layer Concatenate(ConcatenateOptions options, Location where) {
  return brick<keras::Concatenate>(options.name, where, options.axis);
}
Layer Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options, Location where) {
  if (input_dim < 1 || output_dim < 1)
    throw ArgumentError("Embedding", "input_dim or output_dim is below 1",
                        std::to_string(input_dim) + " and " + std::to_string(output_dim), "", where);
  Layer layer = brick<keras::Embedding>(options.name, where, input_dim, output_dim, options);
  layer.set_trainable(options.trainable, where);
  return layer;
}

}  // namespace layers
}  // namespace triptych::keras
