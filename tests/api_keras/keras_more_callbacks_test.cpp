// Callbacks that change the learning rate, resume, count batches, show and end: Keras's numbers and words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace callbacks = triptych::keras::callbacks;
using namespace keras::layers;
using testing::ElementsAre;
using testing::HasSubstr;
using tt::Tensor;

namespace {

Tensor inputs() { return tt::reshape(tt::arange(0, 16, 1, tt::float32) / 16, {8, 2}); }
Tensor targets() { return tt::reshape(tt::arange(0, 8, 1, tt::float32) / 8, {8, 1}); }

keras::Sequential small_model(double learning_rate = 0.01) {
  keras::Sequential model({Input({2}), Dense(1, {.kernel_initializer = "ones"})});
  model.compile({.optimizer = keras::optimizers::SGD(learning_rate), .loss = "mse"});
  return model;
}

/// "score" of the epochs as given, in front of `callback`.
keras::History fit_scripted(const keras::Model& model, const std::vector<double>& scores,
                            const keras::Callback& callback) {
  const auto scripted = callbacks::LambdaCallback({.on_epoch_end = [&](int epoch, keras::Logs& logs) {
    logs.set("score", scores[static_cast<std::size_t>(epoch)]);
  }});
  return model.fit(inputs(), targets(),
                   {.epochs = static_cast<int>(scores.size()), .verbose = 0, .callbacks = {scripted, callback}});
}

std::vector<std::vector<float>> values_of(const keras::Model& model) {
  std::vector<std::vector<float>> values;
  for (const Tensor& weight : model.get_weights()) values.push_back(weight.to_vector<float>());
  return values;
}

}  // namespace

// Numbers and words: keras.callbacks.ReduceLROnPlateau and LearningRateScheduler of Keras 3.15 with the same scores.
TEST(KerasLearningRateCallbacks, ReduceLROnPlateau) {
  testing::internal::CaptureStdout();
  const auto history =
      fit_scripted(small_model(), {5, 4, 4, 4, 4, 4, 3, 3, 3, 3},
                   callbacks::ReduceLROnPlateau({.monitor = "score", .patience = 2, .verbose = 1, .mode = "min"}));
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "\nEpoch 4: ReduceLROnPlateau reducing learning rate to 0.0009999999776482583.\n"
            "\nEpoch 6: ReduceLROnPlateau reducing learning rate to 9.999999310821295e-05.\n"
            "\nEpoch 9: ReduceLROnPlateau reducing learning rate to 9.999999019782991e-06.\n");
  EXPECT_THAT(history["learning_rate"],
              ElementsAre(0.009999999776482582, 0.009999999776482582, 0.009999999776482582, 0.009999999776482582,
                          0.0009999999310821295, 0.0009999999310821295, 9.99999901978299e-05, 9.99999901978299e-05,
                          9.99999901978299e-05, 9.99999883788405e-06));
  EXPECT_THAT(fit_scripted(small_model(), {5, 4, 4, 4, 4, 4, 3, 3, 3, 3},
                           callbacks::ReduceLROnPlateau({.monitor = "score",
                                                         .factor = 0.5,
                                                         .patience = 1,
                                                         .mode = "min",
                                                         .cooldown = 2,
                                                         .min_lr = 0.004}))["learning_rate"],
              ElementsAre(0.009999999776482582, 0.009999999776482582, 0.009999999776482582, 0.004999999888241291,
                          0.004999999888241291, 0.004000000189989805, 0.004000000189989805, 0.004000000189989805,
                          0.004000000189989805, 0.004000000189989805));
  EXPECT_THAT(fit_scripted(small_model(), {5, 4.9999, 4.9, 4.85, 4.8},
                           callbacks::ReduceLROnPlateau(
                               {.monitor = "score", .patience = 1, .mode = "min", .min_delta = 0.2}))["learning_rate"],
              ElementsAre(0.009999999776482582, 0.009999999776482582, 0.0009999999310821295, 9.99999901978299e-05,
                          9.99999883788405e-06));
}

