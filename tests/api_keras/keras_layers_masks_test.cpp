// Masks that travel, states that stay, random layers, and what layers say to bad calls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const tt::Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<double> values(const tt::Tensor& x) { return x.to_vector<double>(); }

void expect_near(const tt::Tensor& a, const tt::Tensor& b, double tolerance = 1e-6) {
  ASSERT_EQ(a.shape(), b.shape());
  const auto x = values(a), y = values(b);
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], y[i], tolerance) << i;
}

/// Takes a mask, and gives one of its own.
struct EverySecond : keras::LayerBase {
  EverySecond() { supports_masking = true; }
  std::vector<tt::Tensor> call_with(const std::vector<tt::Tensor>& xs, const keras::CallOptions& options) override {
    saw_mask = options.mask[0].defined();
    return {xs[0] * 1.0};
  }
  std::vector<tt::Tensor> compute_mask(const std::vector<tt::Tensor>&, const std::vector<tt::Tensor>& mask) override {
    return {tt::logical_not(mask[0])};
  }
  bool saw_mask = false;
};

const tt::Tensor words = tt::reshape(tt::tensor({1, 2, 0, 3, 0, 0}), {2, 3});

}  // namespace

TEST(KerasLayerMasks, TravelFromLayerToLayer) {
  const tt::Tensor x = Embedding(4, 2, {.mask_zero = true})(words);
  EXPECT_EQ(values(keras::mask_of(x)), (std::vector<double>{1, 1, 0, 1, 0, 0}));
  const tt::Tensor y = Dropout(0.5)(Activation("relu")(LayerNormalization()(Dense(3)(x))));
  EXPECT_EQ(values(keras::mask_of(y)), (std::vector<double>{1, 1, 0, 1, 0, 0}));
  EXPECT_FALSE(keras::mask_of(y * 2).defined());
  EXPECT_FALSE(keras::mask_of(LSTM(2)(y)).defined());
  EXPECT_TRUE(keras::mask_of(LSTM(2, {.return_sequences = true})(y)).defined());
}

TEST(KerasLayerMasks, EndWithAWarning) {
  const keras::Layer flatten = Flatten({.name = "flat"});
  testing::internal::CaptureStderr();
  const tt::Tensor x = Embedding(4, 2, {.mask_zero = true})(words);
  EXPECT_FALSE(keras::mask_of(flatten(x)).defined());
  flatten(x);
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr("layer 'flat' was passed an input with a mask attached to it"));
  EXPECT_EQ(text.find("flat"), text.rfind("'flat'") + 1) << "once";
}

