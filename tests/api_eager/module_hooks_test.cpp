// Hooks of modules: what they see, what they may change, how they are removed, and hooks that fail.
#include <stdexcept>

#include "eager_testing.h"
#include "triptych/core/ops.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/activation.h"
#include "triptych/eager/nn/attention.h"
#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/loss.h"
#include "triptych/eager/nn/normalization.h"
#include "triptych/eager/nn/recurrent.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;

using Floats = std::vector<float>;
using Tensors = std::vector<tt::Tensor>;

namespace {

struct Twice : nn::Module {
  tt::Tensor forward(const tt::Tensor& x) override { return x * 2; }
};

}  // namespace

TEST(ModuleHooks, SeeAndChangeInputsAndOutputs) {
  Twice twice;
  std::string order;
  auto first = twice.register_forward_pre_hook([&](nn::Module& module, const tt::Tensor& input) {
    EXPECT_EQ(&module, &twice);
    EXPECT_EQ(input.item<int>(), 1);
    order += "a";
  });
  twice.register_forward_pre_hook([&](nn::Module&, const tt::Tensor& input) {
    order += "b";
    return input + 10;
  });
  twice.register_forward_hook([&](nn::Module&, const tt::Tensor& input, const tt::Tensor& output) {
    EXPECT_EQ(input.item<int>(), 11);
    order += "c";
    return output + 1;
  });
  twice.register_forward_hook(
      [&](nn::Module&, const tt::Tensor&, const tt::Tensor& output) {
        EXPECT_EQ(output.item<int>(), 22);
        order += "d";
      },
      true);  // prepend
  EXPECT_EQ(twice(tt::ones({})).item<int>(), 23);
  EXPECT_EQ(order, "abdc");
  first.remove();
  first.remove();
  order.clear();
  twice(tt::ones({}));
  EXPECT_EQ(order, "bdc");
}

TEST(ModuleHooks, AreCalledInsideOfContainersAndByCall) {
  nn::Sequential net(nn::make<nn::Linear>(2, 2), nn::make<nn::ReLU>());
  int calls = 0;
  for (nn::Module& module : net)
    module.register_forward_hook([&](nn::Module&, const tt::Tensor&, const tt::Tensor&) { ++calls; });
  net(tt::ones({1, 2}));
  EXPECT_EQ(calls, 2);
  net[0].forward(tt::ones({1, 2}));  // as in PyTorch: forward alone calls no hooks
  EXPECT_EQ(calls, 2);

  nn::MSELoss loss;
  std::size_t inputs = 0;
  loss.register_forward_hook([&](nn::Module&, const Tensors& all, const Tensors& outputs) {
    inputs = all.size();
    EXPECT_EQ(outputs.size(), 1u);
  });
  loss(tt::ones({2}), tt::zeros({2}));
  EXPECT_EQ(inputs, 2u);

  nn::LSTM lstm(2, 3);
  std::size_t outputs = 0;
  lstm.register_forward_hook([&](nn::Module&, const Tensors&, const Tensors& all) { outputs = all.size(); });
  lstm(tt::ones({4, 1, 2}));
  EXPECT_EQ(outputs, 3u);  // output, h, c

  nn::MultiheadAttention attention(4, 2);
  attention.register_forward_pre_hook([&](nn::Module&, const Tensors& all) {
    inputs = all.size();
    return Tensors{all[0] * 0, all[1], all[2]};
  });
  const tt::Tensor x = tt::ones({3, 1, 4});
  const tt::Tensor zeros = tt::zeros({3, 1, 4});
  EXPECT_EQ(attention(x, x, x).attn_output.shape(), x.shape());
  EXPECT_EQ(inputs, 3u);
}

// torch: y = 2 x, z = sum(3 y): grad_output 3, grad_input 6.
TEST(ModuleHooks, FullBackwardHooksSeeBothGradients) {
  Twice twice;
  Floats seen;
  auto handle =
      twice.register_full_backward_hook([&](nn::Module&, const tt::Tensor& grad_input, const tt::Tensor& grad_output) {
        seen = {grad_input.item<float>(), grad_output.item<float>()};
      });
  tt::Tensor x = tt::ones({}).set_requires_grad();
  (twice(x) * 3).backward();
  EXPECT_EQ(seen, (Floats{6, 3}));
  EXPECT_EQ(x.grad().item<float>(), 6);
  twice.register_full_backward_hook(
      [](nn::Module&, const tt::Tensor& grad_input, const tt::Tensor&) { return grad_input * 10; });
  x.set_grad({});
  (twice(x) * 3).backward();
  EXPECT_EQ(x.grad().item<float>(), 60);
  handle.remove();
  seen.clear();
  twice(x).backward();
  EXPECT_TRUE(seen.empty());
}