TEST(KerasLearningRateCallbacks, LearningRateScheduler) {
  testing::internal::CaptureStdout();
  const auto history =
      small_model().fit(inputs(), targets(),
                        {.epochs = 3,
                         .verbose = 0,
                         .callbacks = {callbacks::LearningRateScheduler(
                             [](int epoch, double rate) { return epoch < 1 ? rate : rate * 0.5; }, {.verbose = 1})}});
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "\nEpoch 1: LearningRateScheduler setting learning rate to 0.009999999776482582.\n"
            "\nEpoch 2: LearningRateScheduler setting learning rate to 0.004999999888241291.\n"
            "\nEpoch 3: LearningRateScheduler setting learning rate to 0.0024999999441206455.\n");
  EXPECT_THAT(history["learning_rate"], ElementsAre(0.009999999776482582, 0.004999999888241291, 0.0024999999441206455));
  const auto model = small_model();
  model.fit(inputs(), targets(),
            {.epochs = 2, .verbose = 0, .callbacks = {callbacks::LearningRateScheduler([](int epoch) {
                                          return 1.0 / (epoch + 1);
                                        })}});
  EXPECT_EQ(model.optimizer().learning_rate(), 0.5);
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                model.fit(inputs(), targets(),
                          {.verbose = 0, .callbacks = {callbacks::LearningRateScheduler([](int) { return -1.0; })}});
              }),
              HasSubstr("negative"));
}

// A fit that is ended after any epoch and begun again ends with the bits of one that was not.
TEST(KerasBackupAndRestore, GoesOnWithTheSameBits) {
  const auto make = [] {
    keras::utils::set_random_seed(3);
    keras::Sequential model(
        {Input({2}), Dense(6, {.activation = "tanh"}), Dropout(0.3), BatchNormalization(), Dense(1)});
    model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
    return model;
  };
  const auto halves = callbacks::LearningRateScheduler([](int, double rate) { return rate / 2; });
  const auto whole = make();
  const auto history =
      whole.fit(inputs(), targets(), {.batch_size = 3, .epochs = 6, .verbose = 0, .callbacks = {halves}});
  const TemporaryFolder folder;
  for (const bool twice : {false, true}) {
    const auto backup =
        callbacks::BackupAndRestore(folder / "backup", {.double_checkpoint = twice, .delete_checkpoint = true});
    const auto killed =
        callbacks::LambdaCallback({.on_train_batch_end = [epoch = 0](std::int64_t batch, keras::Logs&) mutable {
          if (batch == 2) ++epoch;
          if (epoch == 3 && batch == 1) throw std::runtime_error("killed");
        }});
    EXPECT_THROW(make().fit(inputs(), targets(),
                            {.batch_size = 3, .epochs = 6, .verbose = 0, .callbacks = {halves, backup, killed}}),
                 std::runtime_error);
    EXPECT_EQ(std::filesystem::exists(folder / "backup/latest.safetensors.bkp"), twice);
    const auto again = make();
    const auto rest =
        again.fit(inputs(), targets(), {.batch_size = 3, .epochs = 6, .verbose = 0, .callbacks = {halves, backup}});
    EXPECT_THAT(rest.epoch, ElementsAre(3, 4, 5));
    EXPECT_EQ(values_of(again), values_of(whole));
    EXPECT_EQ(rest["mae"].back(), history["mae"].back());
    EXPECT_FALSE(std::filesystem::exists(folder / "backup"));  // it ended well
  }
}

