// State that is changed in place while it is traced: effects belong to the call, follow the order of creation, and give
// what the eager module gives.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace keras = triptych::keras;
using Floats = std::vector<float>;
using tt::eager::NoGrad;

namespace {

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const tt::Error& error) {
    return error.what();
  }
  return "no error";
}

Floats floats(const tt::Tensor& tensor) { return tensor.to_vector<float>(); }

/// Every test runs compiled and node by node.
class Effects : public testing::TestWithParam<bool> {
 protected:
  tf::Session session() const { return tf::Session(graph, {.numerics = tt::Numerics::exact, .compile = GetParam()}); }
  tf::Graph graph;
  tt::Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  std::vector<tf::Feed> feed{{x, tt::tensor<float>({1, 10})}};
};
INSTANTIATE_TEST_SUITE_P(Engines, Effects, testing::Bool(),
                         [](const auto& info) { return info.param ? "Compiled" : "NodeByNode"; });

/// Counts its calls, and multiplies by the count.
struct Counter : nn::Module {
  tt::Tensor& count = register_buffer("count", tt::zeros({}));
  tt::Tensor forward(const tt::Tensor& x) override {
    count.add_(1);
    return x * count;
  }
};

/// Does what it is given: small modules in one line.
struct Does : nn::Module {
  explicit Does(std::function<tt::Tensor(Does&, const tt::Tensor&)> body) : body(std::move(body)) {}
  tt::Tensor forward(const tt::Tensor& x) override { return body(*this, x); }
  std::function<tt::Tensor(Does&, const tt::Tensor&)> body;
  tt::Tensor& state = register_buffer("state", tt::tensor<float>({1, 2}));
  tt::Tensor& weight = register_parameter("weight", tt::tensor<float>({3, 5}));
};

}  // namespace

TEST_P(Effects, AReadAfterAWriteSeesIt) {
  Counter traced, eager;
  const auto y = traced(x);
  const auto run = session();
  EXPECT_EQ(traced.count.item<float>(), 0);
  for (int step = 1; step <= 3; ++step) {
    EXPECT_EQ(floats(run.run(y, feed)), floats(eager(feed[0].value)));
    EXPECT_EQ(traced.count.item<float>(), step);
  }
  traced(feed[0].value);  // eager use of the same module, then the session again
  EXPECT_EQ(floats(run.run(y, feed)), (Floats{5, 50}));
}

TEST_P(Effects, AllInPlaceMethods) {
  const auto body = [](Does& m, const tt::Tensor& x) {
    tt::Tensor sum = x + m.state;
    for (const auto& write : std::vector<std::function<void()>>{
             [&] { m.state.copy_(x * 2); }, [&] { m.state.sub_(x); }, [&] { m.state.mul_(3); },
             [&] { m.state.div_(2); }, [&] { m.state.set(1, 7); }, [&] { m.state += x; }, [&] { m.state.fill_(4); },
             [&] { m.state.set(tt::Slice(0, 1), x[1]); }, [&] { m.state.copy_(tt::tensor<float>({8})); },
             [&] { m.state.zero_(); }, [&] { m.state.copy_(9); }}) {
      write();
      sum = sum * 0.5 + m.state;
    }
    return sum;
  };
  Does traced(body), eager(body);
  const auto y = traced(x);
  const auto run = session();
  for (int step = 0; step < 2; ++step) EXPECT_EQ(floats(run.run(y, feed)), floats(eager(feed[0].value)));
  EXPECT_EQ(floats(traced.state), floats(eager.state));
  EXPECT_EQ(floats(traced.state), (Floats{9, 9}));
}

// What state was while the call was traced is not what it is when the graph runs.
TEST_P(Effects, DetachedStateIsReadInEachRun) {
  const auto body = [](Does& m, const tt::Tensor& x) {
    const auto before = m.state.detach();
    m.state.add_(x);
    return before * 100 + m.state.detach() * m.weight.detach();
  };
  Does traced(body), eager(body);
  const auto y = traced(x);
  EXPECT_EQ(y.requires_grad(), false);
  const auto run = session();
  for (int step = 0; step < 2; ++step) EXPECT_EQ(floats(run.run(y, feed)), floats(eager(feed[0].value)));
  for (Does* module : {&traced, &eager}) {
    const NoGrad off;
    module->weight.fill_(2);
  }
  EXPECT_EQ(floats(run.run(y, feed)), floats(eager(feed[0].value)));
}

