// How training goes on: eagerly as it is written, with layers that are frozen on the way, with any last batch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

const std::vector<const char*> engines{"graph", "eager"};

/// Looks at values, as one does while debugging.
struct Looks : keras::ModelBase {
  keras::Layer hidden = Dense(3), drop = Dropout(0.5), out = Dense(1);
  std::vector<double> seen;
  tt::Tensor call(const tt::Tensor& x, bool) override {
    const tt::Tensor h = hidden(x);
    seen.push_back(tt::mean(h).item<double>());
    return out(seen.back() > 1000 ? h : drop(h));
  }
};

}  // namespace

TEST(KerasTraining, RunEagerlyTracesNothing) {
  const keras::Model model = keras::model<Looks>();
  model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}, .run_eagerly = true});
  const tt::Tensor x = tt::ones({8, 4}), y = tt::ones({8, 1});
  const auto history =
      model.fit(x, y, {.batch_size = 4, .epochs = 2, .verbose = 0, .validation_split = 0.25, .steps_per_epoch = 1});
  EXPECT_TRUE(history.contains("val_mae"));
  model.evaluate(x, y, {.verbose = 0});
  model.predict(x, {.verbose = 0});
  EXPECT_EQ(model.as<Looks>()->seen.size(), 2U * 2 + 1 + 1);
}

// --- Frozen and unfrozen --------------------------------------------------------------------------------------------

TEST(KerasTraining, FreezingOrUnfreezingWithoutCompileIsAnErrorAtTheUsersLine) {
  const tt::Tensor x = tt::ones({8, 4}), y = tt::ones({8, 1});
  for (const char* engine : engines)
    for (const bool unfreeze : {true, false}) {
      const auto first = Dense(3, {.name = "first"});
      keras::Sequential model({Input({4}), first, Dense(1)});
      first.set_trainable(!unfreeze);
      model.compile({.optimizer = "adam", .loss = "mse", .engine = engine});
      model.fit(x, y, {.verbose = 0});
      const int line = __LINE__ + 1;
      first.set_trainable(unfreeze);
      const std::string happened = std::string("a layer was frozen or unfrozen after compile: 'first' was ") +
                                   (unfreeze ? "unfrozen" : "frozen") +
                                   " at keras_training_test.cpp:" + std::to_string(line) + ". Call compile again";
      const auto fit = [&] { model.fit(x, y, {.verbose = 0}); };
      EXPECT_THAT(error_of<tt::ArgumentError>(fit), HasSubstr("[fit] " + happened));
      EXPECT_THAT(error_of<tt::ArgumentError>(fit), HasSubstr("At keras_training_test.cpp:"));
      EXPECT_THAT(error_of<tt::ArgumentError>([&] { model.train_on_batch(x, y); }),
                  HasSubstr("[train_on_batch] " + happened));
      model.evaluate(x, y, {.verbose = 0});
      model.compile({.optimizer = "adam", .loss = "mse", .engine = engine});
      const auto before = first.get_weights()[0].to_vector<float>();
      fit();
      EXPECT_EQ(first.get_weights()[0].to_vector<float>() != before, unfreeze);
    }
}

TEST(KerasTraining, ACallbackThatUnfreezesCompilesAgain) {
  for (const char* engine : engines) {
    const auto first = Dense(3);
    keras::Sequential model({Input({4}), first, Dense(1)});
    first.set_trainable(false);
    const auto compile = [&] { model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine}); };
    compile();
    std::vector<std::vector<float>> kernels;
    const auto unfreeze = keras::callbacks::LambdaCallback({.on_epoch_end = [&](int epoch, keras::Logs&) {
      kernels.push_back(first.get_weights()[0].to_vector<float>());
      if (epoch != 1) return;
      first.set_trainable(true);
      compile();
    }});
    model.fit(tt::ones({8, 4}), tt::full({8, 1}, 5), {.epochs = 3, .verbose = 0, .callbacks = {unfreeze}});
    EXPECT_EQ(kernels[0], kernels[1]) << engine;
    EXPECT_NE(kernels[1], kernels[2]) << engine;
  }
}

// --- What stands in a model -----------------------------------------------------------------------------------------

TEST(KerasTraining, ALayerThatIsAddedAfterPredictCounts) {
  keras::Sequential model({Input({4}), Dense(3)});
  EXPECT_EQ(model.predict(tt::ones({2, 4}), {.verbose = 0}).shape(), tt::Shape({2, 3}));
  model.add(Dense(5));
  EXPECT_EQ(model.predict(tt::ones({2, 4}), {.verbose = 0}).shape(), tt::Shape({2, 5}));
}

// --- A last batch of one --------------------------------------------------------------------------------------------

// Numbers: Keras 3.15, the same fit. The variance of one example is 0.
TEST(KerasTraining, BatchNormalizationTakesALastBatchOfOne) {
  const tt::Tensor x = tt::tensor<float>({1, 2, 3, 5, -1, 0.5F}, {3, 2}), y = tt::tensor<float>({1, 2, 3}, {3, 1});
  const std::vector<std::vector<float>> expected{
      {0.5878694653511047F, 0.5877662301063538F},    {0.7818435430526733F, 0.7817817330360413F},
      {0.019404981285333633F, 0.07851096987724304F}, {0.9801990389823914F, 1.0047028064727783F},
      {0.8774670958518982F, 0.8773612976074219F},    {0.9967246651649475F}};
  for (const char* engine : engines) {
    keras::Sequential model({Input({2}), BatchNormalization(), Dense(1, {.kernel_initializer = "ones"})});
    model.compile({.optimizer = keras::optimizers::SGD(0.1), .loss = "mse", .engine = engine});
    const auto history = model.fit(x, y, {.batch_size = 2, .epochs = 2, .verbose = 0, .shuffle = false});
    EXPECT_NEAR(history["loss"][0], 4.73112678527832, 1e-5) << engine;
    EXPECT_NEAR(history["loss"][1], 1.1045552492141724, 1e-5) << engine;
    const auto weights = model.get_weights();
    for (std::size_t i = 0; i < expected.size(); ++i)
      for (std::size_t j = 0; j < expected[i].size(); ++j)
        EXPECT_NEAR(weights[i].to_vector<float>()[j], expected[i][j], 1e-6) << engine << " " << i;
  }
}
