// A model of one's own, compared in two styles: docs/compare.md.
#include <triptych/compare.h>
#include <triptych/eager.h>
#include <triptych/lowlevel.h>

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;

namespace {

// The sine, from samples.
tt::data::TensorDataset samples(std::int64_t count) {
  const auto x = tt::reshape(tt::linspace(-3, 3, count), {count, 1});
  return tt::data::TensorDataset(x, tt::sin(x));
}

tt::compare::Outcome lowlevel(const tt::compare::Settings& settings) {
  // -- Data
  auto data = samples(settings.train_samples ? settings.train_samples : 4096);
  settings.on_loaded();

  // -- Model
  tt::manual_seed(settings.seed);
  tf::Graph graph;
  auto x = graph.placeholder("x", tt::float32, {tt::unknown, 1});
  auto y = graph.placeholder("y", tt::float32, {tt::unknown, 1});
  auto w1 = graph.variable("w1", {1, 16}, tt::init::glorot_uniform()),
       b1 = graph.variable("b1", {16}, tt::init::zeros());
  auto w2 = graph.variable("w2", {16, 1}, tt::init::glorot_uniform()),
       b2 = graph.variable("b2", {1}, tt::init::zeros());
  auto prediction = tt::matmul(tt::tanh(tt::matmul(x, w1) + b1), w2) + b2;

  // -- Loss and optimizer
  auto loss = tt::mse_loss(prediction, y);
  auto update = tf::GradientDescent({.learning_rate = 0.1}).minimize(loss);

  // -- Training
  tf::Session session(graph, {.numerics = settings.numerics});
  session.run(graph.initializer());
  auto step = session.make_callable({x, y}, {loss, update});
  std::int64_t steps = 0;
  double last = 0;
  for (std::int64_t epoch = 0; epoch < settings.epochs; ++epoch) {
    for (auto [xs, ys] : tt::data::batches(data, {.batch_size = settings.batch_size})) {
      last = step(xs, ys)[0].item<float>();
      if (!settings.on_step(last) || ++steps == settings.max_steps) epoch = settings.epochs;
      if (epoch == settings.epochs) break;
    }
  }
  return {.accuracy = 1 - last, .weights = {session.value(w1), session.value(w2)}, .step = step.report()};
}

struct Net : nn::Module {
  nn::Linear& fc1 = add<nn::Linear>("fc1", 1, 16);
  nn::Linear& fc2 = add<nn::Linear>("fc2", 16, 1);
  tt::Tensor forward(const tt::Tensor& x) override { return fc2(tt::tanh(fc1(x))); }
};

tt::compare::Outcome eager(const tt::compare::Settings& settings) {
  tt::NumericsMode numerics(settings.numerics);
  auto data = samples(settings.train_samples ? settings.train_samples : 4096);
  settings.on_loaded();
  tt::manual_seed(settings.seed);
  Net net;
  for (auto* layer : {&net.fc1, &net.fc2}) {
    nn::init::xavier_uniform_(layer->weight);
    nn::init::zeros_(layer->bias);
  }
  tt::eager::optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  std::int64_t steps = 0;
  double last = 0;
  for (std::int64_t epoch = 0; epoch < settings.epochs; ++epoch) {
    for (auto [x, y] : tt::data::DataLoader(data, {.batch_size = settings.batch_size})) {
      optimizer.zero_grad();
      auto loss = nn::mse_loss(net(x), y);
      loss.backward();
      optimizer.step();
      last = loss.item<float>();
      if (!settings.on_step(last) || ++steps == settings.max_steps) epoch = settings.epochs;
      if (epoch == settings.epochs) break;
    }
  }
  return {.accuracy = 1 - last, .weights = {tt::transpose(net.fc1.weight), tt::transpose(net.fc2.weight)}};
}

}  // namespace

int main(int argc, char** argv) {
  return tt::compare::main(argc, argv,
                           {{.name = "sine",
                             .lowlevel = lowlevel,
                             .eager = eager,
                             .epochs = 5,
                             .samples = 4096,
                             .lowlevel_source = __FILE__}});
}
