// What a PyTorch user does with modules beyond calling them: parts by name, replacing and sharing them, ways of
// loading, copies, and the containers' methods.
#include "eager_testing.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/activation.h"
#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/normalization.h"
#include "triptych/eager/nn/parameter_containers.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;

using Names = std::vector<std::string>;
using Floats = std::vector<float>;

namespace {

struct Block : nn::Module {
  nn::Linear& fc = add<nn::Linear>("fc", 2, 2);
  tt::Tensor& scale = register_parameter("scale", tt::ones({2}));
  tt::Tensor& seen = register_buffer("seen", tt::zeros({1}));
  tt::Tensor& cache = register_buffer("cache", tt::zeros({1}), false);
  tt::Tensor forward(const tt::Tensor& x) override { return fc(x) * scale; }
};
struct Net : nn::Module {
  Block& block = add<Block>("block");
  nn::Linear& head = add<nn::Linear>("head", 2, 3);
  tt::Tensor forward(const tt::Tensor& x) override { return head(block(x)); }
};

Names names(const std::vector<nn::NamedTensor>& tensors) {
  Names result;
  for (const auto& [name, tensor] : tensors) result.push_back(name);
  return result;
}
Names names(const std::vector<nn::NamedModule>& modules) {
  Names result;
  for (const auto& [name, module] : modules) result.push_back(name);
  return result;
}

}  // namespace

TEST(ModuleMethods, PartsByName) {
  Net net;
  EXPECT_EQ(&net.get_submodule("block.fc"), &net.block.fc);
  EXPECT_EQ(&net.get_submodule(""), &net);
  EXPECT_TRUE(net.get_parameter("block.fc.weight").is_same(net.block.fc.weight));
  EXPECT_TRUE(net.get_buffer("block.cache").is_same(net.block.cache));
  EXPECT_EQ(&net.get_submodule("head").as<nn::Linear>(), &net.head);
  EXPECT_EQ(names(net.named_parameters("model")),
            (Names{"model.block.scale", "model.block.fc.weight", "model.block.fc.bias", "model.head.weight",
                   "model.head.bias"}));
  EXPECT_EQ(names(net.block.named_parameters("", false)), (Names{"scale"}));
  EXPECT_EQ(net.block.parameters(false).size(), 1u);
  EXPECT_ARGUMENT_ERROR(net.get_submodule("block.fd"),
                        "there is no module of this name: 'fd' of 'block.fd' in a Block");
  EXPECT_ARGUMENT_ERROR(net.get_parameter("block.seen"), "there is no parameter of this name: 'seen' in a Block");
  EXPECT_ARGUMENT_ERROR(net.get_buffer("head.weight"), "there is no buffer of this name");
  EXPECT_ARGUMENT_ERROR(net.get_submodule("head").as<nn::ReLU>(),
                        "the module is of another class than it is taken for");
}

TEST(ModuleMethods, AReplacedModuleTakesTheCalls) {
  Net net;
  nn::Linear& before = net.head;
  net.set_submodule("head", std::make_unique<nn::Linear>(2, 5));
  EXPECT_EQ(net(tt::ones({1, 2})).shape(), (tt::Shape{1, 5}));
  EXPECT_EQ(nn::call(before, tt::ones({1, 2})).shape(), (tt::Shape{1, 5}));
  EXPECT_EQ(net.get_parameter("head.weight").shape(), (tt::Shape{5, 2}));
  net.set_submodule("block.fc", std::make_unique<nn::Identity>());
  EXPECT_EQ(net.block(tt::ones({1, 2})).to_vector<float>(), (Floats{1, 1}));
  EXPECT_ARGUMENT_ERROR(nn::call(net.block.fc, tt::ones({1, 2})),
                        "of another class than it is taken for: it is a Identity");
  net.set_submodule("block.extra", std::make_unique<nn::ReLU>());
  EXPECT_EQ(names(net.named_modules()), (Names{"", "block", "block.fc", "block.extra", "head"}));
  EXPECT_ARGUMENT_ERROR(net.set_submodule("nowhere.fc", std::make_unique<nn::ReLU>()),
                        "no module of this name: 'nowhere'");
  EXPECT_ARGUMENT_ERROR(net.set_submodule("head", std::unique_ptr<nn::ReLU>()), "a child module is a null pointer");
  // The copy has what was put in.
  const auto copy = nn::clone(net);
  EXPECT_EQ(copy->text(), net.text());
  EXPECT_EQ((*copy)(tt::ones({1, 2})).to_vector<float>(), net(tt::ones({1, 2})).to_vector<float>());
}

