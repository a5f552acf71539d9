// Each style's defaults, initial values and batch normalization against what its home framework says and computes
// (scripts/references/make_references_conventions.py); the optimizers' formulas are in update_test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
namespace keras = triptych::keras;
namespace init = triptych::init;

namespace {

using Values = std::vector<double>;

const std::map<std::string, Values>& references() {
  static const auto lines = [] {
    std::map<std::string, Values> result;
    std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/references/conventions.txt");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name;
      words >> name;
      for (double value; words >> value;) result[name].push_back(value);
    }
    return result;
  }();
  return lines;
}

/// Compares ours with all defaults of one framework that the file has: none may be left out.
void expect_defaults(const std::string& framework, const std::map<std::string, double>& ours) {
  const std::string prefix = framework + ".default.";
  std::set<std::string> theirs;
  for (const auto& [name, values] : references())
    if (name.starts_with(prefix)) {
      theirs.insert(name.substr(prefix.size()));
      const auto found = ours.find(name.substr(prefix.size()));
      ASSERT_NE(found, ours.end()) << name << " is not compared";
      EXPECT_EQ(found->second, values.at(0)) << name;
    }
  EXPECT_EQ(theirs.size(), ours.size());
}

/// Mean, deviation and reach of a weight against those of the framework's: both were drawn, so within the error of
/// that.
void expect_initial(const std::string& name, const tt::Tensor& weight, bool bounded) {
  const Values& expected = references().at(name);
  const Values values = weight.to_vector<double>();
  double mean = 0, squares = 0, reach = 0;
  for (const double v : values) mean += v, squares += v * v, reach = std::max(reach, std::abs(v));
  mean /= static_cast<double>(values.size());
  const double deviation = std::sqrt(squares / static_cast<double>(values.size()) - mean * mean);
  const double error = 6 * expected[1] / std::sqrt(static_cast<double>(values.size()));
  EXPECT_NEAR(mean, expected[0], error) << name;
  EXPECT_NEAR(deviation, expected[1], error) << name;
  EXPECT_NEAR(reach, expected[2], bounded ? 0.01 * expected[2] : expected[1]) << name;
}

tt::Tensor wave(double shift) {
  std::vector<float> values(24);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(std::sin(1.3 * static_cast<double>(i)) * 2 + 0.1 * static_cast<double>(i) + shift);
  return tt::from_span<float>(values, {2, 3, 2, 2});
}

void expect_batch_norm(const std::string& name, const tt::Tensor& actual) {
  const Values& expected = references().at(name);
  const Values values = actual.to_vector<double>();
  ASSERT_EQ(values.size(), expected.size()) << name;
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 2e-6) << name << " " << i;
}

tt::Tensor nhwc(const tt::Tensor& x) { return tt::permute(x, {0, 2, 3, 1}); }

}  // namespace

TEST(Conventions, EagerDefaultsArePyTorchs) {
  const optim::SGDOptions sgd;
  const optim::AdamOptions adam;
  const optim::AdamWOptions adamw;
  const nn::Conv2dOptions conv;
  const tt::data::DataLoaderOptions loader;
  const auto number = [](const auto& value) { return static_cast<double>(value); };
  expect_defaults("torch", {{"SGD.lr", sgd.lr},
                            {"SGD.momentum", sgd.momentum},
                            {"SGD.dampening", sgd.dampening},
                            {"SGD.weight_decay", sgd.weight_decay},
                            {"SGD.nesterov", number(sgd.nesterov)},
                            {"Adam.lr", adam.lr},
                            {"Adam.betas1", adam.betas.first},
                            {"Adam.betas2", adam.betas.second},
                            {"Adam.eps", adam.eps},
                            {"Adam.weight_decay", adam.weight_decay},
                            {"AdamW.lr", adamw.lr},
                            {"AdamW.betas1", adamw.betas.first},
                            {"AdamW.betas2", adamw.betas.second},
                            {"AdamW.eps", adamw.eps},
                            {"AdamW.weight_decay", adamw.weight_decay},
                            {"BatchNorm2d.eps", nn::BatchNormOptions().eps},
                            {"BatchNorm2d.momentum", nn::BatchNormOptions().momentum.value()},
                            {"LayerNorm.eps", nn::LayerNormOptions().eps},
                            {"Dropout.p", nn::DropoutOptions().p},
                            {"Conv2d.stride", number(conv.stride.height)},
                            {"Conv2d.padding", number(conv.padding.size.height)},
                            {"Conv2d.dilation", number(conv.dilation.height)},
                            {"Conv2d.groups", number(conv.groups)},
                            {"Conv2d.bias", number(conv.bias)},
                            {"DataLoader.batch_size", number(loader.batch_size)},
                            {"DataLoader.drop_last", number(loader.drop_last)}});
}

