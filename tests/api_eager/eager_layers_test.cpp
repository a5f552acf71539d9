// The modules of nn: values, modes, options, printing, errors.
#include <cmath>

#include "eager_testing.h"
#include "triptych/eager.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;

using Floats = std::vector<float>;

namespace {

void expect_near(const tt::Tensor& tensor, const Floats& expected, float tolerance = 1e-6f) {
  const auto values = tensor.to_vector<float>();
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], tolerance) << "element " << i;
}

}  // namespace

TEST(EagerLayers, LinearAndConvUseTheirParameters) {
  nn::Linear linear(2, 2);
  {
    eager::NoGrad off;
    linear.weight.copy_(tt::tensor<float>({1, 2, 3, 4}, {2, 2}));
    linear.bias.copy_(tt::tensor<float>({10, 20}));
  }
  EXPECT_EQ(linear(tt::tensor<float>({1, 1}, {1, 2})).to_vector<float>(), (Floats{13, 27}));
  nn::Conv2d conv({.in_channels = 1, .out_channels = 1, .kernel_size = 2, .bias = false});
  {
    eager::NoGrad off;
    conv.weight.copy_(tt::tensor<float>({1, 2, 3, 4}, {1, 1, 2, 2}));
  }
  EXPECT_EQ(conv(tt::tensor<float>({1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 1, 3, 3})).to_vector<float>(),
            (Floats{37, 47, 67, 77}));
  EXPECT_FALSE(conv.bias.defined());
}

