// The library's signature: one model written in three styles gives bit-identical losses and weights at every step, at
// exact, for any number of threads.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
namespace keras = triptych::keras;

namespace {

#ifdef TRIPTYCH_SANITIZED
constexpr int steps = 12;  // the same code, two short batches included, in a quarter of the time
#else
constexpr int steps = 50;
#endif
constexpr std::int64_t samples = 128 * 4 + 52, batch_size = 128;  // every fifth batch is short
constexpr double learning_rate = 1e-3, beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;

/// Losses of each step, then all weights after each step, as floats.
struct Trace {
  std::vector<float> losses;
  std::vector<std::vector<float>> weights;
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
void each_batch(const std::function<void(const tt::Tensor& x, const tt::Tensor& y)>& step) {
  auto batches = tt::data::batches(images(), {.batch_size = batch_size, .shuffle = true, .seed = 3});
  int done = 0;
  while (done < steps)
    for (auto [x, y] : batches) {
      step(x, y);
      if (++done == steps) return;
    }
}

/// Dense kernels as (in, out), convolutions as (out, in, h, w).
void keep(Trace& trace, const std::vector<tt::Tensor>& weights) {
  std::vector<float> all;
  for (const tt::Tensor& weight : weights)
    for (const float value : weight.to_vector<float>()) all.push_back(value);
  trace.weights.push_back(std::move(all));
}

/// Low level: `network` builds the logits and adds its variables to the list.
using LowLevelNetwork = std::function<tt::Tensor(const tf::Graph&, const tt::Tensor& x, std::vector<tf::Variable>&)>;

Trace train_lowlevel(const LowLevelNetwork& network) {
  tt::manual_seed(7);
  const tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown, 1, 28, 28});
  const auto y = graph.placeholder("y", tt::int64, {tt::unknown});
  std::vector<tf::Variable> variables;
  const auto logits = network(graph, x, variables);
  const auto loss = tt::mean(tt::sparse_softmax_cross_entropy(logits, y));
  const auto update =
      tf::Adam({.learning_rate = learning_rate, .beta1 = beta_1, .beta2 = beta_2, .epsilon = epsilon}).minimize(loss);
  const tf::Session session(graph, {.numerics = tt::Numerics::exact});
  session.run(graph.initializer());
  const auto step = session.make_callable({x, y}, {loss, update});
  Trace trace;
  each_batch([&](const tt::Tensor& bx, const tt::Tensor& by) {
    trace.losses.push_back(step(bx, by)[0].item<float>());
    std::vector<tt::Tensor> values;
    for (const auto& variable : variables) values.push_back(session.value(variable));
    keep(trace, values);
  });
  return trace;
}

Trace train_eager(nn::Module& net, const std::function<std::vector<tt::Tensor>()>& weights) {
  optim::Adam optimizer(
      net.parameters(),
      {.lr = learning_rate, .betas = {beta_1, beta_2}, .eps = epsilon, .formula = tt::UpdateFormula::tf});
  Trace trace;
  each_batch([&](const tt::Tensor& x, const tt::Tensor& y) {
    optimizer.zero_grad();
    const auto loss = nn::cross_entropy(net(x), y);
    loss.backward();
    optimizer.step();
    trace.losses.push_back(loss.item<float>());
    keep(trace, weights());
  });
  return trace;
}

Trace train_keras(keras::Sequential& model, bool run_eagerly, const std::function<std::vector<tt::Tensor>()>& weights) {
  model.compile({.optimizer = keras::optimizers::Adam(
                     {.learning_rate = learning_rate, .beta_1 = beta_1, .beta_2 = beta_2, .epsilon = epsilon}),
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true}),
                 .run_eagerly = run_eagerly,
                 .numerics = "exact"});
  Trace trace;
  each_batch([&](const tt::Tensor& x, const tt::Tensor& y) {
    trace.losses.push_back(static_cast<float>(model.train_on_batch(x, y)["loss"]));
    keep(trace, weights());
  });
  return trace;
}

