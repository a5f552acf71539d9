// How a model was compiled, in `.keras` archives: metrics as objects, and losses, metrics, optimizers and what stands
// inside of layers of one's own; here and, where python3 has Keras, there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <map>

#include "api_keras/keras_files.h"
#include "api_keras/saving/remake.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::AllOf;
using testing::HasSubstr;

namespace {

class KerasCustomObjects : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_keras_files()) GTEST_SKIP() << "built without HDF5 and libzip";
    keras::utils::clear_session();
    keras::utils::set_random_seed(1);
  }
};

// check_keras_archives.py has the same in Python.

struct Asymmetric : keras::LossBase {
  explicit Asymmetric(double slope, const std::string& name = "asymmetric", const std::string& reduction = "sum")
      : LossBase(name, {.reduction = reduction}), slope(slope) {}
  explicit Asymmetric(const keras::Config& c) : Asymmetric(c.number("slope"), c.text("name"), c.text("reduction")) {}
  tt::Tensor call(const tt::Tensor& y_true, const tt::Tensor& y_pred) override {
    const tt::Tensor error = y_true - y_pred;
    return tt::mean(tt::where(error > 0, error * slope, -error), -1);
  }
  std::string config() const override { return keras::Config().set("slope", slope).json(); }
  double slope;
};

struct LargestError : keras::MetricBase {
  explicit LargestError(const std::string& name = "largest_error") : MetricBase(name) {
    largest = add_variable({.name = "largest"});
  }
  explicit LargestError(const keras::Config& c) : LargestError(c.text("name")) {}
  void update_state(const tt::Tensor& y_true, const tt::Tensor& y_pred, const tt::Tensor&) override {
    tt::assign(largest, tt::maximum(largest, tt::max(tt::abs(y_true - y_pred))));
  }
  tt::Tensor result() override { return largest; }
  tt::Tensor largest;
};

struct Heavy : keras::OptimizerBase {
  Heavy(const keras::LearningRate& rate, double friction) : OptimizerBase("heavy", rate), friction(friction) {}
  explicit Heavy(const keras::Config& c) : Heavy(c.learning_rate("learning_rate"), c.number("friction")) {}
  std::vector<std::string> slot_names() const override { return {"velocity"}; }
  void apply(std::span<const tt::Tensor> gradients, std::span<const tt::Tensor> parameters) override {
    const std::vector<tt::Tensor> velocities = slots_of(0, parameters);
    const tt::Tensor rate = tt::cast(current_rate(), tt::float32);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const tt::Tensor velocity = velocities[i] * friction + gradients[i];
      tt::assign(velocities[i], velocity);
      tt::assign_sub(parameters[i], velocity * rate);
    }
    tt::assign_add(iterations_, 1);
  }
  std::string config() const override { return keras::Config().set("friction", friction).json(); }
  double friction;
};

tt::Tensor cubic_error(const tt::Tensor& y_true, const tt::Tensor& y_pred) {
  return tt::mean(tt::pow(tt::abs(y_true - y_pred), 3), -1);
}
keras::Regularizer l3(double factor) {
  return {"L3", keras::Config().set("factor", factor).json(),
          [factor](const tt::Tensor& x) { return tt::sum(tt::pow(tt::abs(x), 3)) * factor; }};
}
keras::Constraint clipped(double bound) {
  return {"Clipped", keras::Config().set("bound", bound).json(),
          [bound](const tt::Tensor& x) { return tt::clip(x, -bound, bound); }};
}
keras::Initializer filled(double value) {
  return {"Filled", keras::Config().set("value", value).json(),
          [value](const tt::Shape& shape, tt::DType dtype) { return tt::full(shape, value, dtype); }};
}
keras::optimizers::schedules::LearningRateSchedule halved(double rate) {
  return keras::optimizers::schedules::LearningRateSchedule(
             [rate](const tt::Tensor& step) { return rate / (tt::cast(step, tt::float64) + 1); })
      .known_as("Halved", keras::Config().set("rate", rate).json());
}

