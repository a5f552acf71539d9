// `.keras` archives and `.weights.h5` files: Keras's are read, Keras reads ours, and damaged ones change nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <map>
#include <thread>

#include "api_keras/keras_files.h"
#include "core/formats/hdf5.h"
#include "core/formats/zip.h"
#include "triptych/keras.h"
#include "triptych/lowlevel/saved_model.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class KerasArchives : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_keras_files()) GTEST_SKIP() << "built without HDF5 and libzip";
  }
};

const std::string references = std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/keras_saving/";
constexpr const char* names[] = {"attention", "functional", "images", "others", "pictures",
                                 "sequences", "sequential", "shapes", "tables", "volumes"};

keras::TensorList all_of(const tt::StateDict& values, const std::string& prefix) {
  keras::TensorList list;
  while (const tt::Tensor* value = values.find(prefix + std::to_string(list.size()))) list.push_back(*value);
  return list;
}

/// How far apart they are, where 1 is of the size of the numbers.
double difference(const tt::Tensor& a, const tt::Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  return tt::max(tt::abs(a - b) / (1 + tt::abs(b))).item<double>();
}

void expect_predicts(const keras::Model& model, const keras::TensorList& x, const keras::TensorList& y,
                     const std::string& name) {
  const std::vector<tt::Tensor> given = model.predict_all(x, {.verbose = 0});
  ASSERT_EQ(given.size(), y.size()) << name;
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_LT(difference(given[i], y[i]), 2e-6) << name << " " << i;
}

std::vector<std::vector<float>> weights_of(const keras::Layer& layer) {
  std::vector<std::vector<float>> result;
  for (const tt::Tensor& weight : layer.get_weights()) result.push_back(weight.to_vector<float>());
  return result;
}

tt::Tensor ramp(const tt::Shape& shape) {
  return tt::reshape(tt::sin(tt::arange(0.0, static_cast<double>(shape.size()))), shape);
}

keras::Sequential small_model() {
  keras::utils::clear_session();
  keras::utils::set_random_seed(3);
  keras::Sequential model({Input({4}), Dense(3, "relu"), Dense(1)});
  model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
  model.fit(ramp({8, 4}), ramp({8, 1}), {.verbose = 0});
  return model;
}

/// The archive with another member in place of `name`.
std::string with_member(const std::string& path, const std::string& name, const std::string& bytes) {
  const tt::FileContext context{"test", {}};
  const tt::ZipReader archive(path, context);
  std::vector<std::pair<std::string, std::string>> members;
  for (const std::string& member : archive.names())
    members.emplace_back(member, member == name ? bytes : *archive.read(member));
  std::vector<std::pair<std::string, std::string_view>> views(members.begin(), members.end());
  return tt::make_zip(views, context);
}

}  // namespace

TEST_F(KerasArchives, KerassModelsPredictWhatTheyDidThere) {
  const tt::StateDict values = tt::load(references + "values.safetensors");
  for (const std::string name : names) {
    const keras::Model model = keras::models::load_model(references + name + ".keras");
    expect_predicts(model, all_of(values, name + "/x"), all_of(values, name + "/y"), name);
  }
}

TEST_F(KerasArchives, WhatIsReadAndWrittenAgainIsTheSame) {
  const TemporaryFolder folder;
  const tt::StateDict values = tt::load(references + "values.safetensors");
  for (const std::string name : names) {
    const keras::Model model = keras::models::load_model(references + name + ".keras");
    model.save(folder / "again.keras");
    const keras::Model again = keras::models::load_model(folder / "again.keras");
    EXPECT_EQ(weights_of(again), weights_of(model)) << name;
    if (name != "functional" && name != "sequences") {  // whose ops without a layer get new names
      EXPECT_EQ(again.to_json(), model.to_json()) << name;
    }
    const keras::TensorList x = all_of(values, name + "/x");
    const std::vector<tt::Tensor> a = model.predict_all(x, {.verbose = 0}), b = again.predict_all(x, {.verbose = 0});
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].to_vector<float>(), b[i].to_vector<float>()) << name;
  }
}

