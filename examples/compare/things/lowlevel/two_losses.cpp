// Two losses, added with weights.
#include <triptych/lowlevel.h>

#include "../things.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

things::Numbers things::lowlevel_two_losses() {
  tf::Graph graph;
  auto x = graph.placeholder("x", tt::float32, {tt::unknown, 4});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  auto w1 = graph.variable("w1", hidden_kernel());
  auto w2 = graph.variable("w2", class_kernel());
  auto w3 = graph.variable("w3", target_kernel());
  auto hidden = tt::relu(tt::matmul(x, w1));
  auto class_loss = tt::mean(tt::sparse_softmax_cross_entropy(tt::matmul(hidden, w2), labels));
  // begin
  auto target = graph.placeholder("target", tt::float32, {tt::unknown, 1});
  auto target_loss = tt::mse_loss(tt::matmul(hidden, w3), target);
  auto loss = class_loss + 0.5 * target_loss;
  // end
  auto update = tf::GradientDescent({.learning_rate = 0.1}).minimize(loss);
  tf::Session session(graph);
  session.run(graph.initializer());
  session.run(update, {{x, inputs()}, {labels, classes()}, {target, targets()}});
  return all({session.value(w1)});
}
