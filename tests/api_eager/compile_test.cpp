// compile(module): what it computes and trains is what the module does; traces, modes, misuse.
#include "triptych/eager/compile.h"

#include "eager_testing.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/activation.h"
#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/conv.h"
#include "triptych/eager/nn/dropout.h"
#include "triptych/eager/nn/flatten.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/normalization.h"
#include "triptych/eager/nn/pooling.h"
#include "triptych/eager/optim.h"
#include "triptych/lowlevel/session.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;
using tt::Tensor;

namespace {

const eager::CompileOptions exact{.session = {.numerics = tt::Numerics::exact}};

std::unique_ptr<nn::Sequential> network() {
  tt::manual_seed(5);
  return std::make_unique<nn::Sequential>(nn::make<nn::Conv2d>(1, 4, 3), nn::make<nn::BatchNorm2d>(4),
                                          nn::make<nn::ReLU>(), nn::make<nn::MaxPool2d>(2), nn::make<nn::Flatten>(),
                                          nn::make<nn::Dropout>(0.25), nn::make<nn::Linear>(36, 16), tt::relu,
                                          nn::make<nn::Linear>(16, 3));
}

std::vector<std::vector<float>> trained(bool compiled) {
  const auto net = network();
  auto fast = eager::compile(*net, exact);
  eager::optim::Adam optimizer(net->parameters(), {.lr = 0.01});
  std::vector<std::vector<float>> values;
  for (int step = 0; step < 4; ++step) {
    const Tensor x = tt::randn({step == 2 ? 5 : 8, 1, 8, 8}).set_requires_grad();
    const Tensor labels = tt::randint(0, 3, {x.shape()[0]});
    const Tensor loss = tt::cross_entropy(compiled ? fast(x) : (*net)(x), labels);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    values.push_back(loss.to_vector<float>());
    values.push_back(x.grad().to_vector<float>());
    for (const auto& [name, tensor] : net->state_dict())
      values.push_back(tt::cast(tensor, tt::float32).to_vector<float>());
  }
  net->eval();
  const Tensor x = tt::ones({2, 1, 8, 8});
  values.push_back((compiled ? fast(x) : (*net)(x)).to_vector<float>());
  if (compiled) {
    EXPECT_EQ(fast.traces(), 2);  // training, evaluation; another number of examples is none
  }
  return values;
}

}  // namespace

TEST(Compile, TrainsWithTheSameBits) {
  const auto with = trained(true), without = trained(false);
  ASSERT_EQ(with.size(), without.size());
  for (std::size_t i = 0; i < with.size(); ++i) EXPECT_EQ(with[i], without[i]) << i;
}

/// What forward keeps for backward is handed over as it lies in memory, channels-last.
TEST(Compile, CopiesNothingBetweenForwardAndBackward) {
  const auto net = network();
  auto fast = eager::compile(*net);
  const Tensor x = tt::randn({8, 1, 8, 8});
  std::int64_t copies = 0;
  for (int step = 0; step < 3; ++step) {
    net->zero_grad();
    const Tensor loss = tt::cross_entropy(fast(x), tt::zeros({8}, tt::int64));
    copies = tt::statistics().hidden_copies;
    loss.backward();
  }
  EXPECT_EQ(tt::statistics().hidden_copies - copies, 0);
}

TEST(Compile, FunctionsOfSeveralTensors) {
  auto f = eager::compile(
      [](const Tensor& a, const std::vector<Tensor>& b) {
        const Tensor y = tt::matmul(a, b[0]) + b[1], squares = tt::sum(a * a);
        return std::pair(y, squares);
      },
      exact);
  const Tensor a = tt::randn({4, 3}).set_requires_grad(), b = tt::randn({3, 2}).set_requires_grad(), c = tt::ones({2});
  const auto [y, s] = f(a, std::vector<Tensor>{b, c});
  const auto gradients = eager::grad({tt::sum(y * y) + s}, {a, b});
  const Tensor z = tt::matmul(a, b) + c;
  const Tensor squares = tt::sum(a * a);
  const auto expected = eager::grad({tt::sum(z * z) + squares}, {a, b});
  EXPECT_EQ(y.to_vector<float>(), z.to_vector<float>());
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(gradients[i].to_vector<float>(), expected[i].to_vector<float>());
  // Only one of the results.
  EXPECT_EQ(eager::grad(f(a, std::vector<Tensor>{b, c}).second, a).to_vector<float>(), (a * 2).to_vector<float>());
  EXPECT_EQ(f.traces(), 1);
  const eager::NoGrad off;
  EXPECT_FALSE(f(a, std::vector<Tensor>{b, c}).first.requires_grad());
  EXPECT_EQ(f.traces(), 2);
}