TEST_F(KerasArchives, TrainingGoesOnFromAKerassOptimizer) {
  const keras::Model model = keras::models::load_model(references + "sequential.keras");
  EXPECT_EQ(model.optimizer().name(), "adam");
  EXPECT_EQ(model.optimizer().iterations(), 3);
  EXPECT_FLOAT_EQ(static_cast<float>(model.optimizer().learning_rate()), 0.01F);
  EXPECT_FALSE(model.get_layer("last").trainable());
  model.fit(ramp({8, 4}), ramp({8, 2}), {.batch_size = 4, .verbose = 0});
  EXPECT_EQ(model.optimizer().iterations(), 5);
  EXPECT_THAT(model.metrics_names(), ElementsAre("loss", "mae"));

  const keras::Model two_ends = keras::models::load_model(references + "functional.keras");
  EXPECT_EQ(two_ends.name(), "two_ends");
  EXPECT_NEAR(two_ends.optimizer().learning_rate(), 0.1 * std::pow(0.9, 0.2), 1e-7);
  const keras::Logs logs =
      two_ends.evaluate({ramp({4, 3}), ramp({4, 3})}, {ramp({4, 2}), tt::zeros({4, 1})}, {.verbose = 0});
  EXPECT_NE(logs.find("first_mae"), nullptr);
  EXPECT_NE(logs.find("second_accuracy"), nullptr);

  const keras::Model not_compiled = keras::models::load_model(references + "sequential.keras", {.compile = false});
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { static_cast<void>(not_compiled.optimizer()); }), HasSubstr("compile"));
}

TEST_F(KerasArchives, OwnModelsComeBackWithTheirTraining) {
  const TemporaryFolder folder;
  const auto first = small_model();
  first.save(folder / "model.keras");
  const keras::Model second = keras::models::load_model(folder / "model.keras");
  EXPECT_EQ(weights_of(first), weights_of(second));
  EXPECT_EQ(second.optimizer().iterations(), 1);
  for (const keras::Model& model : {keras::Model(first), second})
    model.fit(ramp({8, 4}), ramp({8, 1}), {.verbose = 0, .shuffle = false});
  EXPECT_EQ(weights_of(first), weights_of(second));
  // The weights alone, in a model of the same layers.
  first.save_weights(folder / "model.weights.h5");
  const keras::Model third = keras::models::clone_model(first);
  EXPECT_NE(weights_of(first), weights_of(third));
  third.load_weights(folder / "model.weights.h5");
  EXPECT_EQ(weights_of(first), weights_of(third));
  third.load_weights(folder / "model.keras");
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { first.save(folder / "model.keras", {.overwrite = false}); }),
              HasSubstr("[save] the file is there already: '"));
}

TEST_F(KerasArchives, DropoutGoesOnWithTheSameNumbers) {
  const TemporaryFolder folder;
  keras::utils::clear_session();
  const keras::Sequential model({Input({50}), Dropout(0.5)});
  static_cast<void>(model(tt::ones({1, 50}), true));
  model.save(folder / "model.keras");
  const keras::Model again = keras::models::load_model(folder / "model.keras");
  EXPECT_EQ(model(tt::ones({1, 50}), true).to_vector<float>(), again(tt::ones({1, 50}), true).to_vector<float>());
}

TEST_F(KerasArchives, WeightsOfKerassFile) {
  const tt::StateDict values = tt::load(references + "values.safetensors");
  const keras::Model model = keras::models::clone_model(keras::models::load_model(references + "others.keras"));
  model.load_weights(references + "others.weights.h5");
  expect_predicts(model, all_of(values, "others/x"), all_of(values, "others/y"), "others");

  keras::utils::clear_session();
  const keras::Sequential other({Input({4}, {.dtype = tt::int32}), ReversibleEmbedding(7, 3), Dense(5)});
  const auto before = weights_of(other);
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { other.load_weights(references + "others.weights.h5"); }),
              AllOf(HasSubstr("[load_weights] the file's weights do not fit a layer: layer 'dense': it has 2 weights"),
                    HasSubstr("skip_mismatch")));
  EXPECT_EQ(weights_of(other), before);
  testing::internal::CaptureStderr();
  other.load_weights(references + "others.weights.h5", {.skip_mismatch = true});
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("warning: layer 'dense' is left as it is"));
  EXPECT_NE(weights_of(other)[0], before[0]);
  EXPECT_EQ(weights_of(other)[1], before[1]);
}

