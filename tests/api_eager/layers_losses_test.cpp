// Losses and distances as modules, containers and parametrizations against PyTorch's.
#include "eager_testing.h"
#include "modules_reference.h"
#include "triptych/core/random.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/activation.h"
#include "triptych/eager/nn/adaptive_softmax.h"
#include "triptych/eager/nn/conv.h"
#include "triptych/eager/nn/distance.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/loss.h"
#include "triptych/eager/nn/parameter_containers.h"
#include "triptych/eager/nn/parametrize.h"
#include "triptych/eager/nn/utils/fusion.h"
#include "triptych/eager/optim.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;
namespace parametrize = nn::utils::parametrize;
namespace parametrizations = nn::utils::parametrizations;
const std::string modules_reference::root = TRIPTYCH_SOURCE_DIR;
using modules_reference::check;
using modules_reference::check2;
using modules_reference::check3;
using modules_reference::check_evaluated;
using modules_reference::Tensors;

TEST(LayersLosses, AsPyTorch) {
  check2("CosineSimilarity", nn::CosineSimilarity());
  check2("PairwiseDistance", nn::PairwiseDistance(1, 1e-6, true));
  check2("L1Loss", nn::L1Loss());
  check2("L1Loss_sum", nn::L1Loss({.reduction = nn::Reduction::sum}));
  check2("MSELoss", nn::MSELoss());
  check2("SmoothL1Loss", nn::SmoothL1Loss());
  check2("SmoothL1Loss_beta", nn::SmoothL1Loss({.reduction = nn::Reduction::none, .beta = 0.5}));
  check2("HuberLoss", nn::HuberLoss());
  check2("PoissonNLLLoss", nn::PoissonNLLLoss());
  check2("KLDivLoss", nn::KLDivLoss({.batchmean = true}));
  check2("BCELoss", nn::BCELoss());
  check2("BCEWithLogitsLoss", nn::BCEWithLogitsLoss({.weight = tt::tensor<float>({1, 2, 3, 4}),
                                                     .pos_weight = tt::tensor<float>({0.5, 1, 1, 2})}));
  check2("CrossEntropyLoss", nn::CrossEntropyLoss({.weight = tt::tensor<float>({1, 2, 3, 4}), .label_smoothing = 0.1}));
  check2("NLLLoss", nn::NLLLoss({.ignore_index = 0}));
  check2("HingeEmbeddingLoss", nn::HingeEmbeddingLoss(0.5));
  check2("SoftMarginLoss", nn::SoftMarginLoss());
  check2("MultiLabelMarginLoss", nn::MultiLabelMarginLoss());
  check2("MultiLabelSoftMarginLoss", nn::MultiLabelSoftMarginLoss());
  check2("MultiMarginLoss", nn::MultiMarginLoss(2, 0.5));
  check3("GaussianNLLLoss", nn::GaussianNLLLoss({.full = true}));
  check3("MarginRankingLoss", nn::MarginRankingLoss(0.2));
  check3("CosineEmbeddingLoss", nn::CosineEmbeddingLoss());
  check3("TripletMarginLoss", nn::TripletMarginLoss({.margin = 2, .swap = true}));
  check3("TripletMarginWithDistanceLoss",
         nn::TripletMarginWithDistanceLoss({.distance_function = [](const tt::Tensor& a, const tt::Tensor& b) {
           return tt::sum(tt::abs(a - b), {1});
         }}));
  nn::CTCLoss ctc;
  check("CTCLoss", ctc, [&](const Tensors& x) {
    return Tensors{ctc(x[0], x[1], tt::tensor<std::int64_t>({6, 5}), tt::tensor<std::int64_t>({2, 1}))};
  });
}

TEST(LayersLosses, AWeightIsABuffer) {
  const tt::Tensor weight = tt::tensor<float>({1, 2});
  nn::CrossEntropyLoss loss(weight);
  EXPECT_EQ(loss.state_dict().names(), (std::vector<std::string>{"weight"}));
  loss.to(tt::float64);
  EXPECT_EQ(weight.dtype(), tt::float32);
  EXPECT_EQ(loss(tt::ones({1, 2}, tt::float64), tt::zeros({1}, tt::int64)).dtype(), tt::float64);
}

