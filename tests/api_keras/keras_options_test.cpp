// Every option of fit and evaluate does what it says. (That wrong values are refused: bad_input_keras_test.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bad_input.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// Writes down which examples each training batch had: they are numbered, and the model gives them back as its loss.
struct Seen : keras::CallbackBase {
  std::vector<std::vector<double>> epochs;
  void on_epoch_begin(int, keras::Logs&) override { epochs.emplace_back(); }
  void on_train_batch_begin(std::int64_t, keras::Logs&) override { model().reset_metrics(); }
  void on_train_batch_end(std::int64_t, keras::Logs& logs) override { epochs.back().push_back(logs["loss"]); }
};

keras::Sequential numbering() {
  keras::Sequential model({Input({1}), Dense(1, {.use_bias = false, .kernel_initializer = "ones"})});
  model.compile({.optimizer = keras::optimizers::SGD(0.0), .loss = "mae"});
  return model;
}

tt::Tensor numbers(std::int64_t count) { return tt::reshape(tt::arange(0, count, 1, tt::float32), {count, 1}); }

using Epochs = std::vector<std::vector<double>>;

Epochs examples(std::int64_t count, keras::FitOptions options, bool loader = false) {
  const auto seen = keras::callback<Seen>();
  options.callbacks = {seen};
  options.verbose = 0;
  const tt::Tensor x = numbers(count), y = tt::zeros({count, 1});
  if (loader)
    numbering().fit(tt::data::DataLoader(tt::data::TensorDataset(x, y), {.batch_size = 1}), options);
  else
    numbering().fit(x, y, options);
  return seen.as<Seen>()->epochs;
}

}  // namespace

// Numbers: keras.src.trainers.epoch_iterator of Keras 3.15, which goes on where the last epoch stopped, warns where the
// data end, and begins again in the next epoch.
TEST(KerasOptions, StepsPerEpochGoOnWhereTheLastEpochStopped) {
  for (const bool loader : {false, true}) {
    keras::FitOptions options{.epochs = 4, .shuffle = false, .steps_per_epoch = 2};
    if (!loader) options.batch_size = 1;
    EXPECT_EQ(examples(4, options, loader), (Epochs{{0, 1}, {2, 3}, {0, 1}, {2, 3}}));
    testing::internal::CaptureStderr();
    EXPECT_EQ(examples(5, options, loader), (Epochs{{0, 1}, {2, 3}, {4}, {0, 1}}));
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "[fit] warning: the data end after 1 of the 2 steps of epoch 3.\n");
    options.steps_per_epoch = 0;
    options.epochs = 2;
    EXPECT_EQ(examples(3, options, loader), (Epochs{{0, 1, 2}, {0, 1, 2}}));
  }
}

TEST(KerasOptions, ShuffledStepsPerEpochGiveEveryExampleOnceInEachPass) {
  auto epochs = examples(6, {.batch_size = 1, .epochs = 4, .steps_per_epoch = 3, .seed = 5});
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<double> all = epochs[static_cast<std::size_t>(2 * pass)];
    for (const double number : epochs[static_cast<std::size_t>(2 * pass + 1)]) all.push_back(number);
    std::sort(all.begin(), all.end());
    EXPECT_THAT(all, ElementsAre(0, 1, 2, 3, 4, 5));
  }
  EXPECT_NE(epochs[0], epochs[2]);
}

TEST(KerasOptions, BatchSizeShuffleAndSeed) {
  EXPECT_EQ(examples(40, {})[0].size(), 2U);  // 32 and 8
  EXPECT_EQ(examples(6, {.batch_size = 4, .shuffle = false}), (Epochs{{1.5, 4.5}}));
  EXPECT_EQ(examples(9, {.batch_size = 1, .seed = 1}), examples(9, {.batch_size = 1, .seed = 1}));
  EXPECT_NE(examples(9, {.batch_size = 1, .seed = 1}), examples(9, {.batch_size = 1, .seed = 2}));
}

TEST(KerasOptions, InitialEpochCountsFromThere) {
  const auto history = numbering().fit(numbers(2), tt::zeros({2, 1}), {.epochs = 5, .verbose = 0, .initial_epoch = 3});
  EXPECT_THAT(history.epoch, ElementsAre(3, 4));
  // The order is that of the epoch's number.
  EXPECT_EQ(examples(9, {.batch_size = 1, .epochs = 3, .initial_epoch = 2, .seed = 4})[0],
            examples(9, {.batch_size = 1, .epochs = 3, .seed = 4})[2]);
}