TEST_F(KerasArchives, ExportedGraphsRunWithoutTheModel) {
  const TemporaryFolder folder;
  const tt::StateDict values = tt::load(references + "values.safetensors");
  for (const std::string name : names) {
    const keras::Model model = keras::models::load_model(references + name + ".keras");
    model.export_(folder / "graph.tt");
    const auto graph = tt::lowlevel::saved_model::load(folder / "graph.tt");
    const keras::TensorList x = all_of(values, name + "/x"), y = all_of(values, name + "/y");
    std::map<std::string, tt::Tensor> inputs;
    const std::vector<std::string> input_names = model.base().input_names();
    for (std::size_t i = 0; i < x.size(); ++i) inputs.emplace(input_names.empty() ? "x" : input_names[i], x[i]);
    const std::map<std::string, tt::Tensor> outputs = graph(inputs);
    ASSERT_EQ(outputs.size(), y.size()) << name;
    std::vector<std::string> output_names = model.base().output_names();
    if (output_names.empty()) output_names = {"output"};
    for (std::size_t i = 0; i < y.size(); ++i) {
      // A layer that gives several outputs names the later ones with numbers.
      const std::string first = output_names[i];
      const auto before =
          std::count(output_names.begin(), output_names.begin() + static_cast<std::ptrdiff_t>(i), first);
      const std::string output = before == 0 ? first : first + "_" + std::to_string(before);
      ASSERT_TRUE(outputs.contains(output)) << name << " " << output;
      EXPECT_LT(difference(outputs.at(output), y[i]), 2e-6) << name << " " << output;
    }
  }
  const keras::Sequential unbuilt({Dense(2)});
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { unbuilt.export_(folder / "none.tt"); }),
              HasSubstr("[export_] what goes into the model is not known yet: model '"));
  unbuilt.build({-1, 3});
  EXPECT_NO_THROW(unbuilt.export_(folder / "built.tt"));
}

// --- Classes of one's own -------------------------------------------------------------------------------------------

namespace {

struct Scale : keras::LayerBase {
  explicit Scale(double factor) : factor(factor) {}
  explicit Scale(const keras::Config& config) : Scale(config.number("factor")) {}
  void build(const tt::Shape& input) override {
    bias = add_weight({.shape = {input[-1]}, .initializer = "ones", .name = "bias"});
  }
  tt::Tensor call(const tt::Tensor& x, bool) override { return x * factor + bias; }
  std::string config() const override { return keras::Config().set("factor", factor).json(); }
  double factor;
  tt::Tensor bias;
};

struct Net : keras::ModelBase {
  keras::Layer hidden = Dense(3, "relu"), out = keras::layer<Scale>(2.0);
  tt::Tensor call(const tt::Tensor& x, bool) override { return out(hidden(x)); }
};

}  // namespace

TEST_F(KerasArchives, ClassesOfOnesOwn) {
  const TemporaryFolder folder;
  keras::utils::clear_session();
  const keras::Sequential model({Input({2}), keras::layer<Scale>(3.0), Dense(1)});
  model.save(folder / "model.keras");
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { keras::models::load_model(folder / "model.keras"); }),
              AllOf(HasSubstr("there is no layer of this class: 'Scale'"), HasSubstr("register_keras_serializable")));
  const keras::Model by_name = keras::models::load_model(
      folder / "model.keras",
      {.custom_objects = {{"Scale", [](const keras::Config& config) { return keras::layer<Scale>(config); }}}});
  EXPECT_EQ(by_name(ramp({2, 2})).to_vector<float>(), model(ramp({2, 2})).to_vector<float>());

  keras::saving::register_keras_serializable<Scale>({.package = "tests"});
  keras::saving::register_keras_serializable<Net>();
  EXPECT_EQ(keras::saving::get_registered_name("Scale"), "tests>Scale");
  EXPECT_THAT(keras::saving::get_custom_objects(), testing::Contains("Custom>Net"));
  model.save(folder / "model.keras");
  EXPECT_EQ(weights_of(keras::models::load_model(folder / "model.keras")), weights_of(model));

  const keras::Model net = keras::model<Net>();
  net(ramp({2, 4}));
  net.save(folder / "net.keras");
  const keras::Model again = keras::models::load_model(folder / "net.keras");
  EXPECT_EQ(again(ramp({2, 4})).to_vector<float>(), net(ramp({2, 4})).to_vector<float>());

  keras::saving::register_keras_serializable("twice", [](const tt::Tensor& x) { return x * 2; });
  const keras::Sequential twice({Input({2}), Dense(2, {.activation = "twice"})});
  twice.save(folder / "twice.keras");
  EXPECT_EQ(keras::models::load_model(folder / "twice.keras")(ramp({1, 2})).to_vector<float>(),
            twice(ramp({1, 2})).to_vector<float>());

  const keras::Sequential nameless({Input({2}), Dense(2, {.activation = [](const tt::Tensor& x) { return x * 2; }})});
  EXPECT_THAT(error_of<tt::UnsupportedError>([&] { nameless.save(folder / "nameless.keras"); }),
              HasSubstr("[save] a function cannot be written to a file: 'config/layers/1/config/activation'"));
  EXPECT_FALSE(std::filesystem::exists(folder / "nameless.keras"));
}