TEST(LayersLosses, BadInput) {
  EXPECT_ARGUMENT_ERROR(nn::L1Loss()(tt::ones({2}), tt::ones({3})), "l1_loss");
  EXPECT_ARGUMENT_ERROR(nn::MSELoss()(tt::ones({2}), 1), "[MSELoss] the target is not a tensor: a number");
  EXPECT_ARGUMENT_ERROR(nn::TripletMarginLoss()(tt::ones({2, 3}), tt::ones({2, 3}), tt::ones({2, 2})), "triplet");
  EXPECT_ARGUMENT_ERROR(nn::KLDivLoss()(tt::ones({2}), tt::Tensor()), "undefined");
}

// --- Containers -----------------------------------------------------------------------------------------------------

namespace {

struct Containers : nn::Module {
  nn::ModuleList& blocks = adopt("blocks", std::make_unique<nn::ModuleList>(std::initializer_list<nn::AnyModule>{
                                               nn::make<nn::Linear>(3, 3), nn::make<nn::Linear>(3, 3),
                                               nn::make<nn::Linear>(3, 3), nn::make<nn::Tanh>()}));
  nn::ModuleDict& parts = adopt("parts", std::make_unique<nn::ModuleDict>(std::initializer_list<nn::NamedPart>{
                                             {"out", nn::make<nn::Linear>(3, 2)}, {"act", nn::make<nn::Sigmoid>()}}));
  nn::ParameterList& scales =
      add<nn::ParameterList>("scales", std::initializer_list<tt::Tensor>{tt::ones({2}), tt::ones({1, 2})});
  nn::ParameterDict& shifts = add<nn::ParameterDict>(
      "shifts", std::initializer_list<nn::NamedTensor>{{"a", tt::zeros({2})}, {"b", tt::zeros({2})}});
  tt::Tensor forward(const tt::Tensor& input) override {
    tt::Tensor x = input;
    for (nn::Module& block : blocks) x = block(x);
    x = parts["act"](parts["out"](x));
    return x * scales[0] * scales[1] + shifts["a"] - shifts["b"];
  }
};

}  // namespace

TEST(LayersContainers, AsPyTorch) {
  check("Containers", Containers());
  check("Sequential", nn::Sequential(nn::make<nn::Linear>(3, 4), nn::make<nn::ReLU>(),
                                     nn::make<nn::Sequential>(nn::make<nn::Linear>(4, 2))));
}

// --- Parametrizations -----------------------------------------------------------------------------------------------

namespace {

struct Symmetric : nn::Module {
  tt::Tensor forward(const tt::Tensor& w) override { return tt::triu(w) + tt::transpose(tt::triu(w, 1)); }
};
struct Doubled : nn::Module {
  tt::Tensor forward(const tt::Tensor& w) override { return w * 2; }
};
struct Squared : parametrize::Parametrization {
  using Parametrization::forward;
  tt::Tensor forward(const tt::Tensor& w) override { return w * w; }
  std::vector<tt::Tensor> right_inverse(const tt::Tensor& value) override { return {tt::sqrt(value)}; }
};

}  // namespace

TEST(LayersParametrize, AsPyTorch) {
  nn::Linear linear(3, 2), all(3, 2, false), spectral(3, 2), own(3, 3);
  check("weight_norm", static_cast<nn::Linear&>(parametrizations::weight_norm(linear)));
  check("weight_norm_all", static_cast<nn::Linear&>(parametrizations::weight_norm(all, "weight", {})));
  nn::Conv1d conv(2, 3, 3);
  check("weight_norm_conv", static_cast<nn::Conv1d&>(parametrizations::weight_norm(conv, "weight", 1)));
  check("spectral_norm", static_cast<nn::Linear&>(parametrizations::spectral_norm(spectral)));
  nn::ConvTranspose2d transposed(2, 3, 2);
  parametrizations::spectral_norm(transposed, "weight", 2);
  check_evaluated("spectral_norm_eval", transposed);
  parametrize::register_parametrization(own, "weight", nn::make<Symmetric>());
  parametrize::register_parametrization(own, "weight", nn::make<Doubled>());
  parametrize::register_parametrization(own, "bias", nn::make<Doubled>());
  check("own_parametrization", own);
}

