// Every layer in a `.keras` archive: it comes back with the same predictions, here and, where python3 has Keras, there;
// so does every optimizer, which goes on training as if there had been no file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "api_keras/keras_files.h"
#include "api_keras/saving/objects.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

class KerasAllLayersInFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_keras_files()) GTEST_SKIP() << "built without HDF5 and libzip";
  }
};

/// A layer, and what it is called on: shapes without the batch.
struct Sample {
  keras::Layer layer;
  std::vector<tt::Shape> shapes;
  /// Of whole numbers below it; 0: of floats.
  std::int64_t below = 0;
  keras::CallOptions options = {};
};

using keras::regularizers::L2;

std::vector<Sample> samples() {
  const tt::Shape row{6}, sequence{5, 4}, image{6, 5, 3}, volume{4, 5, 6, 2}, images{3, 6, 5, 2},
      volumes{2, 4, 5, 4, 2};
  const keras::Layer normalized = Normalization({.axis = -1});
  normalized.adapt(tt::reshape(tt::sin(tt::arange(0.0, 24.0)), {4, 6}));
  const keras::Layer bins = Discretization({.num_bins = 4});
  bins.adapt(tt::reshape(tt::sin(tt::arange(0.0, 24.0)), {4, 6}));
  const keras::Layer lookup = IntegerLookup({.num_oov_indices = 2});
  lookup.adapt(tt::tensor<std::int64_t>({{4, 4, 2}, {2, 4, 1}}));
  std::vector<Sample> list{
      {Dense(4,
             {.activation = "gelu", .kernel_regularizer = L2(0.1), .bias_constraint = keras::constraints::MaxNorm(2)}),
       {row}},
      {Dense(3, {.use_bias = false, .kernel_initializer = "he_normal"}), {sequence}},
      {Activation("silu"), {row}},
      {ActivityRegularization({.l1 = 0.1, .l2 = 0.2}), {row}},
      {ReLU({.max_value = 0.9, .negative_slope = 0.1, .threshold = 0.05}), {row}},
      {LeakyReLU(0.2), {row}},
      {PReLU({.shared_axes = {1}}), {sequence}},
      {ELU(0.7), {row}},
      {Softmax({.axis = 1}), {sequence}},
      {Identity(), {row}},
      {Masking(0.5), {sequence}},
      {Embedding(9, 4, {.mask_zero = true}), {row}, 9},
      {ReversibleEmbedding(9, 4), {row}, 9},
      {EinsumDense("abc,cd->abd", {-1, 3}, {.activation = "relu", .bias_axes = "d"}), {sequence}},
      {Dropout(0.3, {.seed = 5}), {row}},
      {AlphaDropout(0.3), {row}},
      {GaussianDropout(0.3), {row}},
      {GaussianNoise(0.3, {.seed = 2}), {row}},
      {SpatialDropout1D(0.3), {sequence}},
      {SpatialDropout2D(0.3), {image}},
      {SpatialDropout3D(0.3), {volume}},
      {Conv1D(3, 2, {.padding = "causal", .dilation_rate = 2}), {sequence}},
      {Conv2D(4, {3, 2}, {.strides = {1, 2}, .padding = "same", .activation = "relu"}), {image}},
      {Conv2D(4, 3, {.groups = 2, .use_bias = false}), {{6, 5, 4}}},
      {Conv3D(3, {2, 1, 2}), {volume}},
      {Conv1DTranspose(3, 2, {.strides = 2, .output_padding = 1}), {sequence}},
      {Conv2DTranspose(3, 3, {.strides = 2, .padding = "same"}), {image}},
      {Conv3DTranspose(2, 2), {volume}},
      {DepthwiseConv1D(2, {.depth_multiplier = 2}), {sequence}},
      {DepthwiseConv2D({2, 3}, {.strides = 1, .depth_multiplier = 2}), {image}},
      {SeparableConv1D(3, 2, {.depth_multiplier = 2}), {sequence}},
      {SeparableConv2D(3, 2, {.padding = "same", .activation = "tanh"}), {image}},
      {MaxPooling1D(2), {sequence}},
      {MaxPooling2D({2, 1}, {.strides = {2, 2}, .padding = "same"}), {image}},
      {MaxPooling3D(2), {volume}},
      {AveragePooling1D(3, {.strides = 1, .padding = "same"}), {sequence}},
      {AveragePooling2D(2), {image}},
      {AveragePooling3D(2), {volume}},
      {GlobalMaxPooling1D(), {sequence}},
      {GlobalMaxPooling2D({.keepdims = true}), {image}},
      {GlobalMaxPooling3D(), {volume}},
      {GlobalAveragePooling1D(), {sequence}},
      {GlobalAveragePooling2D(), {image}},
      {GlobalAveragePooling3D({.keepdims = true}), {volume}},
      {AdaptiveMaxPooling1D(2), {sequence}},
      {AdaptiveMaxPooling2D({2, 3}), {image}},
      {AdaptiveMaxPooling3D(2), {volume}},
      {AdaptiveAveragePooling1D(3), {sequence}},
      {AdaptiveAveragePooling2D(2), {image}},
      {AdaptiveAveragePooling3D({2, 3, 4}), {volume}},
      {BatchNormalization({.momentum = 0.9, .scale = false}), {image}},
      {LayerNormalization({.axis = {1, 2}, .epsilon = 1e-5}), {sequence}},
      {GroupNormalization({.groups = 2}), {{6, 5, 4}}},
      {UnitNormalization({.axis = 1}), {sequence}},
      {RMSNormalization(), {row}},
      {SpectralNormalization(Conv2D(3, 2), 2), {image}},
      {Flatten(), {image}},
      {Reshape({3, -1}), {row}},
      {Permute({2, 1}), {sequence}},
      {RepeatVector(2), {row}},
      {Cropping1D({1, 2}), {sequence}},
      {Cropping2D({{1, 2}, {0, 1}}), {image}},
      {Cropping3D(1), {volume}},
      {ZeroPadding1D({1, 2}), {sequence}},
      {ZeroPadding2D({{1, 2}, {0, 1}}), {image}},
      {ZeroPadding3D({1, 2, 0}), {volume}},
      {UpSampling1D(2), {sequence}},
      {UpSampling2D({2, 3}, {.interpolation = "bilinear"}), {image}},
      {UpSampling3D(2), {volume}},
      {Add(), {row, row}},
      {Subtract(), {row, row}},
      {Multiply(), {row, row}},
      {Average(), {row, row}},
      {Maximum(), {row, row}},
      {Minimum(), {row, row}},
      {Concatenate({.axis = 1}), {row, row}},
      {Dot(2), {sequence, sequence}},
      {Dot({2, 1}, {.normalize = true}), {{5, 4}, {4, 3}}},
      {Attention({.use_scale = true, .score_mode = "concat"}), {sequence, sequence}},
      {AdditiveAttention(), {sequence, sequence}},
      {MultiHeadAttention(2, 3, {.value_dim = 2, .output_shape = {5}}),
       {sequence, sequence},
       0,
       {.use_causal_mask = true}},
      {MultiHeadAttention(2, 3, {.use_bias = false, .attention_axes = {2}}), {{3, 5, 4}, {3, 5, 4}}},
      {GroupedQueryAttention(2, 4, 2), {sequence, sequence}},
      {LSTM(3, {.unit_forget_bias = false, .return_sequences = true}), {sequence}},
      {LSTM(3, {.stateful = true}), {sequence}},
      {GRU(3, {.go_backwards = true, .reset_after = false}), {sequence}},
      {GRU(3, {.activation = "relu"}), {sequence}},
      {SimpleRNN(3, {.dropout = 0.2, .recurrent_dropout = 0.1, .unroll = true}), {sequence}},
      {RNN(GRUCell(3), {.return_sequences = true}), {sequence}},
      {RNN({LSTMCell(3), SimpleRNNCell(2)}), {sequence}},
      {RNN(StackedRNNCells({GRUCell(3), LSTMCell(2)})), {sequence}},
      {Bidirectional(LSTM(3, {.return_sequences = true}), {.merge_mode = "ave"}), {sequence}},
      {Bidirectional(GRU(3), {.backward_layer = SimpleRNN(3, {.go_backwards = true})}), {sequence}},
      {TimeDistributed(Conv2D(2, 2)), {images}},
      {ConvLSTM1D(2, 2, {.padding = "same", .return_sequences = true}), {{3, 6, 2}}},
      {ConvLSTM2D(2, {2, 3}), {images}},
      {ConvLSTM3D(2, 2), {volumes}},
      {normalized, {row}},
      {bins, {row}},
      {Discretization({.bin_boundaries = {-0.5, 0.1, 0.7}, .output_mode = "one_hot"}), {{1}}},
      {CategoryEncoding(5, {.output_mode = "count"}), {row}, 5},
      {lookup, {row}, 5},
      {IntegerLookup({.mask_token = 0, .vocabulary = {3, 1}, .output_mode = "multi_hot"}), {row}, 5},
      {Hashing(5, {.salt = {3}}), {row}, 50},
      {HashedCrossing(7, {.output_mode = "one_hot"}), {{1}, {1}}, 9},
      {Rescaling(0.5, 1), {image}},
      {Resizing(4, 7, {.interpolation = "bicubic", .crop_to_aspect_ratio = true}), {image}},
      {CenterCrop(3, 2), {image}},
      {AutoContrast(), {image}},
      {Equalization({.bins = 16}), {image}},
      {Solarization({.addition_factor = 0.1, .threshold_factor = 0.4}), {image}},
      {ContrastLimitedAdaptiveHistogramEqualization({.tile_grid_size = {2, 2}}), {{8, 8, 3}}},
      {RandomFlip("vertical"), {image}},
      {RandomCrop(4, 3), {image}},
      {RandomRotation(0.2), {image}},
      {RandomZoom({-0.1, 0.2}), {image}},
      {RandomTranslation(0.1, {-0.1, 0.2}), {image}},
      {RandomContrast(0.2), {image}},
      {RandomBrightness(0.2), {image}},
      {RandomHue(0.2), {image}},
      {RandomSaturation(0.2), {image}},
      {RandomColorDegeneration(0.2), {image}},
      {RandomColorJitter({.brightness_factor = 0.2, .hue_factor = 0.1}), {image}},
      {RandomGrayscale(0.4), {image}},
      {RandomInvert(0.4), {image}},
      {RandomPosterization(4), {image}},
      {RandomSharpness(0.2), {image}},
      {RandomShear({.x_factor = 0.1}), {image}},
      {RandomPerspective(), {image}},
      {RandomElasticTransform(), {image}},
      {RandomErasing(), {image}},
      {RandomGaussianBlur(), {image}},
      {RandAugment(), {image}},
      {AugMix(), {image}},
      {Pipeline({RandomFlip(), Rescaling(0.5)}), {image}},
  };
  return list;
}