namespace {

/// Keeps a table that is no weight, and words.
struct Dictionary : keras::LayerBase {
  Dictionary() = default;
  explicit Dictionary(const keras::Config&) {}
  void build(const tt::Shape& input) override {
    scale = add_weight({.shape = {input[-1]}, .initializer = "ones", .name = "scale"});
  }
  tt::Tensor call(const tt::Tensor& x, bool) override { return x * scale + table; }
  void save_own_variables(tt::StateDict& store) const override { store.add("table", table); }
  void load_own_variables(const tt::StateDict& store) override {
    EXPECT_EQ(store.size(), 1u);
    table = store.at("table");
  }
  void save_assets(std::map<std::string, std::string>& files) const override { files["words.txt"] = words; }
  void load_assets(const std::map<std::string, std::string>& files) override { words = files.at("words.txt"); }
  tt::Tensor scale, table = tt::zeros({2});
  std::string words;
};
/// The same without them.
struct Plain : keras::LayerBase {
  Plain() = default;
  explicit Plain(const keras::Config&) {}
  void build(const tt::Shape& input) override { add_weight({.shape = {input[-1]}, .name = "scale"}); }
  tt::Tensor call(const tt::Tensor& x, bool) override { return x; }
  std::string class_name() const override { return "Dictionary"; }
};

}  // namespace

TEST_F(KerasArchives, WhatLayersKeepBesideTheirWeights) {
  const TemporaryFolder folder;
  keras::utils::clear_session();
  const keras::Sequential model({Input({2}), keras::layer<Dictionary>(), Dense(1)});
  auto& layer = *model.layers()[0].as<Dictionary>();
  layer.table = tt::tensor<float>({3, 4});
  layer.words = "a\nb";
  model.save(folder / "model.keras");
  model.save_weights(folder / "model.weights.h5");
  model.save_weights(folder / "model.safetensors");
  const auto maker = [](const keras::Config& config) { return keras::layer<Dictionary>(config); };
  const keras::Model again =
      keras::models::load_model(folder / "model.keras", {.custom_objects = {{"Dictionary", maker}}});
  EXPECT_EQ(again.layers()[0].as<Dictionary>()->words, "a\nb");
  EXPECT_EQ(again(ramp({3, 2})).to_vector<float>(), model(ramp({3, 2})).to_vector<float>());
  for (const char* name : {"model.weights.h5", "model.safetensors", "model.keras"}) {
    const keras::Sequential other({Input({2}), keras::layer<Dictionary>(), Dense(1)});
    other.load_weights(folder / name);
    EXPECT_EQ(other(ramp({3, 2})).to_vector<float>(), model(ramp({3, 2})).to_vector<float>()) << name;
  }
  // A class that does not take it.
  const auto plain = [](const keras::Config& config) { return keras::layer<Plain>(config); };
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                keras::models::load_model(folder / "model.keras", {.custom_objects = {{"Dictionary", plain}}});
              }),
              AllOf(HasSubstr("[load_own_variables] the file keeps what the layer does not know: layer '"),
                    HasSubstr("of class 'Dictionary': 'words.txt'"), HasSubstr("keras_archives_test.cpp")));
  const keras::Sequential other({Input({2}), keras::layer<Plain>(), Dense(1)});
  const auto before = weights_of(other);
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { other.load_weights(folder / "model.weights.h5"); }),
              HasSubstr("'table'"));
  EXPECT_EQ(weights_of(other), before);
}

