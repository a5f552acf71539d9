// Layers called on a placeholder: a session trains them as the tape does.
#include "eager_testing.h"
#include "triptych/core/random.h"
#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

namespace {

/// Two steps of training by the tape and by a session; `run` gives a tensor of the module and an input. The first
/// dimension that `open` names is unknown to the graph.
template <class M, class F>
void check_traced(const std::string& name, M& module, const tt::Tensor& input, int open, const F& run) {
  SCOPED_TRACE(name);
  const auto traced = nn::clone(module);
  optim::SGD optimizer(module.parameters(), {.lr = 0.1});
  tf::Graph graph;
  tt::Shape shape = input.shape();
  shape.set(open, tt::unknown);
  const tt::Tensor x = graph.placeholder("x", tt::float32, shape);
  const tt::Tensor loss = tt::mean(tt::square(run(*traced, x)));
  const tt::Tensor train = tf::GradientDescent({.learning_rate = 0.1}).minimize(loss);
  tf::Session session(graph, {.numerics = tt::Numerics::exact});
  session.run(graph.initializer());
  for (int step = 0; step < 2; ++step) {
    optimizer.zero_grad();
    const tt::Tensor expected = tt::mean(tt::square(run(module, input)));
    expected.backward();
    optimizer.step();
    const std::vector<tt::Tensor> results = session.run({loss, train}, {{x, input}});
    EXPECT_NEAR(results[0].item<float>(), expected.item<float>(), 1e-5f);
  }
  const std::vector<nn::NamedTensor> mine = module.named_parameters(), theirs = traced->named_parameters();
  ASSERT_EQ(mine.size(), theirs.size());
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const auto a = mine[i].second.to_vector<float>(), b = theirs[i].second.to_vector<float>();
    for (std::size_t j = 0; j < a.size(); ++j) EXPECT_NEAR(a[j], b[j], 1e-5f) << mine[i].first;
  }
}

}  // namespace

TEST(LayersGraph, TrainInASession) {
  tt::manual_seed(1);
  nn::GRU gru({.input_size = 3, .hidden_size = 4, .num_layers = 2, .batch_first = true, .bidirectional = true});
  check_traced("GRU", gru, tt::randn({2, 5, 3}), 0, [](nn::GRU& m, const tt::Tensor& x) { return m(x).output; });
  nn::LSTM lstm(3, 4);
  check_traced("LSTM", lstm, tt::randn({5, 2, 3}), 1, [](nn::LSTM& m, const tt::Tensor& x) { return m(x).hx.second; });
  nn::MultiheadAttention attention({.embed_dim = 4, .num_heads = 2, .batch_first = true});
  check_traced("MultiheadAttention", attention, tt::randn({2, 5, 4}), 0,
               [](nn::MultiheadAttention& m, const tt::Tensor& x) { return m(x, x, x).attn_output; });
  nn::TransformerEncoderLayer layer(
      {.d_model = 4, .nhead = 2, .dim_feedforward = 8, .dropout = 0, .batch_first = true});
  check_traced("TransformerEncoderLayer", layer, tt::randn({2, 5, 4}), 0,
               [](auto& m, const tt::Tensor& x) { return m(x, nn::Transformer::generate_square_subsequent_mask(5)); });
  nn::Sequential convolutions(nn::make<nn::Conv1d>(2, 4, 3, 1, 1), nn::make<nn::InstanceNorm1d>(4),
                              nn::make<nn::LPPool1d>(2, 2), nn::make<nn::PReLU>(),
                              nn::make<nn::ConvTranspose1d>(4, 2, 2, 2), nn::make<nn::GroupNorm>(1, 2));
  check_traced("convolutions", convolutions, tt::randn({2, 2, 8}), 0,
               [](nn::Sequential& m, const tt::Tensor& x) { return m(x); });
}

TEST(LayersGraph, ParametrizedAndHookedModules) {
  tt::manual_seed(1);
  nn::Linear normed(3, 2);
  nn::utils::parametrizations::weight_norm(normed);
  const auto run = [](nn::Linear& m, const tt::Tensor& x) { return m(x); };
  check_traced("weight_norm", normed, tt::randn({4, 3}), 0, run);
  nn::Linear hooked(3, 2);
  hooked.register_forward_hook([](nn::Module&, const tt::Tensor&, const tt::Tensor& y) { return y * 2; });
  hooked.register_full_backward_hook(
      [](nn::Module&, const std::vector<tt::Tensor>& in, const std::vector<tt::Tensor>&) { return in; });
  check_traced("hooks", hooked, tt::randn({4, 3}), 0, run);
}

TEST(LayersGraph, WhatNeedsValuesSaysSo) {
  tf::Graph graph;
  const tt::Tensor x = graph.placeholder("x", tt::int64, {4});
  const tt::Tensor images = graph.placeholder("images", tt::float32, {4, 3});
  nn::Embedding bounded({.num_embeddings = 5, .embedding_dim = 2, .max_norm = 1.0});
  EXPECT_THROW(bounded(x), tt::UnsupportedError);
  nn::BatchNorm1d cumulative({.num_features = 3, .momentum = std::nullopt});
  EXPECT_THROW(cumulative(images), tt::UnsupportedError);
}
