// Steps of one's own, losses and metrics by output, weights by output, several steps in one execution.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/core/autograd.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::ElementsAre;
using testing::HasSubstr;
using tt::Tensor;

namespace {

const std::vector<const char*> engines{"graph", "eager"};

Tensor inputs() { return tt::reshape(tt::arange(0, 16, 1, tt::float32) / 16, {8, 2}); }
Tensor targets() { return tt::reshape(tt::arange(0, 8, 1, tt::float32) / 8, {8, 1}); }

std::vector<std::vector<float>> values_of(const keras::Model& model) {
  std::vector<std::vector<float>> values;
  for (const Tensor& weight : model.get_weights()) values.push_back(weight.to_vector<float>());
  return values;
}

/// Keras's guide: a model that says itself what a step is.
struct Custom : keras::ModelBase {
  keras::Layer dense = Dense(1, {.kernel_initializer = "ones"});
  keras::Metric loss_tracker = keras::metrics::Mean({.name = "loss"}), mae = keras::metrics::MeanAbsoluteError();
  Tensor call(const Tensor& x, bool) override { return dense(x); }
  std::optional<keras::StepLogs> train_step(const keras::StepData& data) override {
    const Tensor y_pred = call(data.x[0], true);
    const Tensor loss[] = {tt::mean(tt::square(y_pred - data.y[0]))};
    const std::vector<Tensor> weights = trainable_weights();
    optimizer().apply(tt::gradients(loss, weights), weights);
    return report(loss[0], data.y[0], y_pred);
  }
  std::optional<keras::StepLogs> test_step(const keras::StepData& data) override {
    const Tensor y_pred = call(data.x[0], false);
    return report(tt::mean(tt::square(y_pred - data.y[0])), data.y[0], y_pred);
  }
  keras::StepLogs report(const Tensor& loss, const Tensor& y, const Tensor& y_pred) {
    loss_tracker.update_state(loss);
    mae.update_state(y, y_pred);
    return {{"loss", loss_tracker.result_tensor()}, {"mae", mae.result_tensor()}};
  }
  std::vector<keras::Metric> metrics() override { return {loss_tracker, mae}; }
};

/// Two outputs.
keras::Model two_headed() {
  const Tensor input = Input({2});
  const Tensor a = Dense(1, {.kernel_initializer = "ones", .name = "a"})(input);
  const Tensor b = Dense(1, {.kernel_initializer = "ones", .name = "b"})(input);
  return keras::Model(input, {a, b});
}

}  // namespace

TEST(KerasOwnSteps, TrainAndTestSteps) {
  const auto reference = keras::Sequential({Input({2}), Dense(1, {.kernel_initializer = "ones"})});
  reference.compile({.optimizer = keras::optimizers::SGD(0.1), .loss = "mse", .metrics = {"mae"}, .numerics = "exact"});
  const keras::FitOptions options{.batch_size = 4, .epochs = 3, .verbose = 0, .shuffle = false};
  const auto expected = reference.fit(inputs(), targets(), options);
  for (const char* engine : engines) {
    const auto model = keras::model<Custom>();
    model.compile({.optimizer = keras::optimizers::SGD(0.1), .engine = engine, .numerics = "exact"});
    const auto history = model.fit(inputs(), targets(), options);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(history["loss"][i], expected["loss"][i], 1e-6) << engine;
      EXPECT_NEAR(history["mae"][i], expected["mae"][i], 1e-6) << engine;
    }
    EXPECT_EQ(values_of(model), values_of(reference)) << engine;
    EXPECT_EQ(model.optimizer().iterations(), 6);
    EXPECT_NEAR(model.evaluate(inputs(), targets(), {.verbose = 0})["mae"],
                reference.evaluate(inputs(), targets(), {.verbose = 0})["mae"], 1e-6);
    EXPECT_THAT(model.metrics_names(), ElementsAre("loss", "mae"));
  }
}