void register_all() {
  namespace saving = keras::saving;
  const saving::RegisterOptions tests{.package = "tests"};
  saving::register_keras_serializable<Asymmetric>(tests);
  saving::register_keras_serializable<LargestError>(tests);
  saving::register_keras_serializable<Heavy>(tests);
  saving::register_keras_serializable("cubic_error", &cubic_error, tests);
  saving::register_keras_serializable(
      "L3", [](const keras::Config& c) { return l3(c.number("factor")); }, tests);
  saving::register_keras_serializable(
      "Clipped", [](const keras::Config& c) { return clipped(c.number("bound")); }, tests);
  saving::register_keras_serializable(
      "Filled", [](const keras::Config& c) { return filled(c.number("value")); }, tests);
  saving::register_keras_serializable(
      "Halved", [](const keras::Config& c) { return halved(c.number("rate")); }, tests);
  saving::register_keras_serializable(
      "sum_of_squares", [](const tt::Tensor& x) { return tt::sum(x * x); }, tests);
  saving::register_keras_serializable(
      "sevenths", [](const tt::Shape& shape, tt::DType dtype) { return tt::full(shape, 1.0 / 7, dtype); }, tests);
}

tt::Tensor ramp(const tt::Shape& shape, double start = 0) {
  return tt::reshape(tt::cast(tt::sin(tt::arange(start, start + static_cast<double>(shape.size()))), tt::float32),
                     shape);
}
tt::Tensor bits(const tt::Shape& shape) { return tt::cast(ramp(shape, 5) > 0, tt::float32); }
tt::Tensor classes(std::int64_t count, std::int64_t below) {
  return tt::cast(tt::remainder(tt::arange(count) * 7 + 3, below), tt::int32);
}

/// A model that is compiled, and what it is trained and evaluated on.
struct Compiled {
  keras::Model model;
  keras::TensorList x, y;
};

keras::Model two_ends(const std::string& second_activation) {
  const tt::Tensor x = Input({4}, {.name = "x"});
  const tt::Tensor first = Dense(3, {.name = "first"})(x);
  return keras::Model({x}, {first, Dense(1, {.activation = second_activation, .name = "second"})(first)});
}

/// Compiled in all the forms that there are.
std::map<std::string, Compiled> compiled_models() {
  namespace m = keras::metrics;
  std::map<std::string, Compiled> all;
  const tt::Tensor x = ramp({12, 4});
  {
    const keras::Sequential model({Input({4}), Dense(1, "sigmoid")});
    model.compile({.optimizer = "adam",
                   .loss = keras::losses::BinaryCrossentropy({.label_smoothing = 0.1}),
                   .metrics = {"accuracy", m::AUC({.num_thresholds = 20, .curve = "PR"}),
                               m::Precision({.thresholds = 0.4}), m::RecallAtPrecision(0.5), m::FalsePositives()},
                   .weighted_metrics = {m::BinaryAccuracy({.name = "sure", .threshold = 0.7}), "mse"}});
    all.emplace("objects", Compiled{model, {x}, {bits({12, 1})}});
  }
  {
    const keras::Model model = two_ends("sigmoid");
    model.compile({.optimizer = "sgd",
                   .loss = {"mse", keras::losses::Huber()},  // whose delta Keras does not write
                   .loss_weights = {0.5, 2},
                   .metrics = {m::MeanAbsoluteError({.name = "far"}), m::AUC()}});
    all.emplace("lists", Compiled{model, {x}, {ramp({12, 3}, 3), bits({12, 1})}});
  }
  {
    const keras::Model model = two_ends("sigmoid");
    model.compile({.optimizer = "sgd",
                   .loss = {{"first", "mae"}, {"second", keras::losses::BinaryCrossentropy()}},
                   .loss_weights = {{"second", 3}},
                   .metrics = {{"first", {"mse", m::R2Score({.class_aggregation = "variance_weighted_average"})}},
                               {"second", {m::AUC()}}},
                   .weighted_metrics = {{"second", {m::F1Score({.average = "macro", .threshold = 0.5})}}}});
    all.emplace("names", Compiled{model, {x}, {ramp({12, 3}, 3), bits({12, 1})}});
  }
  {
    const keras::Sequential model({Input({4}), Dense(3, "softmax")});
    model.compile(
        {.optimizer = "sgd",
         .loss = "sparse_categorical_crossentropy",
         .metrics = {m::SparseTopKCategoricalAccuracy({.k = 2}), m::MeanIoU(3, {.sparse_y_pred = false}), "accuracy"}});
    all.emplace("classes", Compiled{model, {x}, {classes(12, 3)}});
  }
  {
    const keras::Sequential model({Input({4}),
                                   Dense(3, {.kernel_initializer = filled(0.25),
                                             .bias_initializer = "sevenths",
                                             .kernel_regularizer = l3(0.1),
                                             .bias_regularizer = "sum_of_squares",
                                             .kernel_constraint = clipped(0.2)}),
                                   Dense(2)});
    model.compile({.optimizer = keras::optimizer<Heavy>(halved(0.1), 0.7),
                   .loss = keras::loss<Asymmetric>(3.0),
                   .metrics = {keras::metric<LargestError>("worst"), "cubic_error"}});
    all.emplace("own", Compiled{model, {x}, {ramp({12, 2}, 9)}});
  }
  {
    const keras::Sequential model({Input({4}), Dense(2)});
    model.compile({.optimizer = keras::optimizer<Heavy>(0.05, 0.5),
                   .loss = "cubic_error",
                   .metrics = {keras::metric<LargestError>()}});
    all.emplace("own_function", Compiled{model, {x}, {ramp({12, 2}, 9)}});
  }
  {
    const keras::Model model = two_ends("sigmoid");
    model.compile({.optimizer = keras::optimizers::MultiOptimizer({keras::optimizers::SGD(0.05, {.momentum = 0.9}),
                                                                   {{"first/.*", keras::optimizers::Adam(0.01)}}}),
                   .loss = {"mse", "mae"}});
    all.emplace("several_optimizers", Compiled{model, {x}, {ramp({12, 3}, 3), bits({12, 1})}});
  }
  for (const auto& [name, c] : all)
    c.model.fit(c.x, c.y, {.batch_size = 4, .epochs = 2, .verbose = 0, .shuffle = false});
  return all;
}

