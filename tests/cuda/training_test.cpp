// Training on a GPU (as a rule the emulated one) in all styles: the same bits in each, the CPU's numbers up to
// rounding.
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>

#include "gpu.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
namespace keras = triptych::keras;

#ifdef TRIPTYCH_SANITIZED
constexpr int steps = 5;
#else
constexpr int steps = 50;
#endif
constexpr std::int64_t samples = 36, batch_size = 8;  // every fifth batch is short
constexpr double learning_rate = 1e-3, beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
constexpr double bn_momentum = 0.9, bn_epsilon = 1e-3, drop_rate = 0.3;
constexpr std::int64_t channels = 4, features = channels * 13 * 13;

/// Losses of each step, then all weights after the last.
struct Trace {
  std::vector<float> losses, weights;
};

const tt::data::TensorDataset& images() {
  static const tt::data::TensorDataset set = [] {
    const auto mnist = tt::data::mnist();
    return tt::data::TensorDataset(tt::slice(mnist.train.x, 0, tt::Slice(0, samples)),
                                   tt::slice(mnist.train.y, 0, tt::Slice(0, samples)));
  }();
  return set;
}

/// Calls `step` with a batch until there were enough steps.
void each_batch(const std::function<void(const tt::data::Batch& batch)>& step) {
  auto batches = tt::data::batches(images(), {.batch_size = batch_size, .shuffle = true, .seed = 3});
  int done = 0;
  while (done < steps)
    for (const tt::data::Batch& batch : batches) {
      step(batch);
      if (++done == steps) return;
    }
}

/// Weights of dense layers as (in, out), of convolutions as (out, in, h, w).
std::vector<float> flat(const std::vector<tt::Tensor>& weights, bool dense_out_in, bool hwio) {
  std::vector<float> all;
  for (const tt::Tensor& weight : weights) {
    const tt::Tensor here = weight.to(tt::Device::cpu());
    const tt::Tensor canonical = dense_out_in && weight.ndim() == 2 ? tt::transpose(here)
                                 : hwio && weight.ndim() == 4       ? tt::permute(here, {3, 2, 0, 1})
                                                                    : here;
    for (const float value : canonical.to_vector<float>()) all.push_back(value);
  }
  return all;
}

Trace train_lowlevel(tt::Device device, tt::Numerics numerics = tt::Numerics::exact,
                     tt::UpdateFormula formula = tt::UpdateFormula::tf) {
  tt::manual_seed(7);
  const tf::Graph graph;
  std::vector<tf::Variable> v;
  tt::Tensor x, y, loss, update;
  {
    const auto on = graph.device(device);
    x = graph.placeholder("x", tt::float32, {tt::unknown, 1, 28, 28});
    y = graph.placeholder("y", tt::int64, {tt::unknown});
    const auto add = [&](const char* name, const tt::Shape& shape, const tt::Initializer& initializer, bool trainable) {
      v.push_back(graph.variable(name, shape, initializer, {.trainable = trainable}));
      return v.back();
    };
    const auto kernel = add("kernel", {channels, 1, 3, 3}, tt::init::glorot_uniform(), true);
    const auto bias = add("bias", {channels}, tt::init::zeros(), true);
    auto h = tt::conv2d(x, kernel, bias);
    const auto gamma = add("gamma", {channels}, tt::init::ones(), true);
    const auto beta = add("beta", {channels}, tt::init::zeros(), true);
    const auto mean = add("mean", {channels}, tt::init::zeros(), false);
    const auto variance = add("variance", {channels}, tt::init::ones(), false);
    h = tt::batch_norm(h, mean, variance, gamma, beta,
                       {.training = true, .momentum = bn_momentum, .eps = bn_epsilon, .formula = formula});
    h = tt::flatten(tt::dropout(tt::max_pool2d(tt::relu(h), {.kernel_size = 2}), {.p = drop_rate}), 1);
    const auto dense = add("dense", {features, 10}, tt::init::glorot_uniform(), true);
    const auto dense_bias = add("dense_bias", {10}, tt::init::zeros(), true);
    loss = tt::mean(tt::sparse_softmax_cross_entropy(tt::matmul(h, dense) + dense_bias, y));
  }
  update =
      tf::Adam({.learning_rate = learning_rate, .beta1 = beta_1, .beta2 = beta_2, .epsilon = epsilon}).minimize(loss);
  const tf::Session session(graph, {.numerics = numerics});
  session.run(graph.initializer());
  const auto step = session.make_callable({x, y}, {loss, update});
  Trace trace;
  each_batch([&](const tt::data::Batch& batch) { trace.losses.push_back(step(batch.x, batch.y)[0].item<float>()); });
  std::vector<tt::Tensor> values;
  for (const auto& variable : v) {
    values.push_back(session.value(variable));
    EXPECT_EQ(values.back().device(), device);
  }
  trace.weights = flat(values, false, false);
  return trace;
}