tt::Tensor ramp(const tt::Shape& shape, std::int64_t below, double start) {
  const tt::Tensor numbers = tt::sin(tt::arange(start, start + static_cast<double>(shape.size())));
  if (below == 0) return tt::reshape(tt::cast(numbers, tt::float32), shape);
  return tt::reshape(tt::cast(tt::floor(tt::abs(numbers) * static_cast<double>(below) * 0.999), tt::int32), shape);
}

/// Other weights than initializers make; those that are variances stay positive.
void scramble(const keras::Model& model) {
  double start = 0;
  std::vector<tt::Tensor> values;
  for (const keras::Weight& weight : model.weights()) {
    const tt::Tensor value = ramp(weight.value.shape(), 0, start += 7) * 0.4;
    if (!tt::is_floating(weight.value.dtype()) || weight.name == "mean" || weight.name == "variance")
      values.push_back(weight.value);
    else
      values.push_back(weight.name.find("variance") == std::string::npos ? value : tt::abs(value) + 0.5);
  }
  model.set_weights(values);
}

double difference(const tt::Tensor& a, const tt::Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  const tt::Tensor x = tt::cast(a, tt::float64), y = tt::cast(b, tt::float64);
  return tt::max(tt::abs(x - y) / (1 + tt::abs(y))).item<double>();
}