TEST(KerasLayerMasks, AttentionKeepsThemFromItsProjections) {
  testing::internal::CaptureStderr();
  const tt::Tensor x = Embedding(4, 2, {.mask_zero = true})(words);
  EXPECT_TRUE(keras::mask_of(MultiHeadAttention(2, 3)({x, x})).defined());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(KerasLayerMasks, LayersOfYourOwnReadThem) {
  const keras::Layer layer = keras::layer<EverySecond>();
  const tt::Tensor y = layer(Embedding(4, 2, {.mask_zero = true})(words));
  EXPECT_TRUE(layer.as<EverySecond>()->saw_mask);
  EXPECT_EQ(values(keras::mask_of(y)), (std::vector<double>{0, 0, 1, 0, 1, 1}));
  EXPECT_EQ(values(layer.compute_mask(y, tt::ones({2, 3}, tt::boolean))[0]), std::vector<double>(6, 0));
}

TEST(KerasLayerMasks, AreGivenByTheCaller) {
  const tt::Tensor x = tt::randn({2, 4, 3});
  const tt::Tensor mask = tt::reshape(tt::tensor({1, 1, 0, 0, 1, 1, 1, 1}), {2, 4}).to(tt::boolean);
  const keras::Layer lstm = LSTM(5);
  const tt::Tensor y = lstm(x, {.mask = mask});
  expect_near(y[0], lstm(x[{tt::Slice(0, 1), tt::Slice(0, 2)}])[0]);
  expect_near(y[1], lstm(x)[1]);
  EXPECT_THAT(message([&] { Conv1D(2, 2)(x, {.mask = mask}); }), HasSubstr("does not take an argument"));
  EXPECT_THAT(message([&] { Dense(2)(x, {.initial_state = x}); }), HasSubstr(".initial_state"));
  EXPECT_THAT(message([&] { lstm(x, {.mask = {mask, mask}}); }), HasSubstr("more masks than inputs"));
  EXPECT_THAT(message([&] { lstm(x, {.initial_state = {x, x, x}}); }), HasSubstr("as many first states"));
}

/// A mask in a functional model is an input like others.
TEST(KerasLayerMasks, AreEdgesOfFunctionalModels) {
  const tt::Tensor x = Input({4, 3}), mask = Input({4}, {.dtype = tt::boolean}), h = Input({5});
  const keras::Layer gru = GRU(5);
  const keras::Model model({x, mask, h}, gru(x, {.mask = mask, .initial_state = h}));
  const tt::Tensor data = tt::randn({2, 4, 3}), state = tt::randn({2, 5});
  const tt::Tensor given = tt::reshape(tt::tensor({1, 1, 0, 0, 1, 1, 1, 1}), {2, 4}).to(tt::boolean);
  expect_near(model.predict({data, given, state}, {.verbose = 0}), gru(data, {.mask = given, .initial_state = state}));
}

TEST(KerasLayerMasks, LossesAndMetricsCountWhatIsThere) {
  for (const char* engine : {"graph", "eager"}) {
    const keras::Sequential model({Input({3}, {.dtype = tt::int64}), Embedding(4, 2, {.mask_zero = true}), Dense(1)});
    model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}, .engine = engine, .numerics = "exact"});
    const tt::Tensor y = tt::ones({2, 3, 1});
    const auto predicted = values(model.predict(words, {.verbose = 0}));
    double squares = 0, sizes = 0;
    for (const std::size_t i : {0U, 1U, 3U}) {
      squares += (predicted[i] - 1) * (predicted[i] - 1) / 3;
      sizes += std::abs(predicted[i] - 1) / 3;
    }
    const keras::Logs logs = model.evaluate(words, y, {.verbose = 0});
    EXPECT_NEAR(logs["loss"], squares, 1e-6);
    EXPECT_NEAR(logs["mae"], sizes, 1e-6);
  }
}

/// Sequences of any length, both engines: one with unknown steps, and a cell that is run step by step.
TEST(KerasLayerMasks, SequencesOfAnyLength) {
  for (const char* engine : {"graph", "eager"})
    for (const char* activation : {"tanh", "elu"}) {
      const keras::Sequential model({Input({-1}, {.dtype = tt::int64}), Embedding(9, 4, {.mask_zero = true}),
                                     Bidirectional(LSTM(3, {.activation = activation, .return_sequences = true})),
                                     GRU(4, {.dropout = 0.2, .recurrent_dropout = 0.1}), Dense(1)});
      model.compile({.optimizer = "adam", .loss = "mse", .engine = engine});
      for (const int steps : {5, 3, 7}) {
        const tt::Tensor x = tt::randint(0, 9, {4, steps}), y = tt::ones({4, 1});
        EXPECT_TRUE(std::isfinite(model.train_on_batch(x, y)["loss"])) << engine << activation << steps;
        EXPECT_EQ(model.predict(x, {.verbose = 0}).shape(), (tt::Shape{4, 1}));
      }
    }
}

