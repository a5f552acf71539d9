// Preprocessing layers: Keras's numbers, state that `adapt` finds, seeds, and a place in models and files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "api_keras/keras_files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::AllOf;
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

TEST(KerasPreprocessing, ColorsAndDistortions) {
  const tt::StateDict kerases =
      tt::load(std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/keras_augmentation.safetensors");
  const tt::Tensor images = kerases.at("images"), small = images / 255;
  const auto distance = [](const tt::Tensor& a, const tt::Tensor& b) { return tt::max(tt::abs(a - b)).item<double>(); };
  const auto check = [&](const char* name, const keras::Layer& layer, double tolerance, const tt::Tensor& x) {
    EXPECT_LE(distance(layer(x, true), kerases.at(name)), tolerance) << name;
    const tt::Tensor one = layer(tt::select(x, 0, 1), true);
    if (std::string(name).starts_with("equalization")) return;  // whose histogram is that of the batch
    EXPECT_LE(distance(one, tt::select(kerases.at(name), 0, 1)), tolerance) << name;
  };
  check("hue", RandomHue({1.0, 1.0}), 0.01, images);
  check("hue_small", RandomHue({1.0, 1.0}, {.value_range = {0, 1}}), 1e-4, small);
  check("saturation", RandomSaturation({0.3, 0.3}), 0.01, images);
  check("degeneration", RandomColorDegeneration({0.4, 0.4}), 0.01, images);
  check("jitter",
        RandomColorJitter({.brightness_factor = {{0.1, 0.1}},
                           .contrast_factor = {{0.0, 0.0}},
                           .saturation_factor = {{0.4, 0.4}},
                           .hue_factor = {{1.0, 1.0}}}),
        0.01, images);
  check("grayscale", RandomGrayscale(1.0), 0.01, images);
  check("invert", RandomInvert({1.0, 1.0}), 0, images);
  check("posterization", RandomPosterization({3, 3}), 0, images);
  check("posterization_small", RandomPosterization({2, 2}, {.value_range = {0, 1}}), 1e-6, small);
  check("sharpness", RandomSharpness({0.9, 0.9}), 0.01, images);
  check("solarization", Solarization(), 0, images);
  check("contrast", AutoContrast(), 0.01, images);
  check("contrast_small", AutoContrast({.value_range = {0, 1}}), 1e-5, small);
  check("clahe", ContrastLimitedAdaptiveHistogramEqualization({.clip_limit = 3, .tile_grid_size = {3, 2}}), 0.01,
        images);
  check("clahe_small", ContrastLimitedAdaptiveHistogramEqualization({.value_range = {0, 1}, .tile_grid_size = {2, 4}}),
        1e-4, small);
  check("equalization", Equalization(), 0, images);
  check("equalization_bins", Equalization({.value_range = {0, 1}, .bins = 16}), 1e-5, small);
  check("blur", RandomGaussianBlur({.factor = {1.0, 1.0}, .kernel_size = {3, 5}, .sigma = {0.8, 0.8}}), 0.01, images);
  check("rotation_wrap", RandomRotation({0.07, 0.07}, {.fill_mode = "wrap"}), 0.02, images);
  check("translation_wrap", RandomTranslation({0.3, 0.3}, {-0.4, -0.4}, {.fill_mode = "wrap"}), 0.02, images);
  // Bytes stay bytes, whatever comes first, in a graph too.
  const keras::Layer clahe = ContrastLimitedAdaptiveHistogramEqualization({.clip_limit = 0, .tile_grid_size = {7, 6}});
  const tt::Tensor bytes = tt::cast(images, tt::uint8), in = Input({7, 6, 3}, {.dtype = tt::uint8});
  EXPECT_EQ(clahe(bytes).dtype(), tt::uint8);
  const tt::Tensor wanted_bytes = tt::cast(kerases.at("clahe_bytes"), tt::uint8);
  EXPECT_TRUE(tt::array_equal(clahe(bytes), wanted_bytes));
  EXPECT_TRUE(tt::array_equal(keras::Model(in, clahe(in)).predict(bytes, {.verbose = 0}), wanted_bytes));
  const tt::Tensor first = ContrastLimitedAdaptiveHistogramEqualization(
      {.clip_limit = 3, .tile_grid_size = {3, 2}, .data_format = "channels_first"})(tt::moveaxis(images, -1, 1));
  EXPECT_LE(distance(tt::moveaxis(first, 1, -1), kerases.at("clahe")), 0.01);
  // Either way.
  const tt::Tensor sheared = RandomShear({.x_factor = {0.3, 0.3}, .y_factor = {0.1, 0.1}})(images, true);
  for (int i = 0; i < 2; ++i)
    EXPECT_LE(
        std::min(distance(sheared[i], kerases.at("shear_plus")[i]), distance(sheared[i], kerases.at("shear_minus")[i])),
        0.02);
  // A quarter of the image is another number; noise is inside of the range.
  const tt::Tensor erased =
      RandomErasing({.factor = {1.0, 1.0}, .scale = {0.25, 0.25}, .fill_value = {-1}, .value_range = {-1, 1}})(
          tt::ones({1, 8, 12, 3}), true);
  const double count = tt::sum(tt::cast(tt::equal(erased, -1), tt::float32)).item<double>();
  EXPECT_GE(count, 3 * 3 * 5);
  EXPECT_LE(count, 3 * 5 * 7);
  const tt::Tensor noise = RandomErasing({.factor = {1.0, 1.0}, .scale = {1.0, 1.0}})(images, true);
  EXPECT_GE(tt::min(noise).item<double>(), 0);
  EXPECT_GT(distance(noise, images), 1);
  // Corners that stay move nothing; and what bends stays inside of the range.
  EXPECT_LE(distance(RandomPerspective({.scale = 0})(images, true), images), 0.02);
  const tt::Tensor bent = RandomElasticTransform({.factor = {1.0, 1.0}, .scale = {1.0, 1.0}, .seed = 2})(images, true);
  EXPECT_LE(tt::max(bent).item<double>(), 255);
  EXPECT_GT(distance(bent, images), 1);
  EXPECT_EQ(distance(RandomElasticTransform({.scale = {0.0, 0.0}})(images, true), images), 0);
  EXPECT_EQ(distance(AutoContrast()(tt::ones({1, 2, 2, 1})), tt::ones({1, 2, 2, 1})), 0);
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
                                     RandomBrightness(0.5, {.seed = seed}),
                                     RandomHue(0.5, {.seed = seed}),
                                     RandomSaturation(0.5, {.seed = seed}),
                                     RandomColorDegeneration(0.5, {.seed = seed}),
                                     RandomColorJitter({.brightness_factor = 0.3, .hue_factor = 0.5, .seed = seed}),
                                     RandomGrayscale(0.5, {.seed = seed}),
                                     RandomInvert({0.5, 0.5}, {.seed = seed}),
                                     RandomPosterization({1, 6}, {.seed = seed}),
                                     RandomSharpness(0.5, {.seed = seed}),
                                     Solarization({.addition_factor = 0.5, .threshold_factor = 0.5, .seed = seed}),
                                     RandomShear({.x_factor = 0.3, .y_factor = 0.2, .seed = seed}),
                                     RandomPerspective({.scale = 0.5, .seed = seed}),
                                     RandomElasticTransform({.seed = seed}),
                                     RandomErasing({.seed = seed}),
                                     RandomGaussianBlur({.kernel_size = 5, .seed = seed})};
  };
  const auto first = layers(3), again = layers(3);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto one = first[i](x, true).to_vector<float>(), other = again[i](x, true).to_vector<float>();
    EXPECT_EQ(one, other) << first[i].name();
    bool changes = false;
    for (int draw = 0; draw < 8 && !changes; ++draw) changes = first[i](x, true).to_vector<float>() != one;
    EXPECT_TRUE(changes) << first[i].name();
    EXPECT_EQ(first[i](x, false).to_vector<float>(), x.to_vector<float>()) << first[i].name();
    const keras::Layer copy = keras::saving::deserialize_keras_object(keras::saving::serialize_keras_object(first[i]));
    EXPECT_EQ(copy.get_config(), first[i].get_config());
  }
  EXPECT_EQ(first[1](x, true).shape(), (tt::Shape{2, 3, 2, 3}));
  // One image, and the graph engine.
  EXPECT_EQ(first[2](tt::select(x, 0, 0), true).shape(), (tt::Shape{7, 6, 3}));
  std::vector<std::vector<float>> weights;
  for (const char* engine : {"eager", "graph"}) {
    keras::utils::set_random_seed(4);
    const keras::Sequential model(
        {Input({7, 6, 3}),
         RandomFlip("horizontal", {.seed = 1}),
         RandomRotation(0.1, {.seed = 1}),
         RandomZoom(0.2, {.fill_mode = "nearest", .seed = 1}),
         RandomTranslation(0.1, 0.1, {.fill_mode = "constant", .seed = 1}),
         RandomContrast(0.1, {.value_range = {0, 1}, .seed = 1}),
         RandomBrightness(0.1, {.value_range = {0, 1}, .seed = 1}),
         RandomColorJitter(
             {.value_range = {0, 1}, .contrast_factor = 0.1, .saturation_factor = 0.1, .hue_factor = 0.1, .seed = 1}),
         RandomPosterization({3, 7}, {.value_range = {0, 1}, .seed = 1}),
         RandomSharpness(0.6, {.value_range = {0, 1}, .seed = 1}),
         Solarization({.threshold_factor = 0.9, .value_range = {0, 1}, .seed = 1}),
         Equalization({.value_range = {0, 1}}),
         RandomShear({.x_factor = 0.1, .fill_mode = "wrap", .seed = 1}),
         RandomPerspective({.scale = 0.3, .seed = 1}),
         RandomElasticTransform({.value_range = {0, 1}, .seed = 1}),
         RandomErasing({.value_range = {0, 1}, .seed = 1}),
         RandomGaussianBlur({.value_range = {0, 1}, .seed = 1}),
         AutoContrast({.value_range = {0, 1}}),
         Flatten(),
         Dense(1)});
    model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine, .numerics = "exact"});
    model.fit(x / 255, tt::ones({2, 1}), {.batch_size = 1, .epochs = 3, .verbose = 0, .shuffle = false});
    weights.push_back(model.get_weights()[0].to_vector<float>());
  }
  EXPECT_EQ(weights[0], weights[1]);
}