bool python_has_keras() { return std::system("python3 -c 'import keras, safetensors' > /dev/null 2>&1") == 0; }

int check(const TemporaryFolder& folder, const std::string& what) {
  const std::string script = std::string(TRIPTYCH_SOURCE_DIR) + "/scripts/references/check_keras_archives.py ";
  return std::system(
      ("python3 " + script + folder.path().string() + " " + what + " 2> " + (folder / "errors")).c_str());
}

}  // namespace

TEST_F(KerasAllLayersInFiles, ComeBackAndKerasOpensThem) {
  const TemporaryFolder folder;
  tt::StateDict values;
  std::set<std::string> seen;
  int number = 0;
  for (const Sample& sample : samples()) {
    const std::string name = std::to_string(number++) + "_" + sample.layer.base().class_name();
    const auto look_at = [&](const auto& self, const keras::Layer& layer) -> void {
      seen.insert(layer.base().class_name());
      for (const keras::Layer& part : layer.base().layers()) self(self, part);
    };
    look_at(look_at, sample.layer);
    keras::TensorList inputs, x;
    for (const tt::Shape& shape : sample.shapes) {
      keras::InputOptions options{.dtype = sample.below == 0 ? tt::float32 : tt::int32};
      if (name.find("LSTM") != std::string::npos &&
          sample.layer.get_config().find("\"stateful\": true") != std::string::npos)
        options.batch_size = 2;
      inputs.push_back(Input(shape, options));
      tt::Shape all{2};
      for (const std::int64_t size : shape) all.append(size);
      x.push_back(ramp(all, sample.below, 3.0 * static_cast<double>(x.size())));
    }
    const keras::Model model(inputs, sample.layer(inputs, sample.options));
    scramble(model);
    model.save(folder / (name + ".keras"));
    const keras::Model again = keras::models::load_model(folder / (name + ".keras"));
    EXPECT_EQ(again.get_layer(-1).get_config(), model.get_layer(-1).get_config()) << name;
    const tt::Tensor y = model.predict(x, {.verbose = 0});
    model.reset_states();
    EXPECT_EQ(difference(again.predict(x, {.verbose = 0}), y), 0) << name;
    model.save_weights(folder / (name + ".weights.h5"));
    if (sample.layer.base().class_name() == "Equalization")  // of which Keras 3.15 makes no functional model
      std::filesystem::remove(folder / (name + ".keras"));
    for (std::size_t i = 0; i < x.size(); ++i) values.add(name + "/x" + std::to_string(i), x[i]);
    values.add(name + "/y0", y);
  }
  // Those of which there is more to say: MixUp and CutMix, of images with labels, are in keras_archives_test; the
  // others below.
  for (const char* name : {"StringLookup", "TextVectorization", "MixUp", "CutMix", "MaxNumBoundingBoxes"})
    seen.insert(name);
  seen.insert("GroupQueryAttention");  // another name
  for (const std::string& name : keras::built_in_layers())
    EXPECT_TRUE(seen.contains(name)) << name << " is in no archive here";
  if (!python_has_keras()) GTEST_SKIP() << "python3 has no keras with safetensors here";
  tt::save(values, folder / "values.safetensors");
  EXPECT_EQ(check(folder, "calls"), 0) << read_file(folder / "errors");
}

