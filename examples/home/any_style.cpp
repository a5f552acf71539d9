// One function, three uses: run at once, built into a graph, laid as a brick.
#include <triptych/eager.h>
#include <triptych/keras.h>
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace keras = triptych::keras;

tt::Tensor net(const tt::Tensor& x, const tt::Tensor& w) { return tt::softmax(tt::matmul(x, w), -1); }

int main() {
  tt::manual_seed(0);
  auto batch = tt::rand({4, 784});
  auto weights = tt::randn({784, 10}).set_requires_grad();

  auto now = net(batch, weights);  // concrete operands: runs now, differentiable

  tf::Graph graph;
  auto weights_variable = graph.variable("weights", weights);
  auto later = net(graph.placeholder("x", tt::float32, {tt::unknown, 784}), weights_variable);  // adds nodes
  tf::Session session(graph);
  session.run(graph.initializer());

  auto brick = keras::layers::Lambda([weights](const tt::Tensor& x) { return net(x, weights); });  // a layer

  std::cout << "now " << now.grad_fn() << ", later " << later << "\n"
            << "equal " << tt::all(tt::equal(now, session.run(later, {{graph.find("x"), batch}}))) << " "
            << tt::all(tt::equal(now, brick(batch))) << "\n";
}
