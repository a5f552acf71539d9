// Models: how they are put together, and trained on both engines.
#include <gtest/gtest.h>

#include "triptych/eager.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

using Weights = std::vector<std::vector<float>>;

tt::Tensor ramp(const tt::Shape& shape, float scale = 1) {
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = scale * static_cast<float>(static_cast<int>(i * 7919 % 23) - 11) / 11;
  return tt::tensor(values, shape);
}

tt::Tensor labels(std::int64_t count, std::int64_t classes) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(i * 31 % 7) % classes;
  return tt::tensor(values);
}

Weights weights_of(const keras::Layer& layer) {
  Weights result;
  for (const tt::Tensor& weight : layer.get_weights()) result.push_back(weight.to_vector<float>());
  return result;
}

const keras::Loss logits_loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true});

/// Losses and weights of a run of shuffled epochs with a short last batch.
template <class Make>
std::pair<std::vector<double>, Weights> run(const std::string& engine, Make make, const tt::Tensor& x,
                                            const tt::Tensor& y) {
  keras::utils::set_random_seed(3);
  keras::Model model = make();
  model.compile(
      {.optimizer = "adam", .loss = logits_loss, .metrics = {"accuracy"}, .engine = engine, .numerics = "exact"});
  const auto history = model.fit(x, y, {.batch_size = 16, .epochs = 3, .verbose = 0, .validation_split = 0.2});
  std::vector<double> numbers = history["loss"];
  for (const char* name : {"accuracy", "val_loss", "val_accuracy"})
    numbers.insert(numbers.end(), history[name].begin(), history[name].end());
  return {numbers, weights_of(model)};
}

template <class Make>
void expect_equal_engines(Make make, const tt::Shape& input) {
  const tt::Tensor x = ramp(input), y = labels(input[0], 3);
  const auto graph = run("graph", make, x, y), eager = run("eager", make, x, y);
  EXPECT_EQ(graph.first, eager.first);
  EXPECT_EQ(graph.second, eager.second);
  EXPECT_NE(graph.first.front(), graph.first[2]) << "nothing was learnt";
}

}  // namespace

TEST(KerasEngines, DenseModelsAgreeBitForBit) {
  expect_equal_engines(
      [] {
        return keras::Sequential({Input({4}), Dense(8, {.activation = "relu"}), Dense(3)});
      },
      {50, 4});
}

TEST(KerasEngines, ConvolutionalModelsAgreeBitForBit) {
  expect_equal_engines(
      [] {
        return keras::Sequential({Input({8, 7, 2}), Conv2D(4, 3, {.padding = "same", .activation = "relu"}),
                                  MaxPooling2D(2), Conv2D(3, 2), GlobalMaxPooling2D(), Dense(3)});
      },
      {50, 8, 7, 2});
}

TEST(KerasEngines, BatchNormalizationAndDropoutAgreeBitForBit) {
  expect_equal_engines(
      [] {
        return keras::Sequential({Input({6, 6, 1}), Conv2D(4, 3), BatchNormalization(), ReLU(), Flatten(), Dropout(0.3),
                                  Dense(8), LayerNormalization(), Dense(3)});
      },
      {50, 6, 6, 1});
}

TEST(KerasFit, LossGoesDown) {
  keras::utils::set_random_seed(1);
  keras::Sequential model({Input({3}), Dense(16, {.activation = "relu"}), Dense(1)});
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}), .loss = "mse"});
  const auto x = ramp({64, 3});
  const auto history = model.fit(x, tt::sum(x, {1}, true), {.epochs = 30, .verbose = 0});
  EXPECT_LT(history["loss"].back(), 0.1 * history["loss"].front());
  EXPECT_EQ(history.epoch.size(), 30U);
}

TEST(KerasFit, ShufflesAsADataLoaderDoes) {
  const tt::Tensor x = ramp({40, 3}), y = labels(40, 2);
  const auto trained = [&](bool loader) {
    keras::utils::set_random_seed(9);
    keras::Sequential model({Input({3}), Dense(2)});
    model.compile({.optimizer = "sgd", .loss = logits_loss});
    if (loader)
      model.fit(tt::data::DataLoader(tt::data::TensorDataset(x, y), {.batch_size = 8, .shuffle = true, .seed = 4}),
                {.epochs = 2, .verbose = 0});
    else
      model.fit(x, y, {.batch_size = 8, .epochs = 2, .verbose = 0, .seed = 4});
    return weights_of(model);
  };
  EXPECT_EQ(trained(true), trained(false));
}