// Layers of texts stand before a model, and one of boxes takes no tensors as the others do: they are JSON, with the
// vocabularies that they were given or have learned.
TEST_F(KerasAllLayersInFiles, LayersBeforeAModelAsJson) {
  using Texts = std::vector<std::string>;
  const TemporaryFolder folder;
  tt::StateDict values;
  const Texts words{"fox", "dog", "", "cat", "fox"}, lines{"The quick, brown fox!", "a DOG and a fox", "cats"};
  const auto lists = [](const Texts& texts) {
    std::string list;
    for (const std::string& text : texts) list += (list.empty() ? "\"" : ", \"") + text + "\"";
    return "[" + list + "]";
  };
  std::map<std::string, std::pair<keras::TextLayer, Texts>> layers{
      {"lookup", {StringLookup({.vocabulary = {"dog", "fox"}}), words}},
      {"lookup_mask", {StringLookup({.num_oov_indices = 2, .mask_token = "", .vocabulary = {"dog", "fox"}}), words}},
      {"lookup_one_hot", {StringLookup({.vocabulary = {"dog", "fox", "cat"}, .output_mode = "one_hot"}), words}},
      {"lookup_tf_idf",
       {StringLookup({.vocabulary = {"dog", "fox"}, .idf_weights = {0.5, 0.25}, .output_mode = "tf_idf"}), words}},
      {"texts", {TextVectorization({.vocabulary = {"fox", "quick", "dog"}}), lines}},
      {"texts_length", {TextVectorization({.output_sequence_length = 3, .vocabulary = {"fox", "a"}}), lines}},
      {"texts_count", {TextVectorization({.output_mode = "count", .vocabulary = {"fox", "a", "dog"}}), lines}},
      {"texts_lower",
       {TextVectorization({.standardize = "lower", .ngrams = {1, 2}, .vocabulary = {"a dog", "fox"}}), lines}},
      {"hashing", {Hashing(7, {.mask_value = "", .salt = {3, 5}}), words}},
  };
  for (const auto& [name, given] : layers) {
    const std::string json = keras::saving::serialize_keras_object(given.first);
    const keras::Layer again = keras::saving::deserialize_keras_object(json);
    EXPECT_EQ(keras::saving::serialize_keras_object(again), json) << name;
    const tt::Tensor y = given.first(given.second);
    EXPECT_EQ(difference(keras::TextLayer(again)(given.second), y), 0) << name;
    write_file(folder / (name + ".json"), "{\"layer\": " + json + ", \"texts\": " + lists(given.second) + "}");
    values.add(name + "/y0", y);
  }
  const keras::Layer boxes = MaxNumBoundingBoxes(3);  // whose fill_value Keras does not write
  const std::string json = keras::saving::serialize_keras_object(boxes);
  const tt::Tensor corners = ramp({2, 2, 4}, 0, 1), labels = ramp({2, 2}, 5, 1);
  EXPECT_EQ(difference(keras::saving::deserialize_keras_object(json).call({corners, labels})[0],
                       boxes.call({corners, labels})[0]),
            0);
  write_file(folder / "boxes.json", "{\"layer\": " + json + "}");
  values.add("boxes/x0", corners);
  values.add("boxes/x1", labels);
  values.add("boxes/y0", boxes.call({corners, labels})[0]);
  if (!python_has_keras()) GTEST_SKIP() << "python3 has no keras with safetensors here";
  tt::save(values, folder / "values.safetensors");
  EXPECT_EQ(check(folder, "json"), 0) << read_file(folder / "errors");
  // Keras writes them again, and they are read here.
  for (const auto& [name, given] : layers) {
    const keras::Layer theirs = keras::saving::deserialize_keras_object(read_file(folder / (name + "_theirs.json")));
    EXPECT_EQ(difference(keras::TextLayer(theirs)(given.second), given.first(given.second)), 0) << name;
  }
  const keras::Layer theirs = keras::saving::deserialize_keras_object(read_file(folder / "boxes_theirs.json"));
  EXPECT_EQ(difference(theirs.call({corners, labels})[0], boxes.call({corners, labels})[0]), 0);
}