TEST(LayersParametrize, KeepsTheValueAndTrainsTheOriginals) {
  tt::manual_seed(1);
  nn::Linear linear(3, 2);
  const tt::Tensor x = tt::ones({1, 3});
  const auto before = linear(x);
  parametrizations::weight_norm(linear);
  modules_reference::expect_near(linear(x), before, "the same function");
  EXPECT_TRUE(parametrize::is_parametrized(linear, "weight"));
  EXPECT_FALSE(parametrize::is_parametrized(linear, "bias"));
  EXPECT_EQ(linear.parameters().size(), 3u);  // bias, original0, original1
  eager::optim::SGD optimizer(linear.parameters(), 0.1);
  tt::sum(linear(x)).backward();
  optimizer.step();
  const auto after = linear(x);
  EXPECT_NE(after.to_vector<float>(), before.to_vector<float>());
  const auto copy = nn::clone(linear);
  EXPECT_EQ((*copy)(x).to_vector<float>(), after.to_vector<float>());
  parametrize::remove_parametrizations(linear, "weight");
  EXPECT_FALSE(parametrize::is_parametrized(linear));
  EXPECT_EQ(linear(x).to_vector<float>(), after.to_vector<float>());
  EXPECT_EQ(linear.state_dict().names(), (std::vector<std::string>{"weight", "bias"}));
  EXPECT_EQ(linear.text(), "Linear(in_features=3, out_features=2, bias=True)");
  EXPECT_TRUE(linear.weight.is_leaf() && linear.weight.requires_grad());
  EXPECT_EQ((*copy)(x).to_vector<float>(), after.to_vector<float>());  // its own
}

// As in PyTorch: LoRA freezes what it adds to.
TEST(LayersParametrize, WhatIsFrozenStaysSo) {
  const auto twice = [](const tt::Tensor& w) { return w * 2; };
  nn::Linear linear(3, 2), of_norm(3, 2);
  linear.requires_grad_(false);
  parametrize::register_parametrization(linear, "weight", twice);
  EXPECT_FALSE(linear.get_parameter("parametrizations.weight.original").requires_grad());
  EXPECT_FALSE(linear.weight.requires_grad());
  parametrize::remove_parametrizations(linear, "weight");
  EXPECT_FALSE(linear.weight.requires_grad());
  of_norm.requires_grad_(false);
  parametrizations::weight_norm(of_norm);
  EXPECT_FALSE(of_norm.get_parameter("parametrizations.weight.original1").requires_grad());
  of_norm.requires_grad_();
  EXPECT_TRUE(of_norm.get_parameter("parametrizations.weight.original1").requires_grad());
}

TEST(LayersParametrize, RightInverseAndRemoval) {
  nn::Linear linear(2, 2);
  {
    eager::NoGrad off;
    linear.weight.copy_(tt::full({2, 2}, 4.0));
  }
  const tt::Tensor parameter = linear.weight;
  parametrize::register_parametrization(linear, "weight", nn::make<Squared>());
  EXPECT_EQ(linear.get_parameter("parametrizations.weight.original").to_vector<float>(), (std::vector<float>(4, 2)));
  EXPECT_EQ(linear.weight.to_vector<float>(), (std::vector<float>(4, 4)));
  parametrize::remove_parametrizations(linear, "weight", false);
  EXPECT_EQ(linear.weight.to_vector<float>(), (std::vector<float>(4, 2)));
  EXPECT_TRUE(linear.weight.is_same(parameter));
  parametrize::register_parametrization(linear, "weight", [](const tt::Tensor& w) { return w * 3; });
  EXPECT_EQ(linear.weight.to_vector<float>(), (std::vector<float>(4, 6)));
}

TEST(LayersParametrize, BadInput) {
  nn::Linear linear(2, 3);
  EXPECT_ARGUMENT_ERROR(parametrizations::weight_norm(linear, "w"),
                        "there is no parameter of this name: 'w' in a Linear");
  EXPECT_ARGUMENT_ERROR(parametrizations::spectral_norm(linear, "weight", 0), "n_power_iterations is not positive");
  EXPECT_ARGUMENT_ERROR(parametrizations::spectral_norm(linear, "weight", 1, 1e-12, 5), "spectral_norm");
  EXPECT_ARGUMENT_ERROR(parametrize::remove_parametrizations(linear, "weight"), "the parameter is not parametrized");
  const auto before = linear.weight.to_vector<float>();
  EXPECT_ARGUMENT_ERROR(
      parametrize::register_parametrization(linear, "weight", [](const tt::Tensor& w) { return tt::transpose(w); }),
      "the value has another shape or dtype than the parameter: float32 (2, 3) for float32 (3, 2)");
  EXPECT_FALSE(parametrize::is_parametrized(linear));
  EXPECT_EQ(linear.weight.to_vector<float>(), before);
  parametrizations::weight_norm(linear);
  EXPECT_ARGUMENT_ERROR(parametrize::remove_parametrizations(linear, "weight", false), "several originals");
  linear.weight = tt::ones({3, 2});
  EXPECT_ARGUMENT_ERROR(linear(tt::ones({1, 2})), "a tensor was assigned to a parametrized parameter: 'weight'");
}

