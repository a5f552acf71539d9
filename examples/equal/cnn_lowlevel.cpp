// The cnn on MNIST, low level: the graph is a value, the session runs it.
#include <triptych/lowlevel.h>

#include "experiment.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

equal::Outcome cnn_lowlevel(const equal::Settings& settings) {
  // -- Data
  auto mnist = equal::load(settings);
  auto train =
      tt::data::batches(mnist.train, {.batch_size = settings.batch_size, .shuffle = true, .seed = settings.seed});
  auto test = tt::data::batches(mnist.test, {.batch_size = 1000});

  // -- Model
  tt::manual_seed(settings.seed);
  tf::Graph graph;
  auto images = graph.placeholder("images", tt::float32, {tt::unknown, 1, 28, 28});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  auto weight = [&](const char* name, const tt::Shape& shape) {
    return graph.variable(name, shape, tt::init::glorot_uniform());
  };
  auto bias = [&](const char* name, std::int64_t size) { return graph.variable(name, {size}, tt::init::zeros()); };
  auto k1 = weight("conv1/kernel", {32, 1, 3, 3}), b1 = bias("conv1/bias", 32);
  auto k2 = weight("conv2/kernel", {64, 32, 3, 3}), b2 = bias("conv2/bias", 64);
  auto w3 = weight("dense1/kernel", {9216, 128}), b3 = bias("dense1/bias", 128);
  auto w4 = weight("dense2/kernel", {128, 10}), b4 = bias("dense2/bias", 10);
  auto h = tt::relu(tt::conv2d(images, k1, b1));
  h = tt::relu(tt::conv2d(h, k2, b2));
  h = tt::flatten(tt::max_pool2d(h, {.kernel_size = 2}), 1);
  h = tt::relu(tt::matmul(h, w3) + b3);
  auto logits = tt::matmul(h, w4) + b4;

  // -- Loss and optimizer
  auto loss = tt::mean(tt::sparse_softmax_cross_entropy(logits, labels));
  auto accuracy = tt::mean(tt::cast(tt::equal(tt::argmax(logits, 1), labels), tt::float32));
  tf::Adam optimizer({.learning_rate = settings.learning_rate,
                      .beta1 = settings.beta_1,
                      .beta2 = settings.beta_2,
                      .epsilon = settings.epsilon});
  auto update = optimizer.minimize(loss);

  // -- Training
  tf::Session session(graph, {.numerics = settings.numerics});
  session.run(graph.initializer());
  auto step = session.make_callable({images, labels}, {loss, update});
  std::int64_t steps = 0;
  bool going = true;
  for (std::int64_t epoch = 0; epoch < settings.epochs && going; ++epoch) {
    for (auto [x, y] : train) {
      going = settings.on_step(step(x, y)[0].item<float>()) && ++steps != settings.max_steps;
      if (!going) break;
    }
  }

  // -- Evaluation
  tt::Mean mean;
  for (auto [x, y] : test) mean.update(session.run(accuracy, {{images, x}, {labels, y}}));

  // -- Weights
  equal::Outcome outcome{.accuracy = mean.result(), .step = step.report()};
  for (const auto& variable : {k1, b1, k2, b2, w3, b3, w4, b4}) outcome.weights.push_back(session.value(variable));
  return outcome;
}

EQUAL_MAIN(cnn_lowlevel)