namespace {

std::vector<keras::Optimizer> optimizers() {
  namespace o = keras::optimizers;
  return {o::SGD({.learning_rate = 0.05, .momentum = 0.9, .nesterov = true}),
          o::RMSprop({.learning_rate = 0.01, .momentum = 0.1, .centered = true}),
          o::Adam({.learning_rate = 0.01, .amsgrad = true, .clipnorm = 1.0}),
          o::AdamW({.learning_rate = 0.01, .weight_decay = 0.02, .use_ema = true, .ema_momentum = 0.9}),
          o::Adadelta(0.5),
          o::Adagrad(0.1),
          o::Adamax(0.02),
          o::Adafactor(0.05),
          o::Nadam(0.01),
          o::Ftrl({.learning_rate = 0.1, .l1_regularization_strength = 0.01}),
          o::Lion(0.003),
          o::Lamb(0.01),
          o::Muon({.learning_rate = 0.02}),
          o::ScheduleFreeAdamW(0.01),
          o::LossScaleOptimizer("adam"),
          o::SGD({.learning_rate = o::schedules::CosineDecay(0.1, 20),
                  .global_clipnorm = 1,
                  .gradient_accumulation_steps = 2})};
}

struct Trained {
  keras::Model model;
  tt::Tensor x, y;
  void go_on() const { model.fit(x, y, {.batch_size = 4, .epochs = 2, .verbose = 0, .shuffle = false}); }
};

Trained trained(const keras::Optimizer& optimizer) {
  const keras::Sequential model({Input({3}), Dense(5, "tanh"), Dense(2)});
  scramble(model);
  model.compile({.optimizer = optimizer, .loss = "mse", .metrics = {"mae"}});
  const Trained result{model, ramp({12, 3}, 0, 1), ramp({12, 2}, 0, 50)};
  result.go_on();
  return result;
}

}  // namespace

