// Shapes and dtypes of what goes into fit: losses, weights and metrics never broadcast up, data of any dtype train.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

/// A model that gives back its input.
keras::Sequential same(const tt::Shape& input, keras::CompileOptions options) {
  keras::Sequential model({Input(input), Lambda([](const tt::Tensor& x) { return x * 1; }), Activation("linear"),
                           Dense(input[-1], {.kernel_initializer = [](const tt::Shape& shape, tt::DType dtype) {
                                   return tt::eye(shape[0], {}, dtype);
                                 }})});
  options.optimizer = keras::optimizers::SGD(0.0);
  model.compile(options);
  return model;
}

const std::vector<const char*> engines{"graph", "eager"};

}  // namespace

// Numbers: Keras 3.15, keras.losses.MeanSquaredError()(y, p, sample_weight=w) for each shape of w.
TEST(KerasTargets, WeightsOfAnyShapeOfTheLossesCountEachOnce) {
  const tt::Tensor y = tt::zeros({3, 2}), p = tt::tensor<float>({1, 1, 2, 2, 3, 3}, {3, 2});
  const keras::Loss mse("mse");
  const auto value = [&](const tt::Tensor& weight) { return mse(y, p, weight).item<float>(); };
  EXPECT_FLOAT_EQ(value({}), 14.0F / 3);
  EXPECT_FLOAT_EQ(value(tt::tensor<float>({1, 2, 3})), 12);
  EXPECT_FLOAT_EQ(value(tt::tensor<float>({1, 2, 3}, {3, 1})), 12);
  EXPECT_FLOAT_EQ(value(tt::tensor<std::int64_t>({1, 2, 3})), 12);
  // A loss for each step of a sequence (n, t): a weight for each example, or for each step.
  const tt::Tensor p3 = tt::reshape(p, {3, 2, 1}), y3 = tt::zeros({3, 2, 1});
  EXPECT_FLOAT_EQ(mse(y3, p3, tt::tensor<float>({1, 2, 3})).item<float>(), 12);
  EXPECT_FLOAT_EQ(mse(y3, p3, tt::tensor<float>({1, 0, 1, 0, 1, 0}, {3, 2})).item<float>(), 7.0F / 3);
}

TEST(KerasTargets, WeightsThatHaveMoreElementsThanTheLossesAreRefused) {
  const keras::Loss mse("mse");
  const tt::Tensor y = tt::zeros({3, 2});
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                mse(y, y, tt::ones({3, 2}));
              }),
              HasSubstr("[loss] the sample weights do not fit the losses: weights of shape (3, 2), losses (3,)"));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { mse(y, y, tt::ones({4})); }), HasSubstr("do not fit"));
  const keras::Loss number([](const tt::Tensor& a, const tt::Tensor& b) { return tt::mean(tt::square(a - b)); });
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { number(y, y, tt::ones({3})); }),
              HasSubstr("A loss with weights returns a number for each example"));
  for (const char* engine : engines) {
    const auto model = same({2}, {.loss = "mse", .engine = engine});
    EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                  model.fit(y, y, {.verbose = 0, .sample_weight = tt::ones({3, 2})});
                }),
                HasSubstr("the sample weights do not fit the losses"))
        << engine;
  }
}

TEST(KerasTargets, FitAndEvaluateTakeWeightsInAColumn) {
  const tt::Tensor x = tt::tensor<float>({1, 2, 3}, {3, 1}), y = tt::zeros({3});
  const tt::Tensor row = tt::tensor<float>({1, 2, 3}), column = tt::reshape(row, {3, 1});
  for (const char* engine : engines) {
    const auto model = same({1}, {.loss = "mse", .engine = engine});
    for (const tt::Tensor& weight : {row, column}) {
      EXPECT_DOUBLE_EQ(model.fit(x, y, {.verbose = 0, .sample_weight = weight})["loss"][0], 12);
      EXPECT_DOUBLE_EQ(model.evaluate(x, y, {.verbose = 0, .sample_weight = weight})["loss"], 12);
      EXPECT_DOUBLE_EQ(model.train_on_batch(x, y, weight)["loss"], 12);
      EXPECT_DOUBLE_EQ(model.test_on_batch(x, y, weight)["loss"], 12);
    }
  }
}

