// Layers that choose among those of images, or mix the examples of a batch; and layers that are in training unless a
// call says otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "api_keras/keras_files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

std::vector<float> values(const tt::Tensor& x) { return x.to_vector<float>(); }
tt::Tensor images() { return tt::reshape(tt::arange(0, 2 * 6 * 5 * 3, 1, tt::float32), {2, 6, 5, 3}); }

}  // namespace

TEST(KerasAugmentation, InTrainingUnlessACallSaysOtherwise) {
  const tt::Tensor x = images(), in = Input({6, 5, 3});
  const keras::Layer invert = RandomInvert({1.0, 1.0});
  const keras::Model model(in, Dropout(0.5)(invert(in)));
  const keras::Sequential sequential({RandomInvert({1.0, 1.0}), Dropout(0.5)});
  const auto inverted = values(255 - x), same = values(x);
  for (const auto& layer :
       {invert, keras::Layer(model), keras::Layer(sequential), Pipeline({RandomInvert({1.0, 1.0})})}) {
    EXPECT_EQ(values(layer(x)), inverted);
    EXPECT_EQ(values(layer(x, false)), same);
  }
  EXPECT_EQ(values(model.predict(x, {.verbose = 0})), same);
  EXPECT_EQ(values(Pipeline({Dropout(0.5)})(x, false)), same);
}

TEST(KerasAugmentation, ChosenLayers) {
  const tt::Tensor x = images();
  const auto layers = [](std::int64_t seed) {
    return std::vector<keras::Layer>{RandAugment({.num_ops = 3, .factor = 0.8, .seed = seed}),
                                     AugMix({.chain_depth = 2, .seed = seed}),
                                     AugMix({.num_chains = 1, .alpha = 0.01, .all_ops = false, .seed = seed})};
  };
  const auto first = layers(3), again = layers(3);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const tt::Tensor y = first[i](x, true);
    EXPECT_EQ(values(y), values(again[i](x, true)));
    EXPECT_EQ(y.shape(), x.shape());
    std::set<std::vector<float>> different;
    for (int draw = 0; draw < 12; ++draw) {
      const tt::Tensor drawn = first[i](x, true);
      different.insert(values(drawn));
      EXPECT_GE(tt::min(drawn).item<double>(), 0);
      EXPECT_LE(tt::max(drawn).item<double>(), 255);
    }
    EXPECT_GT(different.size(), 4U);
    EXPECT_EQ(values(first[i](x, false)), values(x));
    EXPECT_EQ(first[i](tt::select(x, 0, 0), true).shape(), (tt::Shape{6, 5, 3}));
    const keras::Layer copy = keras::saving::deserialize_keras_object(keras::saving::serialize_keras_object(first[i]));
    EXPECT_EQ(copy.get_config(), first[i].get_config());
  }
}

TEST(KerasAugmentation, BothEnginesChooseAndMixAlike) {
  std::vector<std::vector<float>> weights;
  for (const char* engine : {"eager", "graph"}) {
    keras::utils::set_random_seed(4);
    const tt::Tensor x = Input({6, 5, 3}), labels = Input({2});
    const auto mixed = MixUp(0.2, {.seed = 1}).call({RandAugment({.value_range = {0, 1}, .seed = 1})(x), labels});
    const auto cut =
        CutMix(1, {.seed = 2}).call({AugMix({.value_range = {0, 1}, .chain_depth = 2, .seed = 1})(mixed[0]), mixed[1]});
    const keras::Model model({x, labels}, Concatenate()({Dense(2)(Flatten()(cut[0])), cut[1]}));
    model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine, .numerics = "exact"});
    model.fit({images() / 255, tt::eye(2)}, tt::ones({2, 4}), {.batch_size = 2, .epochs = 3, .verbose = 0});
    weights.push_back(values(model.get_weights()[0]));
  }
  EXPECT_EQ(weights[0], weights[1]);
}

