// The obvious wrong arguments of the eager API.
#include <limits>

#include "bad_input.h"
#include "triptych/core/warning.h"
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
  EXPECT_BAD("[shape] a dimension is negative: -2", nn::LayerNorm(-2));
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
  Tensor open = tt::graph_placeholder(graph, "y", tt::float32, {tt::unknown, 3}, {}, {});
  EXPECT_BAD("[shape]", nn::init::eye_(open));
  Tensor weight = tt::ones({2, 3});
  EXPECT_BAD("[init] an initializer returned a tensor without values",
             nn::init::fill_(weight, [&](const tt::Shape&, tt::DType) { return symbolic; }));
}

TEST_F(BadInputEager, WeightsOfLosses) {
  const tt::GraphHandle graph;
  const Tensor symbolic = tt::graph_placeholder(graph, "w", tt::float32, {3}, {}, {});
  const Tensor huge = tt::expand(tt::ones({1}), {std::int64_t{1} << 45});
  EXPECT_BAD("[BCELoss] a buffer is symbolic: 'weight'", nn::BCELoss(symbolic));
  EXPECT_BAD("[BCEWithLogitsLoss] a buffer is symbolic: 'pos_weight'", nn::BCEWithLogitsLoss({.pos_weight = symbolic}));
  EXPECT_BAD("[CrossEntropyLoss] a buffer is symbolic", nn::CrossEntropyLoss(symbolic));
  EXPECT_BAD("[NLLLoss] a buffer is symbolic", nn::NLLLoss(symbolic));
  EXPECT_BAD("[MultiLabelSoftMarginLoss] a buffer is symbolic", nn::MultiLabelSoftMarginLoss(symbolic));
  EXPECT_BAD("[MultiMarginLoss] a buffer is symbolic", nn::MultiMarginLoss({.weight = symbolic}));
  EXPECT_UNSUPPORTED("[clone] out of memory on cpu", nn::CrossEntropyLoss(huge));
}

TEST_F(BadInputEager, States) {
  const tt::GraphHandle graph;
  const Tensor symbolic = tt::graph_placeholder(graph, "w", tt::float32, {2, 3}, {}, {});
  nn::Linear linear(3, 2);
  const std::vector<float> before = linear.weight.to_vector<float>();
  for (const bool assign : {false, true})
    EXPECT_BAD("[load_state_dict] a value is symbolic: 'weight'",
               linear.load_state_dict({{"bias", tt::ones({2})}, {"weight", symbolic}}, true, assign));
  EXPECT_EQ(linear.weight.to_vector<float>(), before);
  EXPECT_NE(linear.bias.to_vector<float>(), (std::vector<float>{1, 1}));
}

TEST_F(BadInputEager, TheGradientOfWhatIsNoLeafIsSaidOnce) {
  std::vector<std::string> said;
  const tt::WarningHandler before =
      tt::set_warning_handler([&](const std::string& text, tt::Location) { said.push_back(text); });
  const Tensor x = tt::ones({2}).set_requires_grad();
  for (int i = 0; i < 3; ++i) {
    Tensor y = x * 2, kept = x * 3;
    kept.retain_grad();
    tt::sum(y + kept).backward();
    EXPECT_FALSE(y.grad().defined());
    EXPECT_TRUE(kept.grad().defined() && x.grad().defined());
  }
  EXPECT_FALSE(tt::ones({2}).grad().defined());
  EXPECT_FALSE(tt::ones({2}).set_requires_grad().grad().defined());
  tt::set_warning_handler(before);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(
      said[0],
      "[grad] the gradient of a tensor that is no leaf is asked for, and was not kept: it was made by 'mul'. Call "
      "retain_grad() before backward(), or ask the leaf.");
}

TEST_F(BadInputEager, WhatIsSurelyNotMeantIsSaidOnce) {
  std::vector<std::string> said;
  const tt::WarningHandler before = tt::set_warning_handler([&](const std::string& text, tt::Location where) {
    said.push_back(text.substr(0, text.find(':')));
    EXPECT_NE(where.text().find("bad_input_eager_test.cpp"), std::string::npos) << text;
  });
  for (int i = 0; i < 2; ++i) {
    nn::LSTM lstm({.input_size = 2, .hidden_size = 2, .dropout = 0.5});
    nn::KLDivLoss loss;
    loss(tt::zeros({2}), tt::ones({2}));
    Tensor empty = tt::zeros({0, 2}), weight = tt::zeros({2});
    nn::init::normal_(empty);
    nn::init::trunc_normal_(weight, 5, 1, -2, 2);
  }
  nn::LSTM deep({.input_size = 2, .hidden_size = 2, .num_layers = 2, .dropout = 0.5});
  nn::KLDivLoss({.batchmean = true})(tt::zeros({2}), tt::ones({2}));
  tt::set_warning_handler(before);
  EXPECT_EQ(said, (std::vector<std::string>{"[LSTM] dropout has no effect",
                                            "[KLDivLoss] the mean is over all elements, which is not the divergence",
                                            "[init] a tensor without elements is initialized",
                                            "[trunc_normal_] the mean is more than two standard deviations outside of "
                                            "[a, b]."}));
}

