#include <triptych/lowlevel.h>

#include "calls.h"

namespace tf = triptych::lowlevel;

void calls::lowlevel_steps(const Watch& watch) {
  tf::Graph graph;
  auto images = graph.placeholder("images", tt::float32, {tt::unknown, 784});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  auto w1 = graph.variable("w1", {784, 64}, tt::init::glorot_uniform());
  auto b1 = graph.variable("b1", {64}, tt::init::zeros());
  auto w2 = graph.variable("w2", {64, 10}, tt::init::glorot_uniform());
  auto b2 = graph.variable("b2", {10}, tt::init::zeros());
  auto logits = tt::matmul(tt::relu(tt::matmul(images, w1) + b1), w2) + b2;
  auto loss = tt::mean(tt::sparse_softmax_cross_entropy(logits, labels));
  auto update = tf::Adam().minimize(loss);
  tf::Session session(graph);
  session.run(graph.initializer());
  auto step = session.make_callable({images, labels}, {loss, update});
  auto x = calls::images(), y = calls::labels();
  for (int i = 0; i < watch.steps; ++i) {
    watch.step_begins();
    watch.line();
    step(x, y);  // <- the line
    watch.step_ends();
  }
}
