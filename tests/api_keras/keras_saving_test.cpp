// Files: weights and optimizers come back into models of the same structure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

using Weights = std::vector<std::vector<float>>;

tt::Tensor ramp(const tt::Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(static_cast<int>(i * 7919 % 23) - 11) / 11;
  return tt::tensor(values, shape);
}

Weights weights_of(const keras::Layer& layer) {
  Weights result;
  for (const tt::Tensor& weight : layer.get_weights()) result.push_back(weight.to_vector<float>());
  return result;
}

const tt::Tensor x = ramp({24, 4}), y = ramp({24, 1});

}  // namespace

TEST(KerasSaving, WeightsAndOptimizerComeBackAndTrainingGoesOnTheSame) {
  const TemporaryFolder folder;
  const auto make = [] {
    keras::utils::clear_session();
    keras::utils::set_random_seed(7);
    keras::Sequential model({Input({4}), Dense(5, {.activation = "relu"}), BatchNormalization(), Dense(1)});
    model.compile({.optimizer = "adam", .loss = "mse"});
    return model;
  };
  const auto first = make();
  first.fit(x, y, {.batch_size = 8, .epochs = 2, .verbose = 0, .shuffle = false});
  first.save(folder / "model.safetensors");
  const auto second = make();
  second.load_weights(folder / "model.safetensors");
  EXPECT_EQ(weights_of(first), weights_of(second));
  EXPECT_EQ(second.optimizer().iterations(), 6);
  for (const auto& model : {first, second}) model.fit(x, y, {.batch_size = 8, .verbose = 0, .shuffle = false});
  EXPECT_EQ(weights_of(first), weights_of(second));
  const tt::StateDict file = tt::load(folder / "model.safetensors");
  EXPECT_TRUE(file.contains("dense/kernel"));
  EXPECT_NE(file.metadata.at("config").find("\"units\": 5"), std::string::npos);
}

TEST(KerasSaving, AWrongFileChangesNothing) {
  const TemporaryFolder folder;
  keras::utils::clear_session();
  keras::Sequential small({Input({4}), Dense(2)});
  small.save_weights(folder / "small");
  keras::utils::clear_session();
  keras::Sequential large({Input({4}), Dense(3)});
  const Weights before = weights_of(large);
  const std::string error = error_of<tt::ArgumentError>([&] { large.load_weights(folder / "small"); });
  EXPECT_NE(error.find("'dense/kernel' is float32 (4, 3)"), std::string::npos) << error;
  EXPECT_EQ(weights_of(large), before);
}

namespace {

struct Block : keras::LayerBase {
  keras::Layer first = Dense(4), second = Dense(4);
  tt::Tensor call(const tt::Tensor& v, bool) override { return second(first(v)) + v; }
};
struct Net : keras::ModelBase {
  keras::Layer one = keras::layer<Block>(), two = keras::layer<Block>(), drop = Dropout(0.1), head = Dense(1);
  tt::Tensor call(const tt::Tensor& v, bool) override { return head(drop(two(one(v)))); }
};

keras::Model functional() {
  const tt::Tensor input = Input({4});
  return keras::Model(input, Dense(1)(BatchNormalization()(Dense(4, {.name = "dense"})(Dense(4)(input)))));
}

}  // namespace

// The names that layers get count on in a process, those in a file do not.
TEST(KerasSaving, ASecondModelOfTheSameCodeLoads) {
  const TemporaryFolder folder;
  const auto check = [&](const auto& make, const std::vector<std::string>& keys) {
    const keras::Model first = make(), second = make();
    first(x), second(x);
    EXPECT_NE(weights_of(first), weights_of(second));
    first.save_weights(folder / "weights");
    second.load_weights(folder / "weights");
    EXPECT_EQ(weights_of(first), weights_of(second));
    const tt::StateDict file = tt::load(folder / "weights");
    for (const std::string& key : keys) EXPECT_TRUE(file.contains(key)) << key;
    EXPECT_EQ(file.size(), first.weights().size());
  };
  check([] { return keras::Sequential({Dense(3), Dense(1)}); }, {"dense/kernel", "dense_1/bias"});
  check([] { return keras::model<Net>(); }, {"block/dense/kernel", "block_1/dense_1/kernel", "dense/kernel"});
  // A layer that was given the name that another one would get.
  check(functional, {"dense/kernel", "dense_1/kernel", "dense_2/kernel", "batch_normalization/moving_mean"});
  check(
      [] {
        return keras::Sequential({keras::Sequential({Dense(3)}), keras::Sequential({Dense(2)}, {.name = "mine"})});
      },
      {"sequential/dense/kernel", "mine/dense/kernel"});
}