// Two networks with an optimizer each, as in a GAN.
TEST(KerasOwnSteps, OptimizersOfOnesOwn) {
  struct Pair : keras::ModelBase {
    keras::Layer first = Dense(1), second = Dense(1);
    keras::Optimizer of_first = keras::optimizers::Adam(0.1), of_second = keras::optimizers::SGD(0.1);
    Tensor call(const Tensor& x, bool) override { return first(x) + second(x); }
    std::optional<keras::StepLogs> train_step(const keras::StepData& data) override {
      Tensor loss;
      for (auto& [layer, optimizer] : {std::pair{first, of_first}, std::pair{second, of_second}}) {
        loss = tt::mean(tt::square(call(data.x[0], true) - 1));
        const Tensor losses[] = {loss};
        optimizer.apply(tt::gradients(losses, layer.trainable_weights()), layer.trainable_weights());
      }
      return keras::StepLogs{{"loss", loss}};
    }
  };
  for (const char* engine : engines) {
    const auto model = keras::model<Pair>();
    model.compile({.engine = engine});
    const auto history = model.fit(inputs(), {}, {.epochs = 30, .verbose = 0});
    EXPECT_LT(history["loss"].back(), history["loss"][0]) << engine;
  }
}

TEST(KerasOwnSteps, ALossOfTheModelsOwn) {
  struct Absolute : keras::ModelBase {
    keras::Layer dense = Dense(1, {.kernel_initializer = "ones"});
    Tensor call(const Tensor& x, bool) override { return dense(x); }
    Tensor compute_loss(const keras::StepData& data, const std::vector<Tensor>& y_pred, bool) override {
      return tt::mean(tt::abs(data.y[0] - y_pred[0])) * 2;
    }
  };
  for (const char* engine : engines) {
    const auto model = keras::model<Absolute>();
    model.compile({.optimizer = keras::optimizers::SGD(0.0), .metrics = {"mae"}, .engine = engine});
    const auto history = model.fit(inputs(), targets(), {.verbose = 0});
    EXPECT_NEAR(history["loss"][0], 2 * history["mae"][0], 1e-6);
  }
}

TEST(KerasOutputs, LossesMetricsAndWeightsByName) {
  const Tensor x = inputs(), y = targets(), w = tt::arange(0, 8, 1, tt::float32);
  for (const char* engine : engines) {
    const auto model = two_headed();
    model.compile({.optimizer = keras::optimizers::SGD(0.0),
                   .loss = {{"b", "mae"}, {"a", "mse"}},
                   .loss_weights = {{"b", 3.0}},
                   .metrics = {{"b", {"mse", "mae"}}, {"a", "mae"}},
                   .weighted_metrics = {{"b", "mae"}},
                   .engine = engine});
    const auto logs = model.evaluate(x, {y, y}, {.verbose = 0, .sample_weight = {tt::ones({8}), w}});
    std::vector<std::string> names;
    for (const auto& item : logs) names.push_back(item.first);
    EXPECT_THAT(names, ElementsAre("a_loss", "a_mae", "b_loss", "b_mae", "b_mse", "b_weighted_mae", "loss"));
    EXPECT_NEAR(logs["loss"], logs["a_loss"] + 3 * logs["b_loss"], 1e-5) << engine;
    EXPECT_NEAR(logs["a_loss"], logs["b_mse"], 1e-6);
    EXPECT_NEAR(logs["b_weighted_mae"], logs["b_loss"] * 8 / 28, 1e-6);
    model.compile({.optimizer = "sgd", .loss = {{"a", "mse"}}, .engine = engine});  // b is not trained
    const auto before = model.get_weights();
    model.fit(x, {y, y}, {.verbose = 0});
    EXPECT_EQ(model.get_layer("b").get_weights()[0].to_vector<float>(), before[2].to_vector<float>());
    EXPECT_NE(model.get_layer("a").get_weights()[0].to_vector<float>(), before[0].to_vector<float>());
  }
}

