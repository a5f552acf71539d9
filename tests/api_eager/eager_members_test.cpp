// What becomes of a module's members: parameters that are assigned to, other ways of writing forward, random streams,
// children with options or constructors of their own.
#include <filesystem>

#include "eager_testing.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager/nn/activation.h"
#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/conv.h"
#include "triptych/eager/nn/dropout.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/normalization.h"
#include "triptych/eager/optim.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;

using Names = std::vector<std::string>;

// --- Assignment -----------------------------------------------------------------------------------------------------

TEST(EagerMembers, APlainTensorIsNoParameter) {
  nn::Sequential net(nn::make<nn::Linear>(3, 2));
  auto& layer = static_cast<nn::Linear&>(net[0]);
  const tt::Tensor parameter = layer.weight;
  for (const tt::Tensor& plain : {tt::ones({2, 3}), tt::ones({2, 3}).set_requires_grad(), parameter * 2}) {
    layer.weight = plain;
    const char* text =
        "[Linear] a tensor that is no parameter was assigned to a parameter: 'weight' is now float32 (2, 3)";
    EXPECT_ARGUMENT_ERROR(layer(tt::ones({1, 3})), text);
    EXPECT_ARGUMENT_ERROR(net(tt::ones({1, 3})), text);
    EXPECT_ARGUMENT_ERROR(net.parameters(), text);
    EXPECT_ARGUMENT_ERROR(net.named_parameters(), text);
    EXPECT_ARGUMENT_ERROR(net.state_dict(), text);
    EXPECT_ARGUMENT_ERROR(nn::call(layer, tt::ones({1, 3})), text);
  }
  layer.weight = parameter;
  EXPECT_EQ(net(tt::ones({1, 3})).shape(), (tt::Shape{1, 2}));
}

TEST(EagerMembers, AParameterMayBeSharedOrLeftOut) {
  nn::Linear encoder(3, 3), decoder(3, 3);
  decoder.weight = encoder.weight;
  decoder.bias = {};
  tt::sum(decoder(encoder(tt::ones({1, 3})))).backward();
  EXPECT_EQ(decoder.parameters().size(), 1u);
  EXPECT_TRUE(encoder.weight.grad().defined());
}

TEST(EagerMembers, AnAssignedBufferIsTheBuffer) {
  nn::BatchNorm1d norm(2);
  norm.running_mean = tt::full({2}, 5.0);
  norm.eval();
  const tt::GraphHandle graph;
  const tt::Tensor x = tt::graph_placeholder(graph, "x", tt::float32, {4, 2}, {}, tt::Location::here());
  norm(x);
  EXPECT_TRUE(norm.running_mean.flags() & tt::detail::TensorHead::state);  // captured by reference, no constant
  EXPECT_EQ(norm.state_dict().at("running_mean").to_vector<float>(), (std::vector<float>{5, 5}));
}

// --- forward --------------------------------------------------------------------------------------------------------

namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"  // clang warns of what is tested here

struct ByValue : nn::Module {
  tt::Tensor forward(tt::Tensor x) { return x * 2; }
};
struct ByValueConst : nn::Module {
  tt::Tensor forward(tt::Tensor x) const { return x * 3; }
};
struct ByReferenceConst : nn::Module {
  tt::Tensor forward(const tt::Tensor& x) const { return x * 4; }
};

#pragma GCC diagnostic pop

}  // namespace

TEST(EagerMembers, ForwardMayBeWrittenInOtherWays) {
  ByValue by_value;
  ByValueConst by_value_const;
  ByReferenceConst by_reference_const;
  const tt::Tensor one = tt::ones({});
  EXPECT_EQ(by_value(one).item<int>(), 2);
  EXPECT_EQ(by_value_const(one).item<int>(), 3);
  EXPECT_EQ(by_reference_const(one).item<int>(), 4);
  nn::Sequential all(nn::make<ByValue>(), nn::make<ByValueConst>(), nn::make<ByReferenceConst>());
  EXPECT_EQ(all(one).item<int>(), 24);
  nn::Module& base = by_value;
  EXPECT_EQ(base.forward(one).item<int>(), 2);
}

// --- Random streams -------------------------------------------------------------------------------------------------

namespace {

struct Noisy : nn::Module {
  nn::Linear& in = add<nn::Linear>("in", 4, 8);
  nn::Dropout& drop = add<nn::Dropout>("drop", 0.5);
  tt::Tensor forward(const tt::Tensor& x) override { return drop(in(x)); }
};

}  // namespace

