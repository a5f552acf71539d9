// Preprocessing layers: Keras's numbers, state that `adapt` finds, seeds, and a place in models and files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

const tt::StateDict& references() {
  static const tt::StateDict dict =
      tt::load(std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/keras_preprocessing.safetensors");
  return dict;
}
const tt::Tensor& reference(const std::string& name) { return references().at(name); }

void expect_close(const tt::Tensor& y, const std::string& name, double tolerance) {
  const tt::Tensor wanted = reference(name + "/y");
  ASSERT_EQ(y.shape(), wanted.shape()) << name;
  const tt::Tensor d = tt::abs(tt::cast(y, tt::float64) - tt::cast(wanted, tt::float64));
  EXPECT_LE(tt::max(d).item<double>(), tolerance) << name;
}

void check(const std::string& name, const keras::Layer& layer, double tolerance = 0, bool training = false) {
  expect_close(layer(reference(name + "/x"), training), name, tolerance);
}
void check_adapted(const std::string& name, const keras::Layer& layer, double tolerance) {
  layer.adapt(reference(name + "/data"));
  expect_close(layer(reference(name + "/x")), name, tolerance);
}

}  // namespace

TEST(KerasPreprocessing, Numbers) {
  check("rescaling", Rescaling(1.0 / 255, -0.5), 1e-7);
  check_adapted("normalization", Normalization(), 2e-6);
  check_adapted("normalization_all", Normalization({.axis = {}}), 2e-6);
  check_adapted("normalization_two", Normalization({.axis = {1, 3}}), 2e-6);
  check("normalization_given",
        Normalization({.mean = tt::tensor({1, 2, 3, 4}), .variance = tt::tensor({1, 0, 4, 9}), .invert = true}), 2e-6);
  check("discretization", Discretization({.bin_boundaries = {0, 1.5, 3, 5}}));
  check_adapted("discretization_adapt", Discretization({.num_bins = 4}), 0);
  check("discretization_one_hot", Discretization({.bin_boundaries = {0, 3}, .output_mode = "one_hot"}));
  check("encoding_multi_hot", CategoryEncoding(5));
  check("encoding_count", CategoryEncoding(5, {.output_mode = "count"}));
  check("encoding_one_hot", CategoryEncoding(5, {.output_mode = "one_hot"}));
  const tt::Tensor weighted =
      CategoryEncoding(5, {.output_mode = "count"})({reference("encoding_weights/x"), reference("encoding_weights/w")});
  expect_close(weighted, "encoding_weights", 1e-6);
}

TEST(KerasPreprocessing, Images) {
  check("resizing", Resizing(5, 9), 1e-3);
  check("resizing_crop", Resizing(4, 8, {.interpolation = "nearest", .crop_to_aspect_ratio = true}));
  expect_close(Resizing(5, 9, {.interpolation = "bicubic"})(tt::cast(reference("resizing_bytes/x"), tt::uint8)),
               "resizing_bytes", 1);
  check("center_crop", CenterCrop(4, 3));
  check("center_crop_up", CenterCrop(8, 4), 1e-3);
  for (const char* mode : {"reflect", "constant", "nearest"})
    check(std::string("rotation_") + mode, RandomRotation({0.07, 0.07}, {.fill_mode = mode, .fill_value = 9}), 0.02,
          true);
  check("zoom", RandomZoom({0.2, 0.2}, {.width_factor = keras::FactorRange(-0.3, -0.3)}), 0.02, true);
  check("zoom_both", RandomZoom({-0.4, -0.4}, {.fill_mode = "constant", .interpolation = "nearest"}), 0, true);
  check("translation", RandomTranslation({0.2, 0.2}, {-0.1, -0.1}), 0.02, true);
  check("brightness", RandomBrightness({0.3, 0.3}), 1e-4, true);
  check("contrast", RandomContrast({0.0, 0.0}), 1e-4, true);
  check("crop_small", RandomCrop(9, 5));
}