TEST(KerasOutputs, NamesThatThereAreNot) {
  const Tensor x = inputs(), y = targets();
  const auto message = [&](const keras::CompileOptions& options) {
    const auto model = two_headed();
    model.compile(options);
    return error_of<tt::ArgumentError>([&] { model.fit(x, {y, y}, {.verbose = 0}); });
  };
  EXPECT_THAT(message({.loss = {{"c", "mse"}}}), HasSubstr("[output] there is no output of this name: 'c'"));
  EXPECT_THAT(message({.loss = "mse", .loss_weights = {{"c", 1.0}}}), HasSubstr("'c'"));
  EXPECT_THAT(message({.loss = "mse", .metrics = {{"c", "mae"}}}), HasSubstr("There are 'a' and 'b'"));
  EXPECT_THAT(message({.loss = {"mse", "mse", "mse"}}), HasSubstr("neither one loss nor one for each output"));
  EXPECT_THAT(message({}), HasSubstr("there is no loss"));
  EXPECT_THROW(two_headed().compile({.steps_per_execution = 0}), tt::ArgumentError);
}

// Numbers: Keras 3.15 calls the batch hooks with the first and the last step of each execution.
TEST(KerasSteps, SeveralInOneExecution) {
  for (const char* engine : engines) {
    const auto model = two_headed();
    model.compile({.optimizer = "sgd", .loss = "mse", .steps_per_execution = 3, .engine = engine});
    std::vector<std::int64_t> begun, ended;
    const auto batches = keras::callbacks::LambdaCallback(
        {.on_train_batch_begin = [&](std::int64_t batch, keras::Logs&) { begun.push_back(batch); },
         .on_train_batch_end = [&](std::int64_t batch, keras::Logs&) { ended.push_back(batch); }});
    model.fit(inputs(), {targets(), targets()}, {.batch_size = 2, .verbose = 0, .callbacks = {batches}});
    EXPECT_THAT(begun, ElementsAre(0, 3)) << engine;
    EXPECT_THAT(ended, ElementsAre(2, 3)) << engine;
    EXPECT_EQ(model.optimizer().iterations(), 4);
  }
}

