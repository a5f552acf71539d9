// Modules: members, names, modes, state, copies, printing, errors.
#include <cmath>
#include <map>
#include <sstream>

#include "eager_testing.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/conv.h"
#include "triptych/eager/nn/linear.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;

using Floats = std::vector<float>;

namespace {

struct Block : nn::Module {
  nn::Linear& inner = add<nn::Linear>("inner", 4, 4);
  tt::Tensor& scale = register_parameter("scale", tt::ones({4}));
  tt::Tensor& seen = register_buffer("seen", tt::zeros({}, tt::int64));
  tt::Tensor& cache = register_buffer("cache", tt::zeros({4}), false);
  tt::Tensor forward(const tt::Tensor& x) override { return tt::relu(inner(x)) * scale; }
};

struct Net : nn::Module {
  Block& block = add<Block>("block");
  nn::Linear& fc = add<nn::Linear>("fc", {.in_features = 4, .out_features = 2, .bias = false});
  tt::Tensor forward(const tt::Tensor& x) override { return fc(block(x)); }
};

static_assert(!std::is_copy_constructible_v<Net> && !std::is_copy_assignable_v<Net> &&
              !std::is_move_constructible_v<Net> && !std::is_move_assignable_v<Net>);
static_assert(!std::is_copy_constructible_v<nn::Linear> && !std::is_copy_constructible_v<nn::Sequential>);

std::vector<std::string> names(const std::vector<nn::NamedTensor>& tensors) {
  std::vector<std::string> result;
  for (const auto& [name, tensor] : tensors) result.push_back(name);
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST(EagerModule, NamesInOrder) {
  Net net;
  EXPECT_EQ(names(net.named_parameters()),
            (Names{"block.scale", "block.inner.weight", "block.inner.bias", "fc.weight"}));
  EXPECT_EQ(names(net.named_buffers()), (Names{"block.seen", "block.cache"}));
  EXPECT_EQ(net.state_dict().names(),
            (Names{"block.scale", "block.seen", "block.inner.weight", "block.inner.bias", "fc.weight"}));
  Names modules;
  for (const auto& [name, module] : net.named_modules()) modules.push_back(name);
  EXPECT_EQ(modules, (Names{"", "block", "block.inner", "fc"}));
  EXPECT_EQ(net.children().size(), 2u);
  EXPECT_EQ(net.named_children()[1].second, &net.fc);
  for (const tt::Tensor& parameter : net.parameters()) EXPECT_TRUE(parameter.requires_grad() && parameter.is_leaf());
  for (const tt::Tensor& buffer : net.buffers()) EXPECT_FALSE(buffer.requires_grad());
}

TEST(EagerModule, GradientsReachParameters) {
  Net net;
  tt::sum(net(tt::ones({3, 4}))).backward();
  for (const tt::Tensor& parameter : net.parameters()) EXPECT_TRUE(parameter.grad().defined());
  net.zero_grad();
  for (const tt::Tensor& parameter : net.parameters()) EXPECT_FALSE(parameter.grad().defined());
  net.requires_grad_(false);
  EXPECT_FALSE(net(tt::ones({3, 4})).requires_grad());
}

TEST(EagerModule, ModesReachEveryModule) {
  Net net;
  EXPECT_TRUE(net.block.inner.is_training());
  net.eval();
  for (nn::Module* module : net.modules()) EXPECT_FALSE(module->is_training());
  net.block.train();
  EXPECT_TRUE(net.block.inner.is_training());
  EXPECT_FALSE(net.is_training());
}

TEST(EagerModule, ApplyGoesFromTheLeavesUp) {
  Net net;
  Names order;
  net.apply([&](nn::Module& module) { order.push_back(module.name()); });
  EXPECT_EQ(order, (Names{"Linear", "Block", "Linear", "Net"}));
}

TEST(EagerModule, ToConvertsFloatingTensorsInPlace) {
  Net net;
  const tt::Tensor weight = net.fc.weight;
  const auto before = weight.to_vector<float>();
  net.to(tt::float64);
  EXPECT_TRUE(weight.is_same(net.fc.weight));
  EXPECT_EQ(weight.dtype(), tt::float64);
  EXPECT_EQ(weight.to_vector<float>(), before);
  EXPECT_EQ(net.block.seen.dtype(), tt::int64);
  EXPECT_EQ(net(tt::ones({1, 4}, tt::float64)).dtype(), tt::float64);
  EXPECT_ARGUMENT_ERROR(net.to(tt::int32), "a dtype that is not floating-point");
}

TEST(EagerModule, StateDictIsASnapshot) {
  Net net;
  const tt::StateDict state = net.state_dict();
  const auto before = net.fc.weight.to_vector<float>();
  {
    eager::NoGrad off;
    net.fc.weight.add_(1);
    net.block.seen.add_(5);
  }
  EXPECT_EQ(state.at("fc.weight").to_vector<float>(), before);
  EXPECT_EQ(state.at("block.seen").item<int>(), 0);
  EXPECT_FALSE(state.at("fc.weight").requires_grad());
  const tt::Tensor same = net.fc.weight;
  net.load_state_dict(state);
  EXPECT_TRUE(same.is_same(net.fc.weight));
  EXPECT_EQ(net.fc.weight.to_vector<float>(), before);
  EXPECT_TRUE(net.fc.weight.requires_grad());
  {  // what was loaded stays apart from the dictionary
    eager::NoGrad off;
    net.fc.weight.fill_(9);
  }
  EXPECT_EQ(state.at("fc.weight").to_vector<float>(), before);
}

TEST(EagerModule, LoadStateDictNamesWhatDiffers) {
  Net net;
  tt::StateDict state = net.state_dict();
  const auto before = net.fc.weight.to_vector<float>();
  state.set("fc.weight", tt::zeros({2, 4}));
  state.erase("block.scale");
  state.set("head.bias", tt::zeros({1}));
  EXPECT_ARGUMENT_ERROR(net.load_state_dict(state), "missing 'block.scale'; unexpected 'head.bias'");
  EXPECT_EQ(net.fc.weight.to_vector<float>(), before);  // all or nothing
  const nn::IncompatibleKeys keys = net.load_state_dict(state, false);
  EXPECT_EQ(keys.missing_keys, (Names{"block.scale"}));
  EXPECT_EQ(keys.unexpected_keys, (Names{"head.bias"}));
  EXPECT_EQ(net.fc.weight.to_vector<float>(), Floats(8, 0));
  state.set("fc.weight", tt::zeros({4, 2}));
  EXPECT_ARGUMENT_ERROR(net.load_state_dict(state, false),
                        "'fc.weight' is float32 (2, 4) here and float32 (4, 2) in the state");
}

TEST(EagerModule, LoadStateDictConvertsDtypes) {
  Net net;
  tt::StateDict state = net.state_dict();
  state.set("fc.weight", tt::full({2, 4}, 0.5, tt::float64));
  net.load_state_dict(state);
  EXPECT_EQ(net.fc.weight.dtype(), tt::float32);
  EXPECT_EQ(net.fc.weight.to_vector<float>(), Floats(8, 0.5f));
}

TEST(EagerModule, ClonesAreIndependent) {
  Net net;
  net.eval();
  net.block.scale.set_requires_grad(false);
  const auto copy = nn::clone(net);
  EXPECT_FALSE(copy->is_training());
  EXPECT_FALSE(copy->block.scale.requires_grad());
  EXPECT_TRUE(copy->fc.weight.requires_grad());
  EXPECT_EQ(copy->fc.weight.to_vector<float>(), net.fc.weight.to_vector<float>());
  const auto before = net.fc.weight.to_vector<float>();
  {
    eager::NoGrad off;
    copy->fc.weight.add_(1);
  }
  EXPECT_EQ(net.fc.weight.to_vector<float>(), before);
  tt::sum((*copy)(tt::ones({1, 4}))).backward();
  EXPECT_FALSE(net.fc.weight.grad().defined());

  nn::Linear linear(3, 2, false);
  linear.to(tt::float64);
  const auto other = nn::clone(linear);
  EXPECT_EQ(other->weight.to_vector<double>(), linear.weight.to_vector<double>());
  EXPECT_EQ(other->weight.dtype(), tt::float64);
}

TEST(EagerModule, MembersAreChecked) {
  struct Open : nn::Module {};
  Open open;
  open.add<nn::Linear>("a", 1, 1);
  EXPECT_ARGUMENT_ERROR(open.add<nn::Linear>("a", 1, 1), "the name of a member is taken: 'a'");
  EXPECT_ARGUMENT_ERROR(open.register_buffer("a", tt::zeros({1})), "the name of a member is taken: 'a'");
  EXPECT_ARGUMENT_ERROR(open.add<nn::Linear>("a.b", 1, 1), "has a dot: 'a.b'");
  EXPECT_ARGUMENT_ERROR(open.register_parameter("", tt::zeros({1})), "is empty");
  EXPECT_ARGUMENT_ERROR(open.register_parameter("i", tt::zeros({1}, tt::int64)),
                        "a tensor that is not floating-point has no gradient");
  tt::Tensor x = tt::ones({1}).set_requires_grad();
  EXPECT_ARGUMENT_ERROR(open.register_parameter("r", x * 2), "is the result of a recorded op");
  EXPECT_ARGUMENT_ERROR(open(tt::ones({1})), "[Open] the module has no forward for one tensor");
  EXPECT_ARGUMENT_ERROR(open.add<nn::Linear>("l", 0, 1), "in_features or out_features is not positive");
  EXPECT_ARGUMENT_ERROR(nn::Linear({.in_features = 1, .out_features = 1, .dtype = tt::int64}),
                        "the dtype of parameters is not floating-point");
  EXPECT_ARGUMENT_ERROR(nn::Conv2d({.in_channels = 1, .out_channels = 1}), "kernel_size is not positive");
  EXPECT_ARGUMENT_ERROR(nn::Conv2d({.in_channels = 3, .out_channels = 4, .kernel_size = 3, .groups = 2}),
                        "groups does not divide");
}

TEST(EagerModule, MistakesInsideAreReportedAtTheUsersLine) {
  Net net;
  const tt::Tensor wrong = tt::ones({2, 5}), none;
  EXPECT_ARGUMENT_ERROR(net(wrong), "[linear]");
  EXPECT_ARGUMENT_ERROR(net(none), "an input is undefined");
  EXPECT_ARGUMENT_ERROR(net(tt::ones({2, 4}, tt::int64)), "[linear]");
  nn::Sequential stack(nn::make<nn::Linear>(4, 3), nn::make<nn::Linear>(4, 3));
  EXPECT_ARGUMENT_ERROR(stack(tt::ones({2, 4})), "[linear]");
}

TEST(EagerModule, SeveralInputs) {
  struct Bilinear : nn::Module {
    using nn::Module::forward;
    nn::Linear& left = add<nn::Linear>("left", 3, 2);
    nn::Linear& right = add<nn::Linear>("right", 4, 2);
    tt::Tensor forward(const tt::Tensor& a, const tt::Tensor& b) { return left(a) * right(b); }
  };
  Bilinear both;
  EXPECT_EQ(nn::call(both, tt::ones({5, 3}), tt::ones({5, 4})).shape(), (tt::Shape{5, 2}));
  const tt::Tensor a = tt::ones({5, 3});
  EXPECT_ARGUMENT_ERROR(nn::call(both, a, tt::ones({5, 3})), "[linear]");
}

TEST(EagerModule, PrintsAsPyTorch) {
  Net net;
  EXPECT_EQ(net.text(),
            "Net(\n"
            "  (block): Block(\n"
            "    (inner): Linear(in_features=4, out_features=4, bias=True)\n"
            "  )\n"
            "  (fc): Linear(in_features=4, out_features=2, bias=False)\n"
            ")");
  std::ostringstream out;
  out << nn::Conv2d({.in_channels = 4,
                     .out_channels = 8,
                     .kernel_size = {3, 5},
                     .stride = 2,
                     .padding = {1, 2},
                     .dilation = 2,
                     .groups = 2,
                     .bias = false});
  EXPECT_EQ(out.str(),
            "Conv2d(4, 8, kernel_size=(3, 5), stride=(2, 2), padding=(1, 2), dilation=(2, 2), groups=2, bias=False)");
  EXPECT_EQ(nn::Conv2d({.in_channels = 1, .out_channels = 8, .kernel_size = 3, .padding = "same"}).text(),
            "Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1), padding=same)");
  EXPECT_EQ(nn::Sequential().text(), "Sequential()");
}

TEST(EagerModule, DefaultInitialisationIsPyTorchs) {
  tt::manual_seed(11);
  nn::Linear linear(100, 200);
  nn::Conv2d conv({.in_channels = 4, .out_channels = 64, .kernel_size = 5, .groups = 2});
  const std::pair<tt::Tensor, double> cases[] = {
      {linear.weight, 0.1}, {linear.bias, 0.1}, {conv.weight, 1 / std::sqrt(50.0)}, {conv.bias, 1 / std::sqrt(50.0)}};
  for (const auto& [tensor, bound] : cases) {
    double sum = 0, squares = 0, largest = 0;
    const auto values = tensor.to_vector<double>();
    for (const double v : values) sum += v, squares += v * v, largest = std::max(largest, std::abs(v));
    const double n = static_cast<double>(values.size());
    EXPECT_LE(largest, bound);
    EXPECT_GT(largest, 0.9 * bound);
    EXPECT_NEAR(sum / n, 0, 5 * bound / std::sqrt(3 * n));
    EXPECT_NEAR(squares / n, bound * bound / 3, 5 * bound * bound / std::sqrt(n) * 0.3);
  }
  // The same seed gives the same model, another seed another one.
  tt::manual_seed(11);
  EXPECT_EQ(nn::Linear(100, 200).weight.to_vector<float>(), linear.weight.to_vector<float>());
  tt::manual_seed(12);
  EXPECT_NE(nn::Linear(100, 200).weight.to_vector<float>(), linear.weight.to_vector<float>());
}

TEST(EagerSequential, RunsModulesAndFunctions) {
  nn::Sequential model(nn::make<nn::Linear>(4, 3), [](const tt::Tensor& x) { return tt::relu(x); });
  model.push_back(nn::make<nn::Linear>(3, 2));
  model.add<nn::Linear>("head", 2, 1);
  EXPECT_EQ(model.size(), 4u);
  EXPECT_EQ(model(tt::ones({5, 4})).shape(), (tt::Shape{5, 1}));
  EXPECT_EQ(model[-1].name(), "Linear");
  EXPECT_EQ(model[1].name(), "Lambda");
  EXPECT_EQ(names(model.named_parameters()),
            (Names{"0.weight", "0.bias", "2.weight", "2.bias", "head.weight", "head.bias"}));
  EXPECT_ARGUMENT_ERROR(nn::make<nn::Linear>(0, 1), "in_features or out_features is not positive");
  EXPECT_ARGUMENT_ERROR(nn::make<nn::Conv2d>({.in_channels = 1, .out_channels = 1}), "kernel_size is not positive");
  EXPECT_ARGUMENT_ERROR(model.at(4), "there is no module at this index: 4 of 4");
  EXPECT_ARGUMENT_ERROR(nn::Lambda(nullptr), "the function is empty");
  const auto copy = nn::clone(model);
  EXPECT_EQ((*copy)(tt::ones({2, 4})).to_vector<float>(), model(tt::ones({2, 4})).to_vector<float>());
  EXPECT_FALSE(copy->parameters()[0].is_same(model.parameters()[0]));
}

TEST(EagerModule, CallOnAPlaceholderAddsNodesWithCapturedState) {
  Net net;
  tt::GraphHandle graph;
  const tt::Tensor x = tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown, 4}, {}, tt::Location::here());
  const tt::Tensor y = net(x);
  EXPECT_TRUE(y.is_symbolic());
  EXPECT_FALSE(y.shape().known());
  const tt::Tensor ys[] = {tt::sum(y)};
  const auto parameters = net.parameters();
  EXPECT_EQ(tt::gradients(ys, parameters).size(), 4u);
}