TEST(KerasBackupAndRestore, BadInput) {
  const TemporaryFolder folder;
  EXPECT_THROW(callbacks::BackupAndRestore(""), tt::ArgumentError);
  keras::Sequential unbuilt({Dense(1)});
  unbuilt.compile({.optimizer = "sgd", .loss = "mse"});
  const auto backup = callbacks::BackupAndRestore(folder / "backup", {.delete_checkpoint = false});
  EXPECT_THAT(
      error_of<tt::ArgumentError>([&] { unbuilt.fit(inputs(), targets(), {.verbose = 0, .callbacks = {backup}}); }),
      HasSubstr("[BackupAndRestore] the model is not built"));
  small_model().fit(inputs(), targets(), {.verbose = 0, .callbacks = {backup}});
  keras::Sequential other({Input({2}), Dense(3), Dense(1)});
  other.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_THROW(other.fit(inputs(), targets(), {.verbose = 0, .callbacks = {backup}}), tt::ArgumentError);
  write_file(folder / "backup/latest.safetensors", "torn");
  EXPECT_THROW(small_model().fit(inputs(), targets(), {.verbose = 0, .callbacks = {backup}}), tt::Error);
}

TEST(KerasModelCheckpoint, AfterSoManyBatches) {
  const TemporaryFolder folder;
  const auto fit = [&](const keras::Callback& callback) {
    small_model().fit(inputs(), targets(), {.batch_size = 2, .epochs = 2, .verbose = 0, .callbacks = {callback}});
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      names.push_back(entry.path().filename());
      std::filesystem::remove(entry.path());
    }
    return names;
  };
  // Keras 3.15 saves after the batches 3, 6 (of the second epoch: 2) and so on.
  EXPECT_THAT(fit(callbacks::ModelCheckpoint(folder / "{epoch}-{batch:02d}", {.save_freq = 3})),
              testing::UnorderedElementsAre("1-03", "2-02"));
  EXPECT_THAT(fit(callbacks::ModelCheckpoint(folder / "{epoch}", {.save_freq = "epoch"})),
              testing::UnorderedElementsAre("1", "2"));
  EXPECT_TRUE(fit(callbacks::ModelCheckpoint(folder / "{epoch}",
                                             {.monitor = "loss", .save_best_only = true, .initial_value_threshold = 0}))
                  .empty());
  EXPECT_THROW(keras::SaveFrequency("batch"), tt::ArgumentError);
  EXPECT_THROW(keras::SaveFrequency(0), tt::ArgumentError);
}

TEST(KerasTerminateOnNaN, RaisesByOption) {
  EXPECT_THAT(error_of<tt::ArgumentError>([] {
                small_model(1e30).fit(inputs(), targets(),
                                      {.batch_size = 2,
                                       .epochs = 9,
                                       .verbose = 0,
                                       .callbacks = {callbacks::TerminateOnNaN({.raise_error = true})}});
              }),
              HasSubstr("[TerminateOnNaN] the loss is no finite number"));
}

TEST(KerasCallbackObjects, HistoryAndProgressBar) {
  const auto history = callbacks::History();
  testing::internal::CaptureStdout();
  const auto returned = small_model().fit(inputs(), targets(), {.epochs = 2, .callbacks = {history}});
  const std::string usual = testing::internal::GetCapturedStdout();
  EXPECT_EQ(history.as<keras::HistoryCallback>()->history["loss"], returned["loss"]);
  testing::internal::CaptureStdout();
  small_model().fit(inputs(), targets(), {.epochs = 2, .callbacks = {callbacks::ProgbarLogger()}});
  const std::string ours = testing::internal::GetCapturedStdout();
  EXPECT_EQ(std::count(ours.begin(), ours.end(), '\n'), std::count(usual.begin(), usual.end(), '\n'));
  EXPECT_THAT(ours, HasSubstr("Epoch 2/2\n1/1 ━━━━━━━━━━━━━━━━━━━━ 0s"));
}

