// Regularizers and constraints: Keras's numbers, alone and in training
// (scripts/references/make_references_keras_penalties.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace regularizers = keras::regularizers;
namespace constraints = keras::constraints;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

const tt::StateDict& references() {
  static const tt::StateDict dict = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras_penalties.safetensors");
  return dict;
}

void expect_near(const tt::Tensor& ours, const tt::Tensor& theirs, const std::string& what) {
  ASSERT_EQ(ours.shape(), theirs.shape()) << what;
  const auto a = ours.to_vector<double>(), b = theirs.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 5e-6 * (1 + std::abs(b[i]))) << what << " " << i;
}

tt::Tensor values(const tt::Shape& shape) {
  std::vector<float> numbers(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = static_cast<float>(static_cast<int>(i * 7919 % 23) - 11) / 11;
  return tt::tensor(numbers, shape);
}

const std::vector<const char*> engines{"graph", "eager"};

}  // namespace

TEST(KerasRegularizers, AreAsKerass) {
  const tt::Tensor& matrix = references().at("matrix");
  const std::vector<std::pair<std::string, keras::Regularizer>> all{
      {"l1", "l1"},
      {"l1", "L1"},
      {"l2", regularizers::l2()},
      {"l1l2", regularizers::L1L2(0.3, 0.2)},
      {"l1l2", regularizers::L1L2({.l1 = 0.3, .l2 = 0.2})},
      {"rows", "orthogonal_regularizer"},
      {"columns", regularizers::OrthogonalRegularizer({.factor = 0.5, .mode = "columns"})},
      {"l2", [](const tt::Tensor& x) { return tt::sum(x * x) * 0.01; }}};
  for (const auto& [name, rule] : all) expect_near(rule(matrix), references().at("regularizer/" + name), name);
  EXPECT_EQ(regularizers::L1L2(0.5, 0.25).class_name(), "L1L2");
  EXPECT_EQ(regularizers::L1L2(0.5, 0.25).config(), R"({"l1": 0.5, "l2": 0.25})");
}

TEST(KerasConstraints, AreAsKerass) {
  const tt::Tensor &matrix = references().at("matrix"), &kernel = references().at("kernel");
  const auto check = [](const char* name, const keras::Constraint& rule, const tt::Tensor& weight) {
    expect_near(rule(weight), references().at("constraint/" + std::string(name)), name);
  };
  check("max_norm", "max_norm", matrix * 3);
  check("max_norm_1", constraints::MaxNorm(0.5, {.axis = 1}), matrix);
  check("max_norm_kernel", constraints::MaxNorm({.max_value = 0.5, .axis = {0, 1, 2}}), kernel);
  check("non_neg", "NonNeg", matrix);
  check("unit_norm", constraints::UnitNorm(), matrix);
  check("min_max_norm", constraints::MinMaxNorm({.min_value = 0.2, .max_value = 0.6, .rate = 0.7}), matrix);
  check(
      "non_neg", [](const tt::Tensor& weight) { return tt::relu(weight); }, matrix);
}

TEST(KerasPenalties, TrainAsInKeras) {
  const auto& dict = references();
  for (const char* engine : engines) {
    const keras::Sequential model(
        {Input({4}),
         Dense(5, {.activation = "relu",
                   .kernel_regularizer = "l2",
                   .bias_regularizer = regularizers::L1(0.1),
                   .activity_regularizer = regularizers::L2(0.05),
                   .kernel_constraint = constraints::MaxNorm(0.8)}),
         Dense(2, {.kernel_regularizer = regularizers::L1L2(0.01, 0.02), .bias_constraint = "non_neg"})});
    model.set_weights({values({4, 5}) + 0.1, values({5}) / 4, values({5, 2}), values({2})});
    model.compile({.optimizer = keras::optimizers::SGD(0.1), .loss = "mse", .engine = engine, .numerics = "exact"});
    const auto history =
        model.fit(dict.at("x"), dict.at("y"), {.batch_size = 8, .epochs = 3, .verbose = 0, .shuffle = false});
    expect_near(tt::tensor(history["loss"]), dict.at("loss"), std::string("loss, ") + engine);
    const auto weights = model.get_weights();
    for (std::size_t i = 0; i < weights.size(); ++i)
      expect_near(weights[i], dict.at("final/" + std::to_string(i)), engine + std::to_string(i));
    expect_near(tt::tensor(model.evaluate(dict.at("x"), dict.at("y"), {.batch_size = 8, .verbose = 0})["loss"]),
                dict.at("evaluated"), "evaluated");
  }
}

TEST(KerasPenalties, LossesAreThoseOfTheLastCall) {
  const keras::Sequential model({Input({2}), Dense(3, {.kernel_initializer = "ones", .kernel_regularizer = "l2"}),
                                 Dense(1, {.kernel_initializer = "ones", .activity_regularizer = "l1"})});
  EXPECT_EQ(model.losses().size(), 1U);  // of a call that did not happen there is none
  for (int i = 0; i < 2; ++i) {
    model(tt::ones({4, 2}));
    const auto losses = model.losses();
    ASSERT_EQ(losses.size(), 2U);
    EXPECT_NEAR(losses[0].item<double>(), 0.06, 1e-6);  // 0.01 * |6|, four times, over 4
    EXPECT_NEAR(losses[1].item<double>(), 0.06, 1e-6);
  }
  model.get_layer(0).set_trainable(false);
  EXPECT_EQ(model.losses().size(), 1U);
}