// Values: the layers one after the other.
TEST(LayersFusion, ABatchNormGoesIntoTheLayerBeforeIt) {
  const tt::Tensor x = tt::rand({4, 2, 5, 5});
  nn::Conv2d conv(2, 3, 3, 1, 1, 1, 1, false);
  nn::BatchNorm2d bn(3);
  bn(conv(x));
  EXPECT_ARGUMENT_ERROR(nn::utils::fuse_conv_bn_eval(conv, bn), "a module is in training: Conv2d");
  conv.eval();
  bn.eval();
  const auto fused = nn::utils::fuse_conv_bn_eval(conv, bn);
  EXPECT_TRUE((*fused)(x).allclose(bn(conv(x)), 1e-5, 1e-6));
  nn::Linear linear(5, 3);
  nn::BatchNorm1d norm({.num_features = 3, .affine = false});
  norm(linear(x[0][0]));
  linear.eval();
  norm.eval();
  EXPECT_TRUE((*nn::utils::fuse_linear_bn_eval(linear, norm))(x[0][0]).allclose(norm(linear(x[0][0])), 1e-5, 1e-6));
  nn::BatchNorm2d without({.num_features = 3, .track_running_stats = false});
  without.eval();
  EXPECT_ARGUMENT_ERROR(nn::utils::fuse_conv_bn_eval(conv, without), "no running statistics");
  conv.weight = tt::ones({3, 1});
  EXPECT_ARGUMENT_ERROR(nn::utils::fuse_conv_bn_eval(conv, bn),
                        "is not of the shape that its options say: (3, 1), not (3, 2, 3, 3)");
}

TEST(LayersLosses, AdaptiveLogSoftmax) {
  tt::manual_seed(3);
  nn::AdaptiveLogSoftmaxWithLoss softmax(16, 10, {2, 5}, 2.0);
  EXPECT_EQ(softmax.text(),
            "AdaptiveLogSoftmaxWithLoss(\n"
            "  (head): Linear(in_features=16, out_features=4, bias=False)\n"
            "  (tail): ModuleList(\n"
            "    (0): Sequential(\n"
            "      (0): Linear(in_features=16, out_features=8, bias=False)\n"
            "      (1): Linear(in_features=8, out_features=3, bias=False)\n"
            "    )\n"
            "    (1): Sequential(\n"
            "      (0): Linear(in_features=16, out_features=4, bias=False)\n"
            "      (1): Linear(in_features=4, out_features=5, bias=False)\n"
            "    )\n"
            "  )\n"
            ")");
  EXPECT_TRUE(softmax.state_dict().contains("tail.1.0.weight"));
  const tt::Tensor x = tt::randn({4, 16}), all = softmax.log_prob(x);
  // Probabilities of all classes, of which forward gives the target's.
  for (const double sum : tt::sum(tt::exp(all), 1).to_vector<double>()) EXPECT_NEAR(sum, 1, 1e-5);
  const tt::Tensor target = tt::tensor({0, 3, 9, 1});
  const auto [output, loss] = softmax(x, target);
  const auto wanted = tt::gather(all, 1, tt::unsqueeze(target, 1)).to_vector<float>(),
             found = output.to_vector<float>();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(found[i], wanted[i], 1e-5);
  EXPECT_NEAR(loss.item<float>(), -tt::mean(output).item<float>(), 1e-6);
  EXPECT_NEAR(softmax(x[2], tt::tensor(9)).output.item<float>(), wanted[2], 1e-5);
  EXPECT_EQ(softmax.predict(x).text(), tt::argmax(all, 1).text());
  loss.backward();
  EXPECT_TRUE(softmax.get_parameter("tail.0.1.weight").grad().defined());
  EXPECT_ARGUMENT_ERROR(softmax(x, tt::tensor({0, 3, 10, 1})), "a target is no class: from 0 to 10, n_classes 10");
  EXPECT_ARGUMENT_ERROR(softmax(x, tt::tensor({0, 3})), "not one class for each row");
  EXPECT_ARGUMENT_ERROR(nn::AdaptiveLogSoftmaxWithLoss(16, 10, {5, 2}), "the cutoffs do not ascend");
}
