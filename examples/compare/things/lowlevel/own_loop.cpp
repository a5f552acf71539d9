// A training loop of one's own, which cuts gradients off.
#include <triptych/lowlevel.h>

#include "../things.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

things::Numbers things::lowlevel_own_loop() {
  tf::Graph graph;
  auto x = graph.placeholder("x", tt::float32, {tt::unknown, 4});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  auto w1 = graph.variable("w1", hidden_kernel());
  auto w2 = graph.variable("w2", class_kernel());
  auto hidden = tt::relu(tt::matmul(x, w1));
  auto loss = tt::mean(tt::sparse_softmax_cross_entropy(tt::matmul(hidden, w2), labels));
  // begin
  tf::GradientDescent optimizer({.learning_rate = 0.1});
  auto gradients = optimizer.compute_gradients(loss);
  for (auto& [gradient, variable] : gradients) gradient = tt::clip(gradient, -0.01, 0.01);
  auto update = optimizer.apply_gradients(gradients);
  // end
  tf::Session session(graph);
  session.run(graph.initializer());
  // begin
  for (int step = 0; step < 2; ++step) session.run(update, {{x, inputs()}, {labels, classes()}});
  // end
  return all({session.value(w1), session.value(w2)});
}