TEST(KerasPenalties, ALayerAddsALoss) {
  struct Sparse : keras::LayerBase {
    keras::Layer inner = Dense(2, {.kernel_initializer = "ones"});
    tt::Tensor call(const tt::Tensor& x, bool) override {
      add_loss(tt::mean(tt::abs(x)) * 0.5);
      return inner(x);
    }
  };
  const tt::Tensor x = tt::ones({4, 2}), y = tt::zeros({4, 2});
  for (const char* engine : engines) {
    const keras::Sequential model({keras::layer<Sparse>()});
    model.compile({.optimizer = keras::optimizers::SGD(0.0), .loss = "mse", .engine = engine});
    EXPECT_NEAR(model.fit(x, y, {.epochs = 2, .verbose = 0})["loss"][1], 4.5, 1e-6) << engine;
    EXPECT_NEAR(model.evaluate(x, y, {.verbose = 0})["loss"], 4.5, 1e-6) << engine;
  }
  struct Wrong : keras::LayerBase {
    tt::Tensor call(const tt::Tensor& x, bool) override {
      add_loss(x);
      return x;
    }
  };
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { keras::layer<Wrong>()(x); }),
              HasSubstr("a loss that is added is not one number: layer 'wrong' adds a tensor of shape (4, 2)"));
}

// The step is taken back, the optimizer's count included.
TEST(KerasPenalties, AConstraintThatFailsLeavesTheWeightsOfTheLastStep) {
  bool fails = false;
  const keras::Sequential model({Input({2}), Dense(1, {.kernel_constraint = [&fails](const tt::Tensor& w) {
                                                     if (fails) throw std::runtime_error("no");
                                                     return w * 0.5;
                                                   }})});
  model.compile({.optimizer = "adam", .loss = "mse", .engine = "eager"});
  model.train_on_batch(tt::ones({4, 2}), tt::ones({4, 1}));
  const auto before = model.get_weights();
  fails = true;
  EXPECT_THROW(model.train_on_batch(tt::ones({4, 2}), tt::ones({4, 1})), std::runtime_error);
  EXPECT_EQ(model.optimizer().iterations(), 1);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(model.get_weights()[i].to_vector<float>(), before[i].to_vector<float>());
}

TEST(KerasPenalties, BadInput) {
  const auto message = [](const auto& f) { return error_of<tt::ArgumentError>(f); };
  EXPECT_THAT(message([] { keras::Regularizer("l3"); }),
              HasSubstr("[regularizer] there is no regularizer of this name: 'l3'. Did you mean l1, l2? There are"));
  EXPECT_THAT(message([] { keras::Constraint("maxnorm"); }), HasSubstr("Did you mean max_norm"));
  EXPECT_THAT(message([] { regularizers::L2(-1); }), HasSubstr("[L2] l2 is negative or not finite: -1"));
  EXPECT_THAT(message([] { regularizers::OrthogonalRegularizer()(tt::ones({3})); }),
              HasSubstr("[OrthogonalRegularizer] the tensor does not have two axes: it has shape (3,)"));
  EXPECT_THAT(message([] { regularizers::OrthogonalRegularizer({.mode = "row"}); }),
              HasSubstr("there is no such mode"));
  EXPECT_THAT(message([] { constraints::MinMaxNorm({.min_value = 2}); }), HasSubstr("min_value is above max_value"));
  EXPECT_THAT(message([] { keras::Regularizer()(tt::ones({2})); }), HasSubstr("there is no regularizer"));
  EXPECT_THAT(message([] { keras::Constraint([](const tt::Tensor& w) { return tt::sum(w); })(tt::ones({2})); }),
              HasSubstr("did not return a tensor of the weight's shape"));
  EXPECT_THAT(message([] { keras::Regularizer([](const tt::Tensor& w) { return w; })(tt::ones({2})); }),
              HasSubstr("a regularizer did not return one number"));
}

TEST(KerasInitializerObjects, HaveKerassArguments) {
  namespace initializers = keras::initializers;
  EXPECT_EQ(initializers::Constant(0.5)({2, 2}, tt::float32).to_vector<float>(), std::vector<float>(4, 0.5F));
  EXPECT_EQ(keras::Initializer("identity")({2, 3}, tt::float32).to_vector<float>(),
            (std::vector<float>{1, 0, 0, 0, 1, 0}));
  const auto seeded = initializers::RandomNormal({.stddev = 1, .seed = 3});
  EXPECT_EQ(seeded({4}, tt::float32).to_vector<float>(), seeded({4}, tt::float32).to_vector<float>());
  EXPECT_EQ(seeded.config(), R"({"mean": 0.0, "stddev": 1.0, "seed": 3})");
  // With the axes of (heads, size, in) -> (in) named, fan_in is 2 * 3.
  const auto far = initializers::VarianceScaling(
      {.scale = 6, .distribution = "uniform", .seed = 1, .input_axes = {0, 1}, .output_axes = {2}});
  EXPECT_NEAR(tt::max(tt::abs(far({2, 3, 4000}, tt::float32))).item<double>(), std::sqrt(3.0), 1e-2);
  EXPECT_THROW(initializers::VarianceScaling({.mode = "fan"}), tt::ArgumentError);
  EXPECT_THROW(initializers::VarianceScaling({.input_axes = {0}}), tt::ArgumentError);
  EXPECT_THROW(initializers::Identity()({2}, tt::float32), tt::ArgumentError);
  EXPECT_THROW(initializers::Constant(std::nan("")), tt::ArgumentError);
}