TEST(KerasFit, ValidationIsTheLastPartOfTheData) {
  keras::utils::set_random_seed(2);
  keras::Sequential model({Input({3}), Dense(2)});
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0}), .loss = "mse"});
  const tt::Tensor x = ramp({10, 3}), y = ramp({10, 2});
  const auto history = model.fit(x, y, {.verbose = 0, .validation_split = 0.3});
  const auto last = model.evaluate(tt::slice(x, 0, {7, 10}), tt::slice(y, 0, {7, 10}), {.verbose = 0});
  EXPECT_DOUBLE_EQ(history["val_loss"][0], last["loss"]);
}

TEST(KerasFit, SampleAndClassWeightsScaleTheLoss) {
  const tt::Tensor x = ramp({6, 3}), y = labels(6, 2);
  const auto loss = [&](keras::FitOptions options) {
    keras::utils::set_random_seed(5);
    keras::Sequential model({Input({3}), Dense(2)});
    model.compile({.optimizer = "sgd", .loss = logits_loss});
    options.verbose = 0;
    return model.fit(x, y, options)["loss"][0];
  };
  const double plain = loss({});
  EXPECT_NEAR(loss({.sample_weight = tt::full({6}, 2.0)}), 2 * plain, 1e-6);
  EXPECT_NEAR(loss({.class_weight = {{0, 3.0}, {1, 3.0}}}), 3 * plain, 1e-6);
}

TEST(KerasModel, PredictsInBatchesOfAnySize) {
  keras::Sequential model({Input({3}), Dense(2, {.activation = "relu"})});
  const tt::Tensor x = ramp({10, 3});
  const auto all = model.predict(x, {.verbose = 0}), parts = model.predict(x, {.batch_size = 4, .verbose = 0});
  EXPECT_EQ(all.shape(), tt::Shape({10, 2}));
  EXPECT_EQ(all.to_vector<float>(), parts.to_vector<float>());
  EXPECT_EQ(all.to_vector<float>(), model(x).to_vector<float>());
}

TEST(KerasModel, SequentialWithoutInputIsBuiltByData) {
  keras::Sequential model({Dense(4, {.activation = "relu"}), Dense(1)});
  EXPECT_FALSE(model.built());
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(ramp({8, 5}), ramp({8, 1}), {.verbose = 0});
  EXPECT_EQ(model.count_params(), 5 * 4 + 4 + 4 + 1);
}

TEST(KerasModel, FunctionalWithSharedLayersAndSeveralInputsAndOutputs) {
  auto a = Input({4}), b = Input({4});
  auto shared = Dense(5, {.activation = "relu"});
  auto left = shared(a), right = shared(b);
  auto sum = Add()({left, right});
  auto one = Dense(1, {.name = "one"})(sum), two = Dense(3, {.name = "two"})(Concatenate()({left, tt::relu(right)}));
  keras::Model model({a, b}, {one, two});
  EXPECT_EQ(model.count_params(), 4 * 5 + 5 + 5 + 1 + 10 * 3 + 3);
  for (const char* engine : {"graph", "eager"}) {
    model.compile({.optimizer = "adam",
                   .loss = {"mse", logits_loss},
                   .loss_weights = {1, 0.5},
                   .metrics = {"mae", "accuracy"},
                   .engine = engine});
    const auto history = model.fit({ramp({20, 4}), ramp({20, 4}, 0.3F)}, {ramp({20, 1}), labels(20, 3)},
                                   {.batch_size = 8, .epochs = 4, .verbose = 0});
    EXPECT_LT(history["loss"].back(), history["loss"].front());
    EXPECT_NEAR(history["loss"][1], history["one_loss"][1] + 0.5 * history["two_loss"][1], 1e-5);
    EXPECT_TRUE(history.contains("two_accuracy"));
  }
  const auto outputs = model.predict_all({ramp({3, 4}), ramp({3, 4})}, {.verbose = 0});
  EXPECT_EQ(outputs[1].shape(), tt::Shape({3, 3}));
}

