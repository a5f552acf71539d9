// Models that are known by name against Keras's own: layers, shapes, numbers of parameters, and a prediction with
// weights from a file (scripts/references/make_references_keras_applications.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::applications;

namespace {

/// From -0.5 to 0.5, as the script has them.
tt::Tensor numbers(const tt::Shape& shape, std::int64_t k, double factor = 1, double shift = 0) {
  std::vector<float> values(static_cast<std::size_t>(shape.numel().value()));
  for (std::size_t j = 0; j < values.size(); ++j) {
    const std::int64_t place = (static_cast<std::int64_t>(j) * 7919 + k * 104729) % 2003;
    values[j] = static_cast<float>((static_cast<double>(place) / 2003 - 0.5) * factor + shift);
  }
  return tt::reshape(tt::tensor(values), shape);
}

tt::Tensor weight(const std::string& path, const tt::Shape& shape) {
  std::int64_t k = 0;
  for (std::size_t i = 0; i < path.size(); ++i) k += static_cast<std::int64_t>(i + 1) * path[i];
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name == "count") return tt::zeros({}, tt::int32);
  if (name == "kernel") {
    const bool depthwise = shape.rank() == 4 && shape[-1] == 1;
    const double inputs = static_cast<double>(depthwise ? shape[0] * shape[1] : shape.numel().value() / shape[-1]);
    return numbers(shape, k, std::sqrt(24 / inputs));
  }
  if (name == "embeddings" || name == "token") return numbers(shape, k);
  return numbers(shape, k, 0.2, name == "variance" || name == "moving_variance" || name == "gamma" ? 1 : 0);
}

struct Reference {
  std::int64_t parameters = 0;
  std::vector<std::string> layers;
  std::set<std::string> weights;
  tt::StateDict values;
};

Reference reference(const std::string& model) {
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/references/keras_applications.txt");
  Reference result;
  std::string line, of;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string kind, name;
    words >> kind >> name;
    if (kind == "model") of = name;
    if (of != model) continue;
    if (kind == "model") words >> result.parameters;
    if (kind == "layer") result.layers.push_back(line);
    if (kind != "weight") continue;
    tt::Shape shape;
    std::string dim;
    words >> dim;
    std::istringstream dims(dim);
    while (std::getline(dims, dim, ',')) shape.append(std::stoll(dim));
    result.weights.insert(name + " " + shape.text());
    result.values.set(name, weight(name, shape));
  }
  return result;
}

std::string described(const keras::Layer& layer) {
  std::string text;
  for (const std::int64_t dim : layer.base().output_shapes().at(0))
    text += (text.empty() ? "" : ",") + (dim < 0 ? std::string("?") : std::to_string(dim));
  return "layer " + layer.name() + " " + layer.base().class_name() + " " + text + " " +
         std::to_string(layer.count_params());
}

const tt::Tensor& image() {
  static const tt::Tensor value = (numbers({1, 32, 32, 3}, 1) + 0.5) * 2;
  return value;
}

/// `make` builds the model with the weights of a file.
void check(const std::string& name, const tt::Tensor& x, keras::Model (*make)(const std::string& weights)) {
  const Reference of_keras = reference(name);
  const std::string path = (std::filesystem::temp_directory_path() / ("triptych_" + name + ".safetensors")).string();
  tt::save(of_keras.values, path);
  keras::utils::clear_session();
  const keras::Model model = make(path);
  std::filesystem::remove(path);
  EXPECT_EQ(model.count_params(), of_keras.parameters);
  std::vector<std::string> layers;
  for (const keras::Layer& layer : model.layers())
    if (layer.base().class_name() != "ReversibleEmbedding")  // called twice: it has no one shape
      layers.push_back(described(layer));
  EXPECT_THAT(layers, testing::UnorderedElementsAreArray(of_keras.layers));
  std::set<std::string> weights;
  for (const keras::Weight& of : model.weights()) weights.insert(of.name + " " + of.value.shape().text());
  EXPECT_EQ(weights, of_keras.weights);
  static const tt::StateDict numbers = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras_applications.safetensors");
  const tt::Tensor expected = numbers.at(name + "/predict"), y = model.predict(x, {.verbose = 0});
  ASSERT_EQ(y.shape(), expected.shape());
  const auto a = y.to_vector<double>(), b = expected.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-4 * (1 + std::abs(b[i]))) << i;
}

keras::ApplicationOptions small(const std::string& weights) {
  return {.weights = weights, .input_shape = {32, 32, 3}, .classes = 10};
}

}  // namespace