TEST(Conventions, LowLevelDefaultsAreTensorFlows) {
  const tf::AdamOptions adam;
  expect_defaults("tf", {{"Adam.learning_rate", adam.learning_rate.value()},
                         {"Adam.beta1", adam.beta1},
                         {"Adam.beta2", adam.beta2},
                         {"Adam.epsilon", adam.epsilon},
                         {"Momentum.use_nesterov", tf::MomentumOptions().use_nesterov ? 1 : 0}});
}

TEST(Conventions, KerasDefaultsAreKerass) {
  const keras::SGDOptions sgd;
  const keras::AdamOptions adam;
  const keras::AdamWOptions adamw;
  const keras::BatchNormalizationOptions batch_norm;
  expect_defaults("keras", {{"SGD.learning_rate", sgd.learning_rate.value()},
                            {"SGD.momentum", sgd.momentum},
                            {"SGD.nesterov", sgd.nesterov ? 1 : 0},
                            {"SGD.weight_decay", sgd.weight_decay},
                            {"Adam.learning_rate", adam.learning_rate.value()},
                            {"Adam.beta_1", adam.beta_1},
                            {"Adam.beta_2", adam.beta_2},
                            {"Adam.epsilon", adam.epsilon},
                            {"Adam.weight_decay", adam.weight_decay},
                            {"AdamW.learning_rate", adamw.learning_rate.value()},
                            {"AdamW.weight_decay", adamw.weight_decay},
                            {"AdamW.beta_1", adamw.beta_1},
                            {"AdamW.beta_2", adamw.beta_2},
                            {"AdamW.epsilon", adamw.epsilon},
                            {"BatchNormalization.momentum", batch_norm.momentum},
                            {"BatchNormalization.epsilon", batch_norm.epsilon},
                            {"LayerNormalization.epsilon", keras::LayerNormalizationOptions().epsilon}});
}

TEST(Conventions, EagerLayersStartAsPyTorchs) {
  tt::manual_seed(0);
  const nn::Linear linear(300, 4000);
  const nn::Conv2d conv({.in_channels = 32, .out_channels = 640, .kernel_size = 3});
  const nn::Embedding embedding(2000, 100);
  expect_initial("torch.initial.Linear.weight", linear.weight, true);
  expect_initial("torch.initial.Linear.bias", linear.bias, true);
  expect_initial("torch.initial.Conv2d.weight", conv.weight, true);
  expect_initial("torch.initial.Conv2d.bias", conv.bias, true);
  expect_initial("torch.initial.Embedding.weight", embedding.weight, false);
  // The canonical layout is (in, out).
  const auto draw = [](const tt::Initializer& initializer) { return initializer({300, 400}, tt::float32); };
  expect_initial("torch.initial.xavier_uniform", draw(init::xavier_uniform()), true);
  expect_initial("torch.initial.xavier_normal", draw(init::xavier_normal()), false);
  expect_initial("torch.initial.kaiming_uniform", draw(init::kaiming_uniform()), true);
  expect_initial("torch.initial.kaiming_normal", draw(init::kaiming_normal()), false);
}