TEST_P(Effects, RunOnceWithWhateverIsNeededOfTheCall) {
  Does module([](Does& m, const tt::Tensor& x) {
    const auto y = x * 2;  // before the write, and not in need of it
    m.state.add_(1);
    return y;
  });
  const auto unrelated = x + 1;
  const auto first = module(x), second = module(x);
  const auto run = session();
  EXPECT_EQ(floats(run.run(unrelated, feed)), (Floats{2, 11}));
  EXPECT_EQ(floats(module.state), (Floats{1, 2}));
  EXPECT_EQ(floats(run.run(first, feed)), (Floats{2, 20}));
  EXPECT_EQ(floats(module.state), (Floats{2, 3}));
  run.run({first, first + 1, unrelated}, feed);
  EXPECT_EQ(floats(module.state), (Floats{3, 4}));
  run.run({first, second}, feed);
  EXPECT_EQ(floats(module.state), (Floats{5, 6}));
  run.run(second * 2, {{second, feed[0].value}});  // fed: nothing of the call is needed
  EXPECT_EQ(floats(module.state), (Floats{5, 6}));
}

TEST_P(Effects, OutputsThatTheCallDidNotMake) {
  Does same([](Does& m, const tt::Tensor& x) { return m.state.add_(1), x; });
  Does state([](Does& m, const tt::Tensor&) { return m.state.add_(1); });
  const auto y = same(x), z = state(x);
  const auto run = session();
  EXPECT_EQ(floats(run.run(y, feed)), (Floats{1, 10}));
  EXPECT_EQ(floats(same.state), (Floats{2, 3}));
  EXPECT_EQ(floats(state.state), (Floats{1, 2}));
  EXPECT_EQ(floats(run.run(z, feed)), (Floats{2, 3}));
  EXPECT_EQ(floats(run.run(z, feed)), (Floats{3, 4}));
}

TEST_P(Effects, AnInnerModuleBelongsToTheOuterCall) {
  struct Net : nn::Module {
    Counter& counter = add<Counter>("counter");
    nn::BatchNorm1d& bn = add<nn::BatchNorm1d>("bn", 2);
    tt::Tensor forward(const tt::Tensor& x) override {
      counter(x);  // for its effect only
      return bn(tt::reshape(x, {-1, 2}));
    }
  } net;
  const auto y = net(x);
  const auto run = session();
  run.run(y, {{x, tt::tensor<float>({1, 2, 3, 4})}});
  EXPECT_EQ(net.counter.count.item<float>(), 1);
  EXPECT_EQ(net.bn.num_batches_tracked.item<int>(), 1);
  EXPECT_FLOAT_EQ(floats(net.bn.running_mean)[0], 0.2F);
}

TEST_P(Effects, TrainingModeIsThatOfTheCall) {
  nn::BatchNorm1d bn(2);
  const auto rows = tt::reshape(x, {-1, 2});
  const auto training = bn(rows);
  bn.eval();
  const auto evaluation = bn(rows);
  bn.train();
  const auto run = session();
  const std::vector<tf::Feed> four{{x, tt::tensor<float>({1, 2, 3, 4})}};
  const auto before = floats(bn.running_var);
  run.run(evaluation, four);
  EXPECT_EQ(floats(bn.running_var), before);
  run.run(training, four);
  EXPECT_NE(floats(bn.running_var), before);
  EXPECT_EQ(bn.num_batches_tracked.item<int>(), 1);
}

TEST_P(Effects, AGradientAloneIsOfTheCallToo) {
  Does module([](Does& m, const tt::Tensor& x) {
    {
      NoGrad off;
      m.state.add_(1);
    }
    return tt::sum(x * m.weight);
  });
  const auto loss = module(x);
  const auto gradient = tf::gradients(loss, graph_captured(graph, module.weight))[0];
  const auto run = session();
  EXPECT_EQ(floats(run.run(gradient, feed)), (Floats{1, 10}));
  EXPECT_EQ(floats(module.state), (Floats{2, 3}));
}