keras::Logs evaluated(const keras::Model& model, const Compiled& c) {
  return model.evaluate(c.x, c.y, {.batch_size = 4, .verbose = 0});
}

void expect_same_logs(const keras::Logs& a, const keras::Logs& b, double tolerance, const std::string& name) {
  ASSERT_EQ(a.size(), b.size()) << name;
  for (const auto& [key, value] : a) {
    ASSERT_NE(b.find(key), nullptr) << name << " " << key;
    EXPECT_NEAR(value, *b.find(key), tolerance) << name << " " << key;
  }
}

int check(const TemporaryFolder& folder) {
  const std::string script = std::string(TRIPTYCH_SOURCE_DIR) + "/scripts/references/check_keras_archives.py ";
  return std::system(("python3 " + script + folder.path().string() + " compiled 2> " + (folder / "errors")).c_str());
}

}  // namespace

TEST_F(KerasCustomObjects, ModelsComeBackCompiledHereAndInKeras) {
  register_all();
  const TemporaryFolder folder;
  tt::StateDict values;
  std::map<std::string, keras::Logs> logs;
  for (const auto& [name, c] : compiled_models()) {
    testing::internal::CaptureStderr();
    c.model.save(folder / (name + ".keras"));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << name;
    const keras::Model again = keras::models::load_model(folder / (name + ".keras"));
    expect_same_logs(evaluated(again, c), evaluated(c.model, c), 0, name);
    EXPECT_EQ(again.metrics_names(), c.model.metrics_names()) << name;
    // Both go on as one.
    for (const keras::Model& model : {c.model, again})
      model.fit(c.x, c.y, {.batch_size = 4, .verbose = 0, .shuffle = false});
    logs.emplace(name, evaluated(c.model, c));
    expect_same_logs(evaluated(again, c), logs.at(name), 0, name);
    for (std::size_t i = 0; i < c.x.size(); ++i) values.add(name + "/x" + std::to_string(i), c.x[i]);
    for (std::size_t i = 0; i < c.y.size(); ++i) values.add(name + "/y" + std::to_string(i), c.y[i]);
    for (const auto& [key, value] : logs.at(name)) values.add(name + "/e/" + key, tt::full({1}, value, tt::float64));
  }
  if (std::system("python3 -c 'import keras, safetensors' > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "python3 has no keras with safetensors here";
  // Keras trains them for an epoch, compares, writes them, and they are read again.
  tt::save(values, folder / "values.safetensors");
  EXPECT_EQ(check(folder), 0) << read_file(folder / "errors");
  for (const auto& [name, c] : compiled_models()) {
    const keras::Model theirs = keras::models::load_model(folder / (name + "_theirs.keras"));
    expect_same_logs(evaluated(theirs, c), logs.at(name), 2e-6, name);
  }
}

namespace {

// The same, which nobody registers.
struct UnknownLoss : Asymmetric {
  using Asymmetric::Asymmetric;
};
struct UnknownMetric : LargestError {
  using LargestError::LargestError;
};
struct UnknownOptimizer : Heavy {
  using Heavy::Heavy;
};
keras::optimizers::schedules::LearningRateSchedule unknown_schedule(double rate) {
  return halved(rate).known_as("UnknownSchedule", keras::Config().set("rate", rate).json());
}

}  // namespace

TEST_F(KerasCustomObjects, WhatIsNotRegisteredIsNamed) {
  const TemporaryFolder folder;
  const auto error_of_loading = [&](const keras::CompileOptions& options) {
    const keras::Sequential model({Input({4}), Dense(2)});
    model.compile(options);
    model.save(folder / "model.keras");
    EXPECT_NO_THROW(keras::models::load_model(folder / "model.keras", {.compile = false}));
    return error_of<tt::ArgumentError>([&] { keras::models::load_model(folder / "model.keras"); });
  };
  EXPECT_THAT(error_of_loading({.loss = keras::loss<UnknownLoss>(3.0)}),
              AllOf(HasSubstr("[load_model] there is no such loss: 'UnknownLoss'. Make 'UnknownLoss' known by "
                              "saving::register_keras_serializable or custom_objects"),
                    HasSubstr("keras_custom_objects_test.cpp")));
  EXPECT_THAT(error_of_loading({.loss = "mse", .metrics = {keras::metric<UnknownMetric>()}}),
              HasSubstr("[load_model] there is no such metric: 'UnknownMetric'. Make"));
  EXPECT_THAT(error_of_loading({.optimizer = keras::optimizer<UnknownOptimizer>(0.1, 0.5), .loss = "mse"}),
              HasSubstr("[load_model] there is no such optimizer: 'UnknownOptimizer'. Make"));
  EXPECT_THAT(error_of_loading({.optimizer = keras::optimizers::SGD(unknown_schedule(0.1)), .loss = "mse"}),
              HasSubstr("[load_model] there is no such schedule: 'UnknownSchedule'. Make"));
  // A scope's names do it, too.
  const keras::saving::CustomObjects known{
      {"UnknownSchedule", [](const keras::Config& c) { return unknown_schedule(c.number("rate")); }}};
  const keras::Model again = keras::models::load_model(folder / "model.keras", {.custom_objects = known});
  EXPECT_DOUBLE_EQ(again.optimizer().learning_rate(), 0.1);
  const keras::saving::custom_object_scope scope(
      {{"half_squares", [](const tt::Tensor& y, const tt::Tensor& p) { return tt::square(y - p) / 2; }}});
  const keras::Sequential model({Input({4}), Dense(2)});
  model.compile({.loss = "half_squares", .metrics = {"half_squares"}});
  model.save(folder / "model.keras");
  const keras::Model second = keras::models::load_model(folder / "model.keras");
  EXPECT_EQ(second.evaluate(ramp({4, 4}), ramp({4, 2}), {.verbose = 0}).find("half_squares") == nullptr, false);

  // A function without a name is none that a file can have.
  const keras::Sequential nameless({Input({4}), Dense(2)});
  nameless.compile({.loss = [](const tt::Tensor& y, const tt::Tensor& p) { return tt::square(y - p); }});
  testing::internal::CaptureStderr();
  nameless.save(folder / "model.keras");
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("[save] warning: how the model was compiled is not kept: a part of it is a function of your "
                        "own. saving::register_keras_serializable gives it a name."));
  EXPECT_THAT(error_of<tt::ArgumentError>([] { keras::Loss loss("half_square"); }),
              HasSubstr("[loss] there is no loss of this name: 'half_square'"));
}

namespace {

/// As often as its arguments say, under names of the library's.
keras::Regularizer own_l2(double times) {
  return {"L2", keras::Config().set("times", times).json(),
          [times](const tt::Tensor& x) { return tt::sum(tt::abs(x)) * times; }};
}
double number_in(const keras::Layer& layer, const std::string& key) {
  const std::string config = layer.get_config();
  const auto at = config.find("\"" + key + "\": ");
  return at == std::string::npos ? -1 : std::stod(config.substr(at + key.size() + 4));
}

}  // namespace

TEST_F(KerasCustomObjects, NamesOfTheLibrarysObjectsStayTheLibrarys) {
  namespace saving = keras::saving;
  // Two objects of one name: a regularizer, and a layer that is registered behind it.
  saving::register_keras_serializable("L2", [](const keras::Config& c) { return own_l2(c.number("times")); },
                                      {.package = "mine"});
  saving::register_keras_serializable("L2", [](const keras::Config&) { return Dense(7); }, {.package = "layers"});
  saving::register_keras_serializable("MaxNorm", [](const keras::Config&) { return clipped(0.5); },
                                      {.package = "mine"});
  saving::register_keras_serializable("Zeros", [](const keras::Config&) { return filled(3); }, {.package = "mine"});
  saving::register_keras_serializable("ExponentialDecay", [](const keras::Config&) { return halved(0.5); },
                                      {.package = "mine"});
  const saving::custom_object_scope scope({{"Dense", [](const keras::Config&) { return Activation("relu"); }}});
  const keras::Sequential model({Input({4}), Dense(3, {.kernel_regularizer = keras::regularizers::L2(0.25),
                                                       .bias_regularizer = own_l2(5),
                                                       .kernel_constraint = keras::constraints::MaxNorm(3)})});
  model.compile({.optimizer = keras::optimizers::SGD(keras::optimizers::schedules::ExponentialDecay(0.1, 10, 0.5)),
                 .loss = "mse"});
  const std::string written = model.to_json();
  for (const char* text :
       {R"("module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.25}, )"
        R"("registered_name": null)",
        R"("module": null, "class_name": "L2", "config": {"times": 5.0}, "registered_name": "mine>L2")",
        R"("module": "keras.constraints", "class_name": "MaxNorm", "config": {"max_value": 3.0)",
        R"("module": "keras.initializers", "class_name": "Zeros", "config": {}, )"
        R"("registered_name": null)",
        R"("module": "keras.layers", "class_name": "Dense")"})
    EXPECT_THAT(written, HasSubstr(text));
  const TemporaryFolder folder;
  model.save(folder / "model.keras");
  const keras::Model again = keras::models::load_model(folder / "model.keras");
  EXPECT_EQ(again.to_json(), written);
  EXPECT_EQ(again.get_layer(0).base().class_name(), "Dense");
  EXPECT_EQ(number_in(again.get_layer(0), "l2"), 0.25);
  EXPECT_EQ(number_in(again.get_layer(0), "times"), 5);
  EXPECT_DOUBLE_EQ(again.optimizer().learning_rate(), model.optimizer().learning_rate());
  const tt::Tensor x = ramp({2, 4});
  EXPECT_EQ(again(x).to_vector<float>(), model(x).to_vector<float>());

  // Of one name in two packages each is its own; what is in none is refused.
  for (const double times : {1.0, 10.0})
    saving::register_keras_serializable("Twice",
                                        [times](const keras::Config&) {
                                          return keras::Regularizer(
                                              times == 1 ? "first>Twice" : "second>Twice", "{}",
                                              [times](const tt::Tensor& w) { return tt::sum(w * w) * times; });
                                        },
                                        {.package = times == 1 ? "first" : "second"});
  for (const auto& [package, penalty] : {std::pair("first", 4.0), {"second", 40.0}}) {
    const std::string json = R"({"class_name": "Sequential", "config": {"name": "s", "layers": [
      {"class_name": "InputLayer", "config": {"batch_shape": [null, 4], "name": "i"}},
      {"module": "keras.layers", "class_name": "Dense", "registered_name": null, "config": {"units": 1, "name": "d",
       "kernel_initializer": "ones", "kernel_regularizer": {"module": null, "class_name": "Twice", "config": {},
       "registered_name": ")" +
                             std::string(package) + R"(>Twice"}}}]}})";
    const keras::Model read = keras::models::model_from_json(json);
    read(x);
    EXPECT_DOUBLE_EQ(read.losses().at(0).item<double>(), penalty) << package;
    EXPECT_THAT(read.to_json(), HasSubstr("\"registered_name\": \"" + std::string(package) + ">Twice\""));
  }
  EXPECT_THAT(error_of<tt::ArgumentError>([] {
                keras::saving::deserialize_keras_object(
                    R"({"module": null, "class_name": "Flatten", "config": {}, "registered_name": "other>Flatten"})");
              }),
              HasSubstr("[deserialize_keras_object] there is no layer of this class: 'Flatten'"));
}