void expect_same(const Trace& a, const Trace& b, const std::string& what) {
  ASSERT_EQ(a.losses.size(), static_cast<std::size_t>(steps));
  ASSERT_EQ(b.losses.size(), static_cast<std::size_t>(steps)) << what;
  for (int step = 0; step < steps; ++step) {
    const auto at = static_cast<std::size_t>(step);
    ASSERT_EQ(std::memcmp(&a.losses[at], &b.losses[at], sizeof(float)), 0)
        << what << ": the losses differ at step " << step << ": " << a.losses[at] << " and " << b.losses[at];
    ASSERT_EQ(a.weights[at].size(), b.weights[at].size()) << what;
    ASSERT_EQ(std::memcmp(a.weights[at].data(), b.weights[at].data(), a.weights[at].size() * sizeof(float)), 0)
        << what << ": the weights differ after step " << step;
  }
}

std::vector<tt::Tensor> canonical(const std::vector<tt::Tensor>& weights, bool dense_out_in, bool hwio) {
  std::vector<tt::Tensor> result;
  for (const tt::Tensor& weight : weights) {
    if (dense_out_in && weight.ndim() == 2)
      result.push_back(tt::transpose(weight));
    else if (hwio && weight.ndim() == 4)
      result.push_back(tt::permute(weight, {3, 2, 0, 1}));
    else
      result.push_back(weight);
  }
  return result;
}

/// Trains with each number of threads in all styles and compares.
void check(const std::function<Trace()>& lowlevel, const std::function<Trace()>& eager,
           const std::function<Trace(bool run_eagerly)>& keras_style) {
  const int before = tt::num_threads();
  tt::set_num_threads(1);
  const Trace reference = lowlevel();
  EXPECT_LT(reference.losses.back(), 0.8f * reference.losses.front());
  for (const int threads : {1, 2}) {
    tt::set_num_threads(threads);
    const std::string suffix = ", " + std::to_string(threads) + " threads";
    if (threads == 2) expect_same(reference, lowlevel(), "low level" + suffix);
    expect_same(reference, eager(), "eager" + suffix);
    expect_same(reference, keras_style(false), "Keras graph" + suffix);
    expect_same(reference, keras_style(true), "Keras eager" + suffix);
  }
  tt::set_num_threads(before);
}

// --- mlp
// ----------------------------------------------------------------------------------------------------------------

tt::Tensor dense(const tf::Graph& graph, const tt::Tensor& x, std::int64_t inputs, std::int64_t outputs,
                 std::vector<tf::Variable>& variables) {
  variables.push_back(graph.variable("kernel", {inputs, outputs}, tt::init::glorot_uniform()));
  variables.push_back(graph.variable("bias", {outputs}, tt::init::zeros()));
  return tt::matmul(x, variables[variables.size() - 2]) + variables.back();
}

template <class... Layers>
void glorot(Layers&... layers) {
  tt::manual_seed(7);
  ((nn::init::xavier_uniform_(layers.weight), nn::init::zeros_(layers.bias)), ...);
}

struct Mlp : nn::Module {
  nn::Linear& a = add<nn::Linear>("a", 784, 512);
  nn::Linear& b = add<nn::Linear>("b", 512, 256);
  nn::Linear& c = add<nn::Linear>("c", 256, 10);
  tt::Tensor forward(const tt::Tensor& x) override { return c(tt::relu(b(tt::relu(a(tt::flatten(x, 1)))))); }
};

