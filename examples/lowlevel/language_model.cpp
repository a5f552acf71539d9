// The next word of Shakespeare: an LSTM that carries its state from batch to batch, with clipped gradients and a
// learning rate that falls, as in TensorFlow's model of the Penn Treebank. Zaremba and others, 2014.
#include <triptych/lowlevel.h>

#include <cmath>
#include <iostream>

#include "recurrent.h"
#include "words.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

constexpr std::int64_t vocabulary = 1000, units = 64, batch_size = 20, steps = 16;

/// The text in `batch_size` columns that are read side by side: (time, batch).
tt::Tensor columns(const std::vector<std::int64_t>& text) {
  const auto length = static_cast<std::int64_t>(text.size()) / batch_size;
  const std::vector<std::int64_t> whole(text.begin(), text.begin() + length * batch_size);
  return tt::transpose(tt::tensor(whole, {batch_size, length}), 0, 1);
}

}  // namespace

int main() {
  tt::manual_seed(1);
  const examples::Words words(examples::read_text("tinyshakespeare/input.txt"), vocabulary);
  const tt::Tensor text = columns(words.text());

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const tt::Tensor input = graph.placeholder("input", tt::int64, {steps, batch_size});
  const tt::Tensor next = graph.placeholder("next", tt::int64, {steps, batch_size});
  const tf::Variable embeddings = tf::get_variable("embeddings", {vocabulary, units});
  const examples::LSTM lstm(units, units, "lstm");
  const tf::Variable c = graph.variable(
      "state/c", tt::tensor(std::vector<float>(batch_size * units), {batch_size, units}), {.trainable = false});
  const tf::Variable h = graph.variable("state/h", tf::zeros({batch_size, units}), {.trainable = false});
  const auto [outputs, last] = lstm.unroll(tf::nn::embedding_lookup(embeddings, input), {c, h});
  const tt::Tensor logits = tf::matmul(tf::reshape(outputs, {-1, units}), tf::get_variable("w", {units, vocabulary})) +
                            tf::get_variable("b", {vocabulary}, {.initializer = tt::init::zeros()});
  const tt::Tensor loss = tf::reduce_mean(
      tf::nn::sparse_softmax_cross_entropy_with_logits(tf::reshape(next, {steps * batch_size}), logits));

  const tf::Variable step = tf::train::create_global_step(graph);
  const tt::Tensor rate = tf::train::polynomial_decay(0.01, step, 400, 0.001);
  tf::train::AdamOptimizer optimizer(rate);
  auto gradients = optimizer.compute_gradients(loss);
  std::vector<tt::Tensor> raw;
  for (const auto& [gradient, variable] : gradients) raw.push_back(gradient);
  const std::vector<tt::Tensor> clipped = tf::clip_by_global_norm(raw, 5).first;
  for (std::size_t i = 0; i < clipped.size(); ++i) gradients[i].gradient = clipped[i];
  const tt::Tensor train = tf::group({optimizer.apply_gradients(gradients, step), c.assign(last.c), h.assign(last.h)});

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable train_step = session.make_callable({input, next}, {loss, train});
  tt::Mean mean;
  double perplexity = 0;
  for (int i = 0; i < 400; ++i) {
    const std::int64_t at = i * steps % (text.size(0) - steps - 1);
    mean.update(train_step(tt::slice(text, 0, {at, at + steps}), tt::slice(text, 0, {at + 1, at + steps + 1}))[0]);
    if ((i + 1) % 100 != 0) continue;
    perplexity = std::exp(mean.result());
    std::cout << "step " << i + 1 << ": perplexity " << perplexity << "\n";
    mean = tt::Mean();
  }
  return perplexity < 150 ? 0 : 1;
}