TEST(KerasPreprocessing, RandomLayersFollowTheirSeedAndRestWithoutTraining) {
  const tt::Tensor x = reference("resizing/x");
  const auto layers = [](std::int64_t seed) {
    return std::vector<keras::Layer>{RandomFlip("horizontal_and_vertical", {.seed = seed}),
                                     RandomCrop(3, 2, {.seed = seed}),
                                     RandomRotation(0.2, {.seed = seed}),
                                     RandomZoom(0.3, {.seed = seed}),
                                     RandomTranslation(0.3, 0.3, {.seed = seed}),
                                     RandomContrast(0.5, {.seed = seed}),
                                     RandomBrightness(0.5, {.seed = seed})};
  };
  const auto first = layers(3), again = layers(3);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto one = first[i](x, true).to_vector<float>(), other = again[i](x, true).to_vector<float>();
    EXPECT_EQ(one, other) << first[i].name();
    bool changes = false;
    for (int draw = 0; draw < 8 && !changes; ++draw) changes = first[i](x, true).to_vector<float>() != one;
    EXPECT_TRUE(changes) << first[i].name();
    EXPECT_EQ(first[i](x).to_vector<float>(), x.to_vector<float>()) << first[i].name();
  }
  EXPECT_EQ(first[1](x, true).shape(), (tt::Shape{2, 3, 2, 3}));
  // One image, and the graph engine.
  EXPECT_EQ(first[2](tt::select(x, 0, 0), true).shape(), (tt::Shape{7, 6, 3}));
  const keras::Sequential model(
      {Input({7, 6, 3}), RandomFlip("horizontal", {.seed = 1}), RandomRotation(0.1, {.seed = 1}), Flatten(), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse", .run_eagerly = true});
  EXPECT_NO_THROW(model.fit(x / 255, tt::ones({2, 1}), {.verbose = 0}));
}

TEST(KerasPreprocessing, StateIsSavedWithTheModel) {
  const TemporaryFolder folder;
  const tt::Tensor data = reference("normalization/data");
  const keras::Layer normalization = Normalization(), bins = Discretization({.num_bins = 3});
  normalization.adapt(data);
  bins.adapt(data);
  const keras::Layer given = Normalization({.mean = tt::tensor({{1, 2, 3, 4}}), .variance = tt::tensor(4.0)});
  const tt::Tensor x = Input({4});
  const keras::Model model(x,
                           {normalization(x), given(x), bins(x), Rescaling({1, 2, 3, 4}, {0.5})(x),
                            Rescaling(2, 0.25, {.dtype = "mixed_bfloat16"})(x), Resizing(2, 3)(Reshape({2, 2, 1})(x))});
  model.save(folder / "model.keras");
  const keras::Model again = keras::models::load_model(folder / "model.keras");
  const auto a = model.predict_all(data, {.verbose = 0}), b = again.predict_all(data, {.verbose = 0});
  ASSERT_EQ(a.size(), 6U);
  EXPECT_EQ(b[4].dtype(), tt::bfloat16);
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_EQ(tt::cast(a[i], tt::float32).to_vector<float>(), tt::cast(b[i], tt::float32).to_vector<float>());
}

TEST(KerasPreprocessing, BatchesAdaptAsTheWhole) {
  const tt::Tensor data = reference("normalization/data"), x = reference("normalization/x");
  const keras::AdaptiveLayer whole = Discretization({.num_bins = 5}), parts = Discretization({.num_bins = 5});
  whole.adapt(data);
  parts.adapt(tt::data::DataLoader(tt::data::TensorDataset(data, data), {.batch_size = 4}));
  EXPECT_EQ(whole(x).to_vector<std::int32_t>(), parts(x).to_vector<std::int32_t>());
  EXPECT_GT(tt::max(whole(x)).item<std::int32_t>(), 0);
}

TEST(KerasPreprocessing, Errors) {
  const auto error = [](auto&& function) { return error_of<tt::ArgumentError>(function); };
  EXPECT_THAT(error([] { Normalization({.mean = tt::tensor({1})}); }),
              HasSubstr("[Normalization] only one of mean and variance is given: mean"));
  EXPECT_THAT(error([] {
                Discretization({.num_bins = 2}).adapt(tt::ones({0, 3}));
              }),
              HasSubstr("[Discretization] there are no data to adapt to: a tensor of shape (0, 3)"));
  EXPECT_THAT(error([] {
                Discretization({.bin_boundaries = {1}}).adapt(tt::ones({2, 3}));
              }),
              HasSubstr("the layer was given its boundaries"));
  EXPECT_THAT(error([] { Discretization({}); }), HasSubstr("neither bin_boundaries nor num_bins are given"));
  EXPECT_THAT(error([] { Discretization({.bin_boundaries = {2, 1}}); }), HasSubstr("bin_boundaries fall: at number 1"));
  EXPECT_THAT(error([] { Discretization({.num_bins = 3})(tt::ones({2})); }), HasSubstr("no boundaries yet"));
  EXPECT_THAT(error([] { CategoryEncoding(3, {.output_mode = "int"}); }),
              HasSubstr("there is no such output_mode: 'int'"));
  EXPECT_THAT(error([] { RandomFlip("sideways"); }), HasSubstr("[RandomFlip] there is no such mode: 'sideways'"));
  EXPECT_THAT(error([] { RandomRotation({0.5, 2}); }), HasSubstr("[RandomRotation] factor is outside of [-1, 1]"));
  EXPECT_THAT(error([] { RandomZoom(0.1, {.fill_mode = "mirror"}); }),
              HasSubstr("there is no such fill_mode: 'mirror'"));
  EXPECT_THAT(error_of<tt::UnsupportedError>([] { RandomRotation(0.1, {.fill_mode = "wrap"}); }),
              HasSubstr("Use 'reflect', 'constant' or 'nearest'"));
  EXPECT_THAT(error([] { Resizing(0, 3); }), HasSubstr("[Resizing] height is below 1: 0"));
  EXPECT_THAT(error([] { Resizing(2, 3)(tt::ones({2, 3})); }), HasSubstr("neither an image nor a batch of images"));
}