TEST(Conventions, LowLevelInitializersAreTensorFlows) {
  tt::manual_seed(0);
  const auto draw = [](const tt::Initializer& initializer) { return initializer({300, 400}, tt::float32); };
  expect_initial("tf.initial.get_variable", draw(init::glorot_uniform()), true);  // what get_variable takes unasked
  expect_initial("tf.initial.glorot_uniform", draw(init::glorot_uniform()), true);
  expect_initial("tf.initial.glorot_normal", draw(init::glorot_normal()), true);
  expect_initial("tf.initial.variance_scaling", draw(init::variance_scaling()), true);
  expect_initial("tf.initial.truncated_normal", draw(init::truncated_normal()), true);
}

TEST(Conventions, KerasLayersStartAsKerass) {
  tt::manual_seed(0);
  using namespace keras::layers;
  keras::Sequential dense({Input({300}), Dense(4000)}), conv({Input({8, 8, 32}), Conv2D(640, 3)}),
      embedding({Input({5}, {.dtype = tt::int64}), Embedding(2000, 100)});
  expect_initial("keras.initial.Dense.kernel", dense.get_weights()[0], true);
  expect_initial("keras.initial.Dense.bias", dense.get_weights()[1], true);
  expect_initial("keras.initial.Conv2D.kernel", conv.get_weights()[0], true);
  expect_initial("keras.initial.Conv2D.bias", conv.get_weights()[1], true);
  expect_initial("keras.initial.Embedding.embeddings", embedding.get_weights()[0], true);
  for (const char* const name : {"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
                                 "lecun_normal", "random_normal", "random_uniform", "truncated_normal"})
    expect_initial(std::string("keras.initial.") + name, keras::Initializer(name)({300, 400}, tt::float32),
                   std::string(name) != "random_normal");
}

// Two steps of training and one of inference.
TEST(Conventions, EagerBatchNormIsPyTorchs) {
  nn::BatchNorm2d layer(3);
  layer(wave(0));
  expect_batch_norm("torch.batch_norm.training", layer(wave(1)));
  expect_batch_norm("torch.batch_norm.mean", layer.running_mean);
  expect_batch_norm("torch.batch_norm.variance", layer.running_var);
  layer.eval();
  expect_batch_norm("torch.batch_norm.inference", layer(wave(0)));
}

TEST(Conventions, LowLevelBatchNormIsTensorFlows) {
  const tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {2, 3, 2, 2});
  const tf::Variable mean = graph.variable("mean", tt::zeros({3})),
                     variance = graph.variable("variance", tt::ones({3}));
  tt::BatchNormOptions options{.training = true, .momentum = 0.99, .eps = 1e-3, .formula = tt::UpdateFormula::tf};
  const auto training = tt::batch_norm(x, mean, variance, {}, {}, options);
  options.training = false;
  const auto inference = tt::batch_norm(x, mean, variance, {}, {}, options);
  const tf::Session session(graph);
  session.run(graph.initializer());
  session.run(training, {{x, wave(0)}});
  expect_batch_norm("tf.batch_norm.training", session.run(training, {{x, wave(1)}}));
  expect_batch_norm("tf.batch_norm.mean", session.value(mean));
  expect_batch_norm("tf.batch_norm.variance", session.value(variance));
  expect_batch_norm("tf.batch_norm.inference", session.run(inference, {{x, wave(0)}}));
}

TEST(Conventions, KerasBatchNormIsKerass) {
  const keras::Layer layer = keras::layers::BatchNormalization();
  layer(nhwc(wave(0)), true);
  expect_batch_norm("keras.batch_norm.training", layer(nhwc(wave(1)), true));
  expect_batch_norm("keras.batch_norm.mean", layer.get_weights()[2]);
  expect_batch_norm("keras.batch_norm.variance", layer.get_weights()[3]);
  expect_batch_norm("keras.batch_norm.inference", layer(nhwc(wave(0)), false));
}
