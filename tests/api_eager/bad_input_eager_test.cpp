// The obvious wrong arguments of the eager API.
#include "bad_input.h"
#include "triptych/eager.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

class BadInputEager : public testing::Test {
 protected:
  const Tensor none{}, vector = tt::ones({3}), matrix = tt::ones({2, 3}), integers = tt::ones({3}, tt::int64);
  const Tensor images = tt::ones({1, 2, 5, 5});
};

TEST_F(BadInputEager, Modules) {
  EXPECT_BAD("[Linear] in_features or out_features is not positive", nn::Linear(0, 2));
  EXPECT_BAD("[Linear] in_features or out_features is not positive", nn::Linear(2, -1));
  EXPECT_BAD("[Linear]", nn::Linear({.in_features = 2, .out_features = 2, .dtype = tt::int64}));
  EXPECT_BAD("[Conv2d]", nn::Conv2d({.in_channels = 2, .out_channels = 2}));
  EXPECT_BAD("[Conv2d]", nn::Conv2d({.in_channels = 2, .out_channels = 3, .kernel_size = 3, .groups = 2}));
  EXPECT_BAD("[Conv2d]", nn::Conv2d({.in_channels = 2, .out_channels = 2, .kernel_size = 3, .stride = 0}));
  EXPECT_BAD("[padding]", nn::Conv2d({.in_channels = 2, .out_channels = 2, .kernel_size = 3, .padding = "full"}));
  EXPECT_BAD("[Dropout] p is outside of [0, 1]", nn::Dropout(1.5));
  EXPECT_BAD("[BatchNorm1d] num_features is not positive", nn::BatchNorm1d(0));
  EXPECT_BAD("[BatchNorm2d] num_features is not positive", nn::BatchNorm2d(-3));
  EXPECT_BAD("[LayerNorm] normalized_shape is empty", nn::LayerNorm(nn::LayerNormOptions{}));
  EXPECT_BAD("[Embedding] num_embeddings or embedding_dim is not positive", nn::Embedding(0, 3));
  EXPECT_BAD("[Embedding] padding_idx is not the number of a row",
             nn::Embedding({.num_embeddings = 2, .embedding_dim = 2, .padding_idx = 2}));
  EXPECT_BAD("[Lambda] the function is empty", nn::Lambda(nn::Lambda::Options()));
}

TEST_F(BadInputEager, Calls) {
  nn::Linear linear(4, 2);
  nn::Conv2d conv({.in_channels = 3, .out_channels = 2, .kernel_size = 3});
  nn::BatchNorm1d norm(3);
  nn::BatchNorm2d norm2(3);
  nn::LayerNorm layer(4);
  nn::Embedding embedding(2, 2);
  nn::MaxPool2d pool(2);
  nn::Softmax softmax(5);
  nn::Flatten flatten;
  EXPECT_BAD("[linear]", linear(matrix));
  EXPECT_BAD("[linear]", linear(tt::ones({2, 4}, tt::float64)));
  EXPECT_BAD("[Module] an input is undefined", linear(none));
  EXPECT_BAD("[Module] the input is not a tensor", linear(2));
  EXPECT_BAD("[conv2d]", conv(images));
  EXPECT_BAD("[conv2d]", conv(matrix));
  EXPECT_BAD("[BatchNorm1d]", norm(images));
  EXPECT_BAD("[batch_norm]", norm(tt::ones({2, 4})));
  EXPECT_BAD("[batch_norm]", norm(tt::ones({1, 3})));
  EXPECT_BAD("[BatchNorm2d]", norm2(matrix));
  EXPECT_BAD("[layer_norm]", layer(matrix));
  EXPECT_BAD("[embedding]", embedding(vector));
  EXPECT_BAD("[embedding]", embedding(integers * 2));
  EXPECT_BAD("[max_pool2d]", pool(matrix));
  EXPECT_BAD("[softmax] the axis is out of range", softmax(matrix));
  EXPECT_BAD("[flatten]", flatten(vector));
  nn::CrossEntropyLoss loss;
  nn::MSELoss squares;
  EXPECT_BAD("[cross_entropy]", loss(matrix, integers));
  EXPECT_BAD("[mse_loss]", squares(matrix, vector));
  EXPECT_BAD("[Module]", squares(none, vector));
  EXPECT_BAD("[mse_loss]", squares(vector, none));
}

TEST_F(BadInputEager, Containers) {
  nn::Sequential net(nn::make<nn::Linear>(3, 4), nn::make<nn::ReLU>(), nn::make<nn::Linear>(5, 2));
  EXPECT_BAD("[linear]", net(matrix));
  EXPECT_BAD("[Sequential] there is no module at this index", net.at(3));
  EXPECT_BAD("[Sequential] there is no module at this index", net.at(-4));
  EXPECT_BAD("[Linear]", nn::make<nn::Linear>(0, 4));
}

struct Empty : nn::Module {};

