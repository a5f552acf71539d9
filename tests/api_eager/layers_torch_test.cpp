// The other layers against PyTorch's: texts, keys, outputs and gradients from its weights.
#include "eager_testing.h"
#include "modules_reference.h"
#include "triptych/eager/nn/activation.h"
#include "triptych/eager/nn/conv.h"
#include "triptych/eager/nn/dropout.h"
#include "triptych/eager/nn/embedding.h"
#include "triptych/eager/nn/flatten.h"
#include "triptych/eager/nn/image.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/loss.h"
#include "triptych/eager/nn/normalization.h"
#include "triptych/eager/nn/padding.h"
#include "triptych/eager/nn/pooling.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
const std::string modules_reference::root = TRIPTYCH_SOURCE_DIR;
using modules_reference::check;
using modules_reference::check2;
using modules_reference::check_evaluated;
using modules_reference::Tensors;

TEST(LayersTorch, Convolutions) {
  check("Linear", nn::Linear(3, 2, false));
  check2("Bilinear", nn::Bilinear(3, 2, 4));
  check("Conv1d", nn::Conv1d(4, 6, 3, 2, 1, 1, 2));
  check("Conv1d_circular",
        nn::Conv1d({.in_channels = 2, .out_channels = 3, .kernel_size = 3, .padding = 2, .padding_mode = "circular"}));
  check("Conv2d_reflect", nn::Conv2d({.in_channels = 2,
                                      .out_channels = 3,
                                      .kernel_size = 3,
                                      .padding = 1,
                                      .bias = false,
                                      .padding_mode = "reflect"}));
  check("Conv2d_same", nn::Conv2d({.in_channels = 2,
                                   .out_channels = 3,
                                   .kernel_size = {4, 3},
                                   .padding = "same",
                                   .dilation = 2,
                                   .padding_mode = "replicate"}));
  check("Conv2d_unbatched", nn::Conv2d(2, 3, 3));
  check(
      "Conv3d",
      nn::Conv3d(
          {.in_channels = 2, .out_channels = 3, .kernel_size = {2, 3, 2}, .stride = {1, 2, 1}, .padding = {1, 0, 1}}));
  check("ConvTranspose1d", nn::ConvTranspose1d(4, 6, 3, 2, 1, 1, 2));
  check("ConvTranspose2d", nn::ConvTranspose2d({.in_channels = 3,
                                                .out_channels = 2,
                                                .kernel_size = 3,
                                                .stride = 2,
                                                .padding = 1,
                                                .bias = false,
                                                .dilation = 2}));
  nn::ConvTranspose2d sized(3, 2, 3, 2, 1);
  check("ConvTranspose2d_size", sized, [&](const Tensors& x) { return Tensors{sized(x[0], {8, 7})}; });
  check("ConvTranspose3d", nn::ConvTranspose3d(2, 3, 2, 2));
  check("Unfold", nn::Unfold({.kernel_size = {2, 3}, .stride = 2}));
  check("Fold", nn::Fold({4, 5}, 2));
}

TEST(LayersTorch, Normalization) {
  check("BatchNorm1d", nn::BatchNorm1d(3));
  check("BatchNorm1d_cumulative", nn::BatchNorm1d({.num_features = 3, .momentum = std::nullopt}));
  check("BatchNorm3d", nn::BatchNorm3d(2, 1e-3, 0.2));
  check_evaluated("BatchNorm2d_eval", nn::BatchNorm2d(2));
  check_evaluated("SyncBatchNorm", nn::SyncBatchNorm(2));
  check("LayerNorm", nn::LayerNorm({2, 3}));
  check("GroupNorm", nn::GroupNorm(2, 4));
  check("GroupNorm_plain", nn::GroupNorm({.num_groups = 2, .num_channels = 4, .affine = false}));
  check("InstanceNorm1d", nn::InstanceNorm1d(3));
  check("InstanceNorm2d", nn::InstanceNorm2d({.num_features = 3, .affine = true, .track_running_stats = true}));
  check("InstanceNorm3d", nn::InstanceNorm3d({.num_features = 2, .affine = true}));
  check("RMSNorm", nn::RMSNorm(4));
  check("RMSNorm_eps", nn::RMSNorm(tt::Shape{2, 4}, 1e-3));
  check("LocalResponseNorm", nn::LocalResponseNorm(2));
}