TEST_F(KerasArchives, ConfigsOfLayers) {
  keras::utils::clear_session();
  const keras::Layer dense = Dense(3, {.activation = "relu", .kernel_regularizer = keras::regularizers::L2(0.5)});
  EXPECT_EQ(
      dense.get_config(),
      R"({"name": "dense", "trainable": true, "dtype": {"module": "keras", "class_name": "DTypePolicy", )"
      R"("config": {"name": "float32"}, "registered_name": null}, "units": 3, "activation": "relu", "use_bias": true, )"
      R"("kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform", "config": )"
      R"({"seed": null, "input_axes": null, "output_axes": null}, "registered_name": null}, "bias_initializer": )"
      R"({"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": null}, )"
      R"("kernel_regularizer": {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.5}, )"
      R"("registered_name": null}, "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint": null, )"
      R"("bias_constraint": null})");
  const keras::Layer again = keras::layers::from_config("Dense", dense.get_config());
  EXPECT_EQ(again.get_config(), dense.get_config());
  const auto refused = [](const std::string& config) {
    return error_of<tt::ArgumentError>([&] { static_cast<void>(keras::layers::from_config("Dense", config)); });
  };
  EXPECT_THAT(refused(R"({"units": "three"})"), HasSubstr("[Dense] a config does not describe this class: 'units' is "
                                                          "not a whole number: \"three\""));
  EXPECT_THAT(refused(R"({"units": 3, "lora_rank": 4})"), HasSubstr("'lora_rank' is not known here: 4"));
  EXPECT_THAT(refused(R"({"units": 0})"), HasSubstr("[Dense] units is below 1: 0"));
  EXPECT_THAT(refused(R"({"units": 3, "activation": "reluu"})"), HasSubstr("there is no activation of this name"));
  EXPECT_THAT(refused("{"), HasSubstr("[from_config] not a valid config: the text: "));
  EXPECT_THAT(error_of<tt::ArgumentError>([] { static_cast<void>(keras::layers::from_config("Dens", "{}")); }),
              HasSubstr("Did you mean Dense?"));
}

// --- Files that are not what they say -------------------------------------------------------------------------------

TEST_F(KerasArchives, DamagedFilesAreErrorsAndChangeNothing) {
  const TemporaryFolder folder;
  const auto model = small_model();
  model.save(folder / "model.keras");
  model.save_weights(folder / "model.weights.h5");
  const auto before = weights_of(model);
  const std::string archive = read_file(folder / "model.keras"), weights = read_file(folder / "model.weights.h5");
  const auto load = [&](const std::string& bytes) {
    write_file(folder / "wrong.keras", bytes);
    return error_of<tt::ArgumentError>([&] { static_cast<void>(keras::models::load_model(folder / "wrong.keras")); });
  };
  for (std::size_t size = 0; size < archive.size(); size += 397)
    EXPECT_THAT(load(archive.substr(0, size)), HasSubstr("[load_model] ")) << size;
  for (std::size_t size = 8; size < weights.size(); size += 397) {
    write_file(folder / "wrong.weights.h5", weights.substr(0, size));
    EXPECT_THAT(error_of<tt::ArgumentError>([&] { model.load_weights(folder / "wrong.weights.h5"); }),
                HasSubstr("[load_weights] not a valid file of weights: '"));
  }
  std::string flipped = archive;
  flipped[flipped.find("\x89HDF") + 1500] ^= 1;
  EXPECT_THAT(load(flipped), HasSubstr("'model.weights.h5' is damaged: CRC error"));
  EXPECT_EQ(weights_of(model), before);
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { static_cast<void>(keras::models::load_model(folder / "none.keras")); }),
              HasSubstr("the file cannot be opened"));
}

TEST_F(KerasArchives, HostileConfigsAreErrors) {
  const TemporaryFolder folder;
  small_model().save(folder / "model.keras");
  const auto load = [&](const std::string& config) {
    write_file(folder / "wrong.keras", with_member(folder / "model.keras", "config.json", config));
    return error_of<tt::Error>([&] { static_cast<void>(keras::models::load_model(folder / "wrong.keras")); });
  };
  const auto sequential = [](const std::string& layers) {
    return R"({"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [)"
           R"({"class_name": "InputLayer", "config": {"batch_shape": [null, 4]}}, )" +
           layers + "]}}";
  };
  const auto dense = [&](const std::string& units) {
    return sequential(R"({"class_name": "Dense", "config": {"units": )" + units + "}}");
  };
  EXPECT_THAT(load(""), HasSubstr("not a valid config"));
  EXPECT_THAT(load("[]"), HasSubstr("a file does not describe a layer"));
  EXPECT_THAT(load(std::string(100000, '[')), HasSubstr("nested deeper than 200"));
  EXPECT_THAT(load("{\"class_name\": \"\xff\"}"), HasSubstr("not a valid config"));
  EXPECT_THAT(load(dense("1000000000000")), HasSubstr("the file's layers have more weights than the file"));
  EXPECT_THAT(load(dense("9223372036854775807")), HasSubstr("more than 2^59 elements"));
  EXPECT_THAT(load(dense("18446744073709551615")), HasSubstr("out of range"));
  EXPECT_THAT(load(dense("null")), HasSubstr("units is below 1"));
  EXPECT_THAT(load(dense("5")), HasSubstr("the file's weights do not fit a layer"));
  EXPECT_THAT(load(sequential(R"({"class_name": "Lambda", "config": {"function": "4wEAAAA"}})")),
              HasSubstr("there is no layer of this class: 'Lambda'"));
  EXPECT_THAT(load(sequential(R"({"class_name": "Dense", "config": {"units": 3, "dtype": "float8"}})")),
              HasSubstr("float8"));
  EXPECT_THAT(load(sequential(R"({"class_name": "Dense", "config": {"units": 3, "dtype": 16}})")),
              HasSubstr("[Dense] a config does not describe this class: 'dtype' is not a text: 16"));
  EXPECT_THAT(load(R"({"class_name": "Functional", "config": {"name": "f", "layers": [], "input_layers": [["a", 0, 0]],
                      "output_layers": [["a", 0, 0]]}})"),
              HasSubstr("comes from nowhere"));
  EXPECT_THAT(
      load(R"({"class_name": "Functional", "config": {"name": "f", "layers": [{"class_name": "Identity", "name": "i",
                      "config": {"name": "i"}, "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config":
                      {"keras_history": ["i", 0, 0]}}], "kwargs": {}}]}], "input_layers": ["i", 0, 0],
                      "output_layers": ["i", 0, 0]}})"),
      HasSubstr("wait for each other"));
}