TEST(KerasOptions, ValidationFrequencyAndBatchSize) {
  const tt::Tensor x = numbers(6), y = tt::zeros({6, 1});
  std::vector<std::int64_t> batches;
  struct Count : keras::CallbackBase {
    int epochs = 0, batches = 0;
    void on_test_begin(keras::Logs&) override { ++epochs; }
    void on_test_batch_end(std::int64_t, keras::Logs&) override { ++batches; }
  };
  const auto counted = [&](keras::FitOptions options) {
    const auto count = keras::callback<Count>();
    options.callbacks = {count};
    options.epochs = 4;
    options.verbose = 0;
    const auto history = numbering().fit(x, y, options);
    EXPECT_EQ(history["val_loss"].size(), static_cast<std::size_t>(count.as<Count>()->epochs));
    return std::pair(count.as<Count>()->epochs, count.as<Count>()->batches);
  };
  EXPECT_EQ(counted({.validation_data = {x, y}}), std::pair(4, 4));
  EXPECT_EQ(counted({.validation_data = {x, y}, .validation_batch_size = 2}), std::pair(4, 12));
  EXPECT_EQ(counted({.validation_data = {x, y}, .validation_batch_size = 2, .validation_freq = 3}), std::pair(1, 3));
  EXPECT_EQ(counted({.batch_size = 3, .validation_data = {x, y}}), std::pair(4, 8));
  // validation_data goes before validation_split, as in Keras.
  EXPECT_EQ(counted({.batch_size = 3, .validation_split = 0.5, .validation_data = {x, y}}), std::pair(4, 8));
  EXPECT_EQ(counted({.batch_size = 1, .validation_split = 0.5}), std::pair(4, 12));
}

TEST(KerasOptions, ValidationDataHaveWeightsOfTheirOwn) {
  const tt::Tensor x = numbers(2), y = tt::zeros({2, 1});
  const auto history = numbering().fit(x, y, {.verbose = 0, .validation_data = {x, y, tt::tensor<float>({0, 4})}});
  EXPECT_DOUBLE_EQ(history["val_loss"][0], 2);  // (0 * 0 + 4 * 1) / 2
  EXPECT_DOUBLE_EQ(history["loss"][0], 0.5);
}

// Numbers: Keras 3.15, which begins each validation at the first batch.
TEST(KerasOptions, ValidationStepsAreTheFirstBatches) {
  const tt::Tensor x = numbers(5), y = tt::zeros({5, 1});
  const tt::data::TensorDataset examples(x, y);
  const auto losses = [&](keras::FitOptions options) {
    options.epochs = 3;
    options.verbose = 0;
    options.validation_steps = 2;
    return numbering().fit(x, y, options)["val_loss"];
  };
  const std::vector<double> half(3, 0.5);
  EXPECT_EQ(losses({.validation_data = {x, y}, .validation_batch_size = 1}), half);
  EXPECT_EQ(losses({.validation_data = tt::data::DataLoader(examples, {.batch_size = 1})}), half);
  EXPECT_EQ(losses({.validation_data = examples, .validation_batch_size = 1}), half);
  testing::internal::CaptureStderr();
  EXPECT_EQ(losses({.validation_data = examples}), std::vector<double>(3, 2));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("the data end after 1 of the 2 steps"));
}

TEST(KerasOptions, StepsOfEvaluateAndPredict) {
  const tt::Tensor x = numbers(5), y = tt::zeros({5, 1});
  const tt::data::DataLoader loader(tt::data::TensorDataset(x, y), {.batch_size = 1});
  const auto model = numbering();
  for (int run = 0; run < 2; ++run) {
    EXPECT_DOUBLE_EQ(model.evaluate(x, y, {.batch_size = 1, .verbose = 0, .steps = 2})["loss"], 0.5);
    EXPECT_DOUBLE_EQ(model.evaluate(loader, {.verbose = 0, .steps = 2})["loss"], 0.5);
    EXPECT_EQ(model.predict(loader, {.verbose = 0, .steps = 2}).to_vector<float>(), (std::vector<float>{0, 1}));
    EXPECT_EQ(model.predict(x, {.batch_size = 2, .verbose = 0, .steps = 1}).to_vector<float>(),
              (std::vector<float>{0, 1}));
  }
  EXPECT_EQ(model.predict(loader, {.verbose = 0}).to_vector<float>(), x.to_vector<float>());
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  EXPECT_DOUBLE_EQ(model.evaluate(x, y, {.batch_size = 1, .verbose = 2, .steps = 9})["loss"], 2);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::StartsWith("5/9 - "));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "[evaluate] warning: the data end after 5 of the 9 steps.\n");
}