TEST_F(KerasAllLayersInFiles, OptimizersGoOnHereAndInKeras) {
  const TemporaryFolder folder;
  tt::StateDict values;
  int number = 0;
  for (const keras::Optimizer& optimizer : optimizers()) {
    const std::string name = std::to_string(number++) + "_" + optimizer.base().class_name();
    const auto [model, x, y] = trained(optimizer);
    model.save(folder / (name + ".keras"));
    const keras::Model again = keras::models::load_model(folder / (name + ".keras"));
    // Keras on TensorFlow reads its momentum after it was changed, which its formula does not say.
    if (optimizer.name() == "schedule_free_adam_w") std::filesystem::remove(folder / (name + ".keras"));
    EXPECT_EQ(again.optimizer().base().config(), optimizer.base().config()) << name;
    for (const keras::Model& one : {model, again}) Trained{one, x, y}.go_on();
    values.add(name + "/x0", x);
    values.add(name + "/y0", y);
    for (std::size_t i = 0; i < model.get_weights().size(); ++i) {
      EXPECT_EQ(difference(again.get_weights()[i], model.get_weights()[i]), 0) << name << " " << i;
      values.add(name + "/w" + std::to_string(i), model.get_weights()[i]);
    }
  }
  if (!python_has_keras()) GTEST_SKIP() << "python3 has no keras with safetensors here";
  // Keras goes on from there, compares, writes each model again, and goes on once more, as those here do.
  tt::save(values, folder / "values.safetensors");
  EXPECT_EQ(check(folder, "training"), 0) << read_file(folder / "errors");
  const tt::StateDict theirs = tt::load(folder / "theirs.safetensors");
  number = 0;
  for (const keras::Optimizer& optimizer : optimizers()) {
    const std::string name = std::to_string(number++) + "_" + optimizer.base().class_name();
    if (optimizer.name() == "schedule_free_adam_w") continue;
    const keras::Model model = keras::models::load_model(folder / (name + "_theirs.keras"));
    Trained{model, theirs.at(name + "/x0"), theirs.at(name + "/y0")}.go_on();
    for (std::size_t i = 0; i < model.get_weights().size(); ++i)
      EXPECT_LT(difference(model.get_weights()[i], theirs.at(name + "/w" + std::to_string(i))), 2e-6)
          << name << " " << i;
  }
}