TEST(ModuleMethods, SharedModulesAndParameters) {
  const auto act = nn::make<nn::ReLU>();
  const auto layer = nn::make<nn::Linear>(2, 2);
  nn::Sequential net(layer, act, layer, act);
  EXPECT_EQ(net.size(), 4u);
  EXPECT_EQ(&net[0], &net[2]);
  EXPECT_EQ(net.parameters().size(), 2u);
  EXPECT_EQ(names(net.named_modules()), (Names{"", "0", "1"}));
  EXPECT_EQ(names(net.named_modules("net", false)), (Names{"net", "net.0", "net.1", "net.2", "net.3"}));
  EXPECT_EQ(net.state_dict().names(), (Names{"0.weight", "0.bias", "2.weight", "2.bias"}));  // as torch's
  Net tied;
  tied.block.fc.bias = tied.block.scale;
  EXPECT_EQ(names(tied.named_parameters()).size(), 4u);
  EXPECT_EQ(tied.named_parameters("", true, false).size(), 5u);
  const auto copy = nn::clone(tied);
  EXPECT_TRUE(copy->block.fc.bias.is_same(copy->block.scale));
  EXPECT_FALSE(copy->block.scale.is_same(tied.block.scale));
}

TEST(ModuleMethods, APartOfItself) {
  auto outer = std::make_shared<nn::Sequential>();
  auto inner = std::make_shared<nn::Sequential>();
  outer->push_back(inner);
  EXPECT_ARGUMENT_ERROR(inner->push_back(outer), "a module would be part of itself");
  EXPECT_ARGUMENT_ERROR(outer->push_back(outer), "a module would be part of itself");
}

TEST(ModuleMethods, LooseAndAssigningLoads) {
  Net net;
  tt::StateDict state = net.state_dict();
  state.erase("head.bias");
  state.add("tail.bias", tt::ones({1}));
  EXPECT_ARGUMENT_ERROR(net.load_state_dict(state), "missing 'head.bias'; unexpected 'tail.bias'");
  const auto [missing, unexpected] = net.load_state_dict(state, false);
  EXPECT_EQ(missing, (Names{"head.bias"}));
  EXPECT_EQ(unexpected, (Names{"tail.bias"}));
  EXPECT_FALSE(state.contains("block.cache"));  // not persistent
  Net half;
  tt::StateDict halves;
  for (const auto& [name, tensor] : half.state_dict()) halves.add(name, tt::cast(tensor, tt::bfloat16));
  const tt::Tensor weight = net.head.weight;
  net.load_state_dict(halves);
  EXPECT_EQ(net.head.weight.dtype(), tt::float32);
  net.load_state_dict(halves, true, true);
  EXPECT_EQ(net.head.weight.dtype(), tt::bfloat16);
  EXPECT_TRUE(net.head.weight.is_same(weight) && weight.requires_grad());
  EXPECT_EQ(net.block.cache.dtype(), tt::float32);
}

TEST(ModuleMethods, Conversions) {
  Net net;
  net.bfloat16();
  EXPECT_EQ(net.head.weight.dtype(), tt::bfloat16);
  net.half();
  EXPECT_EQ(net.block.seen.dtype(), tt::float16);
  net.to(tt::Device::cpu(), tt::float64);
  EXPECT_EQ(net.head.weight.dtype(), tt::float64);
  net.cpu().to(tt::float32);
  EXPECT_THROW(net.cuda(200), tt::Error);
  tt::sum(net(tt::ones({1, 2}))).backward();
  net.zero_grad(false);
  EXPECT_EQ(net.head.bias.grad().to_vector<float>(), (Floats{0, 0, 0}));
  net.zero_grad();
  EXPECT_FALSE(net.head.bias.grad().defined());
  int count = 0;
  EXPECT_EQ(&net.apply([&](nn::Module&) { ++count; }), &net);
  EXPECT_EQ(count, 4);
}

// --- Containers -----------------------------------------------------------------------------------------------------

TEST(ModuleContainers, SequentialIsAList) {
  nn::Sequential net(nn::make<nn::Linear>(2, 2), [](const tt::Tensor& x) { return x + 1; });
  net.append(nn::make<nn::ReLU>()).append(nn::make<nn::Tanh>());
  net.insert(1, nn::make<nn::Sigmoid>());
  Names classes;
  for (nn::Module& module : net) classes.push_back(module.name());
  EXPECT_EQ(classes, (Names{"Linear", "Sigmoid", "Lambda", "ReLU", "Tanh"}));
  EXPECT_EQ(net.pop(1)->name(), "Sigmoid");
  EXPECT_EQ(names(net.named_children()), (Names{"0", "1", "2", "3"}));
  net.set(-1, nn::make<nn::Identity>());
  EXPECT_EQ(net[3].name(), "Identity");
  net.extend({nn::make<nn::ReLU>(), tt::relu6});
  EXPECT_EQ(net.size(), 6u);
  nn::Sequential other;
  other.extend(net);
  EXPECT_EQ(&other[0], &net[0]);
  nn::Sequential named({{"fc", nn::make<nn::Linear>(2, 2)}, {"act", nn::make<nn::ReLU>()}});
  EXPECT_EQ(named.text(), "Sequential(\n  (fc): Linear(in_features=2, out_features=2, bias=True)\n  (act): ReLU()\n)");
  EXPECT_EQ(named(tt::ones({1, 2})).shape(), (tt::Shape{1, 2}));
  EXPECT_EQ(nn::clone(named)->text(), named.text());
  EXPECT_ARGUMENT_ERROR(net.insert(9, nn::make<nn::ReLU>()), "[insert] there is no module at this index: 9 of 6");
  EXPECT_ARGUMENT_ERROR(net.pop(-7), "[pop] there is no module at this index: -7 of 6");
  EXPECT_ARGUMENT_ERROR(net[6], "there is no module at this index: 6 of 6");
  EXPECT_ARGUMENT_ERROR(nn::Sequential({{"a.b", nn::make<nn::ReLU>()}}), "the name of a member has a dot");
}