TEST_F(BadInputEager, Members) {
  Empty module;
  EXPECT_BAD("[Empty] the module has no forward for one tensor", module(vector));
  module.add<nn::Linear>("fc", 2, 2);
  EXPECT_BAD("[Empty]", module.add<nn::Linear>("fc", 2, 2));
  EXPECT_BAD("[Empty]", module.add<nn::Linear>("", 2, 2));
  EXPECT_BAD("[Empty]", module.add<nn::Linear>("a.b", 2, 2));
  EXPECT_BAD("[Empty]", module.register_parameter("fc", vector));
  Tensor leaf = tt::ones({2}).set_requires_grad();
  EXPECT_BAD("[Empty] a parameter is the result of a recorded op", module.register_parameter("p", leaf * 2));
  EXPECT_BAD("[set_requires_grad]", module.register_parameter("i", integers));
  EXPECT_BAD("[Module::to] a module cannot be converted to a dtype that is not floating-point", module.to(tt::int64));
  EXPECT_BAD("[load_state_dict]", module.load_state_dict({{"fc.weight", vector}}));
  EXPECT_BAD("[load_state_dict]", module.load_state_dict({{"fc.weight", tt::ones({2, 2})}}));
  EXPECT_BAD("[load_state_dict]", module.load_state_dict({{"fc.weight", none}, {"fc.bias", tt::ones({2})}}));
}

TEST_F(BadInputEager, Optimizers) {
  Tensor p = tt::ones({3}).set_requires_grad();
  EXPECT_BAD("[SGD]", optim::SGD({}));
  EXPECT_BAD("[SGD]", optim::SGD({none}));
  EXPECT_BAD("[SGD]", optim::SGD({integers}));
  EXPECT_BAD("[SGD]", optim::SGD({p * 2}));
  EXPECT_BAD("[SGD]", optim::SGD({p, p}));
  EXPECT_BAD("[SGD]", optim::SGD({p}, {.lr = -1}));
  EXPECT_BAD("[SGD]", optim::SGD({p}, {.momentum = -1}));
  EXPECT_BAD("[SGD]", optim::SGD({p}, {.weight_decay = -1}));
  EXPECT_BAD("[SGD]", optim::SGD({p}, {.nesterov = true}));
  EXPECT_BAD("[Adam]", optim::Adam({p}, {.lr = -1}));
  EXPECT_BAD("[Adam]", optim::Adam({p}, {.betas = {1, 0.9}}));
  EXPECT_BAD("[Adam]", optim::Adam({p}, {.betas = {0.9, -0.1}}));
  EXPECT_BAD("[Adam]", optim::Adam({p}, {.eps = -1}));
  EXPECT_BAD("[AdamW]", optim::AdamW({p}, {.weight_decay = -1}));
  optim::Adam adam({p});
  EXPECT_BAD("[Adam]", adam.load_state_dict({{"nonsense", vector}}));
  EXPECT_BAD("[Adam]", adam.add_param_group({p}, {}));
}

TEST_F(BadInputEager, Autograd) {
  Tensor x = tt::ones({2}).set_requires_grad(), other = tt::ones({2}).set_requires_grad();
  const Tensor loss = tt::sum(x * x);
  EXPECT_BAD("[gradients] no y depends on an x", eager::grad(loss, other));
  EXPECT_BAD("[gradients]", eager::grad(none, x));
  EXPECT_BAD("[gradients]", eager::grad(loss, none));
  EXPECT_BAD("[grad] the number of grad_outputs differs from that of the ys",
             eager::grad({loss}, {x}, {.grad_outputs = {loss, loss}}));
  EXPECT_BAD("[backward] the gradient is left out, and the tensor is no scalar", (x * 2).backward());
  const Tensor once = tt::sum(x * x);
  once.backward();
  EXPECT_THROW(once.backward(), tt::ArgumentError);  // names the line whose saved values are gone
  const auto twice = [](const Tensor& t) { return t * 2; };
  const std::vector<Tensor> single{x};
  EXPECT_BAD("[gradcheck]", eager::gradcheck(twice, single));
  EXPECT_BAD("[gradcheck]", eager::gradcheck(twice, std::vector<Tensor>{}));
  EXPECT_BAD("[gradcheck]", eager::gradcheck(twice, std::vector<Tensor>{none}));
}

TEST_F(BadInputEager, Initializers) {
  Tensor i = tt::ones({3, 3}, tt::int64), u;
  EXPECT_BAD("[tensor]", nn::init::zeros_(u));
  EXPECT_BAD("[normal]", nn::init::normal_(i));
  const tt::GraphHandle graph;
  const Tensor symbolic = tt::graph_placeholder(graph, "x", tt::float32, {2, 3}, {}, {});
  Tensor weight = tt::ones({2, 3});
  EXPECT_BAD("[init] an initializer returned a tensor without values",
             nn::init::fill_(weight, [&](const tt::Shape&, tt::DType) { return symbolic; }));
}

}  // namespace
