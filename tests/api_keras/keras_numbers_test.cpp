// Training runs against Keras's own numbers: weights, losses, metrics and predictions
// (scripts/references/make_references_keras.py).
#include <gtest/gtest.h>

#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

const tt::StateDict& references() {
  static const tt::StateDict dict = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras.safetensors");
  return dict;
}

std::vector<tt::Tensor> numbered(const std::string& prefix) {
  std::vector<tt::Tensor> tensors;
  while (const tt::Tensor* tensor = references().find(prefix + std::to_string(tensors.size())))
    tensors.push_back(*tensor);
  return tensors;
}

/// Keras computes in float32 with other kernels: a few units in the last place grow over nine steps.
void expect_near(const tt::Tensor& ours, const tt::Tensor& theirs, const std::string& what, double tolerance = 2e-5) {
  ASSERT_EQ(ours.shape(), theirs.shape()) << what;
  const auto a = ours.to_vector<double>(), b = theirs.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_NEAR(a[i], b[i], tolerance * (1 + std::abs(b[i]))) << what << " " << i;
}

/// Trains `model` from Keras's first weights on Keras's data, and holds everything that Keras recorded against it.
void check(const std::string& name, const keras::Model& model, keras::CompileOptions options) {
  SCOPED_TRACE(name + " " + options.engine);
  options.numerics = "exact";
  model.compile(options);
  const auto& dict = references();
  model.set_weights(numbered(name + "/initial/"));
  const tt::Tensor* weight = dict.find(name + "/sample_weight");
  const auto history = model.fit(
      dict.at(name + "/x"), dict.at(name + "/y"),
      {.batch_size = 8, .epochs = 3, .verbose = 0, .shuffle = false, .sample_weight = weight ? *weight : tt::Tensor()});
  for (const auto& [key, values] : history) expect_near(tt::tensor(values), dict.at(name + "/history/" + key), key);
  const auto weights = model.get_weights(), expected = numbered(name + "/final/");
  ASSERT_EQ(weights.size(), expected.size());
  for (std::size_t i = 0; i < weights.size(); ++i) expect_near(weights[i], expected[i], "weight " + std::to_string(i));
  expect_near(model.predict(dict.at(name + "/x"), {.verbose = 0}), dict.at(name + "/predict"), "predictions");
}

const keras::Loss logits = keras::losses::SparseCategoricalCrossentropy({.from_logits = true});

keras::Sequential mlp() { return {Input({6}), Dense(8, {.activation = "relu"}), Dense(3)}; }