TEST(StyleEquivalence, Mlp) {
  check(
      [] {
        return train_lowlevel([](const tf::Graph& graph, const tt::Tensor& x, std::vector<tf::Variable>& v) {
          auto h = tt::relu(dense(graph, tt::flatten(x, 1), 784, 512, v));
          h = tt::relu(dense(graph, h, 512, 256, v));
          return dense(graph, h, 256, 10, v);
        });
      },
      [] {
        Mlp net;
        glorot(net.a, net.b, net.c);
        return train_eager(net, [&] { return canonical(net.parameters(), true, false); });
      },
      [](bool run_eagerly) {
        using namespace keras::layers;
        tt::manual_seed(7);
        keras::Sequential model({Input({1, 28, 28}), Flatten(), Dense(512, {.activation = "relu"}),
                                 Dense(256, {.activation = "relu"}), Dense(10)});
        return train_keras(model, run_eagerly, [&] { return model.get_weights(); });
      });
}

// --- cnn
// ----------------------------------------------------------------------------------------------------------------

struct Cnn : nn::Module {
  nn::Conv2d& conv1 = add<nn::Conv2d>("conv1", {.in_channels = 1, .out_channels = 8, .kernel_size = 3});
  nn::Conv2d& conv2 = add<nn::Conv2d>("conv2", {.in_channels = 8, .out_channels = 16, .kernel_size = 3});
  nn::Linear& fc1 = add<nn::Linear>("fc1", 2304, 64);
  nn::Linear& fc2 = add<nn::Linear>("fc2", 64, 10);
  tt::Tensor forward(const tt::Tensor& x) override {
    const auto h = tt::max_pool2d(tt::relu(conv2(tt::relu(conv1(x)))), {.kernel_size = 2});
    return fc2(tt::relu(fc1(tt::flatten(h, 1))));
  }
};

tt::Tensor conv(const tf::Graph& graph, const tt::Tensor& x, std::int64_t inputs, std::int64_t outputs,
                std::vector<tf::Variable>& variables) {
  variables.push_back(graph.variable("kernel", {outputs, inputs, 3, 3}, tt::init::glorot_uniform()));
  variables.push_back(graph.variable("bias", {outputs}, tt::init::zeros()));
  return tt::conv2d(x, variables[variables.size() - 2], variables.back());
}

TEST(StyleEquivalence, Cnn) {
  check(
      [] {
        return train_lowlevel([](const tf::Graph& graph, const tt::Tensor& x, std::vector<tf::Variable>& v) {
          auto h = tt::relu(conv(graph, tt::relu(conv(graph, x, 1, 8, v)), 8, 16, v));
          h = tt::flatten(tt::max_pool2d(h, {.kernel_size = 2}), 1);
          return dense(graph, tt::relu(dense(graph, h, 2304, 64, v)), 64, 10, v);
        });
      },
      [] {
        Cnn net;
        glorot(net.conv1, net.conv2, net.fc1, net.fc2);
        return train_eager(net, [&] { return canonical(net.parameters(), true, false); });
      },
      [](bool run_eagerly) {
        using namespace keras::layers;
        tt::manual_seed(7);
        keras::Sequential model({Input({1, 28, 28}),
                                 Conv2D(8, 3, {.data_format = "channels_first", .activation = "relu"}),
                                 Conv2D(16, 3, {.data_format = "channels_first", .activation = "relu"}),
                                 MaxPooling2D(2, {.data_format = "channels_first"}), Flatten(),
                                 Dense(64, {.activation = "relu"}), Dense(10)});
        return train_keras(model, run_eagerly, [&] { return canonical(model.get_weights(), false, true); });
      });
}

// --- batch norm and dropout
// ----------------------------------------------------------------------------------------------------------------

constexpr double bn_momentum = 0.9, bn_epsilon = 1e-3, drop_rate = 0.3;  // in Keras's convention