// torch.nn.BatchNorm1d on [[1, 2], [3, 6], [5, 1]].
TEST(EagerLayers, BatchNormTrainsAndEvaluates) {
  nn::BatchNorm1d norm(2);
  const tt::Tensor x = tt::tensor<float>({1, 2, 3, 6, 5, 1}, {3, 2});
  expect_near(norm(x), {-1.2247426f, -0.46290955f, 0, 1.3887286f, 1.2247426f, -0.92581904f});
  expect_near(norm.running_mean, {0.3f, 0.3f});
  expect_near(norm.running_var, {1.3f, 1.6f});
  EXPECT_EQ(norm.num_batches_tracked.item<int>(), 1);
  norm.eval();
  expect_near(norm(x), {0.6139382f, 1.3439639f, 2.3680477f, 4.5062318f, 4.1221576f, 0.5533969f}, 1e-5f);
  EXPECT_EQ(norm.num_batches_tracked.item<int>(), 1);
  const auto state = norm.state_dict();
  EXPECT_EQ(state.names(),
            (std::vector<std::string>{"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}));
  nn::BatchNorm2d plain({.num_features = 2, .affine = false, .track_running_stats = false});
  EXPECT_TRUE(plain.state_dict().empty());
  plain.eval();
  expect_near(tt::mean(plain(tt::reshape(tt::tensor<float>({1, 2, 3, 4, 5, 6, 7, 8}), {1, 2, 2, 2}))), {0});
}

// torch.nn.LayerNorm(2) on [[1, 2], [3, 7]].
TEST(EagerLayers, LayerNorm) {
  nn::LayerNorm norm(2);
  expect_near(norm(tt::tensor<float>({1, 2, 3, 7}, {2, 2})), {-0.99998f, 0.99998f, -0.9999988f, 0.9999988f});
}

TEST(EagerLayers, DropoutDropsOnlyInTraining) {
  tt::manual_seed(3);
  nn::Dropout dropout(0.25);
  const tt::Tensor x = tt::ones({4000});
  int kept = 0;
  const auto first = dropout(x).to_vector<float>();
  for (const float value : first) {
    EXPECT_TRUE(value == 0 || std::abs(value - 4.f / 3) < 1e-6f);
    kept += value != 0;
  }
  EXPECT_NEAR(kept, 3000, 150);
  EXPECT_NE(dropout(x).to_vector<float>(), first);
  // From a checkpoint the same numbers come again.
  const tt::StateDict state = dropout.state_dict();
  const auto next = dropout(x).to_vector<float>();
  dropout.load_state_dict(state);
  EXPECT_EQ(dropout(x).to_vector<float>(), next);
  dropout.eval();
  EXPECT_EQ(dropout(x).to_vector<float>(), x.to_vector<float>());
}

TEST(EagerLayers, EmbeddingPicksRows) {
  nn::Embedding embedding({.num_embeddings = 4, .embedding_dim = 2, .padding_idx = -3});
  EXPECT_EQ(*embedding.options.padding_idx, 1);
  const auto rows = embedding(tt::tensor<std::int64_t>({1, 3}));
  EXPECT_EQ(rows.shape(), (tt::Shape{2, 2}));
  EXPECT_EQ(rows.to_vector<float>()[0], 0);
  tt::sum(rows).backward();
  EXPECT_EQ(embedding.weight.grad().to_vector<float>(), (Floats{0, 0, 0, 0, 0, 0, 1, 1}));
}

TEST(EagerLayers, ActivationsAndFlatten) {
  const tt::Tensor x = tt::tensor<float>({-1, 0, 2}, {1, 3});
  EXPECT_EQ(nn::ReLU()(x).to_vector<float>(), (Floats{0, 0, 2}));
  expect_near(tt::sum(nn::Softmax(1)(x)), {1});
  expect_near(nn::LogSoftmax(-1)(x), {-3.1698461f, -2.1698461f, -0.16984604f});
  // torch.nn on [-1, 0, 2].
  expect_near(nn::LeakyReLU({.negative_slope = 0.2})(x), {-0.2f, 0, 2});
  expect_near(nn::ELU()(x), {-0.63212055f, 0, 2});
  expect_near(nn::GELU()(x), {-0.15865526f, 0, 1.9544997f});
  expect_near(nn::GELU({.approximate = "tanh"})(x), {-0.15880802f, 0, 1.9545977f});
  expect_near(nn::SiLU()(x), {-0.26894143f, 0, 1.7615942f});
  expect_near(nn::Sigmoid()(x), {0.26894143f, 0.5f, 0.8807971f});
  expect_near(nn::Tanh()(x), {-0.7615942f, 0, 0.9640276f});
  expect_near(nn::Softplus()(x), {0.31326166f, 0.6931472f, 2.126928f});
  EXPECT_EQ(nn::Flatten()(tt::zeros({2, 3, 4})).shape(), (tt::Shape{2, 12}));
  EXPECT_EQ(nn::Flatten({.start_dim = 0, .end_dim = 1})(tt::zeros({2, 3, 4})).shape(), (tt::Shape{6, 4}));
  EXPECT_EQ(nn::Identity()(x).to_vector<float>(), x.to_vector<float>());
}

TEST(EagerLayers, Pools) {
  const tt::Tensor x = tt::tensor<float>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, {1, 1, 4, 4});
  EXPECT_EQ(nn::MaxPool2d(2)(x).to_vector<float>(), (Floats{6, 8, 14, 16}));
  EXPECT_EQ(nn::FractionalMaxPool2d(2, 2)(x).to_vector<float>(), (Floats{6, 8, 14, 16}));  // no other places are left
  EXPECT_EQ(nn::FractionalMaxPool2d({.output_ratio = std::pair(0.5, 0.5)}).with_indices(x).indices.shape(),
            (tt::Shape{1, 1, 2, 2}));
  EXPECT_EQ(nn::FractionalMaxPool3d(2, 1)(tt::ones({1, 2, 3, 3, 3})).shape(), (tt::Shape{1, 2, 1, 1, 1}));
  EXPECT_EQ(nn::MaxPool2d({.kernel_size = 3, .stride = 2, .padding = 1})(x).to_vector<float>(), (Floats{6, 8, 14, 16}));
  EXPECT_EQ(nn::AvgPool2d(2)(x).to_vector<float>(), (Floats{3.5f, 5.5f, 11.5f, 13.5f}));
  EXPECT_EQ(nn::AdaptiveAvgPool2d(1)(x).shape(), (tt::Shape{1, 1, 1, 1}));
  EXPECT_EQ(nn::AdaptiveAvgPool2d(1)(x).item<float>(), 8.5f);
}

// torch.nn.functional on logits [[1, 2, 0.5], [0, -1, 3]] and labels [1, 2].
TEST(EagerLayers, Losses) {
  const tt::Tensor logits = tt::tensor<float>({1, 2, 0.5f, 0, -1, 3}, {2, 3}),
                   labels = tt::tensor<std::int64_t>({1, 2});
  expect_near(nn::cross_entropy(logits, labels), {0.26512635f}, 1e-6f);
  expect_near(nn::CrossEntropyLoss()(logits, labels), {0.26512635f}, 1e-6f);
  expect_near(nn::CrossEntropyLoss({.reduction = nn::Reduction::sum})(logits, labels), {0.5302527f}, 1e-6f);
  expect_near(nn::NLLLoss()(nn::LogSoftmax(1)(logits), labels), {0.26512635f}, 1e-6f);
  // log(1 + e^-2) and log(1 + e^-1) for the logits 2 and -1 with targets 1 and 0.
  const tt::Tensor binary = tt::tensor<float>({2, -1}), truth = tt::tensor<float>({1, 0});
  expect_near(nn::BCEWithLogitsLoss()(binary, truth), {(0.126928f + 0.3132617f) / 2}, 1e-6f);
  expect_near(nn::bce_with_logits(binary, truth), {(0.126928f + 0.3132617f) / 2}, 1e-6f);
  expect_near(nn::MSELoss()(logits, tt::zeros({2, 3})), {2.5416667f}, 1e-6f);
}

TEST(EagerLayers, PrintAsPyTorch) {
  EXPECT_EQ(nn::BatchNorm1d(8).text(),
            "BatchNorm1d(8, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)");
  EXPECT_EQ(nn::BatchNorm2d({.num_features = 8, .affine = false}).text(),
            "BatchNorm2d(8, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=True)");
  EXPECT_EQ(nn::LayerNorm(10).text(), "LayerNorm((10,), eps=1e-05, elementwise_affine=True, bias=True)");
  EXPECT_EQ(nn::LayerNorm({.normalized_shape = {3, 4}, .bias = false}).text(),
            "LayerNorm((3, 4), eps=1e-05, elementwise_affine=True, bias=False)");
  EXPECT_EQ(nn::Dropout(0.3).text(), "Dropout(p=0.3, inplace=False)");
  EXPECT_EQ(nn::MaxPool2d({.kernel_size = 3, .stride = 2, .padding = 1}).text(),
            "MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)");
  EXPECT_EQ(nn::AvgPool2d(2).text(), "AvgPool2d(kernel_size=2, stride=2, padding=0)");
  EXPECT_EQ(nn::AdaptiveAvgPool2d(1).text(), "AdaptiveAvgPool2d(output_size=1)");
  EXPECT_EQ(nn::ReLU().text(), "ReLU()");
  EXPECT_EQ(nn::LeakyReLU({.negative_slope = 0.2}).text(), "LeakyReLU(negative_slope=0.2)");
  EXPECT_EQ(nn::ELU().text(), "ELU(alpha=1.0)");
  EXPECT_EQ(nn::GELU().text(), "GELU(approximate='none')");
  EXPECT_EQ(nn::SiLU().text() + nn::Sigmoid().text() + nn::Tanh().text(), "SiLU()Sigmoid()Tanh()");
  EXPECT_EQ(nn::Softplus().text(), "Softplus(beta=1.0, threshold=20.0)");
  EXPECT_EQ(nn::Softmax(1).text(), "Softmax(dim=1)");
  EXPECT_EQ(nn::LogSoftmax(-1).text(), "LogSoftmax(dim=-1)");
  EXPECT_EQ(nn::Embedding(10, 3).text(), "Embedding(10, 3)");
  EXPECT_EQ(nn::Embedding({.num_embeddings = 10, .embedding_dim = 3, .padding_idx = 2}).text(),
            "Embedding(10, 3, padding_idx=2)");
  EXPECT_EQ(nn::Flatten().text(), "Flatten(start_dim=1, end_dim=-1)");
  EXPECT_EQ(nn::CrossEntropyLoss().text(), "CrossEntropyLoss()");
  EXPECT_EQ(nn::Sequential(nn::make<nn::Linear>(1, 2), nn::make<nn::ReLU>()).text(),
            "Sequential(\n  (0): Linear(in_features=1, out_features=2, bias=True)\n  (1): ReLU()\n)");
}

TEST(EagerLayers, BadInput) {
  EXPECT_ARGUMENT_ERROR(nn::BatchNorm1d(0), "num_features is not positive");
  EXPECT_ARGUMENT_ERROR(nn::BatchNorm2d(3)(tt::zeros({2, 3})), "the input does not have four dimensions: x is (2, 3)");
  EXPECT_ARGUMENT_ERROR(nn::BatchNorm1d(3)(tt::zeros({2, 4})), "batch_norm");
  EXPECT_ARGUMENT_ERROR(nn::LayerNorm(nn::LayerNormOptions{}), "normalized_shape");
  EXPECT_ARGUMENT_ERROR(nn::LayerNorm(3)(tt::zeros({2, 4})), "layer_norm");
  EXPECT_ARGUMENT_ERROR(nn::Dropout(1.5), "p is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(nn::Embedding(0, 3), "num_embeddings or embedding_dim is not positive");
  EXPECT_ARGUMENT_ERROR(nn::Embedding({.num_embeddings = 2, .embedding_dim = 3, .padding_idx = 2}),
                        "padding_idx is not the number of a row");
  EXPECT_ARGUMENT_ERROR(nn::Embedding(2, 3)(tt::tensor<std::int64_t>({5})), "embedding");
  EXPECT_ARGUMENT_ERROR(nn::Embedding(2, 3)(tt::zeros({2})), "embedding");
  EXPECT_ARGUMENT_ERROR(nn::CrossEntropyLoss()(tt::zeros({2, 3}), tt::zeros({3}, tt::int64)), "cross_entropy");
  EXPECT_ARGUMENT_ERROR(nn::MSELoss()(tt::zeros({2, 3}), tt::zeros({3})), "mse_loss");
  EXPECT_ARGUMENT_ERROR(nn::Softmax(3)(tt::zeros({2, 3})), "softmax");
}