/// Every case on both engines.
class KerasNumbers : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Engines, KerasNumbers, testing::Values("graph", "eager"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace

TEST_P(KerasNumbers, Sgd) {
  check("sgd", mlp(),
        {.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}),
         .loss = logits,
         .metrics = {"accuracy"},
         .engine = GetParam()});
}
TEST_P(KerasNumbers, NesterovMomentum) {
  check("nesterov", mlp(),
        {.optimizer = keras::optimizers::SGD({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}),
         .loss = logits,
         .engine = GetParam()});
}
TEST_P(KerasNumbers, AdamEpsilonOutsideTheBiasCorrection) {
  check("adam", mlp(),
        {.optimizer = keras::optimizers::Adam({.learning_rate = 0.01, .epsilon = 1e-3}),
         .loss = logits,
         .metrics = {"accuracy"},
         .engine = GetParam()});
}
TEST_P(KerasNumbers, AdamW) {
  check("adamw", mlp(),
        {.optimizer = keras::optimizers::AdamW({.learning_rate = 0.01, .weight_decay = 0.1}),
         .loss = logits,
         .engine = GetParam()});
}
TEST_P(KerasNumbers, SampleWeights) {
  check("weighted", mlp(), {.optimizer = "sgd", .loss = logits, .metrics = {"accuracy"}, .engine = GetParam()});
}
TEST_P(KerasNumbers, ConvolutionAndPooling) {
  check("conv",
        keras::Sequential({Input({10, 9, 2}), Conv2D(4, 3, {.padding = "same", .activation = "relu"}), MaxPooling2D(2),
                           Conv2D(5, 3, {.strides = 2, .padding = "same"}),
                           AveragePooling2D(2, {.strides = 1, .padding = "same"}), Flatten(), Dense(3)}),
        {.optimizer = "adam", .loss = logits, .metrics = {"accuracy"}, .engine = GetParam()});
}
TEST_P(KerasNumbers, BatchNormalization) {
  check("batch_norm",
        keras::Sequential({Input({10, 9, 2}), Conv2D(4, 3, {.use_bias = false}), BatchNormalization(),
                           Activation("relu"), GlobalAveragePooling2D(), Dense(3)}),
        {.optimizer = "adam", .loss = logits, .metrics = {"accuracy"}, .engine = GetParam()});
}
// Numbers: keras.layers.LayerNormalization of Keras 3.15, on ((i * 7919) mod 23 - 11) / 11.
TEST(KerasLayerNormalization, OverSeveralAxes) {
  std::vector<float> values(48);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(static_cast<int>(i * 7919 % 23) - 11) / 11;
  const tt::Tensor x = tt::tensor(values, {2, 3, 2, 4});
  const auto layer = LayerNormalization({.axis = {3, 1}});
  layer.build({tt::unknown, 3, 2, 4});
  const tt::Tensor steps = tt::reshape(tt::arange(0, 12, 1, tt::float32), {3, 4});
  layer.set_weights({steps / 6 + 0.5, steps / 12 - 0.5});
  const tt::Tensor y = layer(x), one = LayerNormalization({.axis = 1})(x);
  const auto first = y.to_vector<float>(), of_one = one.to_vector<float>();
  const std::vector<double> expected{-1.29033780, -0.79474175, 0.03870863,  1.21001339, -0.87982029, -0.23696673,
                                     0.74895024,  -1.30369496, -0.32151657, 1.09111273, -2.15382147, -0.62052989},
      expected_of_one{-1.22363484, -0.41901222, 0.95774221, 0.95774215, -0.41901219, -0.41901219};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(first[i], expected[i], 2e-6) << i;
  EXPECT_NEAR(first.back(), -1.13935981, 2e-6);
  for (std::size_t i = 0; i < expected_of_one.size(); ++i) EXPECT_NEAR(of_one[i], expected_of_one[i], 2e-6) << i;
  EXPECT_EQ(y.shape(), x.shape());
  EXPECT_EQ(layer(Input({3, 2, 4})).shape().text(), "(?, 3, 2, 4)");
}

TEST_P(KerasNumbers, EmbeddingLayerNormalizationAndProbabilities) {
  check("embedding",
        keras::Sequential({Input({7}, {.dtype = tt::int64}), Embedding(11, 4), LayerNormalization(), Flatten(),
                           Dense(3, {.activation = "softmax"})}),
        {.optimizer = "sgd", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}, .engine = GetParam()});
}
TEST_P(KerasNumbers, BinaryCrossentropyAndAccuracy) {
  check("binary",
        keras::Sequential({Input({6}), Dense(4, {.activation = "tanh"}), Dense(1, {.activation = "sigmoid"})}),
        {.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}, .engine = GetParam()});
}
TEST_P(KerasNumbers, CategoricalCrossentropyAndAccuracy) {
  check("categorical", mlp(),
        {.optimizer = "sgd",
         .loss = keras::losses::CategoricalCrossentropy({.from_logits = true}),
         .metrics = {"accuracy"},
         .engine = GetParam()});
}
TEST_P(KerasNumbers, MeanAbsoluteErrorWithSquaredErrorAsMetric) {
  check("regression", keras::Sequential({Input({6}), Dense(2)}),
        {.optimizer = "sgd", .loss = "mae", .metrics = {"mse"}, .engine = GetParam()});
}
