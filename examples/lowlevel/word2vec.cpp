// Words as vectors: a word's vector tells which words stand around it. Skip-grams with a sampled loss, on Shakespeare.
// Mikolov and others, 2013.
#include <triptych/lowlevel.h>

#include <iostream>
#include <random>

#include "words.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

int main() {
  tt::manual_seed(1);
  constexpr std::int64_t vocabulary = 2000, width = 64, batch_size = 256, sampled = 64, window = 3;
  const examples::Words words(examples::read_text("tinyshakespeare/input.txt"), vocabulary);
  std::cout << words.text().size() << " words, " << words.size() << " different ones\n";

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const tt::Tensor centre = graph.placeholder("centre", tt::int64, {batch_size});
  const tt::Tensor around = graph.placeholder("around", tt::int64, {batch_size, 1});
  const tf::Variable embeddings = graph.variable("embeddings", tf::random::uniform({vocabulary, width}, -0.1, 0.1));
  const tf::Variable weights = graph.variable("weights", tf::random::truncated_normal({vocabulary, width}, 0, 0.125));
  const tf::Variable biases = graph.variable("biases", tf::zeros({vocabulary}));
  const tt::Tensor loss = tf::reduce_mean(tf::nn::sampled_softmax_loss(
      weights, biases, around, tf::nn::embedding_lookup(embeddings, centre), sampled, vocabulary));
  const tt::Tensor train = tf::train::AdagradOptimizer(1.0).minimize(loss);

  const tt::Tensor asked = graph.placeholder("asked", tt::int64, {tt::unknown});
  const tt::Tensor directions = tf::nn::l2_normalize(embeddings, 1);
  const tt::Tensor similarity = tf::matmul(tf::gather(directions, asked), tf::transpose(directions));
  const tt::Tensor nearest = tf::nn::top_k(similarity, 6).indices;

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable train_step = session.make_callable({centre, around}, {loss, train});
  std::mt19937 random(1);
  tt::Mean mean;
  double first = 0, last = 0;
  for (int step = 1; step <= 3000; ++step) {
    std::vector<std::int64_t> from, to;
    while (static_cast<std::int64_t>(from.size()) < batch_size) {
      const std::size_t place = window + random() % (words.text().size() - 2 * window);
      const std::size_t other = place + random() % (2 * window + 1) - window;
      if (other == place || words.text()[place] == 0 || words.text()[other] == 0) continue;
      from.push_back(words.text()[place]);
      to.push_back(words.text()[other]);
    }
    mean.update(train_step(tt::tensor(from), tt::tensor(to, {batch_size, 1}))[0]);
    if (step % 500 != 0) continue;
    last = mean.result();
    if (first == 0) first = last;
    std::cout << "step " << step << ": loss " << last << "\n";
    mean = tt::Mean();
  }

  std::vector<std::int64_t> numbers;
  for (const char* word : {"thou", "king", "he", "father"}) numbers.push_back(words.number(word));
  bool knows_thou = false;
  const tt::Tensor found = session.run(nearest, {{asked, tt::tensor(numbers)}});
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::cout << words.name(numbers[i]) << ":";
    for (std::int64_t k = 1; k < 6; ++k) {  // the nearest one is the word itself
      const std::string& word = words.name(found[static_cast<std::int64_t>(i)][k].item<std::int64_t>());
      std::cout << " " << word;
      knows_thou |= i == 0 && (word == "thy" || word == "art" || word == "thee" || word == "hast");
    }
    std::cout << "\n";
  }
  return last < first && knows_thou ? 0 : 1;
}
