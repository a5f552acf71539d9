// A gradient of one's own: rounding that lets gradients pass.
#include <triptych/lowlevel.h>

#include "../things.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

things::Numbers things::lowlevel_custom_gradient() {
  tf::Graph graph;
  auto w = graph.variable("w", tt::tensor({0.3f, 1.6f, 2.2f}));
  // begin
  auto rounded = tt::custom_gradient(w, [](const tt::Tensor& x) {
    return std::pair(tt::round(x), [](const tt::Tensor& upstream) { return upstream; });
  });
  // end
  auto loss = tt::sum(rounded * rounded);
  auto update = tf::GradientDescent({.learning_rate = 0.1}).minimize(loss);
  tf::Session session(graph);
  session.run(graph.initializer());
  session.run(update);
  return all({session.value(w)});
}