// Keras 3.15 makes the ranks equal before it calls a loss that is a function: (1 + 4 + 9) / 3, not over (3, 3).
TEST(KerasTargets, ALossFunctionGetsTargetsOfThePredictionsRank) {
  const tt::Tensor x = tt::tensor<float>({1, 2, 3}, {3, 1}), y = tt::zeros({3});
  std::vector<std::pair<int, int>> ranks;
  const auto squares = [&](const tt::Tensor& a, const tt::Tensor& b) {
    ranks.emplace_back(a.ndim(), b.ndim());
    return tt::square(a - b);
  };
  for (const char* engine : engines) {
    const auto model = same({1}, {.loss = squares, .engine = engine});
    EXPECT_FLOAT_EQ(static_cast<float>(model.evaluate(x, y, {.verbose = 0})["loss"]), 14.0F / 3) << engine;
    EXPECT_FLOAT_EQ(static_cast<float>(model.fit(x, y, {.verbose = 0})["loss"][0]), 14.0F / 3) << engine;
  }
  const keras::Loss loss(squares);
  EXPECT_FLOAT_EQ(loss(tt::zeros({3, 1}), tt::ones({3})).item<float>(), 1);
  EXPECT_FLOAT_EQ(loss(tt::zeros({3, 2, 1}), tt::ones({3, 2})).item<float>(), 1);
  for (const auto& [a, b] : ranks) EXPECT_EQ(a, b);
  // Class numbers beside probabilities stay as they are.
  const keras::Loss sparse([](const tt::Tensor& a, const tt::Tensor& b) {
    EXPECT_EQ(a.ndim(), 1);
    EXPECT_EQ(b.ndim(), 2);
    return tt::mean(b, {1});
  });
  sparse(tt::zeros({3}, tt::int64), tt::ones({3, 5}));
}

TEST(KerasTargets, MetricsDoNotBroadcastUp) {
  struct Difference : keras::MetricBase {
    Difference() : MetricBase("difference") {}
    tt::Tensor values(const tt::Tensor& y, const tt::Tensor& p) override { return tt::abs(y - p); }
  };
  const tt::Tensor y = tt::zeros({3}), p = tt::tensor<float>({1, 2, 6}, {3, 1});
  for (keras::Metric metric : {keras::Metric("mae"), keras::Metric(std::make_shared<Difference>())}) {
    metric.update_state(y, p);
    EXPECT_DOUBLE_EQ(metric.result(), 3) << metric.name();
  }
  keras::Metric categorical("categorical_accuracy");
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                categorical.update_state(tt::zeros({1, 4}), tt::zeros({3, 4}));
              }),
              HasSubstr("targets and predictions have different shapes"));
}

// Sizes that are open when the step is traced are held against each other when it runs.
TEST(KerasTargets, SizesThatAreKnownOnlyWhenItRunsDoNotBroadcastEither) {
  for (const char* engine : engines) {
    const tt::Tensor input = Input({tt::unknown, 2});
    keras::Model model(input, Dense(1)(input));
    model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
    for (const std::int64_t length : {3, 4, 1})
      model.evaluate(tt::ones({2, length, 2}), tt::ones({2, length, 1}), {.verbose = 0});
    EXPECT_THROW(model.evaluate(tt::ones({2, 1, 2}), tt::ones({2, 5, 1}), {.verbose = 0}), tt::ArgumentError) << engine;
    EXPECT_THROW(
        model.evaluate(tt::ones({2, 3, 2}), tt::ones({2, 3, 1}), {.verbose = 0, .sample_weight = tt::ones({2, 5})}),
        tt::ArgumentError)
        << engine;
  }
}

// --- class_weight ---------------------------------------------------------------------------------------------------

// Class numbers of any dtype, in a row or a column, or one-hot. Numbers: Keras 3.15.
TEST(KerasTargets, ClassWeightsTakeIntegersFloatsAndOneHot) {
  const tt::Tensor x = tt::tensor<float>({0.5F, 0.25F, 0.25F, 0.2F, 0.6F, 0.2F, 0.1F, 0.3F, 0.6F}, {3, 3});
  const tt::Tensor labels = tt::tensor<std::int64_t>({0, 1, 2});
  const auto loss = [&](const tt::Tensor& y, const char* name, bool weighted, bool loader = false) {
    const auto model = same({3}, {.loss = name});
    keras::FitOptions options{.verbose = 0};
    if (weighted) options.class_weight = {{0, 2.0}, {2, 5.0}};  // 1 for class 1
    if (loader)
      return model.fit(tt::data::DataLoader(tt::data::TensorDataset(x, y), {.batch_size = 3}), options)["loss"][0];
    return model.fit(x, y, options)["loss"][0];
  };
  const char* sparse = "sparse_categorical_crossentropy";
  for (const tt::Tensor& y : {labels, tt::cast(labels, tt::float32), tt::cast(labels, tt::uint8),
                              tt::reshape(labels, {3, 1}), tt::reshape(tt::cast(labels, tt::float64), {3, 1})}) {
    EXPECT_NEAR(loss(y, sparse, false), 0.5715994238853455, 1e-6);
    EXPECT_NEAR(loss(y, sparse, true), 1.4837493896484375, 1e-6);
    EXPECT_NEAR(loss(y, sparse, true, true), 1.4837493896484375, 1e-6);
  }
  const tt::Tensor one_hot = tt::one_hot(labels, 3);
  for (const tt::DType dtype : {tt::float32, tt::int64, tt::uint8}) {
    EXPECT_NEAR(loss(tt::cast(one_hot, dtype), "mse", false), 0.0972222313284874, 1e-6);
    EXPECT_NEAR(loss(tt::cast(one_hot, dtype), "mse", true), 0.2544444501399994, 1e-6);
  }
}

