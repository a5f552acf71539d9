// Is a digit of the sequence repeated later? Each step has to know what comes before it and what comes after it, so one
// LSTM reads forwards, another backwards.
#include <triptych/lowlevel.h>

#include <iostream>
#include <random>
#include <set>

#include "recurrent.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

constexpr std::int64_t steps = 8, symbols = 8, units = 32;

struct Sequences {
  tt::Tensor x, y;  // (time, batch)
};

/// y is 1 where the symbol stands somewhere else in the sequence, too.
Sequences sequences(std::int64_t count, std::mt19937& random) {
  std::vector<std::int64_t> x(static_cast<std::size_t>(steps * count));
  std::vector<float> y(x.size());
  const auto at = [count](std::int64_t t, std::int64_t i) { return static_cast<std::size_t>(t * count + i); };
  for (std::int64_t& symbol : x) symbol = static_cast<std::int64_t>(random() % symbols);
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t t = 0; t < steps; ++t)
      for (std::int64_t other = 0; other < steps; ++other)
        if (other != t && x[at(t, i)] == x[at(other, i)]) y[at(t, i)] = 1;
  return {tt::tensor(x, {steps, count}), tt::tensor(y, {steps, count})};
}

}  // namespace

int main() {
  tt::manual_seed(1);
  std::mt19937 random(1);
  constexpr std::int64_t batch_size = 128;

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const tt::Tensor symbols_of = graph.placeholder("symbols", tt::int64, {steps, batch_size});
  const tt::Tensor repeated = graph.placeholder("repeated", tt::float32, {steps, batch_size});
  const tt::Tensor x = tf::one_hot(symbols_of, symbols);
  const examples::LSTM forwards(symbols, units, "forwards"), backwards(symbols, units, "backwards");
  const tt::Tensor before = forwards.unroll(x, forwards.zero_state(batch_size)).first;
  const tt::Tensor turned = backwards.unroll(tf::reverse(x, 0), backwards.zero_state(batch_size)).first;
  const tt::Tensor both = tf::concat({before, tf::reverse(turned, 0)}, 2);
  const tt::Tensor logits = tf::squeeze(tf::matmul(both, tf::get_variable("w", {2 * units, 1})), 2);
  const tt::Tensor loss = tf::reduce_mean(tf::nn::sigmoid_cross_entropy_with_logits(repeated, logits));
  const tt::Tensor train = tf::train::AdamOptimizer(0.01).minimize(loss);
  const tt::Tensor right = tf::equal(tf::greater(logits, 0), tf::greater(repeated, 0));
  const tt::Tensor accuracy = tf::reduce_mean(tf::cast(right, tt::float32));

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable train_step = session.make_callable({symbols_of, repeated}, {loss, train});
  for (int step = 1; step <= 600; ++step) {
    const Sequences batch = sequences(batch_size, random);
    const float now = train_step(batch.x, batch.y)[0].item<float>();
    if (step % 100 == 0) std::cout << "step " << step << ": loss " << now << "\n";
  }
  const Sequences test = sequences(batch_size, random);
  const float share = session.run(accuracy, {{symbols_of, test.x}, {repeated, test.y}}).item<float>();
  std::cout << "accuracy " << share << "\n";
  return share > 0.95 ? 0 : 1;
}