TEST(EagerMembers, AStreamIsNoTensorOfTheState) {
  Noisy net;
  EXPECT_EQ(net.state_dict().names(), (Names{"in.weight", "in.bias"}));  // as torch's
  EXPECT_TRUE(net.buffers().empty());
  EXPECT_TRUE(net.state_dict().metadata.contains("stream.drop.stream"));
}

TEST(EagerMembers, AStateFromPyTorchLoadsStrictly) {
  Noisy net;
  const auto stream = net.drop.stream.to_vector<std::int64_t>();
  const tt::StateDict torchs{{"in.weight", tt::ones({8, 4})}, {"in.bias", tt::zeros({8})}};
  net.load_state_dict(torchs);
  EXPECT_EQ(net.in.weight.to_vector<float>(), std::vector<float>(32, 1));
  EXPECT_EQ(net.drop.stream.to_vector<std::int64_t>(), stream);
}

TEST(EagerMembers, AFileKeepsTheStream) {
  const std::string path = testing::TempDir() + "members.safetensors";
  tt::manual_seed(1);
  Noisy net, other;
  const tt::Tensor x = tt::ones({16, 4});
  net(x);
  tt::save(net.state_dict(), path);
  const auto expected = net(x).to_vector<float>();
  EXPECT_NE(net(x).to_vector<float>(), expected);
  other.load_state_dict(tt::load(path));
  EXPECT_EQ(other(x).to_vector<float>(), expected);
  std::filesystem::remove(path);

  tt::StateDict wrong = net.state_dict();
  wrong.metadata["stream.drop.stream"] = "12 x";
  wrong.set("in.bias", tt::full({8}, 7.0));
  EXPECT_ARGUMENT_ERROR(other.load_state_dict(wrong), "a random stream is not two numbers");
  EXPECT_NE(other.in.bias.to_vector<float>(), std::vector<float>(8, 7));  // all or nothing
}

TEST(EagerMembers, AClonesStreamIsItsOwn) {
  Noisy net;
  const auto copy = nn::clone(net);
  const tt::Tensor x = tt::ones({16, 4});
  const auto first = net(x).to_vector<float>();
  net(x);
  EXPECT_EQ((*copy)(x).to_vector<float>(), first);
}

// --- Children of every kind -----------------------------------------------------------------------------------------

namespace {

struct Config {
  int width = 3;
};
/// Made from a member called options.
struct Block : nn::Module {
  explicit Block(const Config& config) : options(config) {}
  const Config options;
  nn::Linear& layer = add<nn::Linear>("layer", options.width, 2);
  tt::Tensor forward(const tt::Tensor& x) override { return layer(x); }
};
/// The member has nothing to do with how it is made.
struct Counting : nn::Module {
  int options = 3;
  tt::Tensor forward(const tt::Tensor& x) override { return x * options; }
};
/// A Linear, but not made from LinearOptions.
struct Square : nn::Linear {
  explicit Square(int width) : nn::Linear(width, width) {}
};
struct Inheriting : nn::Linear {
  using nn::Linear::Linear;
};
struct Family : nn::Module {
  Block& block = add<Block>("block", Config{4});
  Counting& counting = add<Counting>("counting");
  Inheriting& inheriting = add<Inheriting>("inheriting", {.in_features = 2, .out_features = 2});
  tt::Tensor forward(const tt::Tensor& x) override { return inheriting(counting(block(x))); }
};

}  // namespace

TEST(EagerMembers, ChildrenWithOptionsOfTheirOwn) {
  Family family;
  EXPECT_EQ(family(tt::ones({1, 4})).shape(), (tt::Shape{1, 2}));
  const auto copy = nn::clone(family);
  EXPECT_EQ((*copy)(tt::ones({1, 4})).to_vector<float>(), family(tt::ones({1, 4})).to_vector<float>());

  nn::Sequential model(nn::make<Block>(Config{4}), nn::make<Counting>(), nn::make<nn::Dropout>(0.5),
                       nn::make<Square>(2), nn::make<Inheriting>(2, 2, false));
  EXPECT_EQ(model(tt::ones({1, 4})).shape(), (tt::Shape{1, 2}));
  const Square square(2);
  EXPECT_EQ(nn::clone(square, 2)->weight.to_vector<float>(), square.weight.to_vector<float>());
  EXPECT_ARGUMENT_ERROR(nn::clone(model), "[clone] a module cannot be copied: '3' is a Square");
}

TEST(EagerMembers, MakeNamesTheUsersLine) {
  EXPECT_ARGUMENT_ERROR(nn::make<nn::Dropout>(1.5), "p is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(nn::make<nn::Conv2d>(1, 8, 0), "kernel_size is not positive");
  EXPECT_ARGUMENT_ERROR(nn::make<nn::Conv2d>(1, 8, 3, 0, 1), "stride is not positive");
}