TEST(KerasOptions, LargeBatchesTakeAllExamples) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(examples(5, {.batch_size = most, .shuffle = false}), (Epochs{{2}}));
  testing::internal::CaptureStderr();
  EXPECT_EQ(examples(2, {.batch_size = 1, .shuffle = false, .steps_per_epoch = most}), (Epochs{{0, 1}}));
  testing::internal::GetCapturedStderr();
  const auto model = numbering();
  const tt::Tensor x = numbers(5), y = tt::zeros({5, 1});
  EXPECT_DOUBLE_EQ(model.evaluate(x, y, {.batch_size = most, .verbose = 0})["loss"], 2);
  EXPECT_EQ(model.predict(x, {.batch_size = most, .verbose = 0}).size(0), 5);
  const auto history = model.fit(x, y, {.verbose = 0, .validation_data = {x, y}, .validation_batch_size = most});
  EXPECT_DOUBLE_EQ(history["val_loss"][0], 2);
}

// A sampler may take less than the data set has, or more.
TEST(KerasOptions, AnEpochIsWhatTheLoaderGives) {
  struct Some : tt::data::Sampler {
    explicit Some(std::vector<std::int64_t> given) : indices(std::move(given)) {}
    std::vector<std::int64_t> sample(std::int64_t, std::int64_t) const override { return indices; }
    std::vector<std::int64_t> indices;
  };
  const auto loader_of = [](std::vector<std::int64_t> indices) {
    return tt::data::DataLoader(tt::data::TensorDataset(numbers(3), tt::zeros({3, 1})),
                                {.batch_size = 1, .sampler = std::make_shared<Some>(std::move(indices))});
  };
  const auto model = numbering();
  EXPECT_EQ(model.predict(loader_of({2, 2, 1, 0, 1}), {.verbose = 0}).size(0), 5);
  const auto seen = keras::callback<Seen>();
  model.fit(loader_of({2, 2, 1, 0, 1}), {.epochs = 2, .verbose = 0, .callbacks = {seen}});
  EXPECT_EQ(seen.as<Seen>()->epochs, (Epochs{{2, 2, 1, 0, 1}, {2, 2, 1, 0, 1}}));
  const std::string error = "the data hold no batch";
  const auto nothing = loader_of({});
  EXPECT_BAD("[fit] " + error, model.fit(nothing, {.verbose = 0}));
  EXPECT_BAD("[fit] " + error, model.fit(nothing, {.verbose = 0, .steps_per_epoch = 2}));
  EXPECT_BAD("[fit] " + error, model.fit(numbers(2), numbers(2), {.verbose = 0, .validation_data = nothing}));
  EXPECT_BAD("[evaluate] " + error, model.evaluate(nothing, {.verbose = 0}));
  EXPECT_BAD("[predict] " + error, model.predict(nothing, {.verbose = 0}));
  const tt::data::DataLoader dropped(tt::data::TensorDataset(numbers(3), numbers(3)),
                                     {.batch_size = 4, .drop_last = true});
  EXPECT_BAD("[fit] " + error, model.fit(dropped, {.verbose = 0}));
}

TEST(KerasOptions, EvaluateCountsItsWeightsAndBatches) {
  const auto model = numbering();
  const tt::Tensor x = numbers(4), y = tt::zeros({4, 1});
  struct Count : keras::CallbackBase {
    int test = 0, predict = 0;
    void on_test_batch_end(std::int64_t, keras::Logs&) override { ++test; }
    void on_predict_batch_end(std::int64_t, keras::Logs&) override { ++predict; }
  };
  const auto count = keras::callback<Count>();
  const auto logs =
      model.evaluate(x, y, {.batch_size = 1, .verbose = 0, .sample_weight = tt::ones({4}) * 2, .callbacks = {count}});
  EXPECT_DOUBLE_EQ(logs["loss"], 3);
  EXPECT_EQ(count.as<Count>()->test, 4);
  model.predict(x, {.batch_size = 2, .verbose = 0, .callbacks = {count}});
  EXPECT_EQ(count.as<Count>()->predict, 2);
  testing::internal::CaptureStdout();
  model.evaluate(x, y, {.verbose = 2});
  EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::StartsWith("1/1 - 0s - "));
  testing::internal::CaptureStdout();
  model.evaluate(x, y);
  model.predict(x);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("1/1 ━━━━━━━━━━━━━━━━━━━━ 0s"));
}