// Every hook, in Keras's order, with Keras's arguments.
TEST(KerasCallbackObjects, EveryHookIsCalled) {
  std::vector<std::string> calls;
  const auto of_run = [&](const char* name) { return [&calls, name](keras::Logs&) { calls.emplace_back(name); }; };
  const auto of_number = [&](const char* name) {
    return [&calls, name](auto number, keras::Logs&) { calls.push_back(name + std::to_string(number)); };
  };
  const auto all = callbacks::LambdaCallback({.on_epoch_begin = of_number("epoch_begin"),
                                              .on_epoch_end = of_number("epoch_end"),
                                              .on_train_begin = of_run("train_begin"),
                                              .on_train_end = of_run("train_end"),
                                              .on_train_batch_begin = of_number("train_batch_begin"),
                                              .on_train_batch_end = of_number("train_batch_end"),
                                              .on_test_begin = of_run("test_begin"),
                                              .on_test_end = of_run("test_end"),
                                              .on_test_batch_begin = of_number("test_batch_begin"),
                                              .on_test_batch_end = of_number("test_batch_end"),
                                              .on_predict_begin = of_run("predict_begin"),
                                              .on_predict_end = of_run("predict_end"),
                                              .on_predict_batch_begin = of_number("predict_batch_begin"),
                                              .on_predict_batch_end = of_number("predict_batch_end")});
  const auto model = small_model();
  model.fit(inputs(), targets(),
            {.batch_size = 4, .verbose = 0, .callbacks = {all}, .validation_data = {inputs(), targets()}});
  model.predict(inputs(), {.verbose = 0, .callbacks = {all}});
  EXPECT_THAT(calls,
              ElementsAre("train_begin", "epoch_begin0", "train_batch_begin0", "train_batch_end0", "train_batch_begin1",
                          "train_batch_end1", "test_begin", "test_batch_begin0", "test_batch_end0", "test_batch_begin1",
                          "test_batch_end1", "test_end", "epoch_end0", "train_end", "predict_begin",
                          "predict_batch_begin0", "predict_batch_end0", "predict_end"));
  struct Batches : keras::CallbackBase {
    void on_batch_begin(std::int64_t, keras::Logs&) override { ++begun; }
    void on_batch_end(std::int64_t, keras::Logs&) override { ++ended; }
    int begun = 0, ended = 0;
  };
  const auto batches = keras::callback<Batches>();
  model.fit(inputs(), targets(), {.batch_size = 4, .verbose = 0, .callbacks = {batches}});
  EXPECT_EQ(batches.as<Batches>()->begun, 2);
  EXPECT_EQ(batches.as<Batches>()->ended, 2);
}

// Weights of the last whole step stay.
TEST(KerasCallbackObjects, ACallbackThatThrowsInTheMiddle) {
  const auto reference = small_model(), model = small_model();
  const Tensor x = tt::slice(inputs(), 0, {0, 4}), y = tt::slice(targets(), 0, {0, 4});
  reference.fit(x, y, {.batch_size = 2, .verbose = 0, .shuffle = false});
  const auto throws = callbacks::LambdaCallback({.on_train_batch_begin = [](std::int64_t batch, keras::Logs&) {
    if (batch == 2) throw std::runtime_error("enough");
  }});
  EXPECT_THROW(model.fit(inputs(), targets(), {.batch_size = 2, .verbose = 0, .callbacks = {throws}, .shuffle = false}),
               std::runtime_error);
  EXPECT_EQ(values_of(model), values_of(reference));
  EXPECT_EQ(model.optimizer().iterations(), 2);
}

TEST(KerasCallbackObjects, BadInput) {
  const auto message = [](const auto& f) { return error_of<tt::ArgumentError>(f); };
  EXPECT_THAT(message([] { callbacks::ReduceLROnPlateau({.factor = 1}); }), HasSubstr("[ReduceLROnPlateau] factor"));
  EXPECT_THAT(message([] { callbacks::ReduceLROnPlateau({.patience = -1}); }), HasSubstr("patience is negative: -1"));
  EXPECT_THAT(message([] { callbacks::ReduceLROnPlateau({.mode = "up"}); }), HasSubstr("there is no such mode"));
  EXPECT_THAT(message([] { callbacks::LearningRateScheduler(std::function<double(int)>()); }),
              HasSubstr("there is no function"));
}