TEST(Compile, ResultsAndArgumentsAsManyAsTheShapesSay) {
  const auto rows = [](const Tensor& x) {
    std::vector<Tensor> all;
    for (std::int64_t i = 0; i < x.size(1); ++i) all.push_back(x.select(1, i) * 2);
    return all;
  };
  const auto sum = [](const Tensor& first, const std::vector<Tensor>& more) {
    Tensor total = first;
    for (const Tensor& x : more) total = total + x;
    return total;
  };
  for (const bool disable : {false, true}) {
    const auto columns = eager::compile(rows, {.disable = disable});
    const auto total = eager::compile(sum, {.disable = disable});
    const Tensor one = tt::ones({2});
    for (const std::int64_t count : {2, 3, 1, 2}) {
      EXPECT_EQ(columns(tt::ones({2, count})).size(), static_cast<std::size_t>(count));
      EXPECT_EQ(total(one, std::vector<Tensor>(static_cast<std::size_t>(count), one))[0].item<float>(), 1 + count);
    }
  }
}

TEST(Compile, AfterAMove) {
  auto fast = eager::compile(std::function<Tensor(const Tensor&)>([](const Tensor& x) { return x * 2; }));
  const auto taken = std::move(fast);
  EXPECT_EQ(taken(tt::ones({1})).item<float>(), 2);
  EXPECT_THROW(fast(tt::ones({1})), tt::ArgumentError);  // NOLINT(bugprone-use-after-move)
}

TEST(Compile, FollowsTheModule) {
  nn::Linear layer(2, 2);
  auto fast = eager::compile(layer);
  const Tensor x = tt::ones({1, 2});
  EXPECT_EQ(fast(x).to_vector<float>(), layer(x).to_vector<float>());
  {
    const eager::NoGrad off;
    layer.weight.fill_(3);
  }
  EXPECT_EQ(fast(x).to_vector<float>(), layer(x).to_vector<float>());
  layer.weight.set_requires_grad(false);  // frozen
  tt::sum(fast(x)).backward();
  EXPECT_FALSE(layer.weight.grad().defined());
  EXPECT_TRUE(layer.bias.grad().defined());
  layer.to(tt::float64);
  EXPECT_EQ(fast(tt::ones({1, 2}, tt::float64)).dtype(), tt::float64);
}

TEST(Compile, KeepsWhatStepsBetweenForwardAndBackwardChange) {
  nn::Linear layer({.in_features = 2, .out_features = 1, .bias = false});
  auto fast = eager::compile(layer);
  const Tensor x = tt::ones({1, 2}).set_requires_grad();
  const auto weight = layer.weight.to_vector<float>();
  const Tensor y = tt::sum(fast(x));
  {
    const eager::NoGrad off;
    layer.weight.fill_(1000);
  }
  y.backward();
  EXPECT_EQ(x.grad().to_vector<float>(), weight);
}

TEST(Compile, WhyItCannot) {
  const auto branches = [](const Tensor& x) { return x.sum().item<float>() > 0 ? x * 2 : x * 3; };
  auto strict = eager::compile(branches);
  EXPECT_THROW(
      try { strict(tt::ones({2})); } catch (const tt::ArgumentError& error) {
        EXPECT_NE(std::string(error.what()).find("fullgraph = false"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("compile_test.cpp"), std::string::npos) << error.what();
        throw;
      },
      tt::ArgumentError);
  auto loose = eager::compile(branches, {.fullgraph = false});
  EXPECT_EQ(loose(tt::ones({2})).to_vector<float>(), (std::vector<float>{2, 2}));
  EXPECT_FALSE(loose.reason().empty());
  EXPECT_EQ(loose(tt::ones({2}) * -1).to_vector<float>(), (std::vector<float>{-3, -3}));
  EXPECT_EQ(loose.traces(), 1);
  auto cubic = eager::compile([](const Tensor& x) { return tt::sum(x * x * x); });
  const Tensor x = tt::ones({2}).set_requires_grad();
  EXPECT_THROW(eager::grad(cubic(x), x, {.create_graph = true}), tt::UnsupportedError);
  EXPECT_ARGUMENT_ERROR(cubic(Tensor()), "undefined");
  // Who needs lengths is traced for each.
  auto sized = eager::compile([](const Tensor& t) { return t / static_cast<double>(t.shape()[0]); });
  EXPECT_EQ(sized(tt::ones({2})).to_vector<float>(), (std::vector<float>{.5f, .5f}));
  EXPECT_EQ(sized(tt::ones({4})).to_vector<float>(), (std::vector<float>(4, .25f)));
  EXPECT_EQ(sized.traces(), 2);
}

TEST(Compile, GivesItsGraph) {
  nn::Linear layer(2, 3);
  const eager::TracedGraph traced = eager::make_graph(layer, tt::ones({4, 2}));
  ASSERT_EQ(traced.inputs.size(), 1u);
  EXPECT_FALSE(traced.inputs[0].shape().known());
  const tt::lowlevel::Session session(traced.graph, {.numerics = tt::Numerics::exact});
  const Tensor x = tt::randn({5, 2});
  EXPECT_EQ(session.run(traced.outputs[0], {{traced.inputs[0], x}}).to_vector<float>(), layer(x).to_vector<float>());
}