TEST(KerasPreprocessing, StateIsSavedWithTheModel) {
  if (!has_keras_files()) GTEST_SKIP() << "built without HDF5 and libzip";
  const TemporaryFolder folder;
  const tt::Tensor data = reference("normalization/data");
  const keras::Layer normalization = Normalization(), bins = Discretization({.num_bins = 3});
  normalization.adapt(data);
  bins.adapt(data);
  const keras::Layer given = Normalization({.mean = tt::tensor<float>({{1, 2, 3, 4}}), .variance = tt::tensor(4.0)});
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

// --- Texts and tokens -----------------------------------------------------------------------------------------------

namespace {

using Texts = std::vector<std::string>;
using Rows = std::vector<Texts>;

// As make_references_keras_preprocessing.py has them.
const Texts texts{"The quick brown fox.", "the lazy dog, the end!", "Quick  quick DOG", ""};
const Texts unseen{"a quick cat", "The END of the fox-dog; quick"};
const Rows words{{"b", "a", "c", "a"}, {"d", "b", "", "c"}}, other{{"a", "zebra", "b", ""}, {"horse", "c", "d", "ox"}};

keras::VocabularyLayer adapted(const keras::VocabularyLayer& layer, const keras::TextBatch& data = texts) {
  layer.adapt(data);
  return layer;
}

/// i places on from the letter n, 7 letters apart: texts of all lengths.
Texts long_texts() {
  Texts result(140);
  for (std::size_t n = 0; n < result.size(); ++n)
    for (std::size_t i = 0; i < n; ++i) result[n] += static_cast<char>('a' + (7 * i + n) % 26);
  return result;
}

}  // namespace

TEST(KerasPreprocessing, TextVectorizations) {
  expect_close(adapted(TextVectorization())(unseen), "texts_int", 0);
  expect_close(adapted(TextVectorization({.max_tokens = 5, .output_sequence_length = 4}))(unseen), "texts_length", 0);
  for (const char* mode : {"multi_hot", "count", "tf_idf"})
    expect_close(adapted(TextVectorization({.output_mode = mode}))(unseen), std::string("texts_") + mode, 1e-6);
  expect_close(
      adapted(TextVectorization({.max_tokens = 12, .output_mode = "tf_idf", .pad_to_max_tokens = true}))(unseen),
      "texts_padded", 1e-6);
  expect_close(adapted(TextVectorization({.ngrams = {1, 2}}))(unseen), "texts_ngrams", 0);
  expect_close(adapted(TextVectorization({.standardize = "lower", .split = "character"}))({"fox é", "Zz."}),
               "texts_characters", 0);
  expect_close(
      adapted(TextVectorization({.standardize = "strip_punctuation", .split = "none"}))({"Quick  quick DOG!", "x"}),
      "texts_whole", 0);
  const keras::VocabularyLayer layer = adapted(TextVectorization());
  EXPECT_THAT(layer.get_vocabulary(),
              testing::ElementsAre("", "[UNK]", "the", "quick", "dog", "lazy", "fox", "end", "brown"));
  EXPECT_EQ(layer.vocabulary_size(), 9);
  EXPECT_THAT(layer.words(layer({"lazy cat"})), testing::ElementsAre("lazy", "[UNK]"));
  // Functions of one's own.
  const auto own = adapted(TextVectorization({.standardize = [](const std::string& text) { return text + ";end"; },
                                              .split =
                                                  [](const std::string& text) {
                                                    const auto at = text.find(';');
                                                    return Texts{text.substr(0, at), text.substr(at + 1)};
                                                  }}),
                           {"a", "b"});
  EXPECT_THAT(own.get_vocabulary(false), testing::ElementsAre("end", "b", "a"));
}

TEST(KerasPreprocessing, Lookups) {
  expect_close(adapted(StringLookup(), words)(other), "words", 0);
  expect_close(adapted(StringLookup({.max_tokens = 7, .num_oov_indices = 3, .mask_token = ""}), words)(other),
               "words_oov", 0);
  const Texts given{"c", "a"};
  expect_close(StringLookup({.vocabulary = given, .output_mode = "one_hot"})({"a", "b", "c"}), "words_given", 0);
  expect_close(StringLookup({.mask_token = "", .vocabulary = given, .output_mode = "count"})(other), "words_count", 0);
  expect_close(StringLookup({.vocabulary = given, .idf_weights = {0.5, 0.25}, .output_mode = "tf_idf"})(other),
               "words_tf_idf", 1e-6);
  check_adapted("integers", IntegerLookup(), 0);
  check_adapted("integers_mask", IntegerLookup({.max_tokens = 8, .num_oov_indices = 3, .mask_token = 2}), 0);
  check_adapted("integers_multi_hot", IntegerLookup({.mask_token = 0, .output_mode = "multi_hot"}), 0);
  check_adapted("integers_tf_idf", IntegerLookup({.output_mode = "tf_idf"}), 1e-6);
  check("integers_given", IntegerLookup({.vocabulary = {4, 7, -2}, .output_mode = "one_hot"}));
  check("integers_back", IntegerLookup({.mask_token = 0, .vocabulary = {4, 7, -2}, .invert = true}));
}

TEST(KerasPreprocessing, Hashes) {
  expect_close(Hashing(1000003)(long_texts()), "hash", 0);
  expect_close(Hashing(1000003, {.salt = {133, 137}})(long_texts()), "hash_salt", 0);
  const Texts all = long_texts();
  expect_close(Hashing(5, {.mask_value = "", .output_mode = "one_hot"})(Texts(all.begin(), all.begin() + 6)),
               "hash_mask", 0);
  check("hash_numbers", Hashing(7, {.mask_value = 2, .salt = {3}}));
  check("hash_count", Hashing(4, {.output_mode = "count"}));
  // In a graph as on data, whatever the mask is.
  const tt::Tensor x =
      tt::reshape(tt::tensor(std::vector<std::int64_t>{0, 7, -12, 1234567890123, INT64_MIN, 2}), {6, 1});
  for (const keras::HashingOptions& options :
       {keras::HashingOptions(), keras::HashingOptions{.mask_value = 7}, keras::HashingOptions{.mask_value = "seven"},
        keras::HashingOptions{.salt = {5}}}) {
    const keras::HashingLayer hashing = Hashing(50, options);
    const Texts digits{"0", "7", "-12", "1234567890123", "-9223372036854775808", "2"};
    const tt::Tensor in = Input({1}, {.dtype = tt::int64});
    const keras::Model model(in, hashing(in));
    EXPECT_EQ(model.predict(x, {.verbose = 0}).to_vector<std::int64_t>(), hashing(digits).to_vector<std::int64_t>());
    EXPECT_EQ(hashing(x).to_vector<std::int64_t>(), hashing(digits).to_vector<std::int64_t>());
  }
}

TEST(KerasPreprocessing, Crossings) {
  const tt::Tensor a = tt::tensor<std::int64_t>({101, -7, 101, std::int64_t{1} << 40, 0}), b = tt::arange(-2, 3),
                   c = tt::flip(a, 0);
  expect_close(HashedCrossing(5)({{"A", "B", "A", "B", "A"}, tt::tensor<std::int64_t>({101, 101, 101, 102, 102})}),
               "crossing_texts", 0);
  expect_close(HashedCrossing(1000003)({a, b, c}), "crossing", 0);
  const auto one_hot = HashedCrossing(4, {.output_mode = "one_hot"});
  expect_close(one_hot({tt::unsqueeze(a, 1), tt::unsqueeze(b + 2, 1)}), "crossing_one_hot", 0);
  const tt::Tensor x = Input({1}, {.dtype = tt::int64}), y = Input({1}, {.dtype = tt::int64});
  expect_close(keras::Model({x, y}, one_hot({x, y})).predict({a, b + 2}, {.verbose = 0}), "crossing_one_hot", 0);
  const auto error = [](auto&& function) { return error_of<tt::ArgumentError>(function); };
  EXPECT_THAT(error([&] { HashedCrossing(4)({a}); }), HasSubstr("there are less than two features to cross"));
  EXPECT_THAT(error([&] { HashedCrossing(4)({a, tt::ones({5})}); }), HasSubstr("not of whole numbers"));
  EXPECT_THAT(error([&] { HashedCrossing(4)({a, tt::arange(4)}); }), HasSubstr("features have several shapes"));
  EXPECT_THAT(error([&] { HashedCrossing(4, {.output_mode = "count"}); }), HasSubstr("no such output_mode: 'count'"));
}

TEST(KerasPreprocessing, FeatureSpaces) {
  using keras::utils::FeatureSpace;
  const keras::FeatureTable table{{"age", tt::tensor<float>({25, 60, 31, 44})},
                                  {"job", {"cook", "nurse", "cook", "pilot"}},
                                  {"rooms", tt::tensor<std::int64_t>({2, 3, 2, 5})},
                                  {"town", {"Rome", "Oslo", "Rome", "Bern"}},
                                  {"income", tt::tensor<float>({1, 9, 4, 2.5})}};
  const FeatureSpace space({{"age", "float_normalized"},
                            {"job", "string_categorical"},
                            {"rooms", FeatureSpace::integer_categorical({.num_oov_indices = 2})},
                            {"town", FeatureSpace::string_hashed(6)},
                            {"income", FeatureSpace::float_discretized(3)}},
                           {.crosses = {{"job", "rooms"}, FeatureSpace::cross({"job", "town"}, 4)}, .crossing_dim = 8});
  const auto error = [](auto&& function) { return error_of<tt::ArgumentError>(function); };
  EXPECT_THAT(error([&] { space(table); }), HasSubstr("a feature has not seen the data yet: 'age'. Call adapt(table)"));
  space.adapt(table);
  expect_close(space(table), "table", 2e-6);
  EXPECT_EQ(space.encode(table).at("job_X_rooms").shape(), (tt::Shape{4, 8}));
  EXPECT_THAT(error([&] { space.get_inputs(); }), HasSubstr("texts are no inputs of a model: 'job'"));
  keras::FeatureTable wrong = table;
  wrong.at("job") = tt::ones({4});
  EXPECT_THAT(error([&] { space(wrong); }), HasSubstr("a column has numbers in place of texts: 'job'"));
  wrong.erase("job");
  EXPECT_THAT(error([&] { space.adapt(wrong); }), HasSubstr("the table lacks a column: 'job'"));
  wrong = table;
  wrong.at("age") = tt::ones({3});
  EXPECT_THAT(error([&] { space(wrong); }), HasSubstr("columns have several lengths"));
  EXPECT_THAT(error([] {
                FeatureSpace({{"a", "floating"}, {"b", "float"}});
              }),
              HasSubstr("no such kind of feature: 'floating'"));
  EXPECT_THAT(error([] {
                FeatureSpace({{"a", "float"}}, {.crosses = {{"a", "b"}}});
              }),
              HasSubstr("a cross names a feature that is not there: 'b'"));
  // Results stand under names, and fields may be written to.
  const std::map<std::string, FeatureSpace::Feature> two = {{"a", "integer_hashed"}, {"b", "integer_hashed"}};
  EXPECT_THAT(error([&] {
                FeatureSpace(two, {.crosses = {{"a", "b"}, {"a", "b"}}});
              }),
              HasSubstr("a cross has the name of another one, or of a feature: 'a_X_b'"));
  EXPECT_THAT(error([&] {
                auto three = two;
                three.emplace("a_X_b", "float");
                FeatureSpace(three, {.crosses = {{"a", "b"}}});
              }),
              HasSubstr("'a_X_b'"));
  EXPECT_THAT(error([&] {
                FeatureSpace::Cross cross({"a", "b"});
                cross.output_mode = "hot";
                FeatureSpace(two, {.crosses = {cross}});
              }),
              HasSubstr("no such output_mode: 'hot'"));
  EXPECT_THAT(error([&] {
                auto changed = two;
                FeatureSpace::Feature feature = FeatureSpace::integer_hashed(3);
                feature.output_mode = "hot";
                changed.insert_or_assign("a", feature);
                const FeatureSpace space(changed);
              }),
              HasSubstr("no such output_mode: 'hot'"));
  // Of numbers alone a part of a model.
  const FeatureSpace numbers({{"age", FeatureSpace::float_rescaled(0.5)},
                              {"income", FeatureSpace::feature(tt::float32, Rescaling(2), "float")},
                              {"rooms", FeatureSpace::integer_hashed(4)}},
                             {.crosses = {}});
  const auto inputs = numbers.get_inputs();
  const keras::Model model({inputs.at("age"), inputs.at("income"), inputs.at("rooms")}, numbers.get_encoded_features());
  const tt::Tensor all = numbers(table);
  EXPECT_EQ(all.shape(), (tt::Shape{4, 6}));
  EXPECT_EQ(
      model.predict({table.at("age").numbers, table.at("income").numbers, table.at("rooms").numbers}, {.verbose = 0})
          .to_vector<float>(),
      all.to_vector<float>());
}

// NaN is no class: Keras makes the smallest whole number of it.
TEST(KerasPreprocessing, WholeNumbersOfAFeatureAreFinite) {
  using keras::utils::FeatureSpace;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const keras::FeatureTable table{{"rooms", tt::tensor({1.F, nan, 3.F})}};
  for (const char* kind : {"integer_categorical", "integer_hashed"}) {
    const FeatureSpace space({{"rooms", kind}});
    EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                  space.adapt(table);
                  space(table);
                }),
                AllOf(HasSubstr("[FeatureSpace] a feature of whole numbers has one that is not finite: 'rooms' has nan "
                                "in row 1. Fill in what is missing"),
                      HasSubstr("keras_preprocessing_test.cpp")))
        << kind;
    const keras::FeatureTable whole{{"rooms", tt::tensor({1.F, 2.F, 3.F})}};
    space.adapt(whole);
    EXPECT_EQ(space(whole).shape().dim(0).raw(), 3) << kind;
  }
  const FeatureSpace numbers({{"rooms", "float"}});
  EXPECT_TRUE(std::isnan(numbers(table)[1][0].item<float>()));
}

