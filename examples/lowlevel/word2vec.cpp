// Words that stand in the same places lie close together: vectors of words, learned by telling the words around one
// from others (skip-gram with a sampled loss), on Shakespeare. Mikolov and others, 2013.
//
// Tested: --epochs 2 --at-least 0.4
#include <triptych/lowlevel.h>

#include <algorithm>
#include <iostream>
#include <random>

#include "../options.h"
#include "words.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

/// A word, and one that stands near it.
struct Pair {
  std::int64_t word, near;
};

/// Each word of the vocabulary with those up to `window` places away, shuffled.
std::vector<Pair> pairs_of(const std::vector<std::int64_t>& text, std::size_t window, std::mt19937& random) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < text.size(); ++i)
    for (std::size_t j = i + 1; j <= i + window && j < text.size(); ++j)
      if (text[i] != 0 && text[j] != 0) {
        pairs.push_back({text[i], text[j]});
        pairs.push_back({text[j], text[i]});
      }
  std::shuffle(pairs.begin(), pairs.end(), random);
  return pairs;
}

/// Words that can stand for each other. A neighbour drawn blindly is of a word's kind in one of sixty cases.
const std::vector<std::vector<const char*>> kinds{
    {"my", "thy", "his", "her", "our", "your", "their"},
    {"i", "thou", "he", "she", "we", "they", "you"},
    {"me", "him", "them", "us", "thee"},
    {"will", "shall", "should", "would", "could", "can", "may", "must", "might"},
    {"is", "was", "are", "were", "be"},
    {"hath", "have", "has", "had", "doth", "do", "did"},
    {"king", "queen", "duke", "lord", "lady", "prince", "earl", "sir"},
    {"father", "mother", "brother", "son", "sister", "wife", "husband", "daughter", "uncle", "cousin"},
    {"come", "go", "speak", "see", "hear", "know", "give", "make", "take", "bring", "stay", "tell", "look"},
    {"by", "in", "on", "for", "with", "from", "to", "of", "at", "upon"},
    {"good", "noble", "sweet", "gentle", "fair", "great", "dear", "poor", "true"}};

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const auto epochs = options.get("epochs", 15);
  const auto vocabulary = options.get("vocabulary", std::int64_t{2000});
  const auto width = options.get("width", std::int64_t{32});
  const auto window = options.get("window", std::size_t{2});
  const auto num_sampled = options.get("num-sampled", std::int64_t{64});
  const auto batch_size = options.get("batch-size", std::int64_t{256});
  const auto rate = options.get("lr", 1.0);
  const auto at_least = options.get("at-least", 0.55);
  options.end();
  tt::manual_seed(1);
  std::mt19937 random(1);
  const examples::Words words(examples::read_text("tinyshakespeare/input.txt"), vocabulary);

  const tf::Graph graph;
  const auto here = tf::as_default(graph);
  const tt::Tensor inputs = tf::placeholder(tt::int64, {batch_size}, "inputs");
  const tt::Tensor labels = tf::placeholder(tt::int64, {batch_size, 1}, "labels");
  const tf::Variable embeddings =
      graph.variable("embeddings", tf::random::uniform({vocabulary, width}, -0.5 / width, 0.5 / width));
  const tf::Variable weights = graph.variable("nce/weights", {vocabulary, width}, tt::init::zeros());
  const tf::Variable biases = graph.variable("nce/biases", {vocabulary}, tt::init::zeros());
  const tt::Tensor loss = tf::reduce_mean(
      tf::nn::nce_loss(weights, biases, labels, tf::nn::embedding_lookup(embeddings, inputs), num_sampled, vocabulary));
  const tt::Tensor train = tf::train::AdagradOptimizer(rate).minimize(loss);

  // Cosines between some words and the most frequent ones.
  constexpr std::int64_t frequent = 500;
  const tt::Tensor asked = tf::placeholder(tt::int64, {tt::unknown}, "asked");
  const tt::Tensor directions = tf::nn::l2_normalize(embeddings, -1);
  const tt::Tensor similarity = tf::matmul(tf::nn::embedding_lookup(directions, asked),
                                           tf::transpose(tf::slice(directions, {0, 0}, {frequent, width})));

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable step = session.make_callable({inputs, labels}, {loss, train});
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const std::vector<Pair> pairs = pairs_of(words.text(), window, random);
    tt::Mean mean;
    const auto n = static_cast<std::size_t>(batch_size);
    std::vector<std::int64_t> centre(n), around(n);
    for (std::size_t at = 0; at + n <= pairs.size(); at += n) {
      for (std::size_t i = 0; i < n; ++i) {
        centre[i] = pairs[at + i].word;
        around[i] = pairs[at + i].near;
      }
      mean.update(step(tt::tensor(centre, {batch_size}), tt::tensor(around, {batch_size, 1}))[0]);
    }
    std::cout << "epoch " << epoch << ": loss " << mean.result() << "\n";
  }

  /// The words nearest to one, itself left out.
  const auto neighbours = [&](const char* word, std::int64_t count) {
    const std::int64_t number = words.number(word);
    const tt::Tensor near = session.run(similarity, {{asked, tt::tensor({number})}});
    const auto order = tt::argsort(-near[0]).to_vector<std::int64_t>();
    std::vector<std::string> names;
    for (const std::int64_t other : order)
      if (other != number && other != 0 && static_cast<std::int64_t>(names.size()) < count)
        names.push_back(words.name(other));
    return names;
  };
  for (const char* word : {"my", "he", "will", "king", "father", "good", "go"}) {
    std::cout << word << ":";
    for (const std::string& name : neighbours(word, 6)) std::cout << " " << name;
    std::cout << "\n";
  }
  double all = 0, same_kind = 0;
  for (const auto& kind : kinds)
    for (const char* word : kind) {
      ++all;
      const std::string nearest = neighbours(word, 1)[0];
      same_kind += std::find(kind.begin(), kind.end(), nearest) != kind.end();
    }
  std::cout << "nearest words of the same kind: " << same_kind / all << "\n";
  return same_kind / all >= at_least ? 0 : 1;
}
