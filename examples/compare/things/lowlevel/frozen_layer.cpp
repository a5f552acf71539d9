// A layer that is not trained.
#include <triptych/lowlevel.h>

#include "../things.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

things::Numbers things::lowlevel_frozen_layer() {
  tf::Graph graph;
  auto x = graph.placeholder("x", tt::float32, {tt::unknown, 4});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  auto w1 = graph.variable("w1", hidden_kernel());
  auto w2 = graph.variable("w2", class_kernel());
  auto hidden = tt::relu(tt::matmul(x, w1));
  auto loss = tt::mean(tt::sparse_softmax_cross_entropy(tt::matmul(hidden, w2), labels));
  // begin
  auto update = tf::GradientDescent({.learning_rate = 0.1}).minimize(loss, {w2});
  // end
  tf::Session session(graph);
  session.run(graph.initializer());
  session.run(update, {{x, inputs()}, {labels, classes()}});
  return all({session.value(w1), session.value(w2)});
}
