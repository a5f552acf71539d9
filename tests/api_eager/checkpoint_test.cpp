// What backward computes again, and what it keeps in another form.
#include "triptych/eager/checkpoint.h"

#include <cstring>

#include "bad_input.h"
#include "eager_testing.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/activation.h"
#include "triptych/eager/nn/dropout.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/normalization.h"
#include "triptych/eager/optim.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;
using tt::Tensor;

namespace {

struct Block : nn::Module {
  nn::Linear& fc = add<nn::Linear>("fc", 16, 16);
  nn::BatchNorm1d& norm = add<nn::BatchNorm1d>("norm", 16);
  nn::Dropout& dropout = add<nn::Dropout>("dropout", 0.3);
  Tensor forward(const Tensor& x) override { return tt::dropout(dropout(tt::tanh(norm(fc(x)))), {.p = 0.2}); }
};

struct Outcome {
  std::vector<std::vector<float>> values;
};

Outcome trained(bool checkpointed) {
  tt::manual_seed(3);
  nn::Sequential net(nn::make<Block>(), nn::make<Block>(), nn::make<nn::Linear>(16, 4));
  eager::optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  Outcome run;
  for (int step = 0; step < 3; ++step) {
    const Tensor x = tt::randn({8, 16}).set_requires_grad();
    Tensor y = x;
    for (nn::Module& part : net)
      y = checkpointed ? eager::utils::checkpoint([&](const Tensor& from) { return part(from); }, y) : part(y);
    Tensor loss = tt::sum(y * y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    run.values.push_back(loss.to_vector<float>());
    run.values.push_back(x.grad().to_vector<float>());
    for (const auto& [name, tensor] : net.state_dict()) run.values.push_back(tensor.to_vector<float>());
  }
  run.values.push_back(tt::rand({4}).to_vector<float>());
  return run;
}

}  // namespace

TEST(Checkpoint, TheSameBitsWithDropoutAndRunningStatistics) {
  const Outcome with = trained(true), without = trained(false);
  ASSERT_EQ(with.values.size(), without.values.size());
  for (std::size_t i = 0; i < with.values.size(); ++i) EXPECT_EQ(with.values[i], without.values[i]) << i;
}

TEST(Checkpoint, KeepsInputsOnly) {
  const Tensor x = tt::ones({1000, 100}).set_requires_grad();
  const auto deep = [](const Tensor& from) {
    Tensor y = from;
    for (int i = 0; i < 20; ++i) y = tt::tanh(y);
    return y;
  };
  const auto bytes_kept = [&](bool checkpointed) {
    const auto before = tt::statistics().bytes_in_use;
    const Tensor y = checkpointed ? eager::utils::checkpoint(deep, x) : deep(x);
    return tt::statistics().bytes_in_use - before;
  };
  EXPECT_LT(bytes_kept(true) * 5, bytes_kept(false));
}

TEST(Checkpoint, SecondDerivativesAndSeveralResults) {
  const auto f = [](const Tensor& a, const Tensor& b) { return std::pair(a * a * b, tt::sum(b * b * a)); };
  const auto second = [&](bool checkpointed) {
    const Tensor a = tt::tensor({1.f, 2.f}).set_requires_grad(), b = tt::tensor({3.f, 5.f}).set_requires_grad();
    const auto [p, q] = checkpointed ? eager::utils::checkpoint(f, a, b) : f(a, b);
    const Tensor gradient = eager::grad(tt::sum(p) * q, a, {.create_graph = true});
    return eager::grad({tt::sum(gradient * gradient)}, {a, b});
  };
  const auto with = second(true), without = second(false);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(with[i].to_vector<float>(), without[i].to_vector<float>());
  const Tensor outside = tt::ones({2}).set_requires_grad(), made = outside * 3;  // read, and not an argument
  tt::sum(eager::utils::checkpoint([&](const Tensor& t) { return t * made * made; }, tt::ones({2}))).backward();
  EXPECT_EQ(outside.grad().to_vector<float>(), (std::vector<float>{18, 18}));
  const eager::NoGrad off;
  EXPECT_FALSE(eager::utils::checkpoint([&](const Tensor& t) { return t * made; }, made).requires_grad());
}

TEST(Checkpoint, Sequential) {
  nn::Sequential net(nn::make<nn::Linear>(4, 4), tt::relu, nn::make<nn::Linear>(4, 4), nn::make<nn::Tanh>());
  const Tensor x = tt::ones({2, 4});
  for (const int segments : {1, 2, 3, 4}) {
    net.zero_grad();
    const Tensor y = eager::utils::checkpoint_sequential(net, segments, x);
    EXPECT_EQ(y.to_vector<float>(), net(x).to_vector<float>());
    tt::sum(y).backward();
    const auto gradient = net.parameters()[0].grad().to_vector<float>();
    net.zero_grad();
    tt::sum(net(x)).backward();
    EXPECT_EQ(gradient, net.parameters()[0].grad().to_vector<float>());
  }
  EXPECT_ARGUMENT_ERROR(eager::utils::checkpoint_sequential(net, 5, x), "not so many segments");
  EXPECT_ARGUMENT_ERROR(eager::utils::checkpoint_sequential(net, 0, x), "not so many segments");
}

TEST(SavedTensors, ArePackedAndUnpacked) {
  Tensor x = tt::tensor({1.f, 2.f, 3.f}).set_requires_grad();
  int packed = 0, unpacked = 0;
  Tensor y;
  {
    const eager::SavedTensorsHooks hooks(
        [&](const Tensor& tensor) {
          ++packed;
          return tensor.to_vector<float>();
        },
        [&](const std::vector<float>& kept) {
          ++unpacked;
          return tt::tensor(kept);
        });
    y = tt::sum(x * x * x);
  }
  EXPECT_GT(packed, 0);
  EXPECT_EQ(unpacked, 0);
  y.backward();
  EXPECT_GT(unpacked, 0);
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{3, 12, 27}));
  EXPECT_THROW(y.backward(), tt::ArgumentError);
  {
    const eager::SavedTensorsHooks hooks([](const Tensor& tensor) { return tensor; },
                                         [](const Tensor&) { return tt::ones({7}); });
    y = tt::sum(x * x);
  }
  EXPECT_THROW(y.backward(), tt::ArgumentError);
  Tensor again;
  {
    const eager::SaveOnCpu on_cpu;
    again = tt::sum(tt::exp(x));
  }
  x.set_grad(Tensor());
  again.backward();
  EXPECT_EQ(x.grad().to_vector<float>(), tt::exp(x.detach()).to_vector<float>());
}