TEST(KerasAugmentation, MixUpMixesLabelsAsImages) {
  constexpr std::int64_t n = 5;
  const tt::Tensor labels = tt::eye(n), x = tt::reshape(tt::eye(n), {n, 1, 1, n}) + tt::zeros({n, 2, 3, n});
  const keras::Layer mix_up = MixUp(0.4, {.seed = 6});
  std::set<std::vector<float>> different;
  for (int draw = 0; draw < 6; ++draw) {
    const auto mixed = mix_up.call({x, labels});
    EXPECT_EQ(values(mixed[0]), values(tt::reshape(mixed[1], {n, 1, 1, n}) + tt::zeros({n, 2, 3, n})));
    for (const float sum : values(tt::sum(mixed[1], 1))) EXPECT_NEAR(sum, 1, 1e-6);
    for (const float kept : values(tt::sum(mixed[1], 0))) EXPECT_GE(kept, 0);
    different.insert(values(mixed[1]));
  }
  EXPECT_EQ(different.size(), 6U);
  EXPECT_EQ(values(mix_up(x, false)), values(x));
  EXPECT_EQ(values(mix_up(tt::select(x, 0, 0))), values(tt::select(x, 0, 0)));
  // Beta(a, a): a half on average, and near the ends for small a.
  const tt::Tensor many = tt::reshape(tt::arange(0, 2000, 1, tt::float32), {2000, 1, 1, 1});
  const auto shares = MixUp(0.2, {.seed = 1}).call({many * 0, tt::cast(many > 999, tt::float32).reshape({2000, 1})});
  EXPECT_NEAR(tt::mean(shares[1]).item<double>(), 0.5, 0.05);
}

TEST(KerasAugmentation, CutMixMixesLabelsByTheRectangle) {
  constexpr std::int64_t n = 4;
  const tt::Tensor labels = tt::eye(n), x = tt::reshape(tt::eye(n), {n, 1, 1, n}) + tt::zeros({n, 40, 50, n});
  const keras::Layer cut_mix = CutMix(1, {.seed = 3});
  for (int draw = 0; draw < 4; ++draw) {
    const auto mixed = cut_mix.call({x, labels});
    for (const float value : values(mixed[0])) EXPECT_TRUE(value == 0 || value == 1);
    const auto shares = values(tt::mean(mixed[0], {1, 2})), wanted = values(mixed[1]);
    for (std::size_t i = 0; i < shares.size(); ++i) EXPECT_NEAR(shares[i], wanted[i], 0.06);
  }
  // The smallest factor: all or nothing, and no number that is none.
  const auto whole = CutMix({0.0, 0.0}, {.seed = 1}).call({x, labels});
  for (const float value : values(whole[1])) EXPECT_TRUE(value < 1e-3 || value > 1 - 1e-3);
  EXPECT_EQ(values(cut_mix(tt::select(x, 0, 0))), values(tt::select(x, 0, 0)));
  EXPECT_EQ(CutMix(1, {.data_format = "channels_first"})(tt::moveaxis(x, -1, 1)).shape(), (tt::Shape{n, n, 40, 50}));
}

TEST(KerasAugmentation, BoxesAndPipelines) {
  const tt::Tensor boxes = tt::reshape(tt::arange(0, 24, 1, tt::float32), {2, 3, 4}),
                   labels = tt::reshape(tt::arange(6), {2, 3});
  const auto more = MaxNumBoundingBoxes(5).call({boxes, labels}), less = MaxNumBoundingBoxes(2).call({boxes, labels});
  EXPECT_EQ(more[0].shape(), (tt::Shape{2, 5, 4}));
  EXPECT_EQ(more[1].to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 2, -1, -1, 3, 4, 5, -1, -1}));
  EXPECT_EQ(values(less[0]), values(tt::narrow(boxes, 1, 0, 2)));
  const keras::Layer pipeline = Pipeline({Rescaling(2), RandomInvert({1.0, 1.0})});
  EXPECT_EQ(values(pipeline(boxes.reshape({2, 3, 4, 1}))), values(255 - 2 * boxes.reshape({2, 3, 4, 1})));
  const keras::Layer copy = keras::saving::deserialize_keras_object(keras::saving::serialize_keras_object(pipeline));
  EXPECT_EQ(copy.get_config(), pipeline.get_config());
  const auto error = [](auto&& function) { return error_of<tt::ArgumentError>(function); };
  EXPECT_THAT(error([&] { MaxNumBoundingBoxes(2)(boxes); }),
              HasSubstr("the inputs are not boxes (n, boxes, 4) and their labels"));
  EXPECT_THAT(error([] { RandAugment({.num_ops = 0}); }), HasSubstr("[RandAugment] num_ops is below 1: 0"));
  EXPECT_THAT(error([] { AugMix({.alpha = 0}); }), HasSubstr("[AugMix] alpha is not positive"));
  EXPECT_THAT(error([] { CutMix(2); }), HasSubstr("[CutMix] factor is outside of [0, 1]"));
  EXPECT_THAT(error([&] { MixUp().call({images(), tt::arange(2)}); }), HasSubstr("labels are not (examples, classes)"));
  EXPECT_THAT(error([] {
                ContrastLimitedAdaptiveHistogramEqualization()(tt::ones({1, 3, 3, 1}));
              }),
              HasSubstr("the image is too small for so many tiles"));
}