TEST_F(KerasCustomObjects, SeveralOptimizersGoOnFromAFile) {
  namespace o = keras::optimizers;
  const auto make = [] {
    const tt::Tensor x = Input({4}, {.name = "x"});
    return keras::Model(x, Dense(2, {.name = "head"})(Dense(3, {.activation = "tanh", .name = "encoder"})(x)));
  };
  const keras::Model model = make();
  const keras::Optimizer shared = o::Adam(0.01);
  model.compile({.optimizer = o::MultiOptimizer(
                     {o::SGD(0.1, {.momentum = 0.9}), {{"encoder/.*", shared}, {"head/bias", o::RMSprop(0.02)}}},
                     {.loss_scale_factor = 8}),
                 .loss = "mse"});
  const tt::Tensor x = ramp({12, 4}), y = ramp({12, 2}, 7);
  const keras::FitOptions epochs{.batch_size = 4, .epochs = 2, .verbose = 0, .shuffle = false};
  model.fit(x, y, epochs);
  const TemporaryFolder folder;
  model.save(folder / "model.keras");
  const keras::Model again = keras::models::load_model(folder / "model.keras");
  EXPECT_EQ(again.optimizer().iterations(), 6);
  for (const keras::Model& each : {model, again}) each.fit(x, y, epochs);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(again.get_weights()[i].to_vector<float>(), model.get_weights()[i].to_vector<float>()) << i;

  // The factor is that of all, and what it multiplies it divides: by powers of two with the same bits.
  const keras::Model plain = make();
  plain.set_weights(keras::models::load_model(folder / "model.keras", {.compile = false}).get_weights());
  const keras::Model scaled = make();
  scaled.set_weights(plain.get_weights());
  const auto of_parts = [&](std::optional<double> factor) {
    return o::MultiOptimizer({o::SGD(0.1), {{"encoder/.*", o::Adam(0.01)}}}, {.loss_scale_factor = factor});
  };
  plain.compile({.optimizer = of_parts({}), .loss = "mse"});
  scaled.compile({.optimizer = of_parts(8), .loss = "mse"});
  plain.fit(x, y, epochs);
  scaled.fit(x, y, epochs);
  EXPECT_EQ(scaled.get_weights()[0].to_vector<float>(), plain.get_weights()[0].to_vector<float>());
  EXPECT_THAT(error_of<tt::ArgumentError>([] { o::MultiOptimizer({o::SGD({.loss_scale_factor = 2})}); }),
              AllOf(HasSubstr("[MultiOptimizer] the optimizer of a part has a loss_scale_factor: 'sgd'. The loss is "
                              "one: give it to MultiOptimizer"),
                    HasSubstr("keras_custom_objects_test.cpp")));
}