/// A loop of the graph, for many steps or a number that is not known, gives what steps that are written out give.
TEST(KerasLayerMasks, LoopsOfTheGraph) {
  constexpr std::int64_t steps = 66;
  for (const bool backwards_and_all : {false, true}) {
    std::vector<std::vector<float>> results, weights;
    for (const char* way : {"eager", "loop", "any length"}) {
      const bool any = std::string(way) == "any length";
      keras::utils::set_random_seed(5);
      const tt::Tensor input = Input({any ? -1 : steps}, {.dtype = tt::int64});
      const tt::Tensor x = Embedding(6, 3, {.mask_zero = true})(input);
      const tt::Tensor y = LSTM(2, {.activation = "elu",
                                    .dropout = 0.2,
                                    .recurrent_dropout = 0.3,
                                    .seed = 3,
                                    .return_sequences = backwards_and_all,
                                    .go_backwards = backwards_and_all})(x);
      const keras::Model model(input, Dense(1)(backwards_and_all ? GlobalAveragePooling1D()(y) : y));
      model.compile({.optimizer = keras::optimizers::SGD(0.1),
                     .loss = "mse",
                     .engine = std::string(way) == "eager" ? "eager" : "graph"});
      tt::manual_seed(2);
      const tt::Tensor words = tt::randint(0, 6, {3, steps});
      for (int i = 0; i < 2; ++i) model.train_on_batch(words, tt::ones({3, 1}));
      if (any) {
        EXPECT_EQ(model.predict(words[{tt::Slice(), tt::Slice(0, 9)}], {.verbose = 0}).size(0), 3);
      }
      results.push_back(model.predict(words, {.verbose = 0}).to_vector<float>());
      weights.push_back(tt::flatten(model.get_weights()[2]).to_vector<float>());
    }
    for (std::size_t i = 1; i < results.size(); ++i) {
      EXPECT_THAT(results[i], testing::Pointwise(testing::FloatNear(1e-4F), results[0])) << i << backwards_and_all;
      EXPECT_THAT(weights[i], testing::Pointwise(testing::FloatNear(1e-4F), weights[0])) << i << backwards_and_all;
    }
  }
}

TEST(KerasLayerStates, GoOnUntilReset) {
  for (const char* engine : {"graph", "eager"}) {
    const tt::Tensor x = tt::randn({2, 6, 3});
    const tt::Tensor first = x[{tt::Slice(), tt::Slice(0, 3)}], second = x[{tt::Slice(), tt::Slice(3, 6)}];
    const keras::Layer whole = LSTM(4), kept = LSTM(4, {.stateful = true});
    const keras::Sequential model({Input({3, 3}, {.batch_size = 2}), kept});
    model.compile({.loss = "mse", .engine = engine, .numerics = "exact"});
    const tt::Tensor expected = whole(x);
    kept.set_weights(whole.get_weights());
    model.predict(first, {.verbose = 0});
    expect_near(model.predict(second, {.verbose = 0}), expected);
    model.reset_states();
    expect_near(model.predict(first, {.verbose = 0}), whole(first));
    EXPECT_EQ(model.weights().size(), 3U);
    EXPECT_EQ(kept.base().states().size(), 2U);
  }
}

TEST(KerasLayerStates, TrainOn) {
  for (const char* engine : {"graph", "eager"}) {
    const keras::Sequential model({Input({3, 2}, {.batch_size = 4}), GRU(3, {.stateful = true}), Dense(1)});
    model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
    const tt::Tensor x = tt::randn({8, 3, 2}), y = tt::ones({8, 1});
    const auto history = model.fit(x, y, {.batch_size = 4, .epochs = 3, .verbose = 0, .shuffle = false});
    EXPECT_LT(history["loss"].back(), history["loss"].front());
    EXPECT_THAT(message([&] {
                  model.predict(tt::randn({3, 3, 2}), {.batch_size = 3, .verbose = 0});
                }),
                HasSubstr("shape of the model's input"));
  }
  const keras::Layer kept = SimpleRNN(2, {.stateful = true});
  kept(tt::randn({2, 3, 4}));
  EXPECT_THAT(message([&] { kept(tt::randn({3, 3, 4})); }), HasSubstr("Batches of a stateful layer are of one size"));
}