TEST(KerasGenerators, AreBatchesOfFitEvaluateAndPredict) {
  const auto reference = keras::Sequential({Input({2}), Dense(1, {.kernel_initializer = "ones"})});
  reference.compile({.optimizer = "sgd", .loss = "mse"});
  reference.fit(inputs(), targets(), {.batch_size = 2, .epochs = 3, .verbose = 0, .shuffle = false});
  const auto batches = [](bool ends) {
    return [at = std::int64_t{0}, ends]() mutable -> std::optional<keras::GeneratorBatch> {
      if (at == 8) {
        at = 0;
        if (ends) return std::nullopt;
      }
      at += 2;
      return keras::GeneratorBatch{tt::slice(inputs(), 0, {at - 2, at}), tt::slice(targets(), 0, {at - 2, at})};
    };
  };
  for (const bool ends : {false, true}) {
    const auto model = keras::Sequential({Input({2}), Dense(1, {.kernel_initializer = "ones"})});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    model.fit(batches(ends), {.epochs = 3,
                              .verbose = 0,
                              .validation_data = keras::Generator(batches(true)),
                              .steps_per_epoch = ends ? 0 : 4});
    EXPECT_EQ(values_of(model), values_of(reference));
    EXPECT_NEAR(model.evaluate(batches(ends), {.verbose = 0, .steps = 4})["loss"],
                reference.evaluate(inputs(), targets(), {.verbose = 0})["loss"], 1e-6);
    EXPECT_EQ(model.predict(batches(ends), {.verbose = 0, .steps = 4}).to_vector<float>(),
              reference.predict(inputs(), {.verbose = 0}).to_vector<float>());
    EXPECT_THAT(error_of<tt::ArgumentError>([&] { model.fit(batches(ends), {.batch_size = 2}); }),
                HasSubstr("batch_size is given with a DataLoader"));
  }
  const auto model = keras::Sequential({Input({2}), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_THROW(model.fit([] { return std::optional<keras::GeneratorBatch>(); }, {.verbose = 0}), tt::ArgumentError);
}

TEST(KerasOwnSteps, ArraysByName) {
  const keras::Model model = two_headed();
  const Tensor a = targets(), b = targets() + 1;
  model.compile({.optimizer = keras::optimizers::SGD(0.0), .loss = "mse", .numerics = "exact"});
  const keras::TensorList y = model.in_order({{"b", b}, {"a", a}});
  EXPECT_TRUE(y[0].is_same(a) && y[1].is_same(b));
  const keras::TensorList weights = model.in_order({{"b", tt::ones({8})}, {"a", tt::zeros({8})}});
  const keras::Logs logs = model.evaluate(inputs(), y, {.verbose = 0, .sample_weight = weights});
  EXPECT_EQ(logs["a_loss"], 0);
  EXPECT_GT(logs["b_loss"], 0);
  EXPECT_TRUE(model.in_order({{model.get_layer(0).name(), a}})[0].is_same(a));
  EXPECT_THROW(model.in_order({{"a", a}}), tt::ArgumentError);
  EXPECT_THROW(model.in_order({{"a", a}, {"c", b}}), tt::ArgumentError);
  EXPECT_THROW(model.in_order({{"a", a}, {"a", b}}), tt::ArgumentError);
}

/// Keras's guide: a step of one's own with the loss and metrics of compile.
struct OfCompile : keras::ModelBase {
  keras::Layer dense = Dense(1, {.kernel_initializer = "ones"});
  Tensor call(const Tensor& x, bool) override { return dense(x); }
  std::optional<keras::StepLogs> train_step(const keras::StepData& data) override {
    const Tensor y_pred = call(data.x[0], true), loss = compute_loss(data, {y_pred}, true);
    optimizer().apply(keras::gradients(loss, trainable_variables()), trainable_variables());
    keras::StepLogs logs = compute_metrics(data, {y_pred});
    logs.emplace_back("loss", loss);
    return logs;
  }
};

TEST(KerasSteps, OwnStepsUseWhatWasCompiled) {
  for (const char* engine : engines) {
    const keras::Model own = keras::model<OfCompile>(),
                       usual = keras::Sequential({Input({2}), Dense(1, {.kernel_initializer = "ones"})});
    std::vector<keras::History> histories;
    for (const keras::Model& model : {own, usual}) {
      model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}, .engine = engine, .numerics = "exact"});
      histories.push_back(
          model.fit(inputs(), targets(), {.batch_size = 4, .epochs = 3, .verbose = 0, .shuffle = false}));
    }
    EXPECT_EQ(histories[0]["mae"], histories[1]["mae"]) << engine;
    EXPECT_EQ(values_of(own), values_of(usual)) << engine;
  }
}

TEST(KerasSteps, TrainOnBatchWeighsClasses) {
  std::vector<double> losses;
  for (const bool by_class : {true, false}) {
    const keras::Sequential model({Input({2}), Dense(3, {.activation = "softmax", .kernel_initializer = "ones"})});
    model.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy"});
    const Tensor y = tt::tensor({0, 1, 2, 1, 0, 2, 2, 1});
    if (by_class)
      losses.push_back(model.train_on_batch(inputs(), y, {}, {{1, 3}, {2, 0.5}})["loss"]);
    else
      losses.push_back(model.train_on_batch(inputs(), y, tt::tensor({1, 3, 0.5, 3, 1, 0.5, 0.5, 3}))["loss"]);
  }
  EXPECT_EQ(losses[0], losses[1]);
}

// Without targets, as keras.io/examples/generative/vae fits.
TEST(KerasSteps, FitsWithoutTargets) {
  struct Penalty : keras::LayerBase {
    Tensor call(const Tensor& x, bool) override {
      add_loss(tt::mean(tt::square(x)));
      return x;
    }
  };
  const keras::Sequential model({Input({2}), Dense(1), keras::layer<Penalty>()});
  model.compile();
  const keras::History history = model.fit(inputs(), {.epochs = 4, .verbose = 0});
  EXPECT_LT(history["loss"].back(), history["loss"].front());
  EXPECT_GT(model.evaluate(inputs(), {.verbose = 0})["loss"], 0);
}