TEST(KerasSaving, SharedLayersAreWrittenOnce) {
  const TemporaryFolder folder;
  const auto make = [] {
    const tt::Tensor input = Input({4});
    const auto shared = Dense(4);
    return keras::Model(input, shared(shared(input)));
  };
  const auto first = make(), second = make();
  first.save_weights(folder / "weights");
  EXPECT_EQ(tt::load(folder / "weights").size(), 2U);
  second.load_weights(folder / "weights");
  EXPECT_EQ(weights_of(first), weights_of(second));
}

// --- The optimizer --------------------------------------------------------------------------------------------------

namespace {

keras::Sequential compiled(const keras::Optimizer& optimizer) {
  keras::utils::set_random_seed(1);
  keras::Sequential model({Input({4}), Dense(3), Dense(1)});
  model.compile({.optimizer = optimizer, .loss = "mse"});
  return model;
}

std::vector<double> slots_of(const keras::Model& model) {
  std::vector<double> all;
  for (const auto& slot : model.optimizer().base().slots())
    for (const double value : slot.value.to_vector<double>()) all.push_back(value);
  return all;
}

/// Loads a model of `saved`, trained and saved, into one of `own`; returns it and what was said on the way.
std::pair<keras::Sequential, std::string> loaded(const keras::Optimizer& saved, const keras::Optimizer& own) {
  const TemporaryFolder folder;
  const auto first = compiled(saved), second = compiled(own);
  first.fit(x, y, {.epochs = 3, .verbose = 0});
  first.save(folder / "model");
  testing::internal::CaptureStderr();
  second.load_weights(folder / "model");
  EXPECT_EQ(weights_of(first), weights_of(second));
  return {second, testing::internal::GetCapturedStderr()};
}

}  // namespace

TEST(KerasSaving, TheLearningRateOfCompileStays) {
  const auto [model, said] = loaded(keras::optimizers::Adam(0.5), keras::optimizers::Adam(0.25));
  EXPECT_DOUBLE_EQ(model.optimizer().learning_rate(), 0.25);
  EXPECT_EQ(model.optimizer().iterations(), 3);
  EXPECT_EQ(said, "");
}

TEST(KerasSaving, MomentsGoToTheSameKindOfOptimizerOnly) {
  for (const auto& own : {keras::optimizers::SGD({.learning_rate = 0.1, .momentum = 0.9}),
                          keras::optimizers::AdamW(0.1), keras::optimizers::SGD(0.1)}) {
    const auto [model, said] = loaded(keras::optimizers::Adam(), own);
    EXPECT_EQ(model.optimizer().iterations(), 0);
    for (const double value : slots_of(model)) EXPECT_EQ(value, 0);
    EXPECT_THAT(said, HasSubstr("[load_weights] warning: the optimizer's state in "));
    EXPECT_THAT(said, HasSubstr("it is of 'adam', the model is compiled with '" + own.name() + "'"));
  }
}

TEST(KerasSaving, StepsThatCannotBeAreSaid) {
  const TemporaryFolder folder;
  const auto model = compiled(keras::optimizers::Adam());
  model.fit(x, y, {.epochs = 2, .verbose = 0});
  model.save(folder / "model");
  for (const auto& [steps, why] : {std::pair{tt::full({}, -5, tt::int64), "'optimizer/iteration' is negative: -5"},
                                   std::pair{tt::full({2}, 1, tt::int64), "'optimizer/iteration' is int64 (2,)"},
                                   std::pair{tt::full({}, 1.5), "'optimizer/iteration' is float32 ()"}}) {
    tt::StateDict file = tt::load(folder / "model");
    file.set("optimizer/iteration", steps);
    tt::save(file, folder / "wrong");
    testing::internal::CaptureStderr();
    model.load_weights(folder / "wrong");
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr(why));
    EXPECT_EQ(model.optimizer().iterations(), 2);
  }
}

