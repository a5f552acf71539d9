// What belongs to a layer: everything that it holds, without a word more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

std::vector<std::string> names_of(const keras::Layer& layer) {
  std::vector<std::string> names;
  for (const keras::Layer& inner : layer.base().layers()) names.push_back(inner.name());
  return names;
}
using Names = std::vector<std::string>;

struct Members : keras::ModelBase {
  keras::Layer hidden = Dense(6, {.activation = "relu", .name = "hidden"});
  keras::Sequential two{{Dense(5, {.name = "a"}), Dense(4, {.name = "b"})}, {.name = "two"}};
  keras::Layer out;
  Members() { out = Dense(1, {.name = "out"}); }
  tt::Tensor call(const tt::Tensor& x, bool) override { return out(two(hidden(x))); }
};

/// A member that changes: the last one counts.
struct Changes : keras::ModelBase {
  keras::Layer kept, gone;
  explicit Changes(const keras::Layer& other) : kept(other), gone(other) {
    kept = Dense(1, {.name = "kept"});
    gone = keras::Layer();
  }
  tt::Tensor call(const tt::Tensor& x, bool) override { return kept(x); }
};

struct Containers : keras::ModelBase {
  std::vector<keras::Layer> blocks;
  std::optional<keras::Layer> head;
  explicit Containers(int count) {
    Dense(9, {.name = "dropped"});
    for (int i = 0; i < count; ++i) blocks.push_back(Dense(3, {.name = "block" + std::to_string(i)}));
    head = Dense(1, {.name = "head"});
  }
  tt::Tensor call(const tt::Tensor& x, bool) override {
    tt::Tensor value = x;
    for (const keras::Layer& block : blocks) value = block(value);
    return (*head)(value);
  }
};

/// As in Keras's examples of autoencoders: models that were made before are passed in.
struct Passed : keras::ModelBase {
  keras::Model encoder, decoder;
  Passed(keras::Model e, const keras::Model& d) : encoder(std::move(e)) { decoder = d; }
  tt::Tensor call(const tt::Tensor& x, bool) override { return decoder(encoder(x)); }
};

struct MadeInBuild : keras::LayerBase {
  keras::Layer inner;
  void build(const tt::Shape&) override { inner = Dense(2, {.name = "inner"}); }
  tt::Tensor call(const tt::Tensor& x, bool) override { return inner(x); }
};

/// Layers that were made elsewhere, in a container: nobody can see them there.
struct PassedInAVector : keras::ModelBase {
  std::vector<keras::Layer> blocks;
  PassedInAVector(std::vector<keras::Layer> layers, bool tracks) : blocks(std::move(layers)) {
    if (tracks)
      for (const keras::Layer& block : blocks) track(block);
  }
  tt::Tensor call(const tt::Tensor& x, bool) override { return blocks[0](x); }
};

struct MadeInCall : keras::ModelBase {
  tt::Tensor call(const tt::Tensor& x, bool) override { return ReLU()(Dense(1, {.name = "fleeting"})(x)); }
};

struct Tracks : keras::ModelBase {
  keras::Model inner;
  explicit Tracks(const keras::Model& model) : inner(track(model)) {}
  tt::Tensor call(const tt::Tensor& x, bool) override { return inner(x); }
};

/// The tied weights of a decoder: it refers to a layer of its model.
struct Decoder : keras::LayerBase {
  const keras::Layer* shared;
  explicit Decoder(const keras::Layer* layer) : shared(layer) {}
  tt::Tensor call(const tt::Tensor& x, bool) override { return (*shared)(x); }
};
struct Tied : keras::ModelBase {
  keras::Layer shared = Dense(4, {.name = "shared"}), decoder = keras::layer<Decoder>(&shared);
  tt::Tensor call(const tt::Tensor& x, bool) override { return decoder(shared(x)); }
};

void expect_trained(const keras::Model& model) {
  for (const char* engine : {"graph", "eager"}) {
    model.compile({.optimizer = keras::optimizers::SGD(0.01), .loss = "mse", .engine = engine});
    model.fit(tt::ones({8, 4}), tt::zeros({8, 1}), {.verbose = 0});
    std::vector<std::vector<float>> before, after;
    for (const tt::Tensor& weight : model.get_weights()) before.push_back(weight.to_vector<float>());
    model.fit(tt::ones({8, 4}), tt::full({8, 1}, 9), {.verbose = 0});
    for (const tt::Tensor& weight : model.get_weights()) after.push_back(weight.to_vector<float>());
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NE(before[i], after[i]) << engine << " " << i;
  }
}

}  // namespace

TEST(KerasParts, MembersArePartsWithoutTrack) {
  const keras::Model model = keras::model<Members>();
  EXPECT_EQ(names_of(model), (Names{"hidden", "two", "out"}));
  expect_trained(model);
  EXPECT_EQ(model.count_params(), (4 * 6 + 6) + (6 * 5 + 5) + (5 * 4 + 4) + (4 + 1));
  EXPECT_EQ(model.trainable_weights().size(), 8U);
  const TemporaryFolder folder;
  model.save_weights(folder / "weights");
  EXPECT_TRUE(tt::load(folder / "weights").contains("two/b/kernel"));
}

TEST(KerasParts, LayersInContainersThatTheConstructorMakes) {
  const keras::Model model = keras::model<Containers>(3);
  EXPECT_EQ(names_of(model), (Names{"block0", "block1", "block2", "head"}));
  expect_trained(model);
}