TEST(ModuleHooks, FullBackwardPreHooksComeFirst) {
  Twice twice;
  std::string order;
  twice.register_full_backward_hook([&](nn::Module&, const tt::Tensor& grad_input, const tt::Tensor& grad_output) {
    EXPECT_EQ(grad_output.item<int>(), 10);
    EXPECT_EQ(grad_input.item<int>(), 20);
    order += "b";
  });
  auto pre = twice.register_full_backward_pre_hook([&](nn::Module& module, const tt::Tensor& grad_output) {
    EXPECT_EQ(&module, &twice);
    order += "a";
    return grad_output * 10;
  });
  tt::Tensor x = tt::ones({}).set_requires_grad();
  twice(x).backward();
  EXPECT_EQ(order, "ab");
  EXPECT_EQ(x.grad().item<int>(), 20);
  pre.remove();
  Twice alone;
  alone.register_full_backward_pre_hook([](nn::Module&, const Tensors& grads) { return Tensors{grads[0] * 3}; });
  x.set_grad({});
  alone(x).backward();
  EXPECT_EQ(x.grad().item<int>(), 6);
}

TEST(ModuleHooks, FullBackwardHooksWithoutAGradientOfTheInput) {
  nn::Linear linear(2, 1);
  bool called = false;
  linear.register_full_backward_hook([&](nn::Module&, const Tensors& grad_input, const Tensors& grad_output) {
    called = true;
    ASSERT_EQ(grad_input.size(), 1u);
    EXPECT_FALSE(grad_input[0].defined());
    EXPECT_EQ(grad_output[0].to_vector<float>(), (Floats{1, 1}));
  });
  tt::sum(linear(tt::ones({2, 2}))).backward();
  EXPECT_TRUE(called);
  EXPECT_EQ(linear.weight.grad().to_vector<float>(), (Floats{2, 2}));
  called = false;
  {
    eager::NoGrad off;
    linear(tt::ones({2, 2}));
  }
  EXPECT_FALSE(called);
}

TEST(ModuleHooks, OfAModuleThatIsGone) {
  tt::Tensor x = tt::ones({}).set_requires_grad(), y;
  bool called = false;
  {
    Twice twice;
    twice.register_full_backward_hook([&](nn::Module&, const Tensors&, const Tensors&) { called = true; });
    y = twice(x);
  }
  y.backward();
  EXPECT_EQ(x.grad().item<float>(), 2);
  EXPECT_FALSE(called);
}

TEST(ModuleHooks, MayRemoveThemselvesAndCallModules) {
  Twice twice;
  int calls = 0;
  nn::RemovableHandle handle;
  handle = twice.register_forward_hook([&](nn::Module&, const tt::Tensor&, const tt::Tensor&) {
    ++calls;
    handle.remove();
  });
  twice(tt::ones({}));
  twice(tt::ones({}));
  EXPECT_EQ(calls, 1);
}

TEST(ModuleHooks, GoWithACopy) {
  nn::Linear linear(2, 2);
  int calls = 0;
  linear.register_forward_hook([&](nn::Module&, const tt::Tensor&, const tt::Tensor&) { ++calls; });
  const auto copy = nn::clone(linear);
  (*copy)(tt::ones({1, 2}));
  EXPECT_EQ(calls, 1);
}

TEST(ModuleHooks, ThatThrowChangeNothing) {
  nn::Sequential net(nn::make<nn::BatchNorm1d>(2), nn::make<nn::ReLU>());
  auto handle = net[1].register_forward_hook(
      [](nn::Module&, const tt::Tensor&, const tt::Tensor&) { throw std::runtime_error("not today"); });
  const auto before = net.get_buffer("0.running_mean").to_vector<float>();
  EXPECT_THROW(net(tt::tensor<float>({1, 2, 3, 4}, {2, 2})), std::runtime_error);
  EXPECT_EQ(net.get_buffer("0.running_mean").to_vector<float>(), before);
  EXPECT_EQ(net.get_buffer("0.num_batches_tracked").item<int>(), 0);
  handle.remove();
  net(tt::tensor<float>({1, 2, 3, 4}, {2, 2}));
  EXPECT_EQ(net.get_buffer("0.num_batches_tracked").item<int>(), 1);

  Twice twice;
  twice.register_full_backward_hook(
      [](nn::Module&, const Tensors&, const Tensors&) { throw std::runtime_error("no"); });
  tt::Tensor x = tt::ones({}).set_requires_grad();
  EXPECT_THROW(twice(x).backward(), std::runtime_error);
  EXPECT_FALSE(x.grad().defined());
}

TEST(ModuleHooks, BadInput) {
  Twice twice;
  using Hook = std::function<void(nn::Module&, const tt::Tensor&)>;
  EXPECT_ARGUMENT_ERROR(twice.register_forward_pre_hook(Hook()), "[register_forward_pre_hook] there is no function");
  auto two = twice.register_forward_pre_hook([](nn::Module&, const Tensors& all) { return Tensors{all[0], all[0]}; });
  EXPECT_ARGUMENT_ERROR(twice(tt::ones({})),
                        "a forward pre-hook gives another number of tensors than it was shown: 2 for 1");
  two.remove();
  auto none =
      twice.register_forward_hook([](nn::Module&, const Tensors&, const Tensors& all) { return Tensors(5, all[0]); });
  EXPECT_ARGUMENT_ERROR(twice(tt::ones({})),
                        "a forward hook gives another number of tensors than it was shown: 5 for 1");
  none.remove();
  nn::MSELoss loss;
  loss.register_forward_pre_hook([](nn::Module&, const tt::Tensor&) {});
  EXPECT_ARGUMENT_ERROR(loss(tt::ones({2}), tt::ones({2})), "a hook takes one input, and there is another number: 2");
}
