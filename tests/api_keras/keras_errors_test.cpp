// Mistakes: every one is named, with what there is instead, at the user's line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

template <class Function>
std::string message(Function&& function) {
  return error_of<tt::ArgumentError>(std::forward<Function>(function));
}

std::string here(int line) { return "At keras_errors_test.cpp:" + std::to_string(line); }

keras::Sequential compiled() {
  keras::Sequential model({Input({4}), Dense(2)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  return model;
}

}  // namespace

TEST(KerasErrors, UnknownNamesListWhatThereIs) {
  EXPECT_THAT(message([] { Dense(2, {.activation = "rellu"}); }),
              HasSubstr("'rellu'. Did you mean relu? There are 'linear', 'relu'"));
  EXPECT_THAT(message([] { Dense(2, {.kernel_initializer = "glorot"}); }), HasSubstr("'glorot_uniform'"));
  EXPECT_THAT(message([] { keras::Optimizer("adamm"); }), HasSubstr("'adamm'. Did you mean adam"));
  EXPECT_THAT(message([] { keras::Loss("mean"); }), HasSubstr("'mse'"));
  EXPECT_THAT(message([] { keras::Metric("exactness"); }), HasSubstr("'accuracy'"));
  EXPECT_THAT(message([] { Conv2D(2, 3, {.data_format = "nchw"}); }), HasSubstr("'channels_last' or 'channels_first'"));
  EXPECT_THAT(message([] { keras::Sequential({Dense(1)}).compile({.engine = "fast"}); }),
              HasSubstr("Use 'graph' or 'eager'"));
}

TEST(KerasErrors, StringsNameTheirLine) {
  const int line = __LINE__ + 1;
  EXPECT_THAT(message([] { Dense(2, {.activation = "rellu"}); }), HasSubstr(here(line)));
}

TEST(KerasErrors, AWrongBrickIsNamedAtItsLine) {
  const int line = __LINE__ + 1;
  EXPECT_THAT(message([] { keras::Sequential({Input({4}), Conv2D(2, 3)}); }), HasSubstr(here(line)));
  EXPECT_THAT(message([] {
                keras::Sequential({Input({4}), Conv2D(2, 3)});
              }),
              HasSubstr("[Conv2D] the input does not have four axes"));
}

TEST(KerasErrors, DataThatDoNotFit) {
  const auto model = compiled();
  const int line = __LINE__ + 1;
  const std::string text = message([&] { model.fit(tt::zeros({8, 5}), tt::zeros({8, 2}), {.verbose = 0}); });
  EXPECT_THAT(text, HasSubstr("[fit] the data do not have the shape of the model's input: x is (8, 5)"));
  EXPECT_THAT(text, HasSubstr("takes (?, 4)"));
  EXPECT_THAT(text, HasSubstr(here(line)));
  EXPECT_THAT(message([&] {
                model.fit(tt::zeros({8, 4}), tt::zeros({7, 2}), {.verbose = 0});
              }),
              HasSubstr("x has 8, y has 7"));
  EXPECT_THAT(message([&] {
                model.fit(tt::zeros({8, 4}), tt::zeros({8, 3}), {.verbose = 0});
              }),
              HasSubstr("targets and predictions have different shapes"));
  EXPECT_THAT(message([&] {
                model.fit(tt::zeros({8, 4}), tt::zeros({8, 2}), {.batch_size = 0});
              }),
              HasSubstr("batch_size"));
  EXPECT_THAT(message([&] {
                model.fit(tt::zeros({8, 4}), tt::zeros({8, 2}), {.validation_split = 1});
              }),
              HasSubstr("validation_split"));
  EXPECT_THAT(message([&] { model.fit({}, tt::zeros({8, 2})); }), HasSubstr("x is empty"));
  EXPECT_THAT(message([&] { model.predict(tt::Tensor()); }), HasSubstr("x is undefined"));
}

TEST(KerasErrors, ThingsDoneTooEarly) {
  keras::Sequential model({Input({4}), Dense(2)});
  EXPECT_THAT(message([&] {
                model.fit(tt::zeros({8, 4}), tt::zeros({8, 2}));
              }),
              HasSubstr("the model is not compiled"));
  EXPECT_THAT(message([&] {
                model.evaluate(tt::zeros({8, 4}), tt::zeros({8, 2}));
              }),
              HasSubstr("the model is not compiled"));
  EXPECT_THAT(message([&] { model.optimizer(); }), HasSubstr("the model is not compiled"));
  EXPECT_THAT(message([&] { keras::Sequential({Dense(2)}).load_weights("none"); }), HasSubstr("none"));
  EXPECT_THAT(message([&] { keras::Layer().name(); }), HasSubstr("the handle is undefined"));
  model.compile({});
  EXPECT_THAT(message([&] {
                model.fit(tt::zeros({8, 4}), tt::zeros({8, 2}), {.verbose = 0});
              }),
              HasSubstr("Set .loss in compile"));
}

TEST(KerasErrors, NamesThatAreNotThere) {
  const auto model = compiled();
  EXPECT_THAT(message([&] { model.get_layer("conv"); }), HasSubstr("'conv'"));
  EXPECT_THAT(message([&] { model.get_layer(7); }), HasSubstr("has 1 layers"));
  const auto history = model.fit(tt::zeros({8, 4}), tt::zeros({8, 2}), {.verbose = 0});
  const int line = __LINE__ + 1;
  EXPECT_THAT(message([&] { history["accuracy"]; }), HasSubstr(here(line)));
  EXPECT_THAT(message([&] { history["accuracy"]; }), HasSubstr("It has 'loss'"));
}

TEST(KerasErrors, WrongModels) {
  auto a = Input({4}), b = Input({4});
  EXPECT_THAT(message([&] {
                keras::Model(a, Add()({a, b}));
              }),
              HasSubstr("depends on an Input that is not among the inputs"));
  EXPECT_THAT(message([&] { keras::Model(tt::zeros({2}), a); }),
              HasSubstr("one of the inputs does not come from Input"));
  EXPECT_THAT(message([&] { Add()(a); }), HasSubstr("less than two inputs"));
  EXPECT_THAT(message([&] { Dense(2)({a, b}); }), HasSubstr("takes one input"));
  EXPECT_THAT(message([&] { compiled().add(Dense(1)); }), HasSubstr("a layer is added after compile"));
  EXPECT_THAT(message([&] { Dense(0); }), HasSubstr("units is below 1: 0"));
  EXPECT_THAT(message([&] { Dense(2).set_weights({tt::zeros({2})}); }), HasSubstr("Build the layer first"));
  EXPECT_THAT(message([&] { keras::Sequential({Input({4}), Reshape({3})}); }), HasSubstr("as many elements"));
}

TEST(KerasErrors, ApplyTakesAGradientForEachWeight) {
  const auto optimizer = keras::optimizers::Adam();
  const std::vector<tt::Tensor> weights = {tt::ones({2}), tt::ones({3})}, one = {tt::ones({2})};
  EXPECT_THAT(message([&] { optimizer.apply(one, weights); }), HasSubstr("1 gradients, 2 weights"));
  const std::vector<tt::Tensor> missing = {tt::ones({2}), tt::Tensor()};
  EXPECT_THAT(message([&] { optimizer.apply(missing, weights); }), HasSubstr("a gradient is undefined"));
  EXPECT_EQ(optimizer.iterations(), 0);
}