TEST(KerasRandomLayers, ChooseInTrainingOnly) {
  const tt::Tensor x = tt::ones({4, 6, 5, 3});
  for (const keras::Layer& layer :
       {Dropout(0.5), SpatialDropout2D(0.5), AlphaDropout(0.5), GaussianDropout(0.5), GaussianNoise(0.5)}) {
    expect_near(layer(x), x);
    EXPECT_FALSE(tt::allclose(layer(x, true), x)) << layer.name();
    EXPECT_FALSE(tt::allclose(layer(x, true), layer(x, true))) << layer.name();
  }
  const tt::Tensor channels = SpatialDropout2D(0.5, {.seed = 3})(x, true);
  EXPECT_TRUE(tt::allclose(channels, tt::expand(channels[{tt::Slice(), tt::Slice(0, 1), tt::Slice(0, 1)}], x.shape())));
  const tt::Tensor rows = Dropout(0.5, {.noise_shape = {-1, 1, 1, 3}, .seed = 3})(x, true);
  EXPECT_TRUE(tt::allclose(rows, tt::expand(rows[{tt::Slice(), tt::Slice(0, 1), tt::Slice(0, 1)}], x.shape())));
  const tt::Tensor normal = tt::randn({100, 100});
  const tt::Tensor alpha = AlphaDropout(0.3)(normal, true);
  EXPECT_NEAR(tt::mean(alpha).item<float>(), 0, 0.05);
  EXPECT_NEAR(tt::std(alpha).item<float>(), 1, 0.05);
  EXPECT_NEAR(tt::std(GaussianNoise(0.2)(tt::zeros({100, 100}), true)).item<float>(), 0.2, 0.01);
  EXPECT_NEAR(tt::std(GaussianDropout(0.2)(tt::ones({100, 100}), true)).item<float>(), 0.5, 0.02);
}

/// The zeros of an input are the same at all steps, also where the steps are one op.
TEST(KerasRandomLayers, DropoutOfCellsIsTheSameAtAllSteps) {
  for (const char* activation : {"relu", "linear"}) {
    const keras::Layer rnn =
        SimpleRNN(8, {.activation = activation, .use_bias = false, .dropout = 0.5, .return_sequences = true});
    rnn.build({tt::unknown, 4, 8});
    rnn.set_weights({tt::eye(8), tt::zeros({8, 8})});
    const tt::Tensor y = rnn(tt::ones({3, 4, 8}), true);
    EXPECT_TRUE(tt::allclose(y, tt::expand(y[{tt::Slice(), tt::Slice(0, 1)}], y.shape())));
    EXPECT_GT(tt::sum(tt::equal(y, 0)).item<std::int64_t>(), 0);
  }
}

TEST(KerasLayerText, SummaryOfSequences) {
  keras::utils::clear_session();
  const keras::Sequential model(
      {Input({-1}, {.dtype = tt::int64}), Embedding(10, 4), Bidirectional(LSTM(8)), Dense(1)});
  const std::string text = model.summary_text();
  EXPECT_THAT(text, HasSubstr("│ bidirectional (Bidirectional)   │ (None, 16)             │           832 │"));
  EXPECT_THAT(text, HasSubstr("│ embedding (Embedding)           │ (None, None, 4)        │            40 │"));
  std::vector<std::string> names;
  for (const keras::Weight& weight : model.weights()) names.push_back(weight.name);
  EXPECT_THAT(names, testing::Contains("bidirectional/forward_lstm/lstm_cell/recurrent_kernel"));
  EXPECT_THAT(model.to_json(), HasSubstr("\"recurrent_activation\": \"sigmoid\""));
}

