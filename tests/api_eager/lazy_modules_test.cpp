// Modules that learn their sizes from their first input: texts, keys and shapes are PyTorch's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/eager.h"
#include "triptych/eager/nn/lazy.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
using testing::HasSubstr;
using tt::Tensor;

namespace {

/// Both texts, the state, and the shape of the result, as the reference has them.
void check(const std::string& name, nn::Module&& module, const tt::Shape& input) {
  const auto tuple = [](const tt::Shape& shape) {
    std::string text;
    for (const std::int64_t length : shape) text += (text.empty() ? "" : ", ") + std::to_string(length);
    return "(" + text + (shape.rank() == 1 ? ",)" : ")");
  };
  std::string text = "=== " + name + "\n" + module.text() + "\n";
  EXPECT_TRUE(module.has_uninitialized_params());
  const Tensor y = module(tt::ones(input));
  EXPECT_FALSE(module.has_uninitialized_params());
  text += module.text() + "\n";
  for (const auto& [key, value] : module.state_dict()) text += key + " " + tuple(value.shape()) + "\n";
  text += "gives " + tuple(y.shape()) + "\n";
  EXPECT_THAT(read_file(std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/seeing.txt"), HasSubstr(text));
}

std::string error_in(const std::function<void()>& call) { return error_of<tt::ArgumentError>(call); }

struct Net : nn::Module {
  nn::LazyConv2d& conv = add<nn::LazyConv2d>("conv", {.out_channels = 4, .kernel_size = 3});
  nn::LazyBatchNorm2d& norm = add<nn::LazyBatchNorm2d>("norm");
  nn::LazyLinear& fc = add<nn::LazyLinear>("fc", 2);
  Tensor forward(const Tensor& x) override { return fc(tt::flatten(tt::relu(norm(conv(x))), 1)); }
};

}  // namespace

TEST(LazyModules, BecomeWhatTheFirstInputNeeds) {
  check("LazyLinear", nn::LazyLinear(3), {2, 4});
  check("LazyConv1d", nn::LazyConv1d(4, 3, 2, 1, 1, 2, false), {2, 4, 9});
  check("LazyConv2d", nn::LazyConv2d(4, 3), {2, 3, 6, 7});
  check("LazyConv2d without a batch", nn::LazyConv2d({.out_channels = 4, .kernel_size = 3}), {3, 6, 7});
  check("LazyConv3d", nn::LazyConv3d(4, {1, 2, 3}), {2, 3, 3, 4, 5});
  check("LazyConvTranspose1d", nn::LazyConvTranspose1d(4, 3, 2), {2, 3, 5});
  check("LazyConvTranspose2d", nn::LazyConvTranspose2d({.out_channels = 4, .kernel_size = 3, .groups = 2}),
        {2, 2, 5, 5});
  check("LazyConvTranspose3d", nn::LazyConvTranspose3d(2, 2), {2, 3, 2, 2, 2});
  check("LazyBatchNorm1d", nn::LazyBatchNorm1d(), {4, 5});
  check("LazyBatchNorm2d", nn::LazyBatchNorm2d(1e-3, std::nullopt), {4, 5, 2, 2});
  check("LazyBatchNorm3d", nn::LazyBatchNorm3d({.affine = false}), {4, 5, 2, 2, 2});
  check("LazyInstanceNorm1d", nn::LazyInstanceNorm1d(), {4, 5, 3});
  check("LazyInstanceNorm2d", nn::LazyInstanceNorm2d(1e-5, 0.1, true, false), {4, 5, 3, 3});
  check("LazyInstanceNorm3d", nn::LazyInstanceNorm3d(1e-5, 0.1, false), {4, 5, 2, 2, 2});
}

TEST(LazyModules, StartWithTheValuesOfTheLayersThatTheyBecome) {
  tt::manual_seed(5);
  nn::LazyLinear lazy(3);
  lazy(tt::ones({2, 4}));
  tt::manual_seed(5);
  const nn::Linear linear(4, 3);
  EXPECT_TRUE(tt::array_equal(lazy.weight, linear.weight));
  EXPECT_TRUE(tt::array_equal(lazy.bias, linear.bias));
  EXPECT_TRUE(lazy.weight.requires_grad());
  EXPECT_EQ(lazy.options.in_features, 4);
}

TEST(LazyModules, TrainAfterTheFirstCall) {
  Net net;
  EXPECT_THAT(error_in([&] { net.parameters(); }), HasSubstr("'conv' is a LazyConv2d that was not called"));
  EXPECT_THAT(error_in([&] { net.state_dict(); }), HasSubstr("Call the model on an input first"));
  net(tt::ones({2, 3, 6, 6}));
  tt::eager::optim::SGD optimizer(net.parameters(), 0.1);
  EXPECT_EQ(net.parameters().size(), 6u);
  const Tensor before = net.fc.weight.clone();
  tt::sum(net(tt::rand({2, 3, 6, 6}))).backward();
  optimizer.step();
  EXPECT_FALSE(tt::array_equal(net.fc.weight, before));
  EXPECT_EQ(net.text(),
            "Net(\n  (conv): Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))\n  (norm): BatchNorm2d(4, eps=1e-05, "
            "momentum=0.1, affine=True, bias=True, track_running_stats=True)\n  (fc): Linear(in_features=64, "
            "out_features=2, bias=True)\n)");
}

TEST(LazyModules, LearnTheirSizesFromAState) {
  Net trained, net, other;
  trained(tt::ones({2, 3, 6, 6}));
  net.load_state_dict(trained.state_dict());
  EXPECT_FALSE(net.has_uninitialized_params());
  trained.eval();
  net.eval();
  const Tensor x = tt::rand({2, 3, 6, 6});
  EXPECT_TRUE(tt::array_equal(net(x), trained(x)));
  // What does not fit leaves nothing behind.
  tt::StateDict partly = trained.state_dict();
  partly.erase("fc.weight");
  EXPECT_THAT(error_in([&] { other.load_state_dict(partly); }), HasSubstr("'fc' is a LazyLinear"));
  EXPECT_TRUE(other.conv.has_uninitialized_params());
  EXPECT_FALSE(other.conv.weight.defined());
  partly = trained.state_dict();
  partly.erase("fc.bias");
  EXPECT_THAT(error_in([&] { other.load_state_dict(partly); }), HasSubstr("missing 'fc.bias'"));
  EXPECT_TRUE(other.fc.has_uninitialized_params());
  // A state of another size is refused by one that has its size.
  EXPECT_THAT(error_in([&] { nn::LazyLinear(2).load_state_dict(nn::Conv2d(2, 2, 3).state_dict()); }),
              HasSubstr("was not called"));
}

TEST(LazyModules, AreCopiedWithTheirSizesOrWithout) {
  Net net;
  const auto before = nn::clone(net);
  EXPECT_TRUE(before->conv.has_uninitialized_params());
  net(tt::ones({2, 3, 6, 6}));
  const auto after = nn::clone(net);
  EXPECT_TRUE(tt::array_equal(after->fc.weight, net.fc.weight));
  EXPECT_FALSE(after->fc.weight.is_same(net.fc.weight));
  EXPECT_EQ(after->text(), net.text());
  nn::LazyLinear linear(3);
  EXPECT_TRUE(nn::clone(linear)->has_uninitialized_params());
  linear(tt::ones({2, 4}));
  EXPECT_TRUE(tt::array_equal(nn::clone(linear)->weight, linear.weight));
  nn::Sequential list(nn::make<nn::LazyLinear>(3));
  list(tt::ones({2, 4}));
  EXPECT_EQ(nn::clone(list)->text(), list.text());
}

TEST(LazyModules, KeepTheDtypeThatTheyWereGiven) {
  Net net;
  net.to(tt::float64);
  const Tensor y = net(tt::ones({2, 3, 6, 6}, tt::float64));
  EXPECT_EQ(y.dtype(), tt::float64);
  EXPECT_EQ(net.norm.running_mean.dtype(), tt::float64);
}

TEST(LazyModules, InGraphs) {
  namespace tf = tt::lowlevel;
  tf::Graph graph;
  nn::LazyLinear linear(3);
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown, 4});
  const Tensor y = linear(x);
  EXPECT_EQ(linear.weight.shape(), tt::Shape({3, 4}));
  EXPECT_FALSE(linear.weight.is_symbolic());
  const Tensor value = tf::Session(graph).run(y, {{x, tt::ones({2, 4})}});
  EXPECT_TRUE(tt::allclose(value, linear(tt::ones({2, 4}))));
  nn::LazyLinear late(3);
  const auto unknown = graph.placeholder("u", tt::float32, {2, tt::unknown});
  EXPECT_THAT(error_in([&] { late(unknown); }), HasSubstr("does not tell the size of the parameters: x is (2, ?)"));
}

