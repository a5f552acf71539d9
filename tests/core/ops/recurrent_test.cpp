// Recurrent layers where samples cannot say it: unknown lengths, dropout between layers, sizes, errors.
#include "triptych/core/ops/recurrent.h"

#include <gtest/gtest.h>

#include <cmath>

#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;

namespace {

tt::Tensor wave(const tt::Shape& shape, double phase) {
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i) + phase));
  return tt::from_span<float>(values, shape);
}

tt::RecurrentWeights weights(std::int64_t gates, std::int64_t in, std::int64_t hidden) {
  return {wave({gates * hidden, in}, 1) * 0.3, wave({gates * hidden, hidden}, 2) * 0.3, wave({gates * hidden}, 3),
          wave({gates * hidden}, 4)};
}

}  // namespace

// A layer is its cell, step by step; of sizes that are cut in several tasks, chains and panels.
TEST(Recurrent, LayersAreTheirCells) {
  const tt::Tensor x = wave({3, 37, 5}, 0);
  const tt::RecurrentWeights four = weights(4, 5, 70), three = weights(3, 5, 70), one = weights(1, 5, 70);
  const auto [output, h_n, c_n] = tt::lstm(x, {four});
  tt::LstmState state;
  tt::Tensor gru, rnn;
  const auto gru_output = tt::gru(x, {three}).output, rnn_output = tt::rnn_tanh(x, {one}).output;
  for (std::int64_t t = 0; t < 3; ++t) {
    const tt::Tensor step = tt::select(x, 0, t);
    state = tt::lstm_cell(step, state, four);
    gru = tt::gru_cell(step, gru, three);
    rnn = tt::rnn_tanh_cell(step, rnn, one);
    EXPECT_EQ(tt::select(output, 0, t).to_vector<float>(), state.h.to_vector<float>());
    EXPECT_EQ(tt::select(gru_output, 0, t).to_vector<float>(), gru.to_vector<float>());
    EXPECT_EQ(tt::select(rnn_output, 0, t).to_vector<float>(), rnn.to_vector<float>());
  }
  EXPECT_EQ(c_n.to_vector<float>(), state.c.to_vector<float>());
}

// What only a gradient reads is not kept without one, eagerly and in a graph, and does not show.
TEST(Recurrent, WithoutAGradientNothingIsKept) {
  const tt::Tensor x = wave({9, 37, 5}, 0), counts = tt::cast(tt::arange(37) % 10, tt::int64);
  const std::vector<tt::RecurrentWeights> four{weights(4, 5, 70)}, three{weights(3, 5, 70)}, one{weights(1, 5, 70)};
  const auto all = [&](const tt::Tensor& of) {
    return std::vector{tt::lstm(of, four, {.lengths = counts}).output, tt::gru(of, three, {.lengths = counts}).output,
                       tt::gru(of, three, {.reset_after = false}).output, tt::rnn_relu(of, one).output};
  };
  const auto kept = all(x.clone().set_requires_grad()), free = all(x);
  const tt::GraphHandle graph;
  const tt::Tensor symbolic = tt::graph_placeholder(graph, "x", tt::float32, x.shape(), {}, tt::Location::here());
  const auto run = tt::lowlevel::Session(graph).run(all(symbolic), {{symbolic, x}});
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(free[i].to_vector<float>(), kept[i].to_vector<float>()) << i;
    EXPECT_EQ(run[i].to_vector<float>(), kept[i].to_vector<float>()) << i;
  }
  const auto peak = [](auto call) {
    tt::reset_statistics();
    const std::int64_t before = tt::statistics().bytes_in_use;
    call();
    return tt::statistics().peak_bytes_in_use - before;
  };
  const tt::Tensor leaf = x.clone().set_requires_grad();
  constexpr std::int64_t kept_bytes = 9 * 37 * 5 * 70 * 4;
  EXPECT_GT(peak([&] { tt::lstm(leaf, four); }) - peak([&] { tt::lstm(x, four); }), kept_bytes * 8 / 10);
}