TEST_P(Effects, NoGradIsThatOfTheCall) {
  const auto body = [](Does& m, const tt::Tensor& x) {
    tt::Tensor scale;
    {
      NoGrad off;
      scale = m.weight * 2;
      m.weight.mul_(0.5);  // a leaf stays one: what is computed from it later has a gradient
    }
    return tt::sum(x * m.weight * scale);
  };
  Does traced(body), eager(body);
  const auto loss = traced(x);
  const auto gradient = tf::gradients(loss, graph_captured(graph, traced.weight))[0];
  const auto run = session();
  const auto expected = eager(feed[0].value);
  expected.backward();
  const auto got = run.run({loss, gradient}, feed);
  EXPECT_EQ(got[0].item<float>(), expected.item<float>());
  EXPECT_EQ(floats(got[1]), floats(eager.weight.grad()));
  EXPECT_EQ(floats(traced.weight), floats(eager.weight));
}

// While recording, the buffer becomes the value that was written, with its gradient.
TEST_P(Effects, AGradientFlowsThroughAWrittenBuffer) {
  const auto body = [](Does& m, const tt::Tensor& x) {
    m.state.copy_(x * m.weight);
    m.state.mul_(2);
    return tt::sum(m.state * x);
  };
  Does traced(body), eager(body);
  const auto loss = traced(x);
  const auto gradient = tf::gradients(loss, graph_captured(graph, traced.weight))[0];
  const auto after = traced.state + 0;  // not yet run
  const auto run = session();
  eager(feed[0].value).backward();
  EXPECT_EQ(floats(run.run(gradient, feed)), floats(eager.weight.grad()));
  EXPECT_EQ(floats(traced.state), floats(eager.state));
  EXPECT_EQ(floats(after), (Floats{1, 2}));
}

// Written without recording, whatever writes it, it keeps that gradient, as a tensor does.
TEST_P(Effects, AWriteWithoutRecordingKeepsTheGradient) {
  const tt::Tensor slope = tt::tensor<float>({1, 2});
  const auto writes = std::vector<std::function<void(Does&)>>{
      [](Does& m) {
        const NoGrad off;
        m.state.mul_(5);
      },
      [](Does& m) { tt::assign_add(m.state, tt::tensor<float>({7, 8})); },
      [&](Does& m) { tt::sgd_update(tt::full({}, 0.5, tt::float64), {&m.state, 1}, {&slope, 1}); },
      [](Does& m) {
        const NoGrad off;
        m.state.mul_(5);
        m.state.add_(1);
      },
  };
  for (std::size_t i = 0; i < writes.size(); ++i) {
    SCOPED_TRACE(i);
    const auto body = [&](Does& m, const tt::Tensor& x) {
      m.state.copy_(x * m.weight);
      const auto before = tt::sum(m.state * m.state);
      writes[i](m);
      return before + tt::sum(m.state * m.state * x);
    };
    Does traced(body), eager(body);
    const auto loss = traced(x);
    const auto gradient = tf::gradients(loss, graph_captured(graph, traced.weight))[0];
    const auto run = session();
    const auto expected = eager(feed[0].value);
    expected.backward();
    const auto got = run.run({loss, gradient}, feed);
    EXPECT_EQ(got[0].item<float>(), expected.item<float>());
    EXPECT_EQ(floats(got[1]), floats(eager.weight.grad()));
    EXPECT_EQ(floats(traced.state), floats(eager.state));
  }
}

// As on the tape, which saves it: not what the state has become by the time the gradient is computed.
TEST_P(Effects, AGradientRuleReadsWhatTheForwardPassRead) {
  const auto body = [](Does& m, const tt::Tensor& x) {
    const auto y = tt::sum(x * m.weight * m.state);
    NoGrad off;
    m.state.mul_(100);
    m.weight.fill_(-1);
    return y;
  };
  Does traced(body), eager(body);
  const auto loss = traced(x);
  const auto gradients = tf::gradients(loss, {x, graph_captured(graph, traced.weight)});
  const auto run = session();
  eager(feed[0].value).backward();
  const auto got = run.run(gradients, feed);
  EXPECT_EQ(floats(got[0]), (Floats{3, 10}));
  EXPECT_EQ(floats(got[1]), floats(eager.weight.grad()));
  EXPECT_EQ(floats(traced.state), (Floats{100, 200}));
  EXPECT_EQ(floats(traced.weight), (Floats{-1, -1}));
}

