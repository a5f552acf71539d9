// What somebody who knows PyTorch types first: leading arguments without names mean what the options of that name mean.
#include <sstream>

#include "eager_testing.h"
#include "triptych/eager.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

void expect_same(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  EXPECT_EQ(a.to_vector<float>(), b.to_vector<float>());
}

}  // namespace

TEST(Positional, Functions) {
  EXPECT_EQ((tt::arange(-2, 3) % 2).text(), "[0 1 0 1 0]");
  EXPECT_EQ((7 % tt::tensor({4, -4})).text(), "[ 3 -1]");
  tt::manual_seed(3);
  const Tensor x = tt::randn({2, 3, 9, 8}), w = tt::randn({4, 3, 3, 3}), b = tt::randn({4});
  expect_same(tt::max_pool2d(x, 2), tt::max_pool2d(x, {.kernel_size = 2}));
  expect_same(tt::max_pool2d(x, 3, 2, 1), tt::max_pool2d(x, {.kernel_size = 3, .stride = 2, .padding = 1}));
  expect_same(tt::max_pool2d(x, tt::Size2(2, 3)), tt::max_pool2d(x, {.kernel_size = {2, 3}}));
  expect_same(tt::avg_pool2d(x, 3, 1), tt::avg_pool2d(x, {.kernel_size = 3, .stride = 1}));
  expect_same(tt::conv2d(x, w, b, 2), tt::conv2d(x, w, b, {.stride = 2}));
  expect_same(tt::conv2d(x, w, b, 1, "SAME"), tt::conv2d(x, w, b, {.padding = "same"}));
  expect_same(tt::conv2d(x, w, {.padding = "VALID"}), tt::conv2d(x, w));
  expect_same(tt::dropout(x, 0.5, false), x);
  tt::manual_seed(4);
  const Tensor kept = tt::dropout(x, 0.25);
  tt::manual_seed(4);
  expect_same(kept, tt::dropout(x, {.p = 0.25}));
  EXPECT_EQ(F::pad(tt::tensor({1.f}), {1, 2}, "constant", 0.5).text(), "[0.5 1.  0.5 0.5]");
  EXPECT_ARGUMENT_ERROR(F::pad(x, {1, 2}, "reflect", 1), "[pad] a mode other than 'constant' has no value: 'reflect'");
  EXPECT_EQ(F::one_hot(tt::tensor({2, 0})).text(), "[[0 0 1]\n [1 0 0]]");
  EXPECT_ARGUMENT_ERROR(F::one_hot(tt::zeros({0}, tt::int64)), "the number of classes of no values is not known: (0,)");
}

TEST(Positional, Modules) {
  const auto prints = [](const nn::Module& module, const char* text) { EXPECT_EQ(module.text(), text); };
  prints(nn::Conv2d(1, 8, 3), "Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))");
  prints(nn::Conv2d(1, 8, {3, 5}, 2, 1), "Conv2d(1, 8, kernel_size=(3, 5), stride=(2, 2), padding=(1, 1))");
  prints(nn::Conv2d(1, 8, 3, 1, "same"), "Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1), padding=same)");
  prints(nn::MaxPool2d(2), "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)");
  prints(nn::MaxPool2d(3, 2, 1), "MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)");
  prints(nn::AvgPool2d(3, 1), "AvgPool2d(kernel_size=3, stride=1, padding=0)");
  expect_same(nn::AvgPool2d(2, 2, 0, false, true, 1)(tt::ones({1, 1, 2, 2})), tt::full({1, 1, 1, 1}, 4.f));
  prints(nn::AdaptiveAvgPool2d(1), "AdaptiveAvgPool2d(output_size=1)");
  prints(nn::Upsample(8), "Upsample(size=8, mode='nearest')");
  prints(nn::Upsample(tt::Axes{8, 6}, {}, "bilinear", true), "Upsample(size=(8, 6), mode='bilinear')");
  prints(nn::Linear(2, 3), "Linear(in_features=2, out_features=3, bias=True)");
  prints(nn::LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)");
  prints(nn::ELU(0.5), "ELU(alpha=0.5)");
  prints(nn::GELU("tanh"), "GELU(approximate='tanh')");
  prints(nn::Softplus(2, 10), "Softplus(beta=2.0, threshold=10.0)");
  prints(nn::Softmax(1), "Softmax(dim=1)");
  prints(nn::Flatten(0, 1), "Flatten(start_dim=0, end_dim=1)");
  prints(nn::Dropout(0.3), "Dropout(p=0.3, inplace=False)");
  prints(nn::LayerNorm(tt::Shape{2, 3}), "LayerNorm((2, 3), eps=1e-05, elementwise_affine=True, bias=True)");
  const Tensor weight = tt::tensor({1.0, 3.0}), logits = tt::tensor({{1.0, 2.0}, {0.5, 0.0}}),
               labels = tt::tensor({1, 0});
  expect_same(nn::CrossEntropyLoss(weight)(logits, labels), tt::cross_entropy(logits, labels, {.weight = weight}));
}

TEST(Positional, Optimizers) {
  const auto parameters = [] { return std::vector<Tensor>{tt::ones({2}).set_requires_grad()}; };
  EXPECT_EQ(optim::SGD(parameters(), 0.1).param_groups()[0].options.lr, 0.1);
  EXPECT_EQ(optim::SGD(parameters(), 1).param_groups()[0].options.lr, 1);
  EXPECT_EQ(optim::SGD(parameters(), 0.1, 0.9).param_groups()[0].options.momentum, 0.9);
  EXPECT_EQ(optim::SGD(parameters(), {}).param_groups()[0].options.lr, 1e-3);  // options, not a rate of 0
  EXPECT_EQ(optim::Adam(parameters(), 1e-4).param_groups()[0].options.lr, 1e-4);
  EXPECT_EQ(optim::AdamW(parameters(), 1e-4).param_groups()[0].options.lr, 1e-4);
  EXPECT_ARGUMENT_ERROR(optim::SGD(parameters(), -1), "[SGD] lr is negative or not finite: -1");
}

TEST(Positional, DetectAnomalyComesWithTheHeader) {
  const tt::eager::DetectAnomaly anomaly;
  Tensor x = tt::zeros({1}).set_requires_grad();
  EXPECT_THROW(tt::sum(tt::sqrt(x) * 0).backward(), tt::ArgumentError);
}