// --- What mode "auto" means -----------------------------------------------------------------------------------------

namespace {

struct Fixed : keras::MetricBase {
  Fixed() : MetricBase("fixed") {}
  tt::Tensor values(const tt::Tensor&, const tt::Tensor& p) override { return p; }
};

/// Epochs until a metric that rises by one each epoch counts as no better.
std::size_t epochs_until_stop(const std::string& monitor, std::vector<keras::Metric> metrics) {
  keras::Sequential model({Input({1}), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = std::move(metrics)});
  const auto rising = keras::callbacks::LambdaCallback(
      {.on_epoch_end = [&](int epoch, keras::Logs& logs) { logs.set(monitor, epoch); }});
  return model
      .fit(numbers(2), tt::zeros({2, 1}),
           {.epochs = 6,
            .verbose = 0,
            .callbacks = {rising, keras::callbacks::EarlyStopping({.monitor = monitor, .patience = 1})}})
      .epoch.size();
}

}  // namespace

TEST(KerasOptions, AutoKnowsWhichMetricsRise) {
  for (const char* rises : {"accuracy", "val_accuracy"}) EXPECT_EQ(epochs_until_stop(rises, {"accuracy"}), 6U) << rises;
  EXPECT_EQ(epochs_until_stop("binary_accuracy", {keras::metrics::BinaryAccuracy()}), 6U);
  for (const char* falls : {"loss", "val_loss"}) EXPECT_EQ(epochs_until_stop(falls, {}), 2U) << falls;
  EXPECT_EQ(epochs_until_stop("mae", {"mae"}), 2U);
  EXPECT_EQ(epochs_until_stop("val_mean_squared_error", {keras::metrics::MeanSquaredError()}), 2U);
}

TEST(KerasOptions, AutoRefusesAMetricThatItDoesNotKnow) {
  const auto error = [](const std::string& monitor, std::vector<keras::Metric> metrics) -> std::string {
    try {
      epochs_until_stop(monitor, std::move(metrics));
    } catch (const tt::ArgumentError& e) {
      return e.what();
    }
    return "";
  };
  const keras::Metric own(std::make_shared<Fixed>());
  EXPECT_THAT(error("fixed", {own}), HasSubstr("[EarlyStopping] it is not known whether the metric should rise or "
                                               "fall: 'fixed'. Give the mode, 'min' or 'max'. At "
                                               "keras_options_test.cpp"));
  // Not among the metrics, though its name sounds like one that rises.
  EXPECT_THAT(error("my_accuracy", {"accuracy"}), HasSubstr("'my_accuracy'"));
}

TEST(KerasOptions, OptionsOfEarlyStopping) {
  const auto epochs = [](keras::EarlyStoppingOptions options, std::vector<double> values) {
    keras::Sequential model({Input({1}), Dense(1)});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    options.monitor = "score";
    options.mode = options.mode == "auto" ? "min" : options.mode;
    const auto scripted = keras::callbacks::LambdaCallback({.on_epoch_end = [&](int epoch, keras::Logs& logs) {
      logs.set("score", values[static_cast<std::size_t>(epoch)]);
    }});
    return model
        .fit(numbers(2), tt::zeros({2, 1}),
             {.epochs = static_cast<int>(values.size()),
              .verbose = 0,
              .callbacks = {scripted, keras::callbacks::EarlyStopping(options)}})
        .epoch.size();
  };
  // Numbers: keras.callbacks.EarlyStopping of Keras 3.15 with the same scripted values.
  EXPECT_EQ(epochs({.patience = 1}, {5, 4, 3, 3, 3}), 4U);
  EXPECT_EQ(epochs({.min_delta = 0.5, .patience = 1}, {5, 4, 3.9, 3.8, 3}), 3U);
  EXPECT_EQ(epochs({.min_delta = -0.5, .patience = 1}, {5, 4, 3.9, 3.8, 3}), 3U);
  EXPECT_EQ(epochs({.patience = 2, .baseline = 2}, {5, 4, 3, 2.5, 2.1}), 5U);
  EXPECT_EQ(epochs({.patience = 1, .baseline = 2}, {5, 5, 3, 2.5, 1}), 2U);
  EXPECT_EQ(epochs({.patience = 1, .start_from_epoch = 3}, {1, 2, 3, 4, 5}), 5U);
  EXPECT_EQ(epochs({.patience = 1, .mode = "max"}, {1, 2, 3, 2, 1}), 4U);
}
