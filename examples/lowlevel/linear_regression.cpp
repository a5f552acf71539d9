// A line through noisy points by gradient descent: the smallest whole program.
#include <triptych/lowlevel.h>

#include <cmath>
#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

int main() {
  tt::manual_seed(1);
  const tt::Tensor xs = tt::rand({100}) * 10, ys = xs * 2 + 1 + tt::randn({100}) * 0.5;

  tf::Graph graph;
  const tt::Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  const tt::Tensor y = graph.placeholder("y", tt::float32, {tt::unknown});
  const tf::Variable w = graph.variable("w", tt::tensor(0.0f)), b = graph.variable("b", tt::tensor(0.0f));
  const tt::Tensor loss = tf::reduce_mean(tf::square(w * x + b - y));
  const tt::Tensor train = tf::train::GradientDescentOptimizer(0.02).minimize(loss);

  const tf::Session session(graph);
  session.run(graph.initializer());
  for (int step = 0; step <= 1000; ++step) {
    const auto results = session.run({loss, train}, {{x, xs}, {y, ys}});
    if (step % 200 == 0) std::cout << "step " << step << ": loss " << results[0].item<float>() << "\n";
  }
  const float slope = session.value(w).item<float>(), offset = session.value(b).item<float>();
  std::cout << "y = " << slope << " x + " << offset << "\n";
  return std::abs(slope - 2) < 0.1 && std::abs(offset - 1) < 0.2 ? 0 : 1;
}