// A class of the user's may be called so; its files have room for both.
TEST(KerasSaving, ALayerOfTheClassOptimizer) {
  struct Optimizer : keras::LayerBase {
    void build(const tt::Shape&) override { add_weight({.shape = {1}, .name = "iteration"}); }
    tt::Tensor call(const tt::Tensor& v, bool) override { return v; }
  };
  const TemporaryFolder folder;
  const keras::Sequential model({Input({4}), keras::layer<Optimizer>(), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(x, y, {.verbose = 0});
  model.save(folder / "model");
  EXPECT_THAT(tt::load(folder / "model").names(),
              testing::ElementsAre("optimizer_1/iteration", "dense/kernel", "dense/bias", "optimizer/iteration",
                                   "optimizer/learning_rate"));
  EXPECT_NO_THROW(model.load_weights(folder / "model"));
}

TEST(KerasSaving, MomentsThatTheFileLacksAreSaid) {
  const auto [model, said] =
      loaded(keras::optimizers::SGD(0.1), keras::optimizers::SGD({.learning_rate = 0.1, .momentum = 0.9}));
  EXPECT_EQ(model.optimizer().iterations(), 0);
  EXPECT_THAT(said, HasSubstr("it lacks 'optimizer/momentum/dense/kernel'"));
}

// Moments are named by their weights, so that a model with a frozen layer finds those of its others.
TEST(KerasSaving, MomentsBelongToWeightsByName) {
  const TemporaryFolder folder;
  const auto first = compiled(keras::optimizers::Adam()), second = compiled(keras::optimizers::Adam());
  first.fit(x, y, {.epochs = 2, .verbose = 0});
  first.save(folder / "model");
  second.layers()[0].set_trainable(false);
  second.compile({.optimizer = "adam", .loss = "mse"});
  second.load_weights(folder / "model");
  const tt::StateDict file = tt::load(folder / "model");
  for (const auto& slot : second.optimizer().base().slots()) {
    const bool kernel = slot.value.ndim() == 2;
    EXPECT_EQ(slot.value.to_vector<float>(),
              file.at("optimizer/" + slot.name + "/dense_1/" + (kernel ? "kernel" : "bias")).to_vector<float>());
  }
}

TEST(KerasSaving, ClonesByAFunction) {
  const tt::Tensor in = Input({4}, {.name = "features"});
  const keras::Layer shared = Dense(4, {.activation = "relu", .name = "shared"});
  const keras::Sequential inner({Input({4}), Dense(3, {.name = "inside"})}, {.name = "inner"});
  const keras::Model model(in, inner(shared(shared(in) * 2)), {.name = "whole"});
  const auto again = [](const keras::Layer& layer) {
    return from_config(layer.base().class_name(), layer.get_config());
  };
  int asked = 0;
  const auto softer = [&](const keras::Layer& layer) {
    ++asked;
    return layer.name() == "shared" ? Dense(4, {.activation = "tanh", .name = "shared"}) : again(layer);
  };
  const keras::Model clone = keras::models::clone_model(model, {.clone_function = softer});
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(clone.name(), "whole");
  EXPECT_EQ(clone.layers()[0].name(), "features");
  EXPECT_EQ(clone.count_params(), model.count_params());
  EXPECT_NE(weights_of(clone), weights_of(model));
  clone.set_weights(model.get_weights());
  const tt::Tensor kernel = model.get_weights()[0],
                   h = tt::tanh(tt::matmul(tt::tanh(tt::matmul(x, kernel)) * 2, kernel));
  const auto close = tt::max(tt::abs(clone(x) - inner(h))).item<double>();
  EXPECT_LE(close, 1e-6);
  // The layers of models inside are asked for too, the same layer is shared, and inputs may be others'.
  std::vector<std::string> names;
  const auto note = [&](const keras::Layer& layer) {
    names.push_back(layer.name());
    return layer;
  };
  const tt::Tensor other = Input({2});
  const keras::Model shares =
      keras::models::clone_model(model, {.input_tensors = {Input({4})}, .clone_function = note, .recursive = true});
  EXPECT_EQ(names, (std::vector<std::string>{"shared", "inside"}));
  EXPECT_EQ(weights_of(shares), weights_of(model));
  const keras::Model sequential = keras::models::clone_model(inner, {.clone_function = again});
  EXPECT_EQ(sequential.name(), "inner");
  EXPECT_NE(weights_of(sequential), weights_of(inner));
  // Compiled as the model is, with an optimizer that starts anew.
  model.compile({.optimizer = keras::optimizers::Adam(0.25), .loss = "mae", .metrics = {"mse"}});
  model.fit(x, tt::zeros({24, 3}), {.verbose = 0});
  for (const keras::Model& compiled :
       {keras::models::clone_model(model), keras::models::clone_model(model, {.clone_function = again})}) {
    EXPECT_EQ(compiled.optimizer().iterations(), 0);
    EXPECT_EQ(compiled.optimizer().learning_rate(), 0.25);
    EXPECT_TRUE(compiled.evaluate(x, tt::zeros({24, 3}), {.verbose = 0}).contains("mse"));
  }
  const auto error = [](auto&& function) { return error_of<tt::ArgumentError>(function); };
  EXPECT_THAT(error([&] {
                keras::models::clone_model(model,
                                           {.clone_function = [](const keras::Layer&) { return keras::Layer(); }});
              }),
              HasSubstr("[clone_model] clone_function made no layer: for layer 'shared'"));
  EXPECT_THAT(error([&] {
                keras::models::clone_model(model, {.input_tensors = {other, other}});
              }),
              HasSubstr("[clone_model] input_tensors are not as many as the model has inputs: 2, 'whole' has 1"));
  EXPECT_THAT(error([&] { keras::models::clone_model(model, {.input_tensors = {x}}); }),
              HasSubstr("[clone_model] input_tensors are not symbolic"));
}