TEST_F(BadInputEager, LeavesNothingBehindWhereItThrows) {
  // A hook: the module, its buffers and the next call are as before.
  nn::BatchNorm1d norm(3);
  auto hook = norm.register_forward_hook(
      [](nn::Module&, const Tensor&, const Tensor&) { throw std::runtime_error("not today"); });
  EXPECT_THROW(norm(matrix), std::runtime_error);
  EXPECT_EQ(norm.num_batches_tracked.item<std::int64_t>(), 0);
  hook.remove();
  norm(matrix);
  EXPECT_EQ(norm.num_batches_tracked.item<std::int64_t>(), 1);
  // A closure: no step was taken.
  nn::Linear linear(3, 1);
  optim::LBFGS lbfgs(linear.parameters());
  const Tensor weight = linear.weight.clone();
  EXPECT_THROW(lbfgs.step([&]() -> Tensor { throw std::runtime_error("no loss"); }), std::runtime_error);
  EXPECT_TRUE(tt::array_equal(linear.weight, weight));
  EXPECT_BAD("[LBFGS] there is no closure", lbfgs.step());
  // Wrong keys, dtypes and devices.
  tt::StateDict state = linear.state_dict();
  state.erase("bias");
  EXPECT_BAD("[load_state_dict] the keys of the state and of Linear differ: missing 'bias'",
             linear.load_state_dict(state));
  state.add("biass", tt::ones({1}));
  EXPECT_BAD("[load_state_dict] the keys of the state and of Linear differ: missing 'bias'; unexpected 'biass'",
             linear.load_state_dict(state));
  EXPECT_BAD("[linear]", linear(tt::ones({2, 3}, tt::float64)));
  EXPECT_BAD("[Module::to] a module cannot be converted", linear.to(tt::int32));
  if (tt::cuda_device_count() == 0) EXPECT_UNSUPPORTED("[device] this build has no CUDA", linear.cuda());
  EXPECT_BAD("[vmap]", eager::func::vmap([](const Tensor& a, const Tensor& b) { return a + b; })(matrix, vector));
  EXPECT_UNSUPPORTED("[memory]", eager::func::hessian([](const Tensor& a) { return tt::sum(a * a); })(tt::ones({1 << 20})));
}

TEST_F(BadInputEager, ParametersInContainers) {
  const Tensor result = tt::ones({2}).set_requires_grad() * 2;
  nn::ParameterList list({vector, none});
  EXPECT_EQ(list.text(),
            "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 3]\n"
            "    (1): Object of type: NoneType\n)");
  EXPECT_FALSE((*list.clone())[1].defined());
  EXPECT_BAD("[ParameterList] a parameter is the result of a recorded op", list.extend({tt::ones({1}), result}));
  EXPECT_EQ(list.size(), 2u);
  nn::ParameterDict dict({{"a", vector}, {"none", none}});
  EXPECT_NE(dict.text().find("(none): Object of type: NoneType"), std::string::npos) << dict.text();
  EXPECT_BAD("[ParameterDict] a parameter is the result of a recorded op",
             dict.update({{"a", tt::zeros({3})}, {"b", result}}));
  EXPECT_EQ(dict["a"].to_vector<float>(), vector.to_vector<float>());
  dict.update({{"b", matrix}, {"a", tt::zeros({3})}});
  EXPECT_EQ(dict.keys(), (std::vector<std::string>{"a", "none", "b"}));
  EXPECT_EQ(dict["a"].to_vector<float>(), (std::vector<float>{0, 0, 0}));
  EXPECT_BAD("[ParametrizationList] there is no original", nn::utils::parametrize::ParametrizationList().value());
}

TEST_F(BadInputEager, Transformers) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / 2;
  EXPECT_BAD("[shape] the number of rows of in_proj_weight does not fit", nn::MultiheadAttention(most, 1));
  const nn::TransformerActivation relu = "relu";
  EXPECT_BAD("[relu] an input is undefined", relu(none));
  const nn::TransformerEncoderLayer layer(4, 2, 8);
  const tt::Statistics now = tt::statistics();
  tt::set_memory_limit(now.bytes_in_use + (1 << 16));
  EXPECT_UNSUPPORTED("[", nn::TransformerEncoder(layer, most));
  EXPECT_UNSUPPORTED("[", nn::Transformer({.d_model = 4, .nhead = 2, .num_encoder_layers = most}));
  EXPECT_UNSUPPORTED("[", nn::Transformer(4, 2, 1, most));
  EXPECT_UNSUPPORTED("[memory] out of memory on cpu", relu(tt::expand(vector[0], {1 << 20})));
  tt::set_memory_limit(0);
}

TEST_F(BadInputEager, PackedSequences) {
  const auto packed = nn::utils::rnn::pack_padded_sequence(tt::ones({3, 2, 1}), std::vector<std::int64_t>{3, 1});
  EXPECT_UNSUPPORTED("[memory] out of memory on cpu",
                     nn::utils::rnn::pad_packed_sequence(packed, false, 0, std::int64_t{1} << 50));
  EXPECT_BAD("[pad]", nn::utils::rnn::pad_packed_sequence(packed, false, 0, std::numeric_limits<std::int64_t>::max()));
  const auto [padded, lengths] = nn::utils::rnn::pad_packed_sequence(packed, true, -1, 4);
  EXPECT_EQ(padded.to_vector<float>(), (std::vector<float>{1, 1, 1, -1, 1, -1, -1, -1}));
  EXPECT_EQ(lengths.to_vector<std::int64_t>(), (std::vector<std::int64_t>{3, 1}));
}

}  // namespace