TEST(KerasApplications, ResNet50) {
  check("ResNet50", image(), [](const std::string& weights) { return ResNet50(small(weights)); });
}
TEST(KerasApplications, ResNet50V2) {
  check("ResNet50V2", image(), [](const std::string& weights) { return ResNet50V2(small(weights)); });
}
TEST(KerasApplications, MobileNetV2) {
  check("MobileNetV2", image(), [](const std::string& weights) {
    return MobileNetV2({.input_shape = {32, 32, 3}, .weights = weights, .classes = 10});
  });
}
TEST(KerasApplications, EfficientNetB0) {
  check("EfficientNetB0", image() * 127.5, [](const std::string& weights) { return EfficientNetB0(small(weights)); });
}
TEST(KerasApplications, VGG16) {
  check("VGG16", image(), [](const std::string& weights) { return VGG16(small(weights)); });
}
TEST(KerasApplications, DenseNet121) {
  check("DenseNet121", image(), [](const std::string& weights) { return DenseNet121(small(weights)); });
}
TEST(KerasApplications, ViT) {
  check("ViT", image(), [](const std::string& weights) {
    return ViT({.weights = weights,
                .input_shape = {32, 32, 3},
                .patch_size = 8,
                .num_layers = 2,
                .num_heads = 4,
                .hidden_dim = 16,
                .intermediate_dim = 32,
                .classes = 10});
  });
}
TEST(KerasApplications, GPT) {
  std::vector<std::int64_t> tokens(24);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<std::int64_t>(i * 7 % 50);
  check("GPT", tt::reshape(tt::tensor(tokens), {2, 12}), [](const std::string& weights) {
    return GPT({.vocabulary_size = 50,
                .sequence_length = 12,
                .num_layers = 2,
                .num_heads = 4,
                .hidden_dim = 16,
                .intermediate_dim = 32,
                .weights = weights});
  });
}

TEST(KerasApplications, WithoutTheTop) {
  const keras::Model maps = MobileNetV2({.alpha = 0.35, .include_top = false});
  EXPECT_EQ(maps.base().output_shapes().at(0).text(), "(?, ?, ?, 1280)");
  EXPECT_EQ(maps.name(), "mobilenetv2_0.35_None");
  const keras::Model pooled = ResNet50({.include_top = false, .input_shape = {64, 32, 1}, .pooling = "max"});
  EXPECT_EQ(pooled.base().output_shapes().at(0).text(), "(?, 2048)");
  EXPECT_EQ(pooled.layers().back().name(), "max_pool");
}

TEST(KerasApplications, ImagesAndClasses) {
  const tt::StateDict numbers = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras_applications.safetensors");
  const tt::Tensor x = tt::slice(tt::slice(image(), 1, {0, 2}), 2, {0, 2}) * 127;
  for (const char* mode : {"caffe", "tf", "torch"})
    EXPECT_TRUE(tt::allclose(imagenet_utils::preprocess_input(x, {.mode = mode}),
                             numbers.at(std::string("preprocess/") + mode), 1e-5, 1e-4))
        << mode;
  const tt::Tensor first = tt::permute(x, {0, 3, 1, 2});
  EXPECT_TRUE(tt::array_equal(tt::permute(densenet::preprocess_input(first, "channels_first"), {0, 2, 3, 1}),
                              densenet::preprocess_input(x)));
  EXPECT_EQ(vgg16::preprocess_input(tt::cast(x, tt::uint8)).dtype(), tt::float32);

  const std::string path = (std::filesystem::temp_directory_path() / "triptych_class_index.json").string();
  std::ofstream(path) << R"({"0": ["n1", "tench"], "1": ["n2", "goldfish"], "2": ["n3", "gr\u00fcn"]})";
  const auto best = resnet::decode_predictions(tt::tensor({{0.2, 0.7, 0.1}, {0.3, 0.1, 0.6}}), path, 2);
  ASSERT_EQ(best.size(), 2U);
  ASSERT_EQ(best[0].size(), 2U);
  EXPECT_EQ(best[0][0].class_name, "n2");
  EXPECT_EQ(best[0][0].class_description, "goldfish");
  EXPECT_NEAR(best[0][0].score, 0.7, 1e-6);
  EXPECT_EQ(best[1][0].class_description, "gr\u00fcn");
  EXPECT_EQ(best[1][1].class_description, "tench");
  std::filesystem::remove(path);
}
