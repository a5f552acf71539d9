// Digits read row by row, from top to bottom, by an LSTM that is a loop of the graph.
#include <triptych/lowlevel.h>

#include <iostream>

#include "recurrent.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

int main() {
  tt::manual_seed(1);
  constexpr std::int64_t batch_size = 100, units = 64;
  const tt::data::Mnist mnist = tt::data::mnist();

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const tt::Tensor images = graph.placeholder("images", tt::float32, {batch_size, 1, 28, 28});
  const tt::Tensor labels = graph.placeholder("labels", tt::int64, {batch_size});
  const tt::Tensor rows = tf::transpose(tf::squeeze(images, 1), {1, 0, 2});  // time first
  const examples::LSTM lstm(28, units, "lstm");
  const tt::Tensor last = lstm.unroll(rows, lstm.zero_state(batch_size)).second.h;
  const tt::Tensor logits = tf::matmul(last, tf::get_variable("w", {units, 10}));
  const tt::Tensor loss = tf::reduce_mean(tf::nn::sparse_softmax_cross_entropy_with_logits(labels, logits));
  const tt::Tensor train = tf::train::AdamOptimizer(5e-3).minimize(loss);
  const auto [accuracy, count] = tf::metrics::accuracy(labels, tf::argmax(logits, 1));

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable train_step = session.make_callable({images, labels}, {loss, train});
  int step = 0;
  for (const auto& [x, y] : tt::data::batches(mnist.train, {.batch_size = batch_size, .shuffle = true, .seed = 1})) {
    const float now = train_step(x, y)[0].item<float>();
    if (++step % 50 == 0) std::cout << "step " << step << ": loss " << now << "\n";
    if (step == 200) break;
  }
  for (const auto& [x, y] : tt::data::batches(mnist.test, {.batch_size = batch_size}))
    session.run(count, {{images, x}, {labels, y}});
  const float share = session.run(accuracy).item<float>();
  std::cout << "accuracy " << share << "\n";
  return share > 0.85 ? 0 : 1;
}