// torch: features[:2], features[-1:], nn.Sequential(*list(net.children())[:-1]): the modules are shared.
TEST(ModuleContainers, PartsAreShared) {
  nn::Sequential net(nn::make<nn::Linear>(2, 3), nn::make<nn::ReLU>(), nn::make<nn::Linear>(3, 1));
  nn::Sequential parent;
  const nn::Sequential& first = parent.adopt("slice1", net[tt::Slice(0, 2)]);
  const std::shared_ptr<nn::Sequential> last = net[tt::Slice(-1)];
  EXPECT_EQ(parent.text(),
            "Sequential(\n  (slice1): Sequential(\n    (0): Linear(in_features=2, out_features=3, bias=True)\n"
            "    (1): ReLU()\n  )\n)");
  EXPECT_EQ(last->text(), "Sequential(\n  (2): Linear(in_features=3, out_features=1, bias=True)\n)");
  EXPECT_EQ(&first[0], &net[0]);
  const tt::Tensor x = tt::ones({4, 2});
  EXPECT_EQ((*last)(parent(x)).to_vector<float>(), net(x).to_vector<float>());
  EXPECT_EQ(net[tt::Slice(tt::none, tt::none, 2)]->size(), 2);
  EXPECT_EQ(net[tt::Slice(5)]->size(), 0);

  nn::ModuleList list;
  list.extend(net);
  EXPECT_EQ(list[tt::Slice(1)]->text(),
            "ModuleList(\n  (0): ReLU()\n  (1): Linear(in_features=3, out_features=1, bias=True)\n)");
  EXPECT_ARGUMENT_ERROR(net[tt::Slice(0, 2, 0)], "step");
}

TEST(ModuleContainers, ListsAndDicts) {
  nn::ModuleList list({nn::make<nn::Linear>(2, 2), nn::make<nn::ReLU>()});
  EXPECT_EQ(list.state_dict().names(), (Names{"0.weight", "0.bias"}));
  EXPECT_ARGUMENT_ERROR(list(tt::ones({2})), "the module has no forward for one tensor");
  EXPECT_EQ(nn::clone(list)->text(), list.text());
  nn::ModuleDict dict({{"conv", nn::make<nn::Linear>(2, 2)}, {"pool", nn::make<nn::ReLU>()}});
  EXPECT_EQ(dict.keys(), (Names{"conv", "pool"}));
  EXPECT_TRUE(dict.contains("pool"));
  dict.set("pool", nn::make<nn::Tanh>());
  dict.update({{"conv", nn::make<nn::Identity>()}, {"new", nn::make<nn::ReLU>()}});
  EXPECT_EQ(dict["conv"].name(), "Identity");
  EXPECT_EQ(dict.pop("new")->name(), "ReLU");
  EXPECT_EQ(dict.size(), 2u);
  EXPECT_EQ(dict.values()[1]->name(), "Tanh");
  EXPECT_ARGUMENT_ERROR(dict["missing"], "there is no module of this key: 'missing'. There are 'conv', 'pool'");
  EXPECT_ARGUMENT_ERROR(dict.pop("missing"), "there is no module of this key");
  dict.clear();
  EXPECT_EQ(dict.text(), "ModuleDict()");
}

TEST(ModuleContainers, ParameterListsAndDicts) {
  nn::ParameterList list({tt::ones({2}), tt::zeros({3})});
  EXPECT_EQ(list.text(),
            "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2]\n    (1): Parameter containing: "
            "[torch.float32 of size 3]\n)");
  list.append(tt::ones({1}));
  EXPECT_EQ(list[-1].shape(), (tt::Shape{1}));
  EXPECT_EQ(list.pop().shape(), (tt::Shape{1}));
  EXPECT_EQ(list.state_dict().names(), (Names{"0", "1"}));
  EXPECT_TRUE(list[0].requires_grad());
  EXPECT_EQ(nn::clone(list)->size(), 2u);
  EXPECT_ARGUMENT_ERROR(list[2], "there is no parameter at this index: 2 of 2");
  nn::ParameterDict dict({{"left", tt::ones({2})}, {"right", tt::zeros({2})}});
  dict.set("left", tt::full({3}, 2.0));
  EXPECT_EQ(dict["left"].to_vector<float>(), (Floats{2, 2, 2}));
  EXPECT_TRUE(dict["left"].requires_grad());
  EXPECT_EQ(dict.pop("right").shape(), (tt::Shape{2}));
  EXPECT_EQ(dict.keys(), (Names{"left"}));
  EXPECT_EQ(nn::clone(dict)->keys(), (Names{"left"}));
  EXPECT_ARGUMENT_ERROR(dict["right"], "there is no parameter of this key: 'right'");
}
