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
    factor = add_weight({.shape = {input[-1]}, .initializer = "ones", .name = "factor"});
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

// keras.io/guides/functional_api: "Extract and reuse nodes in the graph of layers".
TEST(KerasModel, LayersKnowWhatTheyWereCalledOn) {
  keras::Model model, features;
  const tt::Tensor x = ramp({5, 6});
  {
    const tt::Tensor in = Input({6});
    const tt::Tensor hidden = Dense(4, {.activation = "relu", .name = "hidden"})(in);
    EXPECT_EQ(keras::Layer(keras::Layer(in).output()), keras::Layer(in));
    model = keras::Model(in, Dense(2, {.name = "out"})(tt::tanh(hidden) * 2), {.name = "model"});
    EXPECT_EQ(keras::Layer(model.get_layer("hidden").input()), keras::Layer(in));
    features = keras::Model(in, {model.get_layer("hidden").output(), model.output()});
  }
  // Nobody holds those any more: the same layers, of new symbols.
  for (const auto& again :
       {features, keras::Model(model.inputs(), {model.get_layer("hidden").output(), model.output()}),
        keras::Model(model.input(), {model.layers()[1].output(), model.get_layer("out").output()})}) {
    const std::vector<tt::Tensor> both = again.call(x);
    EXPECT_EQ(both[0].to_vector<float>(), model.get_layer("hidden")(x).to_vector<float>());
    EXPECT_EQ(both[1].to_vector<float>(), model(x).to_vector<float>());
    EXPECT_EQ(again.weights().size(), 4U);
  }
  EXPECT_EQ(keras::Model(model.inputs(), model.outputs(), {.name = "model"}).summary_text(), model.summary_text());
}

TEST(KerasModel, SymbolsOfNestedAndSequentialModels) {
  const keras::Sequential inner({Input({6}), Dense(4, {.name = "first"}), Dense(3)}, {.name = "inner"});
  const keras::Sequential model({Input({6}), inner, Dense(2)});
  const tt::Tensor x = ramp({5, 6});
  const keras::Model of_inner(inner.inputs(), inner.get_layer("first").output());
  EXPECT_EQ(of_inner(x).to_vector<float>(), inner.get_layer("first")(x).to_vector<float>());
  const keras::Model upper(model.input(), model.get_layer(1).output());
  EXPECT_EQ(upper(x).to_vector<float>(), model(x).to_vector<float>());
  const tt::Tensor series = Input({3, 4});
  const keras::Layer lstm = LSTM(2, {.return_state = true});
  const keras::Model states(series, lstm.call(series)[0]);
  EXPECT_EQ(lstm.outputs().size(), 3U);
  const auto error = [](const std::function<void()>& function) {
    try {
      function();
    } catch (const tt::ArgumentError& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(error([&] { lstm.output(); }).find("the layer has several outputs"), std::string::npos);
  EXPECT_NE(error([] { Dense(2).output(); }).find("the layer stands in no functional or Sequential model"),
            std::string::npos);
  EXPECT_NE(error([] { keras::Sequential({Dense(2)}).inputs(); }).find("Put an Input first"), std::string::npos);
}

TEST(KerasModel, SequentialGivesItsLastLayerAway) {
  keras::Sequential model({Input({6}), Embedding(30, 4, {.name = "table"}), Flatten(), Dense(3, {.name = "old"})});
  model.compile({.loss = "mse"});
  const tt::Tensor words = tt::reshape(labels(30, 30), {5, 6});
  model.fit(words, ramp({5, 3}), {.verbose = 0});
  EXPECT_EQ(model.pop().name(), "old");
  model.add(Dense(2));
  EXPECT_THROW(model.fit(words, ramp({5, 2}), {.verbose = 0}), tt::ArgumentError);  // to be compiled anew
  model.compile({.loss = "mse"});
  model.fit(words, ramp({5, 2}), {.verbose = 0});
  EXPECT_EQ(model.predict(words, {.verbose = 0}).shape(), (tt::Shape{5, 2}));
  keras::Sequential none;
  EXPECT_THROW(none.pop(), tt::ArgumentError);
  EXPECT_EQ(keras::Sequential({Input({6}), Dense(3)}, {.trainable = false}).trainable_weights().size(), 0U);
}

TEST(KerasModel, WhatKerasCallsOtherwise) {
  const keras::Layer dense = Dense(3);
  EXPECT_EQ(dense.compute_output_shape({tt::unknown, 5, 7}), (tt::Shape{tt::unknown, 5, 3}));
  EXPECT_EQ(dense.trainable_variables().size(), 2U);
  EXPECT_EQ(dense.non_trainable_variables().size(), 0U);
  EXPECT_EQ(keras::CompileOptions().optimizer.name(), "rmsprop");
  const tt::Tensor in = Input({}, {.batch_shape = {{4, tt::unknown, 3}}});
  EXPECT_EQ(in.shape(), (tt::Shape{4, tt::unknown, 3}));
  EXPECT_THROW(Input({3}, {.batch_shape = {{4, 3}}}), tt::ArgumentError);
  const tt::Tensor x = ramp({4, 5});
  EXPECT_EQ(keras::activations::gelu(x).to_vector<float>(), tt::gelu(x).to_vector<float>());
  EXPECT_EQ(keras::activations::relu(x, 0.1, 0.5, 0.2).to_vector<float>(),
            ReLU({.max_value = 0.5, .negative_slope = 0.1, .threshold = 0.2})(x).to_vector<float>());
  EXPECT_EQ(keras::activations::get("tanh")(x).to_vector<float>(), tt::tanh(x).to_vector<float>());
  tt::Tensor weight = tt::ones({5}).set_requires_grad();
  EXPECT_EQ(keras::gradients(x * weight, weight)[0].to_vector<float>(), tt::sum(x, {0}).to_vector<float>());
  // Of a size that only feeds decide.
  const tt::Tensor in2 = Input({5});
  const auto noisy = Lambda([](const tt::Tensor& h) {
    const auto n = keras::ops::shape(h)[0];
    namespace ops = keras::ops;
    const tt::Tensor none = ops::zeros({n, 1}) + ops::ones({n, 5}) - ops::full({n, 5}, 3) +
                            ops::broadcast_to(tt::full({1, 1}, 2.0), {n, 5}) + ops::zeros(ops::shape(h));
    return h + none + keras::random::normal(keras::ops::shape(h)) * 0 + keras::random::uniform({n, 5}, 2, 2.5);
  });
  const tt::Tensor moved = keras::Model(in2, noisy(in2)).predict(x, {.verbose = 0}) - x;
  EXPECT_GE(tt::min(moved).item<float>(), 2 - 1e-6);
  EXPECT_LE(tt::max(moved).item<float>(), 2.5 + 1e-6);
  EXPECT_GT(tt::var(moved).item<float>(), 0);
}