TEST(LayersTorch, DropoutInEvaluation) {
  check_evaluated("Dropout", nn::Dropout(0.3));
  check_evaluated("Dropout1d", nn::Dropout1d(0.3));
  check_evaluated("Dropout2d", nn::Dropout2d(0.3));
  check_evaluated("Dropout3d", nn::Dropout3d(0.3));
  check_evaluated("AlphaDropout", nn::AlphaDropout(0.3));
  check_evaluated("FeatureAlphaDropout", nn::FeatureAlphaDropout(0.3));
}

TEST(LayersTorch, Embeddings) {
  check("Embedding", nn::Embedding({.num_embeddings = 5, .embedding_dim = 3, .padding_idx = 1}));
  check("Embedding_max_norm", nn::Embedding(5, 3, {}, 1.0, 1.0, true));
  check("EmbeddingBag", nn::EmbeddingBag(5, 3));
  nn::EmbeddingBag sum({.num_embeddings = 5, .embedding_dim = 3, .mode = "sum", .padding_idx = 2});
  check("EmbeddingBag_sum", sum, [&](const Tensors& x) {
    return Tensors{sum(x[0], tt::tensor<std::int64_t>({0, 2}), x[1])};
  });
  nn::EmbeddingBag max({.num_embeddings = 5, .embedding_dim = 3, .mode = "max", .include_last_offset = true});
  check("EmbeddingBag_max", max, [&](const Tensors& x) {
    return Tensors{max(x[0], tt::tensor<std::int64_t>({0, 2, 6}))};
  });
}

TEST(LayersTorch, Pools) {
  check("MaxPool1d", nn::MaxPool1d(3, 2, 1));
  check("MaxPool2d", nn::MaxPool2d({.kernel_size = 2, .ceil_mode = true}));
  check("MaxPool3d", nn::MaxPool3d(2));
  nn::MaxPool2d max(2);
  check("MaxPool2d_indices", max, [&](const Tensors& x) {
    const auto [y, indices] = max.with_indices(x[0]);
    return Tensors{y, indices};
  });
  nn::AdaptiveMaxPool2d adaptive({3, 2});
  check("AdaptiveMaxPool2d_indices", adaptive, [&](const Tensors& x) {
    const auto [y, indices] = adaptive.with_indices(x[0]);
    return Tensors{y, indices};
  });
  check2("MaxUnpool1d", nn::MaxUnpool1d(2));
  nn::MaxUnpool2d unpool(2, 2);
  check("MaxUnpool2d", unpool, [&](const Tensors& x) { return Tensors{unpool(x[0], x[1], {5, 4})}; });
  check2("MaxUnpool3d", nn::MaxUnpool3d(2));
  check("AvgPool1d", nn::AvgPool1d(2));
  check("AvgPool2d", nn::AvgPool2d(3, 2, 1, false, false));
  check("AvgPool2d_divisor", nn::AvgPool2d({.kernel_size = 2, .divisor_override = 3}));
  check("AvgPool3d", nn::AvgPool3d(2));
  check("LPPool1d", nn::LPPool1d(2, 3, 2));
  check("LPPool2d", nn::LPPool2d(3.0, 2));
  check("LPPool3d", nn::LPPool3d(2, 2));
  check("AdaptiveAvgPool1d", nn::AdaptiveAvgPool1d(3));
  check("AdaptiveAvgPool2d", nn::AdaptiveAvgPool2d(3));
  check("AdaptiveAvgPool3d", nn::AdaptiveAvgPool3d(3));
  check("AdaptiveMaxPool1d", nn::AdaptiveMaxPool1d(3));
  check("AdaptiveMaxPool2d", nn::AdaptiveMaxPool2d(3));
  check("AdaptiveMaxPool3d", nn::AdaptiveMaxPool3d(3));
  check("AdaptiveAvgPool2d_none", nn::AdaptiveAvgPool2d({-1, 4}));
}