// A list of one pair could be the ends of something else, and two texts the ends of a list.
TEST(KerasPreprocessing, OneColumnAndTwoTexts) {
  using keras::utils::FeatureSpace;
  const keras::FeatureTable table{{"age", tt::tensor<float>({2, 4})}};
  for (const FeatureSpace& space :
       {FeatureSpace({{"age", "float"}}), FeatureSpace({{"age", FeatureSpace::float_rescaled()}}),
        FeatureSpace(std::map<std::string, FeatureSpace::Feature>{{"age", "float"}})}) {
    EXPECT_EQ(space(table).shape(), (tt::Shape{2, 1}));
    EXPECT_EQ(space({{"age", tt::tensor<float>({2, 4})}}).to_vector<float>(), (std::vector<float>{2, 4}));
  }
  const FeatureSpace words({{"job", "string_categorical"}});
  words.adapt({{"job", {"cook", "nurse"}}});
  EXPECT_EQ(words({{"job", {"nurse"}}}).shape(), (tt::Shape{1, 3}));
  EXPECT_THAT(error_of<tt::ArgumentError>([] {
                FeatureSpace({{"a", "float"}, {"a", "float"}});
              }),
              HasSubstr("two features have one name: 'a'"));

  const keras::VocabularyLayer lookup = StringLookup({.vocabulary = {"a", "b"}});
  EXPECT_EQ(lookup({"a", "b"}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(lookup({{"a", "b"}}).shape(), (tt::Shape{1, 2}));
  EXPECT_EQ(lookup({{"a", "b"}, {"b", "c"}}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 2, 2, 0}));
  EXPECT_EQ(Hashing(3)({"a", "b"}).shape(), (tt::Shape{2}));
}

TEST(KerasPreprocessing, UnknownNumbersInAGraph) {
  const tt::Tensor in = Input({2}, {.dtype = tt::int64});
  const keras::Model model(in, IntegerLookup({.num_oov_indices = 0, .vocabulary = {1, 2}})(in));
  EXPECT_EQ(model.predict(tt::tensor<std::int64_t>({{2, 1}}), {.verbose = 0}).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{1, 0}));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                model.predict(tt::tensor<std::int64_t>({{2, 9}}), {.verbose = 0});
              }),
              HasSubstr("[IntegerLookup] a token is not in the vocabulary"));
}

