// Callbacks: when hooks are called, early stopping, checkpoints, logs.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

keras::Sequential small_model(double learning_rate = 0.1, const std::string& engine = "graph") {
  keras::utils::clear_session();
  keras::utils::set_random_seed(1);
  keras::Sequential model({Input({2}), Dense(1)});
  model.compile(
      {.optimizer = keras::optimizers::SGD({.learning_rate = learning_rate}), .loss = "mse", .engine = engine});
  return model;
}

const tt::Tensor x = tt::tensor<float>({1, 2, 3, 4, 5, 6, 7, 8}), y = tt::tensor<float>({1, 2, 3, 4});
tt::Tensor inputs() { return tt::reshape(x, {4, 2}) / 8; }
tt::Tensor targets() { return tt::reshape(y, {4, 1}); }

struct Recorder : keras::CallbackBase {
  std::string text;
  void on_train_begin(keras::Logs&) override { text += "["; }
  void on_train_end(keras::Logs&) override { text += "]"; }
  void on_epoch_begin(int epoch, keras::Logs&) override { text += "(" + std::to_string(epoch); }
  void on_epoch_end(int, keras::Logs& logs) override { text += logs.contains("val_loss") ? "v)" : ")"; }
  void on_train_batch_begin(std::int64_t, keras::Logs&) override { text += "<"; }
  void on_train_batch_end(std::int64_t, keras::Logs& logs) override { text += logs.contains("loss") ? ">" : "?"; }
  void on_test_begin(keras::Logs&) override { text += "t"; }
  void on_test_end(keras::Logs&) override { text += "T"; }
  void on_test_batch_end(std::int64_t, keras::Logs&) override { text += "."; }
};

/// Makes the monitored metric what the test says.
struct Scripted : keras::CallbackBase {
  explicit Scripted(std::vector<double> v) : values(std::move(v)) {}
  void on_epoch_end(int epoch, keras::Logs& logs) override {
    logs.set("score", values[static_cast<std::size_t>(epoch)]);
  }
  std::vector<double> values;
};

}  // namespace

TEST(KerasCallbacks, HooksComeInKerasOrder) {
  const auto recorder = keras::callback<Recorder>();
  small_model().fit(
      inputs(), targets(),
      {.batch_size = 2, .epochs = 2, .verbose = 0, .callbacks = {recorder}, .validation_data = {inputs(), targets()}});
  EXPECT_EQ(recorder.as<Recorder>()->text, "[(0<><>t..Tv)(1<><>t..Tv)]");
}

TEST(KerasCallbacks, EarlyStoppingWaitsForPatienceAndRestoresTheBest) {
  for (const char* engine : {"graph", "eager"}) {
    const auto model = small_model(0.1, engine);
    std::vector<std::vector<float>> weights;
    const auto keep = keras::callbacks::LambdaCallback(
        {.on_epoch_end = [&](int, keras::Logs&) { weights.push_back(model.get_weights()[0].to_vector<float>()); }});
    const auto history = model.fit(
        inputs(), targets(),
        {.epochs = 9,
         .verbose = 0,
         .callbacks = {keep, keras::callback<Scripted>(std::vector<double>{5, 3, 4, 3, 2, 1, 1, 1, 1}),
                       keras::callbacks::EarlyStopping(
                           {.monitor = "score", .patience = 2, .mode = "min", .restore_best_weights = true})}});
    EXPECT_EQ(history.epoch.size(), 4U) << engine;
    EXPECT_EQ(model.get_weights()[0].to_vector<float>(), weights[1]) << engine;
    EXPECT_NE(weights[1], weights[3]);
  }
}

TEST(KerasCallbacks, EarlyStoppingWithMaxWaitsForRisingValues) {
  const auto stop = keras::callbacks::EarlyStopping({.monitor = "score", .patience = 1, .mode = "max"});
  const auto history = small_model().fit(
      inputs(), targets(),
      {.epochs = 5, .verbose = 0, .callbacks = {keras::callback<Scripted>(std::vector<double>{1, 2, 3, 2, 9}), stop}});
  EXPECT_EQ(history["score"], (std::vector<double>{1, 2, 3, 2}));
}

TEST(KerasCallbacks, ModelCheckpointKeepsTheBest) {
  const TemporaryFolder folder;
  const auto model = small_model();
  std::vector<std::vector<float>> weights;
  const auto keep = keras::callbacks::LambdaCallback(
      {.on_epoch_end = [&](int, keras::Logs&) { weights.push_back(model.get_weights()[0].to_vector<float>()); }});
  model.fit(inputs(), targets(),
            {.epochs = 3,
             .verbose = 0,
             .callbacks = {
                 keep, keras::callback<Scripted>(std::vector<double>{2, 1, 3}),
                 keras::callbacks::ModelCheckpoint(folder / "best",
                                                   {.monitor = "score", .save_best_only = true, .mode = "min"}),
                 keras::callbacks::ModelCheckpoint(folder / "{epoch:02d}-{score:.1f}", {.save_weights_only = true})}});
  EXPECT_EQ(tt::load(folder / "best").at("dense/kernel").to_vector<float>(), weights[1]);
  EXPECT_EQ(tt::load(folder / "03-3.0").at("dense/kernel").to_vector<float>(), weights[2]);
}