TEST(LayersTorch, Padding) {
  check("ZeroPad1d", nn::ZeroPad1d(2));
  check("ZeroPad2d", nn::ZeroPad2d(2));
  check("ZeroPad3d", nn::ZeroPad3d(2));
  check("ReflectionPad1d", nn::ReflectionPad1d(2));
  check("ReflectionPad2d", nn::ReflectionPad2d(2));
  check("ReflectionPad3d", nn::ReflectionPad3d(2));
  check("ReplicationPad1d", nn::ReplicationPad1d(2));
  check("ReplicationPad2d", nn::ReplicationPad2d(2));
  check("ReplicationPad3d", nn::ReplicationPad3d(2));
  check("CircularPad1d", nn::CircularPad1d(2));
  check("CircularPad2d", nn::CircularPad2d(2));
  check("CircularPad3d", nn::CircularPad3d(2));
  check("ConstantPad1d", nn::ConstantPad1d(1, 3.5));
  check("ConstantPad2d", nn::ConstantPad2d(1, 3.5));
  check("ConstantPad3d", nn::ConstantPad3d(1, 3.5));
  check("ReflectionPad2d_sides", nn::ReflectionPad2d({1, 2, 0, 3}));
  check("ConstantPad2d_int", nn::ConstantPad2d({1, 0, 2, 1}, 2));
}

TEST(LayersTorch, Images) {
  check("Upsample", nn::Upsample({.scale_factor = 2}));
  check("Upsample_bilinear", nn::Upsample({.size = {5, 7}, .mode = "bilinear", .align_corners = true}));
  check("Upsample_linear", nn::Upsample({.size = 6, .mode = "linear"}));
  check("UpsamplingNearest2d", nn::UpsamplingNearest2d({.scale_factor = 2}));
  check("UpsamplingBilinear2d", nn::UpsamplingBilinear2d(5));
  check("PixelShuffle", nn::PixelShuffle(2));
  check("PixelUnshuffle", nn::PixelUnshuffle(2));
  check("ChannelShuffle", nn::ChannelShuffle(2));
  check("Flatten", nn::Flatten());
  check("Unflatten", nn::Unflatten(1, {2, -1}));
}

TEST(LayersTorch, Activations) {
  check("ReLU", nn::ReLU());
  check("ReLU6", nn::ReLU6());
  check("Sigmoid", nn::Sigmoid());
  check("Tanh", nn::Tanh());
  check("SiLU", nn::SiLU());
  check("Mish", nn::Mish());
  check("SELU", nn::SELU());
  check("CELU", nn::CELU());
  check("ELU", nn::ELU());
  check("LeakyReLU", nn::LeakyReLU());
  check("GELU", nn::GELU());
  check("Hardsigmoid", nn::Hardsigmoid());
  check("Hardswish", nn::Hardswish());
  check("Hardtanh", nn::Hardtanh());
  check("Hardshrink", nn::Hardshrink());
  check("Softshrink", nn::Softshrink());
  check("Tanhshrink", nn::Tanhshrink());
  check("Softsign", nn::Softsign());
  check("Softplus", nn::Softplus());
  check("LogSigmoid", nn::LogSigmoid());
  check("PReLU", nn::PReLU());
  check("GLU", nn::GLU());
  check("ReLU_inplace", nn::ReLU(true));
  check("LeakyReLU_inplace", nn::LeakyReLU(0.2, true));
  check("Threshold", nn::Threshold(0.1, 20));
  check("PReLU_channels", nn::PReLU(3, 0.1));
  check_evaluated("RReLU", nn::RReLU(0.1, 0.3));
  check("Softmax", nn::Softmax(1));
  check("Softmin", nn::Softmin(1));
  check("LogSoftmax", nn::LogSoftmax(-1));
  check("Softmax2d", nn::Softmax2d());
}

// --- What PyTorch cannot tell ---------------------------------------------------------------------------------------

TEST(LayersTorch, ConvolutionsStartAsPyTorchs) {
  const nn::ConvTranspose2d conv(4, 8, 5, 1, 0, 0, 2);
  const float bound = 1 / std::sqrt(4.f * 25);  // out_channels / groups * 5 * 5
  for (const tt::Tensor& parameter : conv.parameters()) {
    EXPECT_LE(tt::max(tt::abs(parameter)).item<float>(), bound);
    EXPECT_GT(tt::max(tt::abs(parameter)).item<float>(), 0.7f * bound);
  }
}