TEST_P(Effects, AModuleTrainsWithAWriteToItsWeight) {
  const auto body = [](Does& m, const tt::Tensor& x) {
    {
      NoGrad off;
      m.weight.copy_(tt::clip(m.weight, 0, 4));
    }
    return tt::sum(x * m.weight * m.weight);
  };
  Does traced(body), eager(body);
  const auto loss = traced(x);
  const auto step = tf::GradientDescent({.learning_rate = 0.01}).minimize(loss);
  const auto run = session();
  run.run(graph.initializer());
  tt::eager::optim::SGD optimizer(eager.parameters(), {.lr = 0.01});
  for (int i = 0; i < 3; ++i) {
    optimizer.zero_grad();
    const auto expected = eager(feed[0].value);
    expected.backward();
    optimizer.step();
    EXPECT_EQ(run.run({loss, step}, feed)[0].item<float>(), expected.item<float>());
    EXPECT_EQ(floats(traced.weight), floats(eager.weight));
  }
}

TEST_P(Effects, AScopeTakesInPlaceWrites) {
  Does holder([](Does&, const tt::Tensor& x) { return x; });
  tt::Tensor y;
  {
    auto scope = graph.scope("count");
    holder.state.add_(1);
    {
      auto inner = graph.scope("inner");
      y = x * holder.state;
    }
  }
  const auto later = x * holder.state;
  const auto run = session();
  EXPECT_EQ(floats(run.run(later, feed)), (Floats{1, 20}));
  EXPECT_EQ(floats(run.run(y, feed)), (Floats{2, 30}));
  EXPECT_EQ(floats(holder.state), (Floats{2, 3}));
}

// An update is run by who asks for it, also if the loss stands in the same scope.
TEST_P(Effects, AScopeDoesNotRunUpdates) {
  Does module([](Does& m, const tt::Tensor& x) { return tt::sum(x * m.weight); });
  tt::Tensor loss, step;
  {
    auto scope = graph.scope("train");
    loss = module(x) * 1.5;
    step = tf::GradientDescent({.learning_rate = 1}).minimize(loss);
  }
  const auto run = session();
  run.run(graph.initializer());
  run.run(loss, feed);
  EXPECT_EQ(floats(module.weight), (Floats{3, 5}));
  run.run(step, feed);
  EXPECT_NE(floats(module.weight), (Floats{3, 5}));
}

TEST_P(Effects, Mistakes) {
  auto symbolic = x * 2;
  EXPECT_NE(error_of([&] { symbolic.add_(1); }).find("[add_] a symbolic tensor cannot be changed in place: mul"),
            std::string::npos);
  tt::Tensor plain = tt::zeros({2});
  EXPECT_NE(error_of([&] { plain.copy_(x); }).find("[copy_] a concrete tensor cannot hold a symbolic value"),
            std::string::npos);
  EXPECT_EQ(floats(plain), (Floats{0, 0}));
  Does module([](Does& m, const tt::Tensor& x) { return m.weight.add_(1), x; });
  const std::string eager = error_of([&] { module(feed[0].value); }), traced = error_of([&] { module(x); });
  EXPECT_NE(eager.find("a leaf that requires a gradient cannot be changed in place while recording"), std::string::npos)
      << eager;
  EXPECT_EQ(eager.substr(0, eager.find("At ")), traced.substr(0, traced.find("At ")));
}

TEST_P(Effects, ALayerWithState) {
  class Step : public keras::LayerBase {
   public:
    void build(const tt::Shape&) override {
      count_ = add_weight({.shape = {}, .initializer = "zeros", .trainable = false, .name = "count"});
    }
    tt::Tensor call(const tt::Tensor& x, bool training) override {
      if (training) count_.add_(1);
      return x * count_;
    }

   private:
    tt::Tensor count_;
  };
  for (const bool run_eagerly : {false, true}) {
    keras::Sequential model({keras::layers::Input({2}), keras::layer<Step>(), keras::layers::Dense(1)});
    model.compile({.optimizer = "sgd", .loss = "mse", .run_eagerly = run_eagerly});
    const auto a = tt::ones({3, 2}), b = tt::ones({3, 1});
    for (int i = 1; i <= 3; ++i) {
      model.train_on_batch(a, b);
      EXPECT_EQ(model.get_weights()[0].item<float>(), i);
    }
    model.test_on_batch(a, b);
    EXPECT_EQ(model.get_weights()[0].item<float>(), 3);
  }
}

