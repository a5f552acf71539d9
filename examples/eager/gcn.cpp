// Papers and who cites whom: a graph convolutional network guesses the subjects of all from those of a few. After
// pytorch/examples/gcn (Kipf and Welling, 2017: https://arxiv.org/abs/1609.02907), on a graph that is drawn with the
// sizes of Cora: 2708 papers of 7 subjects, 1433 words, 5429 citations, of which four fifths stay within a subject.
//
// Tested: --epochs 100
#include <triptych/eager.h>

#include <iostream>

#include "../options.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Slice;
using tt::Tensor;

namespace {

constexpr std::int64_t papers = 2708, words = 1433, subjects = 7, citations = 5429;

struct Graph {
  Tensor features, labels;          // (papers, words), (papers)
  Tensor source, target, strength;  // of each edge, both ways and of each paper to itself: D^-1/2 (A + I) D^-1/2
};

Graph draw_cora() {
  Graph graph;
  graph.labels = tt::randint(0, subjects, {papers});
  // Some words are likelier in one subject. A paper has about 18 of them.
  const Tensor favourites = tt::bernoulli(tt::full({subjects, words}, 0.1));
  const Tensor likelihood = 0.008 + 0.04 * favourites[graph.labels];
  graph.features = tt::bernoulli(likelihood);
  graph.features = graph.features / graph.features.sum({1}, true).clamp_min(1);

  // Of random pairs an eighth is kept, most of them of one subject.
  constexpr std::int64_t pairs = citations * 8;
  const Tensor from = tt::randint(0, papers, {pairs}), to = tt::randint(0, papers, {pairs});
  const Tensor same = graph.labels[from].eq(graph.labels[to]);
  const Tensor kept = tt::rand({pairs}) < tt::where(same, 0.7, 0.03);
  const Tensor self = tt::arange(papers);
  graph.source = tt::cat({from[kept], to[kept], self});
  graph.target = tt::cat({to[kept], from[kept], self});
  const Tensor degree = tt::bincount(graph.target).to(tt::float32);
  graph.strength = 1 / (degree[graph.source] * degree[graph.target]).sqrt();
  return graph;
}

/// A (x W) + b, the product with the sparse matrix A as a sum over edges.
struct GraphConv : nn::Module {
  GraphConv(std::int64_t input_dim, std::int64_t output_dim)
      : kernel(add<nn::Linear>("kernel", input_dim, output_dim, false)),
        bias(register_parameter("bias", tt::zeros({output_dim}))) {
    nn::init::xavier_uniform_(kernel.weight);
  }
  using Module::forward;
  Tensor forward(const Tensor& x, const Graph& graph) {
    const Tensor support = kernel(x);
    const Tensor messages = support[graph.source] * graph.strength.unsqueeze(1);
    return tt::zeros_like(support).index_add(0, graph.target, messages) + bias;
  }
  Tensor operator()(const Tensor& x, const Graph& graph) { return nn::call(*this, x, graph); }

  nn::Linear& kernel;
  Tensor& bias;
};

struct GCN : nn::Module {
  explicit GCN(std::int64_t hidden)
      : gc1(add<GraphConv>("gc1", words, hidden)),
        gc2(add<GraphConv>("gc2", hidden, subjects)),
        dropout(add<nn::Dropout>("dropout", 0.5)) {}
  using Module::forward;
  Tensor forward(const Tensor& x, const Graph& graph) {
    const Tensor h = F::relu(gc1(dropout(x), graph));
    return F::log_softmax(gc2(dropout(h), graph), 1);
  }
  Tensor operator()(const Graph& graph) { return nn::call(*this, graph.features, graph); }

  GraphConv &gc1, &gc2;
  nn::Dropout& dropout;
};

/// The accuracy on papers from `from` on, after training with the subjects of the first `labelled` ones.
double accuracy_of(const Graph& graph, int epochs, int labelled) {
  GCN model(16);
  optim::Adam optimizer(model.parameters(), {.lr = 0.01, .weight_decay = 5e-4});
  const Slice seen(0, labelled), unseen(labelled, tt::none);
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    model.train();
    optimizer.zero_grad();
    const Tensor loss = F::nll_loss(model(graph)[seen], graph.labels[seen]);
    loss.backward();
    optimizer.step();
    if (epoch % 50 == 0) std::cout << "  epoch " << epoch << ", loss " << loss.item<float>() << "\n";
  }
  model.eval();
  const tt::eager::NoGrad guard;
  return model(graph)[unseen].argmax(1).eq(graph.labels[unseen]).to(tt::float32).mean().item<double>();
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int epochs = options.get("epochs", 200), labelled = options.get("labelled", 140);
  options.end();

  tt::manual_seed(1);
  const Graph graph = draw_cora();
  Graph alone = graph;  // each paper by itself
  alone.source = alone.target = tt::arange(papers);
  alone.strength = tt::ones({papers});

  std::cout << "words alone\n";
  const double by_words = accuracy_of(alone, epochs, labelled);
  std::cout << "words and citations\n";
  const double by_both = accuracy_of(graph, epochs, labelled);
  std::cout << "accuracy by words " << by_words << ", by words and citations " << by_both << "\n";
  return by_both > 0.75 && by_both > by_words + 0.1 ? 0 : 1;
}
