// Digits by one linear layer and a softmax. The learning rate falls with the global step; accuracy is counted by the
// graph.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

int main() {
  const tt::data::Mnist mnist = tt::data::mnist();

  tf::Graph graph;
  const tt::Tensor images = graph.placeholder("images", tt::float32, {tt::unknown, 1, 28, 28});
  const tt::Tensor labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  const tf::Variable w = graph.variable("w", {784, 10}, tt::init::zeros()), b = graph.variable("b", tt::zeros({10}));
  const tt::Tensor logits = tf::matmul(tf::reshape(images, {-1, 784}), w) + b;
  const tt::Tensor loss = tf::reduce_mean(tf::nn::sparse_softmax_cross_entropy_with_logits(labels, logits));

  const tf::Variable step = tf::train::create_global_step(graph);
  const tt::Tensor rate = tf::train::exponential_decay(0.5, step, 200, 0.8);
  const tt::Tensor train = tf::train::GradientDescentOptimizer(rate).minimize(loss, step);
  const auto [accuracy, count] = tf::metrics::accuracy(labels, tf::argmax(logits, 1));

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable train_step = session.make_callable({images, labels}, {loss, step, train});
  for (const auto& [x, y] : tt::data::batches(mnist.train, {.batch_size = 100, .shuffle = true, .seed = 1})) {
    const auto results = train_step(x, y);
    const auto done = results[1].item<std::int64_t>();
    if (done % 100 == 0)
      std::cout << "step " << done << ": loss " << results[0].item<float>() << ", learning rate "
                << session.run(rate).item<double>() << "\n";
  }
  for (const auto& [x, y] : tt::data::batches(mnist.test, {.batch_size = 1000}))
    session.run(count, {{images, x}, {labels, y}});
  const float share = session.run(accuracy).item<float>();
  std::cout << "accuracy " << share << "\n";
  return share > 0.9 ? 0 : 1;
}