TEST(KerasTargets, ClassAndSampleWeightsMultiply) {
  const tt::Tensor x = tt::tensor<float>({1, 2}, {2, 1}), y = tt::tensor<float>({0, 1});
  for (const tt::Tensor& weight : {tt::tensor<float>({3, 4}), tt::tensor<float>({3, 4}, {2, 1})})
    EXPECT_NEAR(same({1}, {.loss = "mse"})
                    .fit(x, y, {.verbose = 0, .class_weight = {{0, 10}}, .sample_weight = weight})["loss"][0],
                (10 * 3 * 1 + 4 * 1) / 2.0, 1e-5);
}

TEST(KerasTargets, ClassWeightsNeedOneClassForEachExample) {
  const auto model = same({2}, {.loss = "mse"});
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                model.fit(tt::ones({3, 2}), tt::ones({3, 4, 2}), {.verbose = 0, .class_weight = {{0, 2}}});
              }),
              HasSubstr("[fit] class_weight is given, and an example does not have one class: targets of shape"));
}

// --- dtypes of data -------------------------------------------------------------------------------------------------

namespace {

struct Subclassed : keras::ModelBase {
  keras::Layer first = Dense(3), norm = BatchNormalization(), layer_norm = LayerNormalization(), out = Dense(1);
  tt::Tensor call(const tt::Tensor& x, bool) override { return out(layer_norm(norm(first(x)))); }
};

}  // namespace

TEST(KerasTargets, DataOfAnyDtypeTrainAndPredict) {
  const tt::Tensor pixels = tt::cast(tt::arange(0, 32), tt::uint8), y = tt::ones({8, 1});
  const auto expect_same = [&](const auto& make, const tt::Shape& shape) {
    const tt::Tensor bytes = tt::reshape(pixels, shape);
    for (const char* engine : engines) {
      std::vector<float> expected;
      for (const tt::DType dtype : {tt::float32, tt::uint8, tt::int32, tt::int64, tt::float64, tt::float16}) {
        keras::utils::set_random_seed(1);
        const keras::Model model = make();
        const tt::Tensor x = tt::cast(bytes, dtype);
        model.compile({.optimizer = "adam", .loss = "mse", .engine = engine});
        model.fit(x, y, {.verbose = 0, .shuffle = false});
        const auto result = model.predict(x, {.verbose = 0}).template to_vector<float>();
        EXPECT_EQ(model(x).dtype(), tt::float32);
        if (expected.empty()) expected = result;
        EXPECT_EQ(result, expected) << engine << " " << tt::dtype_name(dtype);
      }
    }
  };
  expect_same([] { return keras::Sequential({Dense(3), Dense(1)}); }, {8, 4});
  expect_same([] { return keras::Sequential({Input({4}), Dense(3), Dense(1)}); }, {8, 4});
  expect_same([] { return keras::Sequential({MaxPooling2D(1), Conv2D(2, 2), Flatten(), Dense(1)}); }, {8, 2, 2, 1});
  expect_same([] { return keras::model<Subclassed>(); }, {8, 4});
  expect_same(
      [] {
        const tt::Tensor input = Input({4});
        return keras::Model(input, Dense(1)(input));
      },
      {8, 4});
}

TEST(KerasTargets, AnEmbeddingWithoutInputTakesNumbersOfAnyDtype) {
  for (const tt::DType dtype : {tt::int64, tt::int32, tt::uint8, tt::float32}) {
    keras::utils::set_random_seed(1);
    keras::Sequential model({Embedding(50, 2), Flatten(), Dense(1)});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    model.fit(tt::cast(tt::reshape(tt::arange(0, 32), {8, 4}), dtype), tt::ones({8, 1}), {.verbose = 0});
    EXPECT_EQ(model.count_params(), 50 * 2 + 8 + 1);
  }
}