TEST(KerasPreprocessing, LookupsInModelsAndFiles) {
  if (!has_keras_files()) GTEST_SKIP() << "built without HDF5 and libzip";
  const TemporaryFolder folder;
  const tt::Tensor x = reference("integers/x"), data = reference("integers/data");
  const keras::IntegerLookupLayer lookup = IntegerLookup({.max_tokens = 7, .mask_token = 2});
  lookup.adapt(data);
  const tt::Tensor in = Input({6}, {.dtype = tt::int64});
  const keras::Model model(in, {lookup(in), Embedding(lookup.vocabulary_size(), 3, {.mask_zero = true})(lookup(in))});
  const tt::Tensor before = model.predict_all(x, {.verbose = 0})[0];
  EXPECT_EQ(before.to_vector<std::int64_t>(), lookup(x).to_vector<std::int64_t>());
  model.save(folder / "model.keras");
  const keras::Model again = keras::models::load_model(folder / "model.keras");
  const auto a = model.predict_all(x, {.verbose = 0}), b = again.predict_all(x, {.verbose = 0});
  EXPECT_EQ(a[0].to_vector<std::int64_t>(), b[0].to_vector<std::int64_t>());
  EXPECT_EQ(a[1].to_vector<float>(), b[1].to_vector<float>());
  // What was traced follows what is learned.
  lookup.adapt(x);
  EXPECT_EQ(model.predict_all(x, {.verbose = 0})[0].to_vector<std::int64_t>(), lookup(x).to_vector<std::int64_t>());
  EXPECT_NE(lookup(x).to_vector<std::int64_t>(), before.to_vector<std::int64_t>());
  // Layers of texts stand beside the model, and come back from their configs.
  const keras::VocabularyLayer vectorize = adapted(TextVectorization({.output_mode = "tf_idf"}));
  const keras::VocabularyLayer same(
      keras::saving::deserialize_keras_object(keras::saving::serialize_keras_object(vectorize)));
  EXPECT_EQ(same(unseen).to_vector<float>(), vectorize(unseen).to_vector<float>());
  const keras::HashingLayer hashing = Hashing(9, {.mask_value = "x", .salt = {1, 2}});
  const keras::HashingLayer hashing_again(keras::layers::from_config("Hashing", hashing.get_config()));
  EXPECT_EQ(hashing_again(texts).to_vector<std::int64_t>(), hashing(texts).to_vector<std::int64_t>());
}