TEST(PostAccumulateHook, StepsInBackward) {
  nn::Linear layer(2, 1);
  std::vector<std::unique_ptr<eager::optim::SGD>> optimizers;
  int calls = 0;
  for (const Tensor& parameter : layer.parameters()) {
    optimizers.push_back(
        std::make_unique<eager::optim::SGD>(std::vector<Tensor>{parameter}, eager::optim::SGDOptions{.lr = 1}));
    eager::register_post_accumulate_grad_hook(parameter, [&, at = optimizers.size() - 1](Tensor& p) {
      ++calls;
      EXPECT_TRUE(p.grad().defined());
      optimizers[at]->step();
      optimizers[at]->zero_grad();
    });
  }
  const float bias = layer.bias.item<float>();
  tt::sum(layer(tt::ones({3, 2}))).backward();
  EXPECT_EQ(calls, 2);
  EXPECT_FLOAT_EQ(layer.bias.item<float>(), bias - 3);
  EXPECT_FALSE(layer.bias.grad().defined());
  const Tensor leaf = tt::ones({}).set_requires_grad();
  auto handle = eager::register_post_accumulate_grad_hook(leaf, [&](const Tensor&) { ++calls; });
  handle.remove();
  (leaf * 2).backward();
  EXPECT_EQ(calls, 2);
  EXPECT_ARGUMENT_ERROR(eager::register_post_accumulate_grad_hook(leaf * 2, [](Tensor&) {}), "no leaf");
  EXPECT_ARGUMENT_ERROR(eager::register_post_accumulate_grad_hook(Tensor(), [](Tensor&) {}), "no leaf");
}

TEST(Checkpoint, ErrorsNameTheLine) {
  const Tensor x = tt::ones({2}).set_requires_grad();
  const std::function<Tensor(const Tensor&)> one;
  const std::function<Tensor(const Tensor&, const Tensor&)> two;
  const std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)> three;
  const eager::utils::CheckpointOptions options;
  EXPECT_BAD("[checkpoint] there is no function", eager::utils::checkpoint(one, x));
  EXPECT_BAD("[checkpoint] there is no function", eager::utils::checkpoint(two, x, x));
  EXPECT_BAD("[checkpoint] there is no function", eager::utils::checkpoint(three, x, x, x));
  EXPECT_BAD("[checkpoint] there is no function", eager::utils::checkpoint(one, options, x));
  EXPECT_BAD("[checkpoint] there is no function", eager::utils::checkpoint(two, options, x, x));
  EXPECT_BAD("[checkpoint] there is no function", eager::utils::checkpoint(three, options, x, x, x));
  int calls = 0;
  const int line = __LINE__ + 1;
  const Tensor loss = tt::sum(eager::utils::checkpoint(
      [&](const Tensor& t) {
        return ++calls == 1 ? t * t : tt::concat({t, t}, 0);
      },
      x));
  try {
    loss.backward();
    ADD_FAILURE();
  } catch (const tt::ArgumentError& error) {
    EXPECT_EQ(error.where().text(), "checkpoint_test.cpp:" + std::to_string(line)) << error.what();
    EXPECT_NE(std::string(error.what()).find("the function computes something else the second time"), std::string::npos)
        << error.what();
  }
}