TEST(KerasCallbacks, CsvLoggerWritesALineForEachEpoch) {
  const TemporaryFolder folder;
  const auto history = small_model().fit(
      inputs(), targets(), {.epochs = 2, .verbose = 0, .callbacks = {keras::callbacks::CSVLogger(folder / "log.csv")}});
  const std::string text = read_file(folder / "log.csv");
  EXPECT_EQ(text.find("epoch,loss,val_loss\n0,"), 0U) << text;
  EXPECT_EQ(std::stod(text.substr(text.find("\n1,") + 3)), history["loss"][1]);
}

TEST(KerasCallbacks, ALearningRateTakesEffectWithoutCompilingAgain) {
  const auto model = small_model();
  std::vector<std::vector<float>> weights;
  model.fit(inputs(), targets(),
            {.epochs = 2,
             .verbose = 0,
             .callbacks = {keras::callbacks::LambdaCallback({.on_epoch_end = [&](int, keras::Logs&) {
               model.optimizer().set_learning_rate(0);
               weights.push_back(model.get_weights()[0].to_vector<float>());
             }})}});
  EXPECT_EQ(weights[0], weights[1]);
}

TEST(KerasCallbacks, TerminateOnNaNEndsTraining) {
  for (const char* engine : {"graph", "eager"}) {
    testing::internal::CaptureStdout();
    const auto history =
        small_model(1e30, engine)
            .fit(inputs(), targets(),
                 {.batch_size = 2, .epochs = 9, .verbose = 0, .callbacks = {keras::callbacks::TerminateOnNaN()}});
    // Finite in the first step, whose update is far too large.
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "Batch 1: Invalid loss, terminating training\n");
    EXPECT_EQ(history["loss"].size(), 1u);
    testing::internal::CaptureStdout();
    const auto sound =
        small_model(0.1, engine)
            .fit(inputs(), targets(),
                 {.batch_size = 2, .epochs = 3, .verbose = 0, .callbacks = {keras::callbacks::TerminateOnNaN()}});
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(sound["loss"].size(), 3u);
  }
}

// As Python's csv module writes and reads it.
TEST(KerasCallbacks, CsvLoggerQuotesWhatHoldsTheSeparator) {
  const TemporaryFolder folder;
  keras::Sequential model({Input({2}), Dense(1)});
  model.compile({.loss = "mse",
                 .metrics = {keras::metrics::MeanAbsoluteError({.name = "a;b"}),
                             keras::metrics::MeanSquaredError({.name = "say \"c\""})}});
  model.fit(inputs(), targets(),
            {.verbose = 0, .callbacks = {keras::callbacks::CSVLogger(folder / "log.csv", {.separator = ";"})}});
  const std::string text = read_file(folder / "log.csv");
  EXPECT_EQ(text.substr(0, text.find('\n')), R"(epoch;"a;b";loss;"say ""c""";"val_a;b";val_loss;"val_say ""c""")")
      << text;
}

TEST(KerasCallbacks, OptionsOfCsvLogger) {
  const TemporaryFolder folder;
  const std::string path = folder / "log.csv";
  const auto fit = [&](keras::CSVLoggerOptions options) {
    small_model().fit(inputs(), targets(),
                      {.epochs = 2, .verbose = 0, .callbacks = {keras::callbacks::CSVLogger(path, options)}});
    return read_file(path);
  };
  const std::string first = fit({.separator = ";"});
  EXPECT_EQ(first.find("epoch;loss;val_loss\n0;"), 0U) << first;
  EXPECT_EQ(fit({.separator = ";"}), first);  // a new file
  EXPECT_EQ(fit({.separator = ";", .append = true}), first + first.substr(first.find('\n') + 1));
  // What a killed process wrote of a line stays a line of its own.
  write_file(path, first + "2;0.");
  EXPECT_EQ(fit({.separator = ";", .append = true}), first + "2;0.\n" + first.substr(first.find('\n') + 1));
}

