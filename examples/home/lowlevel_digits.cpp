// The digit classifier in the low-level style: the graph is a value, the session runs it.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

int main() {
  auto mnist = tt::data::mnist();

  tf::Graph graph;
  auto images = graph.placeholder("images", tt::float32, {tt::unknown, 1, 28, 28});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  tf::Variable kernel, w, b;
  {
    auto scope = graph.scope("net");
    kernel = graph.variable("kernel", {8, 1, 3, 3}, tt::init::glorot_uniform());
    w = graph.variable("w", {8 * 14 * 14, 10}, tt::init::glorot_uniform());
    b = graph.variable("b", {10}, tt::init::zeros());
  }
  auto hidden = tt::max_pool2d(tt::relu(tt::conv2d(images, kernel, {.padding = 1})), {.kernel_size = 2});
  auto logits = tt::matmul(tt::flatten(hidden, 1), w) + b;
  auto loss = tt::mean(tt::sparse_softmax_cross_entropy(logits, labels));
  auto accuracy = tt::mean(tt::cast(tt::equal(tt::argmax(logits, 1), labels), tt::float32));
  auto step = tf::Adam({.learning_rate = 1e-3}).minimize(loss);  // adds gradient and update nodes

  tf::Session session(graph);
  session.run(graph.initializer());
  auto train_step = session.make_callable({images, labels}, {loss, step});  // compiled once, no look-ups per call
  for (auto batch : tt::data::batches(mnist.train, {.batch_size = 128, .shuffle = true, .seed = 7}))
    std::cout << "\rloss " << train_step(batch.x, batch.y)[0].item<float>();
  tt::Mean mean;
  for (auto batch : tt::data::batches(mnist.test, {.batch_size = 1000}))
    mean.update(session.run(accuracy, {{images, batch.x}, {labels, batch.y}}));
  std::cout << "\naccuracy " << mean.result() << "\n";
  session.save("digits.safetensors");
  graph.write_dot("digits.dot");
}
