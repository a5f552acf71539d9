// Three mistakes, low level.
#include <triptych/lowlevel.h>

#include "mistakes.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

void mistakes_lowlevel(const std::string& kind, const mistakes::Observer& observer) {
  observer.enter("while the graph is built");
  tf::Graph graph;
  auto images = graph.placeholder("images", tt::float32, {tt::unknown, 784});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  auto w1 = graph.variable("w1", {784, 128}, tt::init::glorot_uniform());
  auto b1 = graph.variable("b1", {128}, tt::init::zeros());
  // Wrong shape: the second layer expects 100 inputs, the first gives 128.
  auto w2 = graph.variable("w2", {kind == "wrong shape" ? 100 : 128, 10}, tt::init::glorot_uniform());
  auto hidden = tt::relu(tt::matmul(images, w1) + b1);
  auto loss = tt::mean(tt::sparse_softmax_cross_entropy(tt::matmul(hidden, w2), labels));
  // NaN: the learning rate is far too large.
  auto update = tf::GradientDescent({.learning_rate = kind == "NaN in the loss" ? 1e30 : 0.1}).minimize(loss);

  observer.enter("at the first step");
  tf::Session session(graph);
  session.run(graph.initializer());
  // Wrong dtype: labels as floating-point numbers.
  auto y = kind == "wrong dtype" ? tt::cast(mistakes::some_labels(), tt::float32) : mistakes::some_labels();
  auto x = mistakes::some_images();
  double last = 0;
  for (int step = 0; step < 5; ++step) {
    last = session.run({loss, update}, {{images, x}, {labels, y}})[0].item<float>();
    observer.enter("during the training");
  }
  observer.loss(last);
}