TEST(LayersTorch, SyncBatchNormAddsUpOverProcesses) {
  int calls = 0;
  nn::SyncBatchNorm norm(2, 1e-5, 0.1, true, true, [&](const tt::Tensor& x) {
    ++calls;
    return x * 1;
  });
  nn::BatchNorm1d alone(2);
  const tt::Tensor x = tt::tensor<float>({1, 2, 3, 4, 5, 9}, {3, 2});
  modules_reference::expect_near(norm(x), alone(x), "one process");
  EXPECT_GT(calls, 0);
  struct Net : nn::Module {
    nn::BatchNorm2d& bn = add<nn::BatchNorm2d>("bn", 3);
    tt::Tensor forward(const tt::Tensor& x) override { return bn(x); }
  } net;
  const tt::Tensor weight = net.bn.weight;
  nn::SyncBatchNorm::convert_sync_batchnorm(net);
  EXPECT_EQ(net.text(),
            "Net(\n  (bn): SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, "
            "track_running_stats=True)\n)");
  EXPECT_TRUE(net.get_parameter("bn.weight").is_same(weight));
  net(tt::ones({2, 3, 2, 2}));  // net.bn's calls go to the new one
  EXPECT_EQ(net.get_buffer("bn.num_batches_tracked").item<int>(), 1);
}

TEST(LayersTorch, EmbeddingFromPretrained) {
  const tt::Tensor table = tt::tensor<float>({1, 2, 3, 4}, {2, 2});
  const auto embedding = nn::Embedding::from_pretrained(table);
  EXPECT_FALSE(embedding->weight.requires_grad());
  EXPECT_EQ((*embedding)(tt::tensor<std::int64_t>({1})).to_vector<float>(), (std::vector<float>{3, 4}));
  EXPECT_TRUE(nn::Embedding::from_pretrained(table, {.freeze = false})->weight.requires_grad());
  EXPECT_ARGUMENT_ERROR(nn::Embedding::from_pretrained(tt::ones({3})), "the embeddings are not a matrix: (3,)");
  const auto bag = nn::EmbeddingBag::from_pretrained(table, {.mode = "sum"});
  EXPECT_FALSE(bag->weight.requires_grad());
  EXPECT_EQ(bag->forward(tt::tensor({{0, 1}})).to_vector<float>(),
            tt::sum(tt::index_select(table, 0, tt::tensor({0, 1})), 0).to_vector<float>());
  EXPECT_ARGUMENT_ERROR(nn::EmbeddingBag::from_pretrained(tt::ones({3})), "the embeddings are not a matrix: (3,)");
}