namespace {

/// A module whose forward is a random list of reads and writes of its buffers.
struct Random : nn::Module {
  explicit Random(unsigned seed) : seed(seed) {}
  tt::Tensor forward(const tt::Tensor& x) override {
    std::mt19937 random(seed);
    std::vector<tt::Tensor> pool{x, x * 0.5};
    const auto any = [&] { return pool[random() % pool.size()]; };
    for (int i = 0; i < 30; ++i) {
      tt::Tensor& state = random() % 2 ? a : b;
      if (random() % 3 == 0) {
        NoGrad off;
        switch (random() % 6) {
          case 0:
            state.add_(any() * 0.1);
            break;
          case 1:
            state.copy_(any());
            break;
          case 2:
            state.mul_(0.5);
            break;
          case 3:
            state.set(static_cast<std::int64_t>(random() % 4), 0.25);
            break;
          case 4:
            state.fill_(0.75);
            break;
          case 5:
            state.sub_(random() % 2 ? a : b);
            break;
        }
        continue;
      }
      switch (random() % 8) {
        case 0:
          pool.push_back(any() + state);
          break;
        case 1:
          pool.push_back(any() * w + state);
          break;
        case 2:
          pool.push_back(tt::relu(any() - state));
          break;
        case 3:
          pool.push_back(tt::identity(state));
          break;
        case 4:
          pool.push_back(tt::reshape(tt::transpose(tt::reshape(state, {2, 2})), {4}));
          break;
        case 5:
          pool.push_back(state * 1);
          break;
        case 6:
          pool.push_back(tt::mean(any() * state) + w);
          break;
        case 7:
          pool.push_back(tt::matmul(tt::reshape(any(), {2, 2}), tt::reshape(state, {2, 2})).reshape({4}) + w);
          break;
      }
    }
    tt::Tensor sum = w * 0.1;
    for (const tt::Tensor& value : pool) sum = sum * 0.5 + value;
    return sum;
  }
  unsigned seed;
  tt::Tensor& w = register_parameter("w", tt::tensor<float>({0.5, -0.25, 1, 2}));
  tt::Tensor& a = register_buffer("a", tt::tensor<float>({1, 2, 3, 4}));
  tt::Tensor& b = register_buffer("b", tt::tensor<float>({-1, 0, 1, 0.5}));
};

}  // namespace

TEST(EffectsProperty, TracedEqualsEagerBitForBit) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Random eager(seed);
    tt::eager::optim::SGD optimizer(eager.parameters(), {.lr = 0.01});
    std::vector<Floats> expected;
    const auto input = [](int step) { return tt::tensor<float>({0.1F, 0.2F, -0.3F, 0.4F}) * (step + 1); };
    for (int step = 0; step < 3; ++step) {
      optimizer.zero_grad();
      const auto y = eager(input(step));
      tt::sum(y).backward();
      optimizer.step();
      for (const auto& t : {y, eager.a, eager.b, eager.w}) expected.push_back(floats(t));
    }
    for (const bool compile : {true, false}) {
      Random traced(seed);
      tf::Graph graph;
      const auto x = graph.placeholder("x", tt::float32, {4});
      const auto y = traced(x);
      const auto train = tf::GradientDescent({.learning_rate = 0.01}).minimize(tt::sum(y));
      const tf::Session session(graph, {.numerics = tt::Numerics::exact, .compile = compile});
      session.run(graph.initializer());
      std::size_t at = 0;
      for (int step = 0; step < 3; ++step) {
        const auto got = session.run({y, train}, {{x, input(step)}})[0];
        for (const auto& t : {got, traced.a, traced.b, traced.w})
          ASSERT_EQ(floats(t), expected[at++]) << step << compile;
      }
    }
  }
}
