#include "triptych/keras/applications/transformers.h"

#include <string>

#include "api_keras/layers/brick.h"
#include "core/support/hyperparameter.h"
#include "triptych/keras/layers.h"

namespace triptych::keras::applications {
namespace {

/// x (n, steps, size) plus a learned vector for each place.
class PositionEmbedding : public LayerBase {
 public:
  explicit PositionEmbedding(std::int64_t longest) : longest_(longest) { supports_masking = true; }
  void build(const Shape& input) override {
    embeddings_ = add_weight({.shape = {longest_, input[-1]}, .initializer = "uniform", .name = "embeddings"});
  }
  Tensor call(const Tensor& x, bool) override {
    const Dim steps = x.shape().dim(1);
    if (!steps.known() && inferring()) return x;
    if (!steps.known() || steps.value() > longest_)
      throw ArgumentError(
          "PositionEmbedding",
          steps.known() ? "the input has more steps than there are places" : "the number of steps is not known",
          "layer '" + name() + "' got " + x.shape().text() + ", it has " + std::to_string(longest_));
    return x + slice(embeddings_, 0, {0, steps.value()});
  }
  std::string config() const override { return JsonObject().add("sequence_length", longest_).text(); }

 private:
  std::int64_t longest_;
  Tensor embeddings_;
};

/// A learned vector before the steps of x (n, steps, size).
class ClassToken : public LayerBase {
 public:
  void build(const Shape& input) override {
    token_ = add_weight({.shape = {1, 1, input[-1]}, .initializer = "zeros", .name = "token"});
  }
  Tensor call(const Tensor& x, bool) override { return concat({slice(x, 1, {0, 1}) * 0 + token_, x}, 1); }

 private:
  Tensor token_;
};

struct Sizes {
  std::int64_t num_layers, num_heads, hidden_dim, intermediate_dim;
  double dropout;
};

void check(const char* model, const Sizes& sizes, Location where) {
  check_positive(model, "num_layers", sizes.num_layers, where);
  check_positive(model, "num_heads", sizes.num_heads, where);
  check_positive(model, "hidden_dim", sizes.hidden_dim, where);
  check_positive(model, "intermediate_dim", sizes.intermediate_dim, where);
  Hyperparameters(model, where).share("dropout", sizes.dropout);
  if (sizes.hidden_dim % sizes.num_heads != 0)
    throw ArgumentError(model, "num_heads does not divide hidden_dim",
                        std::to_string(sizes.num_heads) + " and " + std::to_string(sizes.hidden_dim), "", where);
}

Tensor dropped(const Tensor& x, double rate) { return rate > 0 ? layers::Dropout(rate)(x) : x; }
Tensor normalized(const Tensor& x, const std::string& name) {
  return layers::LayerNormalization({.epsilon = 1e-5, .name = name})(x);
}

/// Attention, then a layer for each step, each of them added to what it is of.
Tensor block(const Tensor& input, const Sizes& sizes, bool causal, int number) {
  const std::string name = "block_" + std::to_string(number) + "_";
  const Tensor before = normalized(input, name + "attention_norm");
  const Layer attention = layers::MultiHeadAttention(sizes.num_heads, sizes.hidden_dim / sizes.num_heads,
                                                     {.dropout = sizes.dropout, .name = name + "attention"});
  const Tensor x = layers::Add({.name = name + "attention_add"})(
      {input, dropped(attention({before, before}, {.use_causal_mask = causal}), sizes.dropout)});
  Tensor y = normalized(x, name + "dense_norm");
  y = layers::Dense(sizes.intermediate_dim, {.activation = "gelu", .name = name + "intermediate"})(y);
  y = layers::Dense(sizes.hidden_dim, {.name = name + "output"})(y);
  return layers::Add({.name = name + "add"})({x, dropped(y, sizes.dropout)});
}

Tensor blocks(Tensor x, const Sizes& sizes, bool causal) {
  for (int i = 0; i < sizes.num_layers; ++i) x = block(x, sizes, causal, i);
  return normalized(x, "final_norm");
}

Tensor with_positions(const Tensor& x, std::int64_t longest, const Sizes& sizes) {
  return dropped(brick<PositionEmbedding>("position_embedding", {}, longest)(x), sizes.dropout);
}

Model finished(const Tensor& input, const Tensor& output, const OptionText& name, const char* usual_name,
               const OptionText& weights, Location where) {
  const Model model(input, output, {.name = name.empty() ? OptionText(usual_name) : name}, where);
  if (!weights.empty()) model.load_weights(weights, {}, where);
  return model;
}

}  // namespace

Model GPT(GPTOptions o, Location where) {
  const Frame frame(where);
  const Sizes sizes{o.num_layers, o.num_heads, o.hidden_dim, o.intermediate_dim, o.dropout};
  check("GPT", sizes, where);
  check_positive("GPT", "vocabulary_size", o.vocabulary_size, where);
  check_positive("GPT", "sequence_length", o.sequence_length, where);
  const Tensor tokens = Input({unknown}, {.dtype = int64});
  const Layer embedding = layers::ReversibleEmbedding(o.vocabulary_size, o.hidden_dim, {.name = "token_embedding"});
  const Tensor x = blocks(with_positions(embedding(tokens), o.sequence_length, sizes), sizes, true);
  return finished(tokens, embedding(x, {.reverse = true}), o.name, "gpt", o.weights, where);
}

Model ViT(ViTOptions o, Location where) {
  const Frame frame(where);
  const Sizes sizes{o.num_layers, o.num_heads, o.hidden_dim, o.intermediate_dim, o.dropout};
  check("ViT", sizes, where);
  check_positive("ViT", "patch_size", o.patch_size, where);
  if (o.include_top) check_positive("ViT", "classes", o.classes, where);
  const Shape& shape = o.input_shape;
  if (shape.rank() != 3 || !shape.known() || shape.numel().value() == 0)
    throw ArgumentError("ViT", "input_shape is not a known (height, width, channels)", shape.text(), "", where);
  if (shape[0] % o.patch_size != 0 || shape[1] % o.patch_size != 0)
    throw ArgumentError("ViT", "patch_size does not divide height and width",
                        std::to_string(o.patch_size) + " and " + shape.text(), "", where);
  const Tensor images = Input(shape);
  const std::int64_t patches = (shape[0] / o.patch_size) * (shape[1] / o.patch_size);
  Tensor x = layers::Conv2D(o.hidden_dim, o.patch_size, {.strides = o.patch_size, .name = "patch_embedding"})(images);
  x = layers::Reshape({patches, o.hidden_dim})(x);
  x = with_positions(brick<ClassToken>("class_token", {})(x), patches + 1, sizes);
  x = blocks(x, sizes, false);
  if (o.include_top) {
    x = layers::Lambda([](const Tensor& steps) { return select(steps, 1, 0); })(x);
    x = layers::Dense(o.classes, {.activation = o.classifier_activation, .name = "predictions"})(x);
  }
  return finished(images, x, o.name, "vit", o.weights, where);
}

}  // namespace triptych::keras::applications