TEST(KerasCallbacks, APathWithAByteZeroWritesNoOtherFile) {
  const TemporaryFolder folder;
  const std::string path = folder / std::string("new/a\0b", 7);
  for (const auto& callback : {keras::callbacks::CSVLogger(path), keras::callbacks::ModelCheckpoint(path)}) {
    const std::string error = error_of<tt::ArgumentError>(
        [&] { small_model().fit(inputs(), targets(), {.verbose = 0, .callbacks = {callback}}); });
    EXPECT_NE(error.find("the path has a byte 0"), std::string::npos) << error;
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(KerasCallbacks, CsvLoggerSaysThatALineIsLost) {
  const auto logger = keras::callbacks::CSVLogger("/dev/full");
  const auto model = small_model();
  for (int run = 0; run < 2; ++run) {
    const std::string error = error_of<tt::UnsupportedError>(
        [&] { model.fit(inputs(), targets(), {.epochs = 2, .verbose = 0, .callbacks = {logger}}); });
    EXPECT_EQ(error.find("[CSVLogger] a line could not be written: '/dev/full' (No space left on device)."), 0U)
        << error;
    EXPECT_NE(error.find("At keras_callbacks_test.cpp:"), std::string::npos) << error;
  }
  EXPECT_EQ(model.optimizer().iterations(), 2);  // of each run the epoch that it had taken
}

TEST(KerasCallbacks, CsvLoggerServesAgainAfterAFitThatFailed) {
  const TemporaryFolder folder;
  const auto logger = keras::callbacks::CSVLogger(folder / "log.csv");
  const auto fails = keras::callbacks::LambdaCallback(
      {.on_train_batch_begin = [](std::int64_t, keras::Logs&) { throw std::runtime_error("enough"); }});
  const auto model = small_model();
  EXPECT_THROW(model.fit(inputs(), targets(), {.verbose = 0, .callbacks = {logger, fails}}), std::runtime_error);
  model.fit(inputs(), targets(), {.epochs = 2, .verbose = 0, .callbacks = {logger}});
  const std::string text = read_file(folder / "log.csv");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
}

TEST(KerasCallbacks, NamesOfCheckpointsAreWhole) {
  const TemporaryFolder folder;
  const auto fit = [&](const std::string& name) {
    small_model().fit(inputs(), targets(),
                      {.epochs = 2,
                       .verbose = 0,
                       .callbacks = {keras::callback<Scripted>(std::vector<double>{0.5, 0.25}),
                                     keras::callbacks::ModelCheckpoint(folder / name, {.save_weights_only = true})}});
  };
  fit("{score:.80f}");
  fit("{epoch:040}-{score:08.3f}");
  for (const std::string& name :
       {"0.5" + std::string(79, '0'), "0.25" + std::string(78, '0'), std::string(39, '0') + "1-0000.500"})
    EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
  for (const char* name : {"{score:.4000f}", "{score:1.2.3f}", "{score:d}", "{epoch:.2f}", "{score:%n}", "{nothing}"})
    EXPECT_THROW(fit(name), tt::ArgumentError) << name;
}

TEST(KerasCallbacks, EveryHookOfALambdaCallbackIsCalled) {
  std::string text;
  const auto epoch_hook = [&](const char* what) {
    return [&text, what](int epoch, keras::Logs&) { text += what + std::to_string(epoch); };
  };
  const auto batch_hook = [&](const char* what) {
    return [&text, what](std::int64_t batch, keras::Logs&) { text += what + std::to_string(batch); };
  };
  const auto hook = [&](const char* what) { return [&text, what](keras::Logs&) { text += what; }; };
  small_model().fit(inputs(), targets(),
                    {.batch_size = 2,
                     .verbose = 0,
                     .callbacks = {keras::callbacks::LambdaCallback({.on_epoch_begin = epoch_hook(" epoch"),
                                                                     .on_epoch_end = epoch_hook(" end"),
                                                                     .on_train_begin = hook("train"),
                                                                     .on_train_end = hook(" end"),
                                                                     .on_train_batch_begin = batch_hook(" batch"),
                                                                     .on_train_batch_end = batch_hook(" done")})}});
  EXPECT_EQ(text, "train epoch0 batch0 done0 batch1 done1 end0 end");
}

// Keras 3.15: early_stopping.py.
TEST(KerasCallbacks, EarlyStoppingSaysWhatItDoes) {
  testing::internal::CaptureStdout();
  small_model().fit(
      inputs(), targets(),
      {.epochs = 5,
       .verbose = 0,
       .callbacks = {
           keras::callback<Scripted>(std::vector<double>{5, 3, 4, 4, 4}),
           keras::callbacks::EarlyStopping(
               {.monitor = "score", .patience = 1, .verbose = 1, .mode = "min", .restore_best_weights = true})}});
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "Epoch 3: early stopping\nRestoring model weights from the end of the best epoch: 2.\n");
}

TEST(KerasCallbacks, ModelCheckpointSavesTheModelOrItsWeights) {
  const TemporaryFolder folder;
  small_model().fit(
      inputs(), targets(),
      {.verbose = 0,
       .callbacks = {keras::callbacks::ModelCheckpoint(folder / "model"),
                     keras::callbacks::ModelCheckpoint(folder / "weights", {.save_weights_only = true})}});
  EXPECT_TRUE(tt::load(folder / "model").contains("optimizer/iteration"));
  EXPECT_FALSE(tt::load(folder / "weights").contains("optimizer/iteration"));
}

// As in Keras 3.15: a checkpoint too many is better than none.
TEST(KerasCallbacks, ModelCheckpointSavesWhereTheMetricIsMissing) {
  const TemporaryFolder folder;
  testing::internal::CaptureStderr();
  small_model().fit(
      inputs(), targets(),
      {.verbose = 0, .callbacks = {keras::callbacks::ModelCheckpoint(folder / "model", {.save_best_only = true})}});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "[ModelCheckpoint] warning: metric 'val_loss' is not available. There are 'loss'.\n");
  EXPECT_TRUE(tt::load(folder / "model").contains("dense/kernel"));
}