struct Net : nn::Module {
  nn::Conv2d& conv = add<nn::Conv2d>("conv", {.in_channels = 1, .out_channels = channels, .kernel_size = 3});
  nn::BatchNorm2d& bn = add<nn::BatchNorm2d>(
      "bn",
      {.num_features = channels, .eps = bn_epsilon, .momentum = bn_momentum, .formula = tt::UpdateFormula::keras});
  nn::Dropout& drop = add<nn::Dropout>("drop", {.p = drop_rate});
  nn::Linear& fc = add<nn::Linear>("fc", features, 10);
  tt::Tensor forward(const tt::Tensor& x) override {
    const auto h = tt::max_pool2d(tt::relu(bn(conv(x))), {.kernel_size = 2});
    return fc(tt::flatten(drop(h), 1));
  }
};

Trace train_eager(tt::Device device) {
  tt::manual_seed(7);  // the stream of the dropout
  Net net;
  tt::manual_seed(7);
  nn::init::xavier_uniform_(net.conv.weight);
  nn::init::zeros_(net.conv.bias);
  nn::init::xavier_uniform_(net.fc.weight);
  nn::init::zeros_(net.fc.bias);
  net.to(device);
  optim::Adam optimizer(
      net.parameters(),
      {.lr = learning_rate, .betas = {beta_1, beta_2}, .eps = epsilon, .formula = tt::UpdateFormula::tf});
  Trace trace;
  each_batch([&](const tt::data::Batch& batch) {
    const auto [x, y] = batch.to(device);
    optimizer.zero_grad();
    const auto loss = nn::cross_entropy(net(x), y);
    loss.backward();
    optimizer.step();
    EXPECT_EQ(loss.device(), device);
    trace.losses.push_back(loss.item<float>());
  });
  trace.weights = flat({net.conv.weight, net.conv.bias, net.bn.weight, net.bn.bias, net.bn.running_mean,
                        net.bn.running_var, net.fc.weight, net.fc.bias},
                       true, false);
  return trace;
}

keras::Sequential keras_model(std::uint64_t seed = 7) {
  using namespace keras::layers;
  tt::manual_seed(seed);
  return keras::Sequential(
      {Input({1, 28, 28}), Conv2D(channels, 3, {.data_format = "channels_first", .name = "conv"}),
       BatchNormalization({.axis = 1, .momentum = bn_momentum, .epsilon = bn_epsilon, .name = "bn"}),
       Activation("relu"), MaxPooling2D(2, {.data_format = "channels_first"}), Dropout(drop_rate, {.name = "drop"}),
       Flatten(), Dense(10, {.name = "fc"})});
}

keras::CompileOptions options(bool run_eagerly) {
  return {.optimizer = keras::optimizers::Adam(
              {.learning_rate = learning_rate, .beta_1 = beta_1, .beta_2 = beta_2, .epsilon = epsilon}),
          .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true}),
          .metrics = {"accuracy"},
          .run_eagerly = run_eagerly,
          .numerics = "exact"};
}

Trace train_keras(bool run_eagerly, tt::Device device) {
  const tt::DeviceScope on(device);
  keras::Sequential model = keras_model();
  model.compile(options(run_eagerly));
  Trace trace;
  each_batch([&](const tt::data::Batch& batch) {
    trace.losses.push_back(static_cast<float>(model.train_on_batch(batch.x, batch.y)["loss"]));
  });
  for (const keras::Weight& weight : model.weights()) EXPECT_EQ(weight.value.device(), device);
  trace.weights = flat(model.get_weights(), false, true);
  return trace;
}

void expect_same_bits(const Trace& actual, const Trace& expected, const char* what) {
  ASSERT_EQ(actual.losses.size(), expected.losses.size());
  for (std::size_t i = 0; i < expected.losses.size(); ++i)
    ASSERT_EQ(std::memcmp(&actual.losses[i], &expected.losses[i], sizeof(float)), 0)
        << what << ", step " << i << ": " << actual.losses[i] << " for " << expected.losses[i];
  ASSERT_EQ(actual.weights.size(), expected.weights.size());
  EXPECT_EQ(std::memcmp(actual.weights.data(), expected.weights.data(), 4 * expected.weights.size()), 0) << what;
}

class CudaTraining : public OnGpu {};

TEST_F(CudaTraining, AllStylesGiveTheSameBitsAndTheCpusLosses) {
  const Trace there = train_eager(gpu), here = train_eager(cpu);
  EXPECT_LT(here.losses.back(), here.losses.front());
  for (std::size_t i = 0; i < here.losses.size(); ++i)
    EXPECT_NEAR(there.losses[i], here.losses[i], 1e-4 * here.losses[i]) << "step " << i;
  expect_same_bits(train_lowlevel(gpu), there, "low level");
  expect_same_bits(train_keras(false, gpu), there, "Keras, graph");
  expect_same_bits(train_keras(true, gpu), there, "Keras, eager");
}