TEST_F(KerasCustomObjects, EveryMetricIsWrittenAndReadAgain) {
  namespace m = keras::metrics;
  const std::vector<keras::Metric> metrics{
      m::Accuracy(),
      m::BinaryAccuracy({.threshold = 0.25}),
      m::CategoricalAccuracy({.name = "right"}),
      m::SparseCategoricalAccuracy(),
      m::TopKCategoricalAccuracy({.k = 3}),
      m::SparseTopKCategoricalAccuracy({.k = 2, .from_sorted_ids = true}),
      m::AUC({.summation_method = "minoring",
              .thresholds = {0.1, 0.6},
              .multi_label = true,
              .num_labels = 2,
              .label_weights = {1, 2},
              .from_logits = true}),
      m::TruePositives({.thresholds = {0.2, 0.4}}),
      m::TrueNegatives(),
      m::FalsePositives({.thresholds = 0.3}),
      m::FalseNegatives(),
      m::Precision({.top_k = 2, .class_id = 1}),
      m::Recall({.thresholds = 0.1}),
      m::SensitivityAtSpecificity(0.25, {.num_thresholds = 10, .class_id = 1}),
      m::SpecificityAtSensitivity(0.5),
      m::PrecisionAtRecall(0.5, {.name = "p"}),
      m::RecallAtPrecision(0.75),
      m::FBetaScore({.average = "macro", .beta = 2, .threshold = 0.4}),
      m::F1Score(),
      m::Hinge(),
      m::SquaredHinge(),
      m::CategoricalHinge(),
      m::IoU(3, {0, 2}, {.ignore_class = 1, .sparse_y_pred = false, .axis = 1}),
      m::BinaryIoU({.target_class_ids = {1}, .threshold = 0.25, .dtype = tt::float32}),
      m::MeanIoU(4),
      m::OneHotIoU(3, {1}),
      m::OneHotMeanIoU(3, {.sparse_y_pred = true}),
      m::KLDivergence(),
      m::Poisson(),
      m::BinaryCrossentropy({.from_logits = true}),
      m::CategoricalCrossentropy({.label_smoothing = 0.25, .axis = 1}),
      m::SparseCategoricalCrossentropy({.ignore_class = 2}),
      m::Mean(),
      m::Sum({.name = "all"}),
      m::MeanSquaredError(),
      m::RootMeanSquaredError(),
      m::MeanAbsoluteError(),
      m::MeanAbsolutePercentageError(),
      m::MeanSquaredLogarithmicError(),
      m::LogCoshError(),
      m::CosineSimilarity({.axis = 1}),
      m::R2Score({.class_aggregation = "variance_weighted_average", .num_regressors = 2}),
      m::PearsonCorrelation({.axis = 0}),
      m::ConcordanceCorrelation()};
  std::vector<std::string> written;
  for (const keras::Metric& metric : metrics) {
    const std::string json = m::serialize(metric);
    EXPECT_THAT(json, HasSubstr("\"module\":\"keras.metrics\""));
    EXPECT_EQ(m::serialize(m::deserialize(json)), json);
    written.push_back(metric.base().class_name());
  }
  for (const keras::MetricClass& known : keras::metric_classes()) EXPECT_THAT(written, testing::Contains(known.name));
  EXPECT_THAT(error_of<tt::ArgumentError>([] { m::deserialize(R"({"class_name": "AUCs", "config": {}})"); }),
              HasSubstr("[deserialize] there is no such metric: 'AUCs'"));
  EXPECT_THAT(
      error_of<tt::ArgumentError>([] { m::deserialize(R"({"class_name": "AUC", "config": {"curve": "RUC"}})"); }),
      HasSubstr("'RUC'"));
  EXPECT_THAT(error_of<tt::UnsupportedError>([] {
                m::serialize(m::MeanMetricWrapper([](const tt::Tensor& y, const tt::Tensor& p) { return y - p; }));
              }),
              HasSubstr("[serialize] a function cannot be written to a file"));
}