TEST_F(KerasArchives, LayersKeepTheirDtypePolicies) {
  const TemporaryFolder folder;
  const keras::Sequential model({Input({5, 4}), LSTM(3, {.return_sequences = true, .dtype = "mixed_bfloat16"}),
                                 Bidirectional(GRU(3, {.dtype = "bfloat16"}), {.dtype = "bfloat16"}),
                                 Dense(4, {.activation = "relu", .dtype = "mixed_float16"}), BatchNormalization(),
                                 Dense(2, {.dtype = "float64"})});
  model.save(folder / "model.keras");
  const keras::Model again = keras::models::load_model(folder / "model.keras");
  const std::vector<keras::Layer> before = model.layers(), after = again.layers();
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].dtype_policy(), after[i].dtype_policy()) << i;
  EXPECT_EQ(after[0].dtype_policy().name(), "mixed_bfloat16");
  EXPECT_EQ(after[1].get_weights()[0].dtype(), tt::bfloat16);
  const tt::Tensor x = ramp({2, 5, 4});
  EXPECT_EQ(again.predict(x, {.verbose = 0}).to_vector<double>(), model.predict(x, {.verbose = 0}).to_vector<double>());
  EXPECT_EQ(again.predict(x, {.verbose = 0}).dtype(), tt::float64);
}

TEST_F(KerasArchives, BombsAndPathsThatLeadElsewhere) {
  const TemporaryFolder folder;
  small_model().save(folder / "model.keras");
  const tt::FileContext context{"test", {}};
  // Members that would be unpacked elsewhere are not looked at.
  const std::string evil = read_file(folder / "model.keras");
  const tt::ZipReader archive(folder / "model.keras", context);
  const std::string config = *archive.read("config.json"), weights = *archive.read("model.weights.h5");
  write_file(folder / "slip.keras",
             tt::make_zip({{"../../evil", "x"}, {"config.json", config}, {"model.weights.h5", weights}}, context));
  EXPECT_NO_THROW(static_cast<void>(keras::models::load_model(folder / "slip.keras")));
  EXPECT_FALSE(std::filesystem::exists(folder.path().parent_path().parent_path() / "evil"));
  write_file(folder / "none.keras", tt::make_zip({{"config.json", config}}, context));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { static_cast<void>(keras::models::load_model(folder / "none.keras")); }),
              HasSubstr("[load_model] this is no Keras archive: "));
  // A member whose size is said to be 3 GB.
  std::string bomb = evil;
  const std::size_t entry = bomb.rfind("PK\x01\x02");
  ASSERT_NE(entry, std::string::npos);
  bomb.replace(entry + 24, 4, std::string("\x00\x00\x00\xc0", 4));
  write_file(folder / "bomb.keras", bomb);
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { static_cast<void>(keras::models::load_model(folder / "bomb.keras")); }),
              HasSubstr("[load_model] not a valid archive: "));
}

// Keras writes training = true for layers of random images, its default, and the model's call decides all the same.
TEST_F(KerasArchives, ImagesAreChangedInTrainingOnly) {
  const tt::Tensor in = Input({4, 5, 3}), x = tt::rand({3, 4, 5, 3});
  std::string json = keras::Model(in, RandomFlip()(in)).to_json();
  const std::string none = "\"kwargs\": {}";
  json.replace(json.find(none), none.size(), "\"kwargs\": {\"training\": true}");
  const keras::Model model = keras::models::model_from_json(json);
  EXPECT_EQ(model.predict(x, {.verbose = 0}).to_vector<float>(), x.to_vector<float>());
  EXPECT_NE(model(x, true).to_vector<float>(), x.to_vector<float>());
}