TEST(KerasParts, ModelsThatArePassedIn) {
  const keras::Sequential encoder({Dense(3)}, {.name = "encoder"}), decoder({Dense(1)}, {.name = "decoder"});
  const keras::Model model = keras::model<Passed>(encoder, decoder);
  EXPECT_EQ(names_of(model), (Names{"encoder", "decoder"}));
  expect_trained(model);
}

TEST(KerasParts, OfAMemberTheLastValueIsAPart) {
  EXPECT_EQ(names_of(keras::model<Changes>(Dense(2))), (Names{"kept"}));
}

TEST(KerasParts, LayersThatBuildMakes) {
  const keras::Layer layer = keras::layer<MadeInBuild>();
  layer(tt::ones({2, 3}));
  EXPECT_EQ(names_of(layer), (Names{"inner"}));
  EXPECT_EQ(layer.count_params(), 3 * 2 + 2);
}

TEST(KerasParts, TrackTakesModelsAndCountsThemOnce) {
  const keras::Sequential inner({Dense(1)}, {.name = "inner"});
  const keras::Model model = keras::model<Tracks>(inner);
  EXPECT_EQ(names_of(model), (Names{"inner"}));
  expect_trained(model);
}

TEST(KerasParts, ALayerOfTheModelMayBeCalledByAnotherOne) {
  const keras::Model model = keras::model<Tied>();
  EXPECT_EQ(model(tt::ones({2, 4})).shape(), tt::Shape({2, 4}));
  EXPECT_EQ(model.count_params(), 4 * 4 + 4);
}

// What cannot be seen is found at the first call, by name and where it was made, on both engines.
TEST(KerasParts, ALayerThatIsNotHeldIsAnError) {
  const int line = __LINE__ + 1;
  const std::vector<keras::Layer> blocks{Dense(1, {.name = "block"})};
  const auto expect_error = [&](const auto& call) {
    const std::string error = error_of<tt::ArgumentError>(call);
    EXPECT_THAT(error, HasSubstr("[PassedInAVector] a layer with weights is called, and is not a part of the layer "
                                 "that calls it: 'block', made at keras_parts_test.cpp:" +
                                 std::to_string(line) + ", in 'passed_in_a_vector"));
    EXPECT_THAT(error, HasSubstr("keras::model<PassedInAVector>() makes, or pass it through track()"));
    EXPECT_THAT(error, HasSubstr(" At keras_parts_test.cpp:"));
  };
  const tt::Tensor x = tt::ones({2, 4}), y = tt::ones({2, 1});
  expect_error([&] { keras::model<PassedInAVector>(blocks, false)(x); });
  expect_error([&] { keras::model<PassedInAVector>(blocks, false)(Input({4})); });
  for (const char* engine : {"graph", "eager"}) {
    const keras::Model model = keras::model<PassedInAVector>(blocks, false);
    model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
    expect_error([&] { model.fit(x, y, {.verbose = 0}); });
  }
  EXPECT_EQ(names_of(keras::model<PassedInAVector>(blocks, true)), (Names{"block"}));
  keras::model<PassedInAVector>(blocks, true)(x);
}

TEST(KerasParts, ALayerThatCallMakesIsAnErrorIfItHasWeights) {
  EXPECT_THAT(error_of<tt::ArgumentError>([] {
                keras::model<MadeInCall>()(tt::ones({2, 4}));
              }),
              HasSubstr("'fleeting', made at keras_parts_test.cpp:"));
}

TEST(KerasParts, AnObjectThatKerasDidNotMakeIsAnError) {
  const keras::Model model(std::make_shared<Members>());
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { model(tt::ones({2, 4})); }), HasSubstr("keras::model<Members>()"));
}

// --- layer(x, training) ---------------------------------------------------------------------------------------------

TEST(KerasParts, TrainingThatACallOfAFunctionalModelAsksForHolds) {
  const tt::Tensor x = tt::ones({4, 64});
  const auto zeros = [](const tt::Tensor& y) {
    int count = 0;
    for (const float value : y.to_vector<float>()) count += value == 0;
    return count;
  };
  const tt::Tensor input = Input({64});
  const keras::Model always(input, Dropout(0.5)(input, true)), never(input, Dropout(0.5)(input, false)),
      as_called(input, Dropout(0.5)(input));
  EXPECT_GT(zeros(always(x, false)), 0);
  EXPECT_EQ(zeros(never(x, true)), 0);
  EXPECT_EQ(zeros(as_called(x)), 0);
  EXPECT_GT(zeros(as_called(x, true)), 0);
  EXPECT_GT(zeros(always.predict(x, {.verbose = 0})), 0);
  EXPECT_THAT(always.to_json(), HasSubstr("\"training\": true"));
}

// Keras's guide to transfer learning: base(x, training=False) keeps the statistics of a base model as they are.
TEST(KerasParts, ABaseModelInInferenceModeKeepsItsStatistics) {
  for (const char* engine : {"graph", "eager"}) {
    const keras::Sequential base({Input({4}), BatchNormalization()});
    const tt::Tensor input = Input({4});
    const keras::Model model(input, Dense(1)(base(input, false)));
    model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
    model.fit(tt::full({8, 4}, 5), tt::ones({8, 1}), {.verbose = 0});
    const auto weights = base.weights();
    ASSERT_EQ(weights[2].name.substr(weights[2].name.find('/')), "/moving_mean");
    EXPECT_EQ(weights[2].value.to_vector<float>(), std::vector<float>(4, 0.0F)) << engine;
  }
}