TEST_F(KerasCustomObjects, EveryLossIsWrittenAndReadAgain) {
  namespace l = keras::losses;
  const std::map<std::string, keras::Loss> losses{
      {"MeanSquaredError", l::MeanSquaredError({.reduction = "sum"})},
      {"MeanAbsoluteError", l::MeanAbsoluteError({.name = "far"})},
      {"MeanAbsolutePercentageError", l::MeanAbsolutePercentageError()},
      {"MeanSquaredLogarithmicError", l::MeanSquaredLogarithmicError()},
      {"CosineSimilarity", l::CosineSimilarity({.axis = 1})},
      {"Huber", l::Huber({.delta = 0.5})},
      {"LogCosh", l::LogCosh()},
      {"Hinge", l::Hinge()},
      {"SquaredHinge", l::SquaredHinge()},
      {"CategoricalHinge", l::CategoricalHinge()},
      {"BinaryCrossentropy", l::BinaryCrossentropy({.from_logits = true, .label_smoothing = 0.25})},
      {"BinaryFocalCrossentropy", l::BinaryFocalCrossentropy({.alpha = 0.5})},
      {"CategoricalCrossentropy", l::CategoricalCrossentropy()},
      {"CategoricalFocalCrossentropy", l::CategoricalFocalCrossentropy({.gamma = 3})},
      {"SparseCategoricalCrossentropy", l::SparseCategoricalCrossentropy({.ignore_class = 1})},
      {"CategoricalGeneralizedCrossEntropy", l::CategoricalGeneralizedCrossEntropy()},
      {"KLDivergence", l::KLDivergence()},
      {"Poisson", l::Poisson()},
      {"CTC", l::CTC()},
      {"Dice", l::Dice()},
      {"Tversky", l::Tversky({.alpha = 0.25})},
      {"Circle", l::Circle()},
  };
  for (const auto& [name, loss] : losses) {
    const std::string json = l::serialize(loss);
    EXPECT_THAT(json, HasSubstr(R"({"module":"keras.losses","class_name":")" + name + "\""));
    EXPECT_EQ(l::serialize(l::deserialize(json)), json);
  }
}