// Where cuDNN normalizes and pools.
TEST_F(CudaTraining, AtFastTheLossesAreTheCpusToo) {
  const auto there = train_lowlevel(gpu, tt::Numerics::fast, tt::UpdateFormula::torch),
             here = train_lowlevel(cpu, tt::Numerics::exact, tt::UpdateFormula::torch);
  EXPECT_LT(here.losses.back(), here.losses.front());
  for (std::size_t i = 0; i < here.losses.size(); ++i)
    EXPECT_NEAR(there.losses[i], here.losses[i], 1e-4 * here.losses[i]) << "step " << i;
}

TEST_F(CudaTraining, AModuleMoves) {
  nn::Linear layer(3, 2);
  const tt::Tensor weight = layer.weight, values = weight.clone();
  layer(tt::ones({1, 3})).sum().backward();
  EXPECT_EQ(&layer.to(gpu), &layer);
  EXPECT_TRUE(layer.weight.is_same(weight));  // what the optimizer holds is still the parameter
  EXPECT_EQ(weight.device(), gpu);
  EXPECT_EQ(weight.grad().device(), gpu);
  EXPECT_TRUE(weight.requires_grad());
  EXPECT_TRUE(tt::array_equal(weight.to(cpu), values));
  EXPECT_EQ(layer(tt::ones({1, 3}).to(gpu)).device(), gpu);

  nn::Linear here(3, 2);
  here.load_state_dict(layer.state_dict());
  EXPECT_EQ(here.weight.device(), cpu);
  EXPECT_TRUE(tt::array_equal(here.weight, values));
  layer.load_state_dict(here.state_dict());
  EXPECT_EQ(layer.weight.device(), gpu);
}

// The rate, the steps and the moments are where the parameters are, also after the parameters moved.
TEST_F(CudaTraining, AnOptimizersStateFollowsItsParameters) {
  nn::Linear layer(3, 2);
  optim::Adam optimizer(layer.parameters());
  const auto step = [&](tt::Device device) {
    optimizer.zero_grad();
    layer(tt::ones({1, 3}).to(device)).sum().backward();
    optimizer.step();
  };
  step(cpu);
  layer.to(gpu);
  step(gpu);
  EXPECT_EQ(optimizer.state_dict().find("state.0.exp_avg")->device(), gpu);
  EXPECT_EQ(optimizer.state_dict().find("state.0.step")->item<int>(), 2);
  layer.to(cpu);
  step(cpu);
  EXPECT_EQ(optimizer.state_dict().find("state.0.step")->item<int>(), 3);
}

// A model is where it was built; batches are moved to it, predictions come back.
TEST_F(CudaTraining, KerasModels) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("cuda_training_test" + std::to_string(getpid()) + ".safetensors"))
          .string();
  const auto &x = images().x, &y = images().y;
  std::optional<tt::DeviceScope> on(gpu);
  keras::Sequential model = keras_model();
  model.compile(options(false));
  const keras::FitOptions fit{.batch_size = 12, .epochs = 2, .verbose = 0, .class_weight = {{1, 2.0}}};
  const auto history = model.fit(x, y, fit);
  EXPECT_LT(history["loss"][1], history["loss"][0]);
  on.reset();
  const double loss = model.evaluate(x, y, {.verbose = 0})["loss"];
  const tt::Tensor predicted = model.predict(x, {.verbose = 0});
  EXPECT_EQ(predicted.device(), cpu);
  for (const keras::Weight& weight : model.weights()) EXPECT_EQ(weight.value.device(), gpu);

  model.save_weights(path);
  keras::Sequential other = keras_model(8);
  other.compile(options(true));
  other.load_weights(path);
  EXPECT_NEAR(other.evaluate(x, y, {.verbose = 0})["loss"], loss, 1e-4 * loss);
  EXPECT_TRUE(tt::allclose(other.predict(x, {.verbose = 0}), predicted, {.rtol = 1e-3, .atol = 1e-4}));
  std::filesystem::remove(path);
}

// What was built on the CPU moves, and so does what an optimizer has kept there.
TEST_F(CudaTraining, ACompiledModelMovesToItsDevice) {
  const auto &x = images().x, &y = images().y;
  keras::Sequential model = keras_model(), here = keras_model();
  auto compiled = options(false);
  const auto compiled_here = options(false);
  here.compile(compiled_here);
  model.compile(compiled);
  for (const keras::Sequential& of : {model, here}) of.fit(x, y, {.batch_size = 12, .verbose = 0, .seed = 1});
  compiled.device = "cuda";
  model.compile(compiled);
  here.compile(compiled_here);
  for (const keras::Sequential& of : {model, here}) of.fit(x, y, {.batch_size = 12, .verbose = 0, .seed = 2});
  for (const keras::Weight& weight : model.weights()) EXPECT_EQ(weight.value.device(), gpu);
  const double expected = here.evaluate(x, y, {.verbose = 0})["loss"];
  EXPECT_NEAR(model.evaluate(x, y, {.verbose = 0})["loss"], expected, 1e-4 * expected);
  EXPECT_EQ(model.predict(x, {.verbose = 0}).device(), cpu);
  compiled.device = "gpu";
  EXPECT_THROW(model.compile(compiled), tt::ArgumentError);
}

}  // namespace
