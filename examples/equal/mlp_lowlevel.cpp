// The mlp on MNIST, low level: the graph is a value, the session runs it.
#include <triptych/lowlevel.h>

#include "experiment.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

equal::Outcome mlp_lowlevel(const equal::Settings& settings) {
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
  std::vector<tf::Variable> weights;
  auto dense = [&](const tt::Tensor& x, const char* name, std::int64_t inputs, std::int64_t outputs) {
    auto scope = graph.scope(name);
    weights.push_back(graph.variable("kernel", {inputs, outputs}, tt::init::glorot_uniform()));
    weights.push_back(graph.variable("bias", {outputs}, tt::init::zeros()));
    return tt::matmul(x, weights[weights.size() - 2]) + weights.back();
  };
  auto h = tt::relu(dense(tt::flatten(images, 1), "dense1", 784, 512));
  h = tt::relu(dense(h, "dense2", 512, 256));
  auto logits = dense(h, "dense3", 256, 10);

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
  for (const auto& variable : weights) outcome.weights.push_back(session.value(variable));
  return outcome;
}

EQUAL_MAIN(mlp_lowlevel)