// Averages that stay 0: with them in the weights' place the model predicts 0.
TEST(KerasSwapEMAWeights, TestsRunOnTheAverages) {
  struct Averaging : keras::OptimizerBase {
    Averaging() : OptimizerBase("averaging", 0.1) {}
    void apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) override {
      for (std::size_t i = 0; i < parameters.size(); ++i) tt::assign_sub(parameters[i], gradients[i] * 0.1);
      tt::assign_add(iterations_, 1);
    }
    std::vector<std::string> slot_names() const override { return {"average"}; }
  };
  const auto model = small_model();
  model.compile({.optimizer = keras::optimizer<Averaging>(), .loss = "mse"});
  const auto swap = callbacks::SwapEMAWeights();
  const auto history = model.fit(
      inputs(), targets(), {.epochs = 2, .verbose = 0, .callbacks = {swap}, .validation_data = {inputs(), targets()}});
  const double of_zero = tt::mean(targets() * targets()).item<double>();
  EXPECT_NEAR(history["val_loss"][1], of_zero, 1e-6);
  const auto weights = values_of(model);
  EXPECT_NE(weights[0][0], 0);
  EXPECT_NEAR(model.evaluate(inputs(), targets(), {.verbose = 0, .callbacks = {swap}})["loss"], of_zero, 1e-6);
  EXPECT_EQ(tt::max(tt::abs(model.predict(inputs(), {.verbose = 0, .callbacks = {swap}}))).item<double>(), 0);
  EXPECT_EQ(values_of(model), weights);
  model.fit(inputs(), targets(),
            {.epochs = 2, .verbose = 0, .callbacks = {callbacks::SwapEMAWeights({.swap_on_epoch = true})}});
  EXPECT_EQ(values_of(model)[0][0], 0);
  const auto plain = small_model();
  plain.fit(inputs(), targets(), {.verbose = 0});
  EXPECT_THAT(
      error_of<tt::ArgumentError>([&] { plain.evaluate(inputs(), targets(), {.verbose = 0, .callbacks = {swap}}); }),
      HasSubstr("[SwapEMAWeights] the optimizer keeps no averages of the weights: 'sgd'"));
}

TEST(KerasCallbackList, ALoopOfOnesOwn) {
  const auto model = small_model();
  struct Doubling : keras::CallbackBase {
    void on_epoch_end(int, keras::Logs& logs) override { logs.set("twice", 2 * logs["loss"]); }
    void on_train_batch_begin(std::int64_t batch, keras::Logs&) override { last = batch; }
    std::int64_t last = -1;
  };
  const keras::Callback doubling = keras::callback<Doubling>();
  const callbacks::CallbackList list({doubling, callbacks::EarlyStopping({.monitor = "loss", .patience = 1})}, model,
                                     {.add_history = true, .verbose = 0, .epochs = 5, .steps = 2});
  list.on_train_begin();
  int epoch = 0;
  for (; epoch < 5 && !model.base().stop_training; ++epoch) {
    list.on_epoch_begin(epoch);
    for (int batch = 0; batch < 2; ++batch) {
      list.on_train_batch_begin(batch);
      list.on_train_batch_end(batch, model.train_on_batch(inputs(), targets()));
    }
    keras::Logs logs;
    logs.set("loss", 3);
    list.on_epoch_end(epoch, logs);
  }
  list.on_train_end();
  EXPECT_EQ(epoch, 2);
  EXPECT_EQ(list.history()["twice"], (std::vector<double>{6, 6}));
  EXPECT_EQ(doubling.base().params().epochs, 5);
  EXPECT_EQ(doubling.as<Doubling>()->last, 1);
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { callbacks::CallbackList({}, model).history(); }),
              HasSubstr("[CallbackList] there is no History among the callbacks: 0 callbacks. Give it add_history"));
  std::optional<keras::Sequential> mortal(std::in_place, std::initializer_list<keras::Layer>{Dense(1)});
  const callbacks::CallbackList orphans({callbacks::TerminateOnNaN()}, *mortal);
  mortal.reset();
  keras::Logs broken;
  broken.set("loss", std::nan(""));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { orphans.on_train_batch_end(0, broken); }),
              HasSubstr("keras_more_callbacks_test.cpp"));
}
