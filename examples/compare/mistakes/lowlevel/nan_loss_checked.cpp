// The learning rate is far too large: the loss becomes NaN, and NaN is looked for.
#include <triptych/core/debugging.h>
#include <triptych/lowlevel.h>

#include "../mistake.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

std::string lowlevel_nan_loss_checked(const mistakes::Enter& enter) {
  enter("build");
  tt::enable_check_numerics();
  tf::Graph graph;
  auto images = graph.placeholder("images", tt::float32, {tt::unknown, 784});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  auto w1 = graph.variable("w1", {784, 128}, tt::init::glorot_uniform());
  auto b1 = graph.variable("b1", {128}, tt::init::zeros());
  auto w2 = graph.variable("w2", {128, 10}, tt::init::glorot_uniform());
  auto hidden = tt::relu(tt::matmul(images, w1) + b1);
  auto logits = tt::matmul(hidden, w2);
  auto loss = tt::mean(tt::sparse_softmax_cross_entropy(logits, labels));
  auto update = tf::GradientDescent({.learning_rate = 1e30}).minimize(loss);  // <- mistake
  auto x = mistakes::some_images(), y = mistakes::some_labels();
  tf::Session session(graph);
  session.run(graph.initializer());
  enter("first_step");
  std::vector<double> losses;
  for (int step = 0; step < 5; ++step) {
    losses.push_back(session.run({loss, update}, {{images, x}, {labels, y}})[0].item<double>());
    enter("training");
  }
  return mistakes::losses_text(losses);
}
