// A module called on a placeholder is traced: a session trains it, and the module's own tensors change.
#include <gtest/gtest.h>

#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

namespace {

struct Net : nn::Module {
  nn::Linear& hidden = add<nn::Linear>("hidden", 6, 5);
  nn::Linear& out = add<nn::Linear>("out", 5, 2);
  tt::Tensor forward(const tt::Tensor& x) override { return out(tt::relu(hidden(x))); }
};

tt::Tensor squared_error(nn::Module& net, const tt::Tensor& x, const tt::Tensor& y) {
  const tt::Tensor error = net(x) - y;
  return tt::mean(error * error);
}

tt::Tensor batch(int step, std::int64_t rows, std::int64_t columns) {
  std::vector<float> values(static_cast<std::size_t>(rows * columns));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(step) * 3) % 11) / 11 - 0.4f;
  return tt::tensor(values, {rows, columns});
}

}  // namespace

TEST(EagerSession, AModuleOnAPlaceholderTrains) {
  Net eager;
  const auto traced = nn::clone(eager);
  optim::SGD optimizer(eager.parameters(), {.lr = 0.1});

  tf::Graph graph;
  const tt::Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 6});
  const tt::Tensor y = graph.placeholder("y", tt::float32, {tt::unknown, 2});
  const tt::Tensor loss = squared_error(*traced, x, y);
  const tt::Tensor train = tf::GradientDescent({.learning_rate = 0.1}).minimize(loss);
  tf::Session session(graph, {.numerics = tt::Numerics::exact});
  session.run(graph.initializer());

  const auto before = traced->hidden.weight.to_vector<float>();
  for (int step = 0; step < 6; ++step) {
    const std::int64_t rows = step == 5 ? 3 : 8;  // a short last batch
    const tt::Tensor inputs = batch(step, rows, 6), targets = batch(step + 50, rows, 2);
    optimizer.zero_grad();
    const tt::Tensor eager_loss = squared_error(eager, inputs, targets);
    eager_loss.backward();
    optimizer.step();
    const tt::Tensor graph_loss = session.run({loss, train}, {{x, inputs}, {y, targets}})[0];
    EXPECT_EQ(graph_loss.item<float>(), eager_loss.item<float>()) << "step " << step;
  }
  EXPECT_NE(traced->hidden.weight.to_vector<float>(), before);
  const auto mine = eager.named_parameters(), theirs = traced->named_parameters();
  for (std::size_t i = 0; i < mine.size(); ++i)
    EXPECT_EQ(mine[i].second.to_vector<float>(), theirs[i].second.to_vector<float>()) << mine[i].first;
}

TEST(EagerSession, TheGraphReadsWhatAnEagerStepWrote) {
  Net net;
  tf::Graph graph;
  const tt::Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 6});
  const tt::Tensor y = net(x);
  tf::Session session(graph, {.numerics = tt::Numerics::exact});
  session.run(graph.initializer());
  const tt::Tensor inputs = batch(1, 4, 6);
  const auto before = session.run(y, {{x, inputs}}).to_vector<float>();
  EXPECT_EQ(before, net(inputs).to_vector<float>());
  optim::SGD optimizer(net.parameters(), {.lr = 0.5});
  tt::sum(net(inputs)).backward();
  optimizer.step();
  const auto after = session.run(y, {{x, inputs}}).to_vector<float>();
  EXPECT_NE(after, before);
  EXPECT_EQ(after, net(inputs).to_vector<float>());
}

// Steps by the session and steps by the eager optimizer, in any order, make one training: statistics, streams and
// counts go on.
TEST(EagerSession, EagerAndTracedStepsAlternate) {
  struct Normalized : nn::Module {
    nn::Linear& hidden = add<nn::Linear>("hidden", 6, 5);
    nn::BatchNorm1d& bn = add<nn::BatchNorm1d>("bn", 5);
    nn::Dropout& drop = add<nn::Dropout>("drop", 0.3);
    nn::Linear& out = add<nn::Linear>("out", 5, 2);
    tt::Tensor forward(const tt::Tensor& x) override { return out(drop(tt::relu(bn(hidden(x))))); }
  };
  tt::manual_seed(4);
  Normalized eager;
  const auto mixed = nn::clone(eager);
  optim::SGD eager_optimizer(eager.parameters(), {.lr = 0.1}), mixed_optimizer(mixed->parameters(), {.lr = 0.1});

  tf::Graph graph;
  const tt::Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 6});
  const tt::Tensor y = graph.placeholder("y", tt::float32, {tt::unknown, 2});
  const tt::Tensor loss = squared_error(*mixed, x, y);
  const tt::Tensor train = tf::GradientDescent({.learning_rate = 0.1}).minimize(loss);
  mixed->eval();
  const tt::Tensor prediction = (*mixed)(x);
  mixed->train();
  const tf::Session session(graph, {.numerics = tt::Numerics::exact});
  session.run(graph.initializer());
  const auto eager_step = [](nn::Module& net, optim::SGD& optimizer, const tt::Tensor& inputs,
                             const tt::Tensor& targets) {
    optimizer.zero_grad();
    const tt::Tensor value = squared_error(net, inputs, targets);
    value.backward();
    optimizer.step();
    return value.item<float>();
  };
  for (int step = 0; step < 8; ++step) {
    const tt::Tensor inputs = batch(step, 8, 6), targets = batch(step + 50, 8, 2);
    const float expected = eager_step(eager, eager_optimizer, inputs, targets);
    const float got = step % 3 == 1 ? eager_step(*mixed, mixed_optimizer, inputs, targets)
                                    : session.run({loss, train}, {{x, inputs}, {y, targets}})[0].item<float>();
    EXPECT_EQ(got, expected) << step;
    const auto mine = eager.state_dict(), theirs = mixed->state_dict();
    for (const auto& [name, tensor] : mine)
      EXPECT_TRUE(tt::all(tt::equal(tensor, theirs.at(name))).item<bool>()) << name << " after step " << step;
    eager.eval();
    EXPECT_EQ(session.run(prediction, {{x, inputs}}).to_vector<float>(), eager(inputs).to_vector<float>());
    eager.train();
  }
}
