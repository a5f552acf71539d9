// Training and inference steps of whole models in one style:
// `zoo --style=lowlevel|eager|keras [--device=cuda:0] [--json]`. Inputs are made once and reused; the loss is read back
// every step. Float32, the numerics that each engine has by default.
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "report.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;

namespace {

using Call = std::function<void()>;

struct Steps {
  Call train, infer;
};

struct Data {
  tt::Tensor x, y;
};

/// Inputs and targets of a model; images are (batch, 1, 28, 28), labels 0 to 9.
Data make_data(const std::string& model, std::int64_t batch) {
  tt::manual_seed(1);
  if (model == "tiny") return {tt::randn({batch, 2}), tt::randn({batch, 1})};
  const tt::Tensor labels = tt::randint(0, 10, {batch});
  if (model == "mlp") return {tt::rand({batch, 784}), labels};
  return {tt::rand({batch, 1, 28, 28}), labels};
}

// -- Low level --------------------------------------------------------------------------------------------------------

namespace tf = triptych::lowlevel;

tt::Tensor lowlevel_network(const tf::Graph& graph, const std::string& model, tt::Tensor h) {
  int layer = 0;
  const auto weight = [&](const tt::Shape& shape) {
    return graph.variable("w" + std::to_string(++layer), shape, tt::init::glorot_uniform());
  };
  const auto dense = [&](const tt::Tensor& x, std::int64_t inputs, std::int64_t outputs) {
    const auto w = weight({inputs, outputs});
    return tt::matmul(x, w) + graph.variable("b" + std::to_string(layer), {outputs}, tt::init::zeros());
  };
  const auto conv = [&](const tt::Tensor& x, std::int64_t inputs, std::int64_t outputs) {
    const auto w = weight({outputs, inputs, 3, 3});
    return tt::conv2d(x, w, graph.variable("b" + std::to_string(layer), {outputs}, tt::init::zeros()));
  };
  if (model == "tiny") return dense(tt::tanh(dense(tt::tanh(dense(h, 2, 16)), 16, 16)), 16, 1);
  if (model == "mlp") return dense(tt::relu(dense(tt::relu(dense(h, 784, 512)), 512, 256)), 256, 10);
  h = tt::max_pool2d(tt::relu(conv(tt::relu(conv(h, 1, 32)), 32, 64)), {.kernel_size = 2});
  return dense(tt::relu(dense(tt::flatten(h, 1), 9216, 128)), 128, 10);
}

Steps lowlevel_steps(const std::string& model, std::int64_t batch) {
  const Data data = make_data(model, batch);
  const tf::Graph graph;
  tt::Shape x_shape = data.x.shape(), y_shape = data.y.shape();
  x_shape.set(0, tt::unknown);
  y_shape.set(0, tt::unknown);
  const tt::Tensor x = graph.placeholder("x", tt::float32, x_shape),
                   y = graph.placeholder("y", data.y.dtype(), y_shape);
  const tt::Tensor output = lowlevel_network(graph, model, x);
  const tt::Tensor loss =
      model == "tiny" ? tt::mse_loss(output, y) : tt::mean(tt::sparse_softmax_cross_entropy(output, y));
  const tt::Tensor update = model == "tiny" ? tf::GradientDescent({.learning_rate = 0.1}).minimize(loss)
                                            : tf::Adam({.learning_rate = 1e-3}).minimize(loss);
  const auto session = std::make_shared<tf::Session>(graph);
  session->run(graph.initializer());
  const tf::Callable train = session->make_callable({x, y}, {loss, update}),
                     infer = session->make_callable({x}, {output});
  return {[=] { benchmark::DoNotOptimize(train(data.x, data.y)[0].item<float>()); },
          [=, keep = session] { benchmark::DoNotOptimize(infer(data.x)); }};
}

// -- Eager ------------------------------------------------------------------------------------------------------------

namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

struct Tiny : nn::Module {
  nn::Linear& a = add<nn::Linear>("a", 2, 16);
  nn::Linear& b = add<nn::Linear>("b", 16, 16);
  nn::Linear& c = add<nn::Linear>("c", 16, 1);
  tt::Tensor forward(const tt::Tensor& x) override { return c(tt::tanh(b(tt::tanh(a(x))))); }
};

struct Mlp : nn::Module {
  nn::Linear& a = add<nn::Linear>("a", 784, 512);
  nn::Linear& b = add<nn::Linear>("b", 512, 256);
  nn::Linear& c = add<nn::Linear>("c", 256, 10);
  tt::Tensor forward(const tt::Tensor& x) override { return c(tt::relu(b(tt::relu(a(x))))); }
};

struct Cnn : nn::Module {
  nn::Conv2d& conv1 = add<nn::Conv2d>("conv1", {.in_channels = 1, .out_channels = 32, .kernel_size = 3});
  nn::Conv2d& conv2 = add<nn::Conv2d>("conv2", {.in_channels = 32, .out_channels = 64, .kernel_size = 3});
  nn::Linear& fc1 = add<nn::Linear>("fc1", 9216, 128);
  nn::Linear& fc2 = add<nn::Linear>("fc2", 128, 10);
  tt::Tensor forward(const tt::Tensor& x) override {
    const auto h = tt::max_pool2d(tt::relu(conv2(tt::relu(conv1(x)))), {.kernel_size = 2});
    return fc2(tt::relu(fc1(tt::flatten(h, 1))));
  }
};

template <class Net, class Optimizer>
Steps eager_steps(const Data& data, Optimizer make_optimizer) {
  const auto net = std::make_shared<Net>();
  const auto optimizer = make_optimizer(*net);
  const bool regression = data.y.dtype() == tt::float32;
  return {[=] {
            optimizer->zero_grad();
            const tt::Tensor loss =
                regression ? nn::mse_loss((*net)(data.x), data.y) : nn::cross_entropy((*net)(data.x), data.y);
            loss.backward();
            optimizer->step();
            benchmark::DoNotOptimize(loss.item<float>());
          },
          [=] {
            const tt::eager::NoGrad guard;
            benchmark::DoNotOptimize((*net)(data.x));
          }};
}

Steps eager_steps(const std::string& model, std::int64_t batch) {
  const Data data = make_data(model, batch);
  const auto sgd = [](nn::Module& net) {
    return std::make_shared<optim::SGD>(net.parameters(), optim::SGDOptions{.lr = 0.1});
  };
  const auto adam = [](nn::Module& net) {
    return std::make_shared<optim::Adam>(net.parameters(), optim::AdamOptions{.lr = 1e-3});
  };
  if (model == "tiny") return eager_steps<Tiny>(data, sgd);
  if (model == "mlp") return eager_steps<Mlp>(data, adam);
  return eager_steps<Cnn>(data, adam);
}

// -- Keras ------------------------------------------------------------------------------------------------------------

namespace keras = triptych::keras;

Steps keras_steps(const std::string& name, std::int64_t batch) {
  using namespace keras::layers;
  Data data = make_data(name, batch);
  if (name == "cnn") data.x = tt::reshape(data.x, {batch, 28, 28, 1});
  const auto model =
      name == "tiny"
          ? std::make_shared<keras::Sequential>(keras::Sequential(
                {Input({2}), Dense(16, {.activation = "tanh"}), Dense(16, {.activation = "tanh"}), Dense(1)}))
      : name == "mlp"
          ? std::make_shared<keras::Sequential>(keras::Sequential(
                {Input({784}), Dense(512, {.activation = "relu"}), Dense(256, {.activation = "relu"}), Dense(10)}))
          : std::make_shared<keras::Sequential>(keras::Sequential(
                {Input({28, 28, 1}), Conv2D(32, 3, {.activation = "relu"}), Conv2D(64, 3, {.activation = "relu"}),
                 MaxPooling2D(2), Flatten(), Dense(128, {.activation = "relu"}), Dense(10)}));
  if (name == "tiny")
    model->compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}), .loss = "mse"});
  else
    model->compile({.optimizer = keras::optimizers::Adam({.learning_rate = 1e-3}),
                    .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});
  return {[=] { benchmark::DoNotOptimize(model->train_on_batch(data.x, data.y)["loss"]); },
          [=] { benchmark::DoNotOptimize(model->predict_on_batch(data.x)); }};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string style = bench::take_option(argc, argv, "--style", "lowlevel");
  if (style != "lowlevel" && style != "eager" && style != "keras") {
    std::fprintf(stderr, "zoo: --style is lowlevel, eager or keras, not '%s'\n", style.c_str());
    return 2;
  }
  const auto steps = [&](const std::string& model, std::int64_t batch) {
    return style == "lowlevel" ? lowlevel_steps(model, batch)
           : style == "eager"  ? eager_steps(model, batch)
                               : keras_steps(model, batch);
  };
  const auto add = [&](const std::string& name, const std::function<Call()>& make) {
    // The model is made when its turn comes, so that a filter costs nothing.
    benchmark::RegisterBenchmark(name.c_str(),
                                 [make](benchmark::State& state) {
                                   const Call call = make();
                                   for (int i = 0; i < 3; ++i) call();
                                   bench::time_calls(state, call);
                                 })
        ->MinTime(0.5)
        ->Repetitions(3)
        ->ReportAggregatesOnly(true)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  const std::pair<const char*, std::vector<std::int64_t>> models[] = {
      {"tiny", {16}}, {"mlp", {32, 128}}, {"cnn", {32, 128}}};
  return bench::run(argc, argv, [&] {
    for (const auto& [model, batches] : models) {
      for (const std::int64_t batch : batches) {
        const std::string prefix = std::string(model) + "/" + std::to_string(batch);
        add(prefix + "/train", [=, name = std::string(model)] { return steps(name, batch).train; });
        add(prefix + "/infer", [=, name = std::string(model)] { return steps(name, batch).infer; });
      }
      add(std::string(model) + "/1/infer", [=, name = std::string(model)] { return steps(name, 1).infer; });
    }
  });
}