TEST(KerasModel, NestedModelsShareWeights) {
  keras::Sequential inner({Input({4}), Dense(3)});
  keras::Sequential outer({Input({4}), inner, Dense(1)});
  outer.compile({.optimizer = "sgd", .loss = "mse"});
  const Weights before = weights_of(inner);
  outer.fit(ramp({8, 4}), ramp({8, 1}), {.verbose = 0});
  EXPECT_NE(weights_of(inner), before);
}

TEST(KerasModel, FrozenLayersStay) {
  auto first = Dense(4);
  keras::Sequential model({Input({4}), first, Dense(1)});
  first.set_trainable(false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Weights before = weights_of(first), all = weights_of(model);
  model.fit(ramp({8, 4}), ramp({8, 1}), {.verbose = 0});
  EXPECT_EQ(weights_of(first), before);
  EXPECT_NE(weights_of(model), all);
}

namespace {

struct Scale : keras::LayerBase {
  tt::Tensor factor;
  void build(const tt::Shape& input) override {
    factor = add_weight({.name = "factor", .shape = {input[-1]}, .initializer = "ones"});
  }
  tt::Tensor call(const tt::Tensor& x, bool) override { return x * factor; }
};

struct Net : keras::ModelBase {
  keras::Layer hidden = Dense(6, {.activation = "relu"}), out = Dense(1), scale = keras::layer<Scale>();
  tt::Tensor call(const tt::Tensor& x, bool) override { return scale(out(hidden(x))); }
};

}  // namespace

TEST(KerasModel, OwnLayersAndSubclassedModelsTrain) {
  for (const char* engine : {"graph", "eager"}) {
    keras::utils::set_random_seed(2);
    const keras::Model model = keras::model<Net>();
    model.compile({.optimizer = "adam", .loss = "mse", .engine = engine});
    const auto history = model.fit(ramp({16, 4}), ramp({16, 1}), {.epochs = 5, .verbose = 0});
    EXPECT_LT(history["loss"].back(), history["loss"].front());
    EXPECT_EQ(model.layers().size(), 3U);
    EXPECT_EQ(model.get_layer(2).base().class_name(), "Scale");
    EXPECT_NE(model.layers()[2].get_weights()[0].to_vector<float>()[0], 1.0F);
  }
}

TEST(KerasModel, LambdaUsesAnyFunction) {
  auto doubled = Lambda([](const tt::Tensor& x) { return x * 2; });
  EXPECT_EQ(doubled(tt::tensor<float>({1, 2})).to_vector<float>(), (std::vector<float>{2, 4}));
}

// A mistake in a function of the user's is at its own line; in one that is passed by name, where it is called from.
TEST(KerasModel, MistakesInAUsersFunctionAreAtItsLine) {
  const auto line_of = [](const auto& call) {
    try {
      static_cast<void>(call());
    } catch (const tt::ArgumentError& error) {
      return error.where().line();
    }
    return 0;
  };
  const auto x = tt::ones({2, 3});
  const int line = __LINE__ + 1;
  const auto wrong = [](const tt::Tensor& v) { return tt::matmul(v, tt::ones({4, 4})); };
  const auto lambda = Lambda(wrong), by_name = Lambda(tt::bitwise_not);
  EXPECT_EQ(line_of([&] { return lambda(x); }), line);
  tt::eager::nn::Lambda module(wrong);
  EXPECT_EQ(line_of([&] { return module(x); }), line);
  const keras::Loss loss([](const tt::Tensor& a, const tt::Tensor& b) { return tt::silu(a) + tt::softmax(b, 7); });
  EXPECT_EQ(line_of([&] { return loss(x, x); }), line + 5);
  EXPECT_EQ(line_of([&] { return by_name(x); }), __LINE__);
}

TEST(KerasModel, NamesAreKeras) {
  keras::utils::clear_session();
  EXPECT_EQ(Dense(1).name(), "dense");
  EXPECT_EQ(Dense(1).name(), "dense_1");
  EXPECT_EQ(MaxPooling2D().name(), "max_pooling2d");
  EXPECT_EQ(GlobalAveragePooling2D().name(), "global_average_pooling2d");
  EXPECT_EQ(ReLU().name(), "re_lu");
  EXPECT_EQ(BatchNormalization().name(), "batch_normalization");
  EXPECT_EQ(keras::layer<Scale>().name(), "scale");
  EXPECT_EQ(Dense(1, {.name = "mine"}).name(), "mine");
}