TEST(Recurrent, UnknownLengthsAndBatchesInAGraph) {
  const tt::RecurrentWeights w = weights(3, 4, 5);
  tt::GraphHandle graph;
  const tt::Tensor x =
      tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown, tt::unknown, 4}, {}, tt::Location::here());
  const tt::Tensor lengths = tt::graph_placeholder(graph, "n", tt::int64, {tt::unknown}, {}, tt::Location::here());
  const tt::Tensor y = tt::gru(x, {w}, {.batch_first = true, .lengths = lengths}).output;
  const tt::Tensor dx = tt::gradients(std::vector{y}, std::vector{x})[0];
  const tt::lowlevel::Session session(graph);
  for (const std::int64_t steps : {1, 6}) {
    const tt::Tensor value = wave({3, steps, 4}, 0.5), counts = tt::tensor({1, 0, 5});
    const auto results = session.run({y, dx}, {{x, value}, {lengths, counts}});
    const tt::Tensor leaf = value.detach().set_requires_grad();
    const tt::Tensor now = tt::gru(leaf, {w}, {.batch_first = true, .lengths = counts}).output;
    EXPECT_EQ(results[0].to_vector<float>(), now.to_vector<float>());
    EXPECT_EQ(
        results[1].to_vector<float>(),
        tt::gradients(std::vector{now}, std::vector{leaf}, std::vector{tt::ones_like(now)})[0].to_vector<float>());
  }
  // The second derivative goes through the steps, whose number must be known.
  EXPECT_THROW(tt::gradients(std::vector{dx}, std::vector{x}), tt::UnsupportedError);
}

TEST(Recurrent, DropoutIsBetweenLayersAndInTrainingOnly) {
  const tt::Tensor x = wave({4, 2, 5}, 0);
  const std::vector<tt::RecurrentWeights> two{weights(4, 5, 6), weights(4, 6, 6)};
  const tt::Tensor state = tt::Generator(3).next_stream();
  const auto plain = tt::lstm(x, two), off = tt::lstm(x, two, {.dropout = 0.5, .training = false}),
             on = tt::lstm(x, two, {.dropout = 0.5, .state = state}),
             one = tt::lstm(x, {two[0]}, {.dropout = 0.5, .state = state});
  EXPECT_EQ(plain.output.to_vector<float>(), off.output.to_vector<float>());
  EXPECT_NE(plain.output.to_vector<float>(), on.output.to_vector<float>());
  EXPECT_EQ(tt::select(plain.h_n, 0, 0).to_vector<float>(), tt::select(on.h_n, 0, 0).to_vector<float>());
  EXPECT_EQ(tt::select(one.h_n, 0, 0).to_vector<float>(), tt::select(plain.h_n, 0, 0).to_vector<float>());
}

TEST(Recurrent, ThreadsDoNotShow) {
  const tt::Tensor x = wave({5, 50, 8}, 0);
  const std::vector<tt::RecurrentWeights> w{weights(4, 8, 33)};
  const int threads = tt::num_threads();
  tt::set_num_threads(1);
  const auto alone = tt::lstm(x, w).output.to_vector<float>();
  tt::set_num_threads(3);
  EXPECT_EQ(tt::lstm(x, w).output.to_vector<float>(), alone);
  tt::set_num_threads(threads);
}

TEST(Recurrent, Errors) {
  const tt::Tensor x = wave({4, 2, 5}, 0);
  const tt::RecurrentWeights w = weights(4, 5, 6);
  const auto refuses = [](auto call) { EXPECT_THROW(call(), tt::ArgumentError); };
  refuses([&] { tt::lstm(x, {}); });
  refuses([&] { tt::lstm(x, {w}, {.bidirectional = true}); });
  refuses([&] { tt::lstm(wave({4, 2, 6}, 0), {w}); });
  refuses([&] { tt::lstm(x, {w}, {.h_0 = tt::zeros({2, 2, 6})}); });
  refuses([&] { tt::lstm(x, {w}, {.h_0 = tt::zeros({1, 3, 6})}); });
  refuses([&] { tt::lstm(x, {w}, {.dropout = 2}); });
  refuses([&] { tt::lstm(x, {w}, {.lengths = tt::ones({2})}); });
  refuses([&] { tt::lstm(x, {w}, {.mask = tt::ones({4, 2})}); });
  refuses([&] { tt::gru(x, {w}); });
  refuses([&] { tt::gru(x, {weights(3, 5, 6)}, {.c_0 = tt::zeros({1, 2, 6})}); });
  refuses([&] { tt::lstm_cell(x, {}, w); });
}