TEST(LazyModules, WhatIsWrongIsSaid) {
  EXPECT_THAT(error_in([] { nn::LazyLinear(0); }), HasSubstr("out_features is not positive"));
  EXPECT_THAT(error_in([] { nn::LazyLinear({.in_features = 3, .out_features = 2}); }),
              HasSubstr("[Lazy] in_features is given to a lazy module: 3"));
  nn::LazyConv2d conv(4, 3);
  EXPECT_THAT(error_in([&] { conv(tt::ones({2, 3})); }), HasSubstr("another number of dimensions"));
  nn::LazyConv2d grouped({.out_channels = 4, .kernel_size = 3, .groups = 2});
  EXPECT_THAT(error_in([&] { grouped(tt::ones({1, 3, 5, 5})); }), HasSubstr("groups does not divide"));
  EXPECT_TRUE(grouped.has_uninitialized_params());
  grouped(tt::ones({1, 4, 5, 5}));  // the next input may fit
  nn::LazyLinear linear(3);
  EXPECT_THAT(error_in([&] { tt::eager::optim::SGD optimizer(linear.parameters(), 0.1); }),
              HasSubstr("a lazy module has no parameters yet"));
  EXPECT_THAT(error_in([&] { tt::sum(linear.weight); }), HasSubstr("an input is undefined"));
  auto fast = tt::eager::compile(linear);
  EXPECT_EQ(fast(tt::ones({2, 4})).shape(), tt::Shape({2, 3}));
}