TEST(LayersTorch, BadInput) {
  EXPECT_ARGUMENT_ERROR(nn::Conv1d(0, 3, 3), "[Conv1d] in_channels or out_channels is not positive: 0 and 3");
  EXPECT_ARGUMENT_ERROR(nn::Conv3d(1, 3, {2, 0, 2}), "kernel_size is not positive: (2, 0, 2)");
  EXPECT_ARGUMENT_ERROR(nn::Conv2d(4, 6, 3, 1, 0, 1, 4), "groups does not divide");
  EXPECT_ARGUMENT_ERROR(nn::Conv2d(4, 6, 3, 1, 0, 1, 1, true, "mirror"), "there is no such padding_mode: 'mirror'");
  EXPECT_ARGUMENT_ERROR(nn::ConvTranspose2d(4, 6, 3, 1, 0, 0, 1, true, 1, "reflect"), "there is no such padding_mode");
  EXPECT_ARGUMENT_ERROR(nn::ConvTranspose1d(1, 1, 3, 2)(tt::ones({1, 1, 4}), 20),
                        "there is no result of this output_size");
  EXPECT_ARGUMENT_ERROR(nn::Bilinear(2, 3, 4)(tt::ones({5, 2}), tt::ones({5, 2})), "[Bilinear] the inputs do not fit");
  EXPECT_ARGUMENT_ERROR(nn::GroupNorm(3, 4), "num_groups does not divide num_channels: 3 and 4");
  EXPECT_ARGUMENT_ERROR(nn::InstanceNorm2d(3)(tt::ones({2, 3})), "the input does not have 4 dimensions");
  EXPECT_ARGUMENT_ERROR(nn::BatchNorm3d(3)(tt::ones({2, 3})), "the input does not have five dimensions");
  EXPECT_ARGUMENT_ERROR(nn::RMSNorm(4)(tt::ones({2, 3})), "rms_norm");
  EXPECT_ARGUMENT_ERROR(nn::Dropout2d(-1), "[Dropout2d] p is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(nn::EmbeddingBag(3, 2, {}, 2, false, "median"), "there is no such mode: 'median'");
  EXPECT_ARGUMENT_ERROR(nn::Embedding(3, 2, {}, -1.0), "max_norm");
  EXPECT_ARGUMENT_ERROR(nn::ZeroPad2d({1, 2, 3}), "padding is neither one number nor two for each axis: (1, 2, 3)");
  EXPECT_ARGUMENT_ERROR(nn::ZeroPad2d(1)(tt::ones({3})),
                        "the input does not have 4 dimensions, or one less: x is (3,)");
  EXPECT_ARGUMENT_ERROR(nn::PReLU(0), "num_parameters is not positive");
  EXPECT_ARGUMENT_ERROR(nn::Softmax2d()(tt::ones({3})), "the input does not have three or four dimensions");
  EXPECT_ARGUMENT_ERROR(nn::PixelShuffle(2)(tt::ones({1, 3, 2, 2})), "pixel_shuffle");
  EXPECT_ARGUMENT_ERROR(nn::Upsample(nn::UpsampleOptions{})(tt::ones({1, 3, 2, 2})), "interpolate");
}

// PyTorch 2.15's numbers and texts.
TEST(LayersTorch, BagsScaleTheirGradientsByFrequency) {
  const tt::Tensor factors = tt::tensor({{1.f, 2.f}, {3.f, 4.f}}), table = tt::reshape(tt::arange(0.f, 10.f), {5, 2});
  const auto gradient = [&](const nn::EmbeddingBagModuleOptions& options, bool by_offsets) {
    nn::EmbeddingBag bag(options);
    bag.load_state_dict({{"weight", table}});
    const tt::Tensor y =
        by_offsets ? bag(tt::tensor({0, 1, 1, 3, 1, 0}), tt::tensor({0, 2})) : bag(tt::tensor({{0, 1, 1}, {3, 1, 0}}));
    tt::sum(y * factors).backward();
    return bag.weight.grad();
  };
  nn::EmbeddingBagModuleOptions options{.num_embeddings = 5, .embedding_dim = 2, .scale_grad_by_freq = true};
  modules_reference::expect_near(
      gradient(options, false),
      tt::tensor({{2.f / 3, 1.f}, {5.f / 9, 8.f / 9}, {0.f, 0.f}, {1.f, 4.f / 3}, {0.f, 0.f}}), "mean");
  options.mode = "sum";
  modules_reference::expect_near(gradient(options, false),
                                 tt::tensor({{2.f, 3.f}, {5.f / 3, 8.f / 3}, {0.f, 0.f}, {3.f, 4.f}, {0.f, 0.f}}),
                                 "sum");
  options.padding_idx = 1;
  modules_reference::expect_near(gradient(options, true),
                                 tt::tensor({{2.f, 3.f}, {0.f, 0.f}, {0.f, 0.f}, {3.f, 4.f}, {0.f, 0.f}}), "padding");
  options.mode = "max";
  EXPECT_ARGUMENT_ERROR(nn::EmbeddingBag{options}, "scale_grad_by_freq is given with a mode that has none: 'max'");
  EXPECT_EQ(
      nn::EmbeddingBag({.num_embeddings = 5, .embedding_dim = 2, .scale_grad_by_freq = true, .sparse = true}).text(),
      "EmbeddingBag(5, 2, scale_grad_by_freq=True, mode='mean')");
  EXPECT_EQ(nn::LayerNorm({.normalized_shape = {6}, .eps = 1e-5, .elementwise_affine = false}).text(),
            "LayerNorm((6,), eps=1e-05, elementwise_affine=False, bias=False)");
  EXPECT_EQ(nn::TripletMarginWithDistanceLoss().text(),
            "TripletMarginWithDistanceLoss(\n  (distance_function): PairwiseDistance()\n)");
}
