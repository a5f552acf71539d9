// The low-level style: fits w of w x = 3 x by gradient descent in a session.
#include <triptych/lowlevel.h>

#include <cmath>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

int main() {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown, 1});
  const tf::Variable w = graph.variable("w", tt::ones({1, 1}));
  const auto difference = tt::matmul(x, w) - x * 3.0f;
  const auto step = tf::GradientDescent({.learning_rate = 0.05}).minimize(tt::mean(difference * difference));

  tf::Session session(graph);
  session.run(graph.initializer());
  const tt::Tensor values = tt::tensor(std::vector<float>{1, 2, 3}, {3, 1});
  for (int i = 0; i < 100; ++i) session.run(step, {{x, values}});
  return std::abs(session.run(w).item<float>() - 3.0f) < 1e-3f ? 0 : 1;
}