struct Normalized : nn::Module {
  nn::Conv2d& conv = add<nn::Conv2d>("conv", {.in_channels = 1, .out_channels = 8, .kernel_size = 3});
  nn::BatchNorm2d& bn = add<nn::BatchNorm2d>(
      "bn", {.num_features = 8, .eps = bn_epsilon, .momentum = bn_momentum, .formula = tt::UpdateFormula::keras});
  nn::Dropout& drop = add<nn::Dropout>("drop", {.p = drop_rate});
  nn::Linear& fc = add<nn::Linear>("fc", 1352, 10);
  tt::Tensor forward(const tt::Tensor& x) override {
    const auto h = tt::max_pool2d(tt::relu(bn(conv(x))), {.kernel_size = 2});
    return fc(tt::flatten(drop(h), 1));
  }
  /// In the order of Keras's get_weights.
  std::vector<tt::Tensor> weights() const {
    return canonical({conv.weight, conv.bias, bn.weight, bn.bias, bn.running_mean, bn.running_var, fc.weight, fc.bias},
                     true, false);
  }
};

tt::Tensor normalized(const tf::Graph& graph, const tt::Tensor& x, std::vector<tf::Variable>& v) {
  auto h = conv(graph, x, 1, 8, v);
  const auto add = [&](const char* name, const tt::Initializer& initializer, bool trainable) {
    v.push_back(graph.variable(name, {8}, initializer, {.trainable = trainable}));
    return v.back();
  };
  const auto gamma = add("gamma", tt::init::ones(), true), beta = add("beta", tt::init::zeros(), true);
  const auto mean = add("mean", tt::init::zeros(), false), variance = add("variance", tt::init::ones(), false);
  h = tt::batch_norm(h, mean, variance, gamma, beta,
                     {.training = true, .momentum = bn_momentum, .eps = bn_epsilon, .formula = tt::UpdateFormula::tf});
  h = tt::dropout(tt::max_pool2d(tt::relu(h), {.kernel_size = 2}), {.p = drop_rate});
  return dense(graph, tt::flatten(h, 1), 1352, 10, v);
}

keras::Sequential normalized_in_keras(std::uint64_t seed = 7) {
  using namespace keras::layers;
  tt::manual_seed(seed);
  return keras::Sequential(
      {Input({1, 28, 28}), Conv2D(8, 3, {.data_format = "channels_first", .name = "conv"}),
       BatchNormalization({.axis = 1, .momentum = bn_momentum, .epsilon = bn_epsilon, .name = "bn"}),
       Activation("relu"), MaxPooling2D(2, {.data_format = "channels_first"}), Dropout(drop_rate, {.name = "drop"}),
       Flatten(), Dense(10, {.name = "fc"})});
}

// The weights that are compared after each step include the running statistics.
TEST(StyleEquivalence, BatchNormAndDropout) {
  check([] { return train_lowlevel(normalized); },
        [] {
          tt::manual_seed(7);  // the stream of the dropout
          Normalized net;
          glorot(net.conv, net.fc);
          return train_eager(net, [&] { return net.weights(); });
        },
        [](bool run_eagerly) {
          keras::Sequential model = normalized_in_keras();
          return train_keras(model, run_eagerly, [&] { return canonical(model.get_weights(), false, true); });
        });
}

// The eager module in a session: what the low-level API trains are the module's own tensors.
TEST(StyleEquivalence, ATracedModuleIsTheModule) {
  tt::manual_seed(7);
  Normalized eager_net;
  glorot(eager_net.conv, eager_net.fc);
  const Trace expected = train_eager(eager_net, [&] { return eager_net.weights(); });

  tt::manual_seed(7);
  Normalized net;
  glorot(net.conv, net.fc);
  const tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown, 1, 28, 28});
  const auto y = graph.placeholder("y", tt::int64, {tt::unknown});
  const auto loss = nn::cross_entropy(net(x), y);
  const auto update =
      tf::Adam({.learning_rate = learning_rate, .beta1 = beta_1, .beta2 = beta_2, .epsilon = epsilon}).minimize(loss);
  const tf::Session session(graph, {.numerics = tt::Numerics::exact});
  session.run(graph.initializer());
  const auto step = session.make_callable({x, y}, {loss, update});
  Trace traced;
  each_batch([&](const tt::Tensor& bx, const tt::Tensor& by) {
    traced.losses.push_back(step(bx, by)[0].item<float>());
    keep(traced, net.weights());
  });
  expect_same(expected, traced, "traced module");
  EXPECT_EQ(net.bn.num_batches_tracked.item<std::int64_t>(), steps);
  EXPECT_EQ(eager_net.bn.num_batches_tracked.item<std::int64_t>(), steps);
  EXPECT_EQ(net.drop.stream.to_vector<std::int64_t>()[1], steps);
  EXPECT_EQ(eager_net.drop.stream.to_vector<std::int64_t>()[1], steps);
}