TEST_F(KerasCustomObjects, ObjectsOfEachKindAsJson) {
  register_all();
  const auto loss = keras::losses::deserialize(keras::losses::serialize(keras::loss<Asymmetric>(2.0)));
  EXPECT_EQ(loss.name(), "asymmetric");
  EXPECT_EQ(loss.base().reduction(), "sum");
  const tt::Tensor y = ramp({3, 2}), p = ramp({3, 2}, 1);
  EXPECT_EQ(loss(y, p).item<float>(), keras::loss<Asymmetric>(2.0)(y, p).item<float>());
  EXPECT_EQ(
      keras::losses::serialize(keras::Loss("cubic_error")),
      R"({"module":"builtins","class_name":"function","config":"tests>cubic_error","registered_name":"function"})");
  EXPECT_EQ(keras::optimizers::serialize(keras::optimizer<Heavy>(0.5, 0.25)),
            R"({"module":null,"class_name":"Heavy","config":{"friction":0.25,"name":"heavy","learning_rate":0.5},)"
            R"("registered_name":"tests>Heavy"})");
  EXPECT_EQ(keras::optimizers::deserialize(keras::optimizers::serialize(keras::optimizers::Adam(0.25))).learning_rate(),
            0.25);
  const auto schedule = keras::optimizers::schedules::deserialize(keras::optimizers::schedules::serialize(halved(4)));
  EXPECT_EQ(schedule(1), 2);
  EXPECT_EQ(keras::initializers::deserialize(keras::initializers::serialize(filled(3)))({1}, tt::float32).item<float>(),
            3);
  EXPECT_EQ(keras::regularizers::deserialize(keras::regularizers::serialize(l3(2)))(tt::full({1}, 2.0)).item<float>(),
            16);
  EXPECT_EQ(
      keras::constraints::deserialize(keras::constraints::serialize(clipped(2)))(tt::full({1}, 3.0)).item<float>(), 2);
}