TEST(KerasLayerErrors, SayWhatIsWrong) {
  const tt::Tensor x = tt::ones({2, 5, 3}), image = tt::ones({2, 4, 4, 3});
  EXPECT_THAT(message([] { LSTM(0); }), HasSubstr("[LSTM] units is below 1: 0"));
  EXPECT_THAT(message([] { GRU(3, {.dropout = 2}); }), HasSubstr("dropout"));
  EXPECT_THAT(message([&] { LSTM(3)(image); }), HasSubstr("[LSTM] the input does not have 3 axes"));
  EXPECT_THAT(message([] { RNN(Dense(3)); }), HasSubstr("A cell derives from keras::RNNCellBase"));
  EXPECT_THAT(message([] { Bidirectional(Dense(3)); }), HasSubstr("a layer is not recurrent"));
  EXPECT_THAT(message([] { Bidirectional(LSTM(3), {.merge_mode = "max"}); }), HasSubstr("no such merge_mode: 'max'"));
  EXPECT_THAT(message([] { Bidirectional(LSTM(3), {.backward_layer = LSTM(3)}); }), HasSubstr("same direction"));
  EXPECT_THAT(message([] { Conv1D(2, 3, {.padding = "full"}); }), HasSubstr("'valid', 'same' or 'causal'"));
  EXPECT_THAT(message([] { Conv2D(2, 3, {.strides = 2, .dilation_rate = 2}); }), HasSubstr("both strides and"));
  EXPECT_THAT(message([] { Conv2DTranspose(2, 3, {.output_padding = 1}); }), HasSubstr("not less than strides"));
  EXPECT_THAT(message([&] { Conv2D(4, 3, {.groups = 2})(image); }), HasSubstr("groups does not divide"));
  EXPECT_THAT(message([&] { MaxPooling1D()(image); }), HasSubstr("three axes: batch, steps and channels"));
  EXPECT_THAT(message([] { EinsumDense("ab,bc", {3}); }), HasSubstr("the equation is malformed"));
  EXPECT_THAT(message([&] { EinsumDense("abc,cd->abd", {3})(x); }), HasSubstr("output_shape has another number"));
  EXPECT_THAT(message([&] { GroupNormalization()(x); }), HasSubstr("groups does not divide the channels: 32 groups"));
  EXPECT_THAT(message([&] { Attention()({x}); }), HasSubstr("Call it on {query, value}"));
  EXPECT_THAT(message([] { Attention({.score_mode = "cosine"}); }), HasSubstr("no such score_mode"));
  EXPECT_THAT(message([] { GroupedQueryAttention(4, 3, 2); }), HasSubstr("does not divide num_query_heads"));
  EXPECT_THAT(message([&] { MultiHeadAttention(2, 4)({x, image}); }), HasSubstr("do not have the same axes"));
  EXPECT_THAT(message([&] { Cropping1D(3)(x); }), HasSubstr("leaves nothing of an axis"));
  EXPECT_THAT(message([] { ZeroPadding1D(-1); }), HasSubstr("a border is negative"));
  EXPECT_THAT(message([] { UpSampling2D(2, {.interpolation = "area"}); }), HasSubstr("no such interpolation"));
  EXPECT_THAT(message([] { Permute({1, 3}); }), HasSubstr("an axis is missing in dims"));
  EXPECT_THAT(message([&] { Subtract()({x, x, x}); }), HasSubstr("takes two inputs"));
  EXPECT_THAT(message([&] { Dot(0)({x, x}); }), HasSubstr("the axes include that of the batch"));
  EXPECT_THAT(message([&] { TimeDistributed(Dense(2))(tt::ones({2, 3})); }), HasSubstr("less than three axes"));
  EXPECT_THAT(message([&] { SpectralNormalization(Flatten())(x); }), HasSubstr("neither a kernel nor embeddings"));
  EXPECT_THAT(message([&] { Dropout(0.5, {.noise_shape = {1, 2, 3}})(x, true); }), HasSubstr("noise_shape does not"));
}

// keras.io/guides/understanding_masking_and_padding: a layer that cannot do without a mask has one as the model is
// made.
TEST(KerasMasks, LayersSeeTheMaskOfASymbolicInput) {
  struct TemporalSoftmax : keras::LayerBase {
    std::vector<tt::Tensor> call_with(const std::vector<tt::Tensor>& xs, const keras::CallOptions& options) override {
      const tt::Tensor mask = tt::unsqueeze(tt::cast(options.mask[0], tt::float32), -1), e = tt::exp(xs[0]) * mask;
      return {e / tt::sum(e, {1}, true)};
    }
  };
  const tt::Tensor words = Input({-1}, {.dtype = tt::int64}), x = tt::tensor({{3, 1, 0, 0}, {1, 2, 4, 0}});
  const keras::Model functional(words,
                                keras::layer<TemporalSoftmax>()(Dense(1)(Embedding(5, 3, {.mask_zero = true})(words))));
  const keras::Sequential sequential({Input({-1}, {.dtype = tt::int64}), Embedding(5, 3, {.mask_zero = true}), Dense(1),
                                      keras::layer<TemporalSoftmax>()});
  for (const keras::Model& model : {functional, keras::Model(sequential)}) {
    const std::vector<float> shares = model.predict(x, {.verbose = 0}).to_vector<float>();
    EXPECT_EQ(shares[2], 0);
    EXPECT_EQ(shares[7], 0);
    EXPECT_NEAR(shares[0] + shares[1], 1, 1e-6);
  }
}
