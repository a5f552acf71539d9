// A first model, low level: a small network learns digits, with another batch size.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

int main() {
  auto mnist = tt::data::mnist();

  tf::Graph graph;
  auto images = graph.placeholder("images", tt::float32, {tt::unknown, 1, 28, 28});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  auto w1 = graph.variable("w1", {784, 64}, tt::init::glorot_uniform());
  auto b1 = graph.variable("b1", {64}, tt::init::zeros());
  auto w2 = graph.variable("w2", {64, 10}, tt::init::glorot_uniform());
  auto b2 = graph.variable("b2", {10}, tt::init::zeros());
  auto hidden = tt::relu(tt::matmul(tt::flatten(images, 1), w1) + b1);
  auto logits = tt::matmul(hidden, w2) + b2;
  auto loss = tt::mean(tt::sparse_softmax_cross_entropy(logits, labels));
  auto update = tf::Adam({.learning_rate = 1e-3}).minimize(loss);

  tf::Session session(graph);
  session.run(graph.initializer());
  for (auto [x, y] : tt::data::batches(mnist.train, {.batch_size = 128, .shuffle = true}))
    session.run(update, {{images, x}, {labels, y}});

  tt::Mean test_loss;
  for (auto [x, y] : tt::data::batches(mnist.test, {.batch_size = 1000}))
    test_loss.update(session.run(loss, {{images, x}, {labels, y}}));
  std::cout << "loss " << test_loss.result() << "\n";
}