// What Keras writes for ops that a functional model applies without a layer, x[:, 0] too.
TEST(KerasJson, OpsWithArguments) {
  const std::string tensor = R"({"class_name": "__keras_tensor__", "config": {"keras_history": ["i", 0, 0]}})";
  const auto made = [&](const std::string& op, const std::string& config, const std::string& more = "",
                        bool twice = false) {
    const std::string first = twice ? "[" + tensor + ", " + tensor + "]" : tensor;
    return keras::models::model_from_json(
        R"({"class_name": "Functional", "config": {"name": "f", "layers": [{"class_name": "InputLayer", "name": "i", "config": )"
        R"({"batch_shape": [null, 6, 4], "name": "i"}, "inbound_nodes": []}, {"module": "keras.src.ops.numpy", "class_name": ")" +
        op + R"(", "name": "o", "config": {"name": "o")" + config + R"(}, "inbound_nodes": [{"args": [)" + first +
        more + R"(], "kwargs": {}}]}], "input_layers": ["i", 0, 0], "output_layers": ["o", 0, 0]}})");
  };
  const tt::Tensor x = ramp({2, 6, 4});
  const auto expect_same = [&](const keras::Model& model, const tt::Tensor& wanted) {
    const tt::Tensor given = model.predict(x, {.verbose = 0});
    EXPECT_EQ(given.shape(), wanted.shape());
    EXPECT_EQ(given.dtype(), wanted.dtype());
    EXPECT_EQ(tt::cast(given, tt::float32).to_vector<float>(), tt::cast(wanted, tt::float32).to_vector<float>());
  };
  const auto slice = [](const char* start, const char* stop, const char* step) {
    return std::string(R"({"class_name": "__slice__", "config": {"start": )") + start + R"(, "stop": )" + stop +
           R"(, "step": )" + step + "}}";
  };
  const std::string all = slice("null", "null", "null");
  expect_same(made("GetItem", "", ", [" + all + ", " + slice("null", "1", "null") + "]"),
              x[{tt::Slice(), tt::Slice(0, 1)}]);
  expect_same(made("GetItem", "", ", [" + all + ", -1]"), x[{tt::Slice(), -1}]);
  expect_same(made("GetItem", "", R"(, [{"class_name": "__ellipsis__", "config": {}}, null])"),
              x[{tt::ellipsis, tt::newaxis}]);
  expect_same(made("GetItem", "", R"(, [{"class_name": "__ellipsis__", "config": {}}, 2])"), x[{tt::ellipsis, 2}]);
  expect_same(
      made("GetItem", "", ", [" + all + ", " + slice("null", "null", "2") + ", " + slice("1", "3", "null") + "]"),
      x[{tt::Slice(), tt::Slice(0, tt::none, 2), tt::Slice(1, 3)}]);
  expect_same(made("Reshape", R"(, "newshape": [-1, 24])"), tt::reshape(x, {-1, 24}));
  expect_same(made("Mean", R"(, "axis": 1, "keepdims": true)"), tt::mean(x, 1, true));
  expect_same(made("Sum", R"(, "axis": [1, 2], "keepdims": false)"), tt::sum(x, {1, 2}));
  expect_same(made("Max", R"(, "axis": -1, "keepdims": false)"), tt::amax(x, -1));
  expect_same(made("Concatenate", R"(, "axis": 1)", "", true), tt::concat({x, x}, 1));
  expect_same(made("Stack", R"(, "axis": 1)", "", true), tt::stack({x, x}, 1));
  expect_same(made("Transpose", R"(, "axes": [0, 2, 1])"), tt::transpose(x, 1, 2));
  expect_same(made("ExpandDims", R"(, "axis": 1)"), tt::unsqueeze(x, 1));
  expect_same(made("Softmax", R"(, "axis": -1)"), tt::softmax(x, -1));
  expect_same(made("Cast", R"(, "dtype": "int32")"), tt::cast(x, tt::int32));
  const auto refused = [&](const std::string& op, const std::string& config, const std::string& more = "") {
    return error_of<tt::ArgumentError>([&] { made(op, config, more); });
  };
  EXPECT_THAT(refused("Mean", R"(, "axis": "one")"), HasSubstr("an argument that it does not take: 'axis' of 'Mean'"));
  EXPECT_THAT(refused("Mean", R"(, "axis": 9)"), HasSubstr("out of range"));
  EXPECT_THAT(refused("GetItem", "", R"(, ["a"])"), HasSubstr("'key' of 'GetItem'"));
  EXPECT_THAT(refused("GetItem", "", ", [1, 2, 3, 4]"), HasSubstr("[select]"));
  EXPECT_THAT(refused("Reshape", R"(, "newshape": [-1, -1])"), HasSubstr("[reshape]"));
  EXPECT_THAT(error_of<tt::UnsupportedError>([&] { made("FFT", ""); }),
              HasSubstr("an op of the file is not known here: 'FFT'"));
}

// One number as a factor stands for the range that it does in Keras: from 0, from its negative, or from 1.
TEST_F(KerasArchives, FactorsOfOneNumber) {
  const keras::Model model = keras::models::load_model(references + "pictures.keras");
  std::map<std::string, keras::Layer> theirs;
  for (const keras::Layer& layer : model.layers()) theirs.emplace(layer.base().class_name(), layer);
  const std::vector<keras::Layer> ours{
      RandomZoom(0.1, {.width_factor = 0.2}),
      RandomTranslation(0.1, {-0.2, 0.1}),
      RandomContrast(0.2),
      RandomBrightness(0.3, {.value_range = {0, 1}}),
      RandomHue(0.2),
      RandomSaturation(0.2),
      RandomColorDegeneration(0.2),
      RandomColorJitter({.hue_factor = 0.1}),
      RandomGrayscale(0.3),
      RandomInvert(0.2),
      RandomPosterization(4),
      RandomSharpness(0.2),
      RandomPerspective({.factor = 0.3}),
      RandomElasticTransform({.factor = 0.5}),
      RandomErasing({.factor = 0.4}),
      RandomGaussianBlur({.factor = 0.5}),
      RandAugment({.num_ops = 3, .factor = 0.2}),
      AugMix({.num_chains = 2}),
      MixUp(0.3),
      Solarization({.addition_factor = 0.1, .threshold_factor = 0.4, .value_range = {0, 1}}),
      CutMix(1, {.seed = 3})};
  for (const keras::Layer& layer : ours) {
    const auto without_name = [](const keras::Layer& of) { return of.base().config(); };
    ASSERT_TRUE(theirs.contains(layer.base().class_name())) << layer.base().class_name();
    EXPECT_EQ(without_name(layer), without_name(theirs.at(layer.base().class_name()))) << layer.base().class_name();
  }
}

TEST_F(KerasArchives, KerasOpensOurs) {
  if (std::system("python3 -c 'import keras, safetensors' > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "python3 has no keras with safetensors here";
  const TemporaryFolder folder;
  const tt::StateDict values = tt::load(references + "values.safetensors");
  tt::StateDict ours;
  for (const std::string name : names) {
    const keras::Model model = keras::models::load_model(references + name + ".keras");
    model.save(folder / (name + ".keras"));
    model.save_weights(folder / (name + ".weights.h5"));
    const keras::TensorList x = all_of(values, name + "/x");
    for (std::size_t i = 0; i < x.size(); ++i) ours.add(name + "/x" + std::to_string(i), x[i]);
    const std::vector<tt::Tensor> y = model.predict_all(x, {.verbose = 0});
    for (std::size_t i = 0; i < y.size(); ++i) ours.add(name + "/y" + std::to_string(i), y[i]);
  }
  tt::save(ours, folder / "values.safetensors");
  const std::string script = std::string(TRIPTYCH_SOURCE_DIR) + "/scripts/references/check_keras_archives.py";
  EXPECT_EQ(std::system(("python3 " + script + " " + folder.path().string() + " 2> " + (folder / "errors")).c_str()), 0)
      << read_file(folder / "errors");
}

TEST_F(KerasArchives, ThreadsSaveAndLoadSideBySide) {
  // Two files in memory at one time are not one file.
  const TemporaryFolder folder;
  std::atomic<int> wrong{0};
  const auto work = [&](int number) {
    const std::string path = folder / ("model" + std::to_string(number) + ".keras");
    for (int i = 0; i < 20; ++i) {
      keras::Sequential model({Input({2}), Dense(1, {.use_bias = false})});
      model.set_weights({tt::full({2, 1}, number * 100 + i)});
      model.save(path);
      const auto weights = keras::models::load_model(path).get_weights();
      wrong += weights[0].to_vector<float>() != std::vector<float>(2, static_cast<float>(number * 100 + i));
    }
  };
  std::thread other(work, 1);
  work(2);
  other.join();
  EXPECT_EQ(wrong, 0);
}