TEST_F(KerasCustomObjects, ErrorsAreThoseOfTheFunctionThatReads) {
  using keras::models::model_from_json;
  const std::string unknown = R"({"class_name": "Dens", "config": {}})";
  EXPECT_THAT(error_of<tt::ArgumentError>([] { keras::layers::from_config("Dens", "{}"); }),
              HasSubstr("[from_config] there is no layer of this class: 'Dens'"));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { model_from_json(unknown); }),
              HasSubstr("[model_from_json] there is no layer of this class"));
  EXPECT_THAT(
      error_of<tt::ArgumentError>([] { model_from_json(R"({"class_name": "Dense", "config": {"units": 2}})"); }),
      HasSubstr("[model_from_json] this is no model: a layer of class 'Dense'"));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { keras::saving::deserialize_keras_object(unknown); }),
              HasSubstr("[deserialize_keras_object] there is no layer of this class"));
  struct Net : keras::ModelBase {
    tt::Tensor call(const tt::Tensor& x, bool) override { return x; }
  };
  EXPECT_THAT(error_of<tt::ArgumentError>([] { keras::models::clone_model(keras::model<Net>()); }),
              HasSubstr("[clone_model] there is no layer of this class: 'Net'"));
}

TEST_F(KerasCustomObjects, ClonesAreCompiledWithWhatIsRegistered) {
  const keras::Sequential model({Input({4}), Dense(2)});
  model.compile({.loss = keras::loss<UnknownLoss>(3.0)});
  testing::internal::CaptureStderr();
  const keras::Model clone = keras::models::clone_model(model);
  EXPECT_THAT(
      testing::internal::GetCapturedStderr(),
      HasSubstr(
          "[clone_model] warning: the clone is not compiled: [clone_model] there is no such loss: 'UnknownLoss'"));
  register_all();
  model.compile({.optimizer = keras::optimizer<Heavy>(0.1, 0.5), .loss = keras::loss<Asymmetric>(3.0)});
  const keras::Model second = keras::models::clone_model(model);
  second.set_weights(model.get_weights());
  const tt::Tensor x = ramp({4, 4}), y = ramp({4, 2});
  EXPECT_EQ(second.evaluate(x, y, {.verbose = 0})["loss"], model.evaluate(x, y, {.verbose = 0})["loss"]);
}

TEST_F(KerasCustomObjects, OnesOwnFunctionDoesNotTakeTheNameOfABuiltInActivation) {
  keras::saving::register_keras_serializable("tanh", [](const tt::Tensor& x) { return x * 2; });
  const keras::Sequential model({Input({4}), Dense(2, "tanh")});
  EXPECT_THAT(model.to_json(), Not(HasSubstr("Custom>tanh")));
  const keras::Model again = keras::models::model_from_json(model.to_json());
  again.set_weights(model.get_weights());
  EXPECT_EQ(again.predict(ramp({4, 4})).to_vector<float>(), model.predict(ramp({4, 4})).to_vector<float>());
}

TEST_F(KerasCustomObjects, NamesThatAreNoTextAreWrittenAsOne) {
  keras::saving::register_keras_serializable("\xff", [](const tt::Tensor& w) { return tt::sum(w); });
  EXPECT_THAT(keras::regularizers::serialize(keras::Regularizer("\xff")), HasSubstr("function"));
}