// A run that goes on from a checkpoint draws the masks, and makes the steps, that the saved one would have made.
TEST(StyleEquivalence, ACheckpointGoesOnWithTheSameMasks) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("style_equivalence_test" + std::to_string(getpid()) + ".safetensors"))
          .string();
  const auto x = tt::slice(images().x, 0, tt::Slice(0, 32));
  const auto y = tt::slice(images().y, 0, tt::Slice(0, 32));
  const auto losses = [](int count, const std::function<float()>& step) {
    std::vector<float> result;
    for (int i = 0; i < count; ++i) result.push_back(step());
    return result;
  };
  const auto compare = [&](const char* style, const std::vector<float>& expected,
                           const std::function<float()>& resumed) {
    EXPECT_NE(expected[0], expected[1]) << style;
    EXPECT_EQ(losses(3, resumed), expected) << style;
  };

  {
    tt::manual_seed(7);
    const tf::Graph graph;
    const auto in = graph.placeholder("x", tt::float32, {tt::unknown, 1, 28, 28});
    const auto labels = graph.placeholder("y", tt::int64, {tt::unknown});
    std::vector<tf::Variable> variables;
    const auto loss = tt::mean(tt::sparse_softmax_cross_entropy(normalized(graph, in, variables), labels));
    const auto update = tf::Adam().minimize(loss);
    const tf::Session session(graph), other(graph);
    session.run(graph.initializer());
    const auto step = [&](const tf::Session& run) {
      return run.run({loss, update}, {{in, x}, {labels, y}})[0].item<float>();
    };
    losses(3, [&] { return step(session); });
    session.save(path);
    const auto expected = losses(3, [&] { return step(session); });
    other.restore(path);
    compare("low level", expected, [&] { return step(other); });
  }
  {
    tt::manual_seed(7);
    Normalized net, other;  // the other has a stream of its own until it is loaded
    optim::Adam optimizer(net.parameters()), other_optimizer(other.parameters());
    const auto step = [&](Normalized& model, optim::Adam& adam) {
      adam.zero_grad();
      const auto loss = nn::cross_entropy(model(x), y);
      loss.backward();
      adam.step();
      return loss.item<float>();
    };
    losses(3, [&] { return step(net, optimizer); });
    const auto state = net.state_dict(), optimizer_state = optimizer.state_dict();
    const auto expected = losses(3, [&] { return step(net, optimizer); });
    other.load_state_dict(state);
    other_optimizer.load_state_dict(optimizer_state);
    compare("eager", expected, [&] { return step(other, other_optimizer); });
  }
  for (const bool run_eagerly : {false, true}) {
    const auto make = [&](int seed) {
      keras::Sequential model = normalized_in_keras(seed);
      model.compile({.optimizer = "adam",
                     .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true}),
                     .run_eagerly = run_eagerly});
      return model;
    };
    keras::Sequential model = make(7), other = make(8);
    const auto step = [&](keras::Sequential& of) { return static_cast<float>(of.train_on_batch(x, y)["loss"]); };
    losses(3, [&] { return step(model); });
    model.save(path);
    const auto expected = losses(3, [&] { return step(model); });
    other.load_weights(path);
    compare("Keras", expected, [&] { return step(other); });
  }
  std::filesystem::remove(path);
}

}  // namespace