TEST(KerasPreprocessing, ErrorsOfTokens) {
  const auto error = [](auto&& function) { return error_of<tt::ArgumentError>(function); };
  EXPECT_THAT(error([] { StringLookup()({"a"}); }),
              HasSubstr("[StringLookup] the layer has no vocabulary yet: layer '"));
  EXPECT_THAT(error([] {
                StringLookup({.vocabulary = {"a", "a"}});
              }),
              HasSubstr("[StringLookup] a token is in the vocabulary twice: 'a'"));
  EXPECT_THAT(error([] {
                StringLookup({.mask_token = "b", .vocabulary = {"a", "b"}});
              }),
              HasSubstr("the mask_token is in the vocabulary: 'b'"));
  EXPECT_THAT(error([] { StringLookup({.vocabulary = {"a"}}).adapt({"b"}); }),
              HasSubstr("the layer was given its vocabulary"));
  EXPECT_THAT(error([] { StringLookup({.num_oov_indices = 0, .vocabulary = {"a"}})({"b"}); }),
              HasSubstr("[StringLookup] a token is not in the vocabulary: 'b'"));
  EXPECT_THAT(error([] {
                StringLookup({.vocabulary = {"a"}})(Rows{{"a"}, {"a", "a"}});
              }),
              HasSubstr("rows have several lengths: 1 and 2"));
  EXPECT_THAT(error([] { StringLookup({.max_tokens = 1}); }), HasSubstr("max_tokens is below 2: 1"));
  EXPECT_THAT(error([] { StringLookup({.output_mode = "binary"}); }),
              HasSubstr("there is no such output_mode: 'binary'"));
  EXPECT_THAT(error([] { StringLookup({.vocabulary = {"a"}}).call(tt::ones({2})); }),
              HasSubstr("[StringLookup] the layer takes texts, and got a tensor"));
  EXPECT_THAT(error([] { TextVectorization({.split = "words"}); }),
              HasSubstr("[TextVectorization] there is no such split: 'words'. Use 'whitespace', 'character', 'none'"));
  EXPECT_THAT(error([] { TextVectorization().adapt(Texts{}); }), HasSubstr("there are no data to adapt to"));
  EXPECT_THAT(error([] {
                IntegerLookup({.num_oov_indices = 0, .vocabulary = {1}})(tt::tensor<std::int64_t>({1, 2}));
              }),
              HasSubstr("[IntegerLookup] a token is not in the vocabulary"));
  EXPECT_THAT(error([] { IntegerLookup({.vocabulary = {1}, .idf_weights = {1}}); }),
              HasSubstr("there are idf_weights, and output_mode is not 'tf_idf': 'int'"));
  EXPECT_THAT(error([] { Hashing(0); }), HasSubstr("[Hashing] num_bins is below 1: 0"));
  EXPECT_THAT(error([] {
                Hashing(2, {.salt = {1, 2, 3}});
              }),
              HasSubstr("salt is neither one number nor two: 3 numbers"));
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
  EXPECT_THAT(error([] { RandomHue(2); }), HasSubstr("[RandomHue] factor is outside of [0, 1]: 0 and 2"));
  EXPECT_THAT(error([] { RandomPosterization(9); }), HasSubstr("factor is outside of [1, 8]: 1 and 9"));
  EXPECT_THAT(error([] { RandomGrayscale(-0.5); }), HasSubstr("[RandomGrayscale] factor"));
  EXPECT_THAT(error([] { RandomGaussianBlur({.kernel_size = {3, 4}}); }), HasSubstr("kernel_size is not odd: 4"));
  EXPECT_THAT(error([] { RandomElasticTransform({.fill_mode = "warp"}); }),
              HasSubstr("there is no such fill_mode: 'warp'. Use 'reflect', 'constant', 'nearest', 'wrap', 'mirror'"));
  EXPECT_THAT(error([] { AutoContrast({.value_range = {1, 0}}); }), HasSubstr("value_range is no range: 1 and 0"));
  EXPECT_THAT(error([] { Equalization({.bins = 1}); }), HasSubstr("bins is not from 2 to 65536: 1"));
  EXPECT_THAT(error([] { Resizing(0, 3); }), HasSubstr("[Resizing] height is below 1: 0"));
  EXPECT_THAT(error([] { Resizing(2, 3)(tt::ones({2, 3})); }), HasSubstr("neither an image nor a batch of images"));
}
