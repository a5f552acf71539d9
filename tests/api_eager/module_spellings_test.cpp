// The ways in which somebody who knows PyTorch may write down a layer: numbers, lists of sizes, names. Each compiles,
// with each compiler, and means what it does in PyTorch.
#include "eager_testing.h"
#include "triptych/eager.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
using tt::Shape;
using tt::Tensor;

namespace {

constexpr std::int64_t six = 6;
constexpr int three = 3;

template <class M>
std::string written(const M& module) {
  return module.text();
}

}  // namespace

template <class M>
class Norms : public testing::Test {};
using NormTypes = testing::Types<nn::LayerNorm, nn::RMSNorm>;
TYPED_TEST_SUITE(Norms, NormTypes);

TYPED_TEST(Norms, OfSizes) {
  using Norm = TypeParam;
  const Tensor x = tt::ones({2, 6});
  const auto expect_shape = [](const Norm& norm, const Shape& shape, bool affine = true) {
    EXPECT_EQ(norm.options.normalized_shape, shape);
    EXPECT_EQ(norm.weight.defined(), affine);
  };
  const auto expect_eps = [&](const Norm& norm, const Shape& shape, bool affine = true) {
    expect_shape(norm, shape, affine);
    EXPECT_EQ(norm.options.eps, 1e-6);
  };
  expect_shape(Norm(6), {6});
  expect_shape(Norm(six), {6});
  expect_shape(Norm(x.size(1)), {6});
  expect_shape(Norm({6}), {6});
  expect_shape(Norm({six}), {6});
  expect_shape(Norm({2, 3}), {2, 3});
  expect_shape(Norm({six, three}), {6, 3});
  expect_shape(Norm(Shape{2, 3}), {2, 3});
  expect_shape(Norm(x.shape()), {2, 6});
  expect_shape(Norm(std::vector<std::int64_t>{2, 3}), {2, 3});
  expect_eps(Norm(6, 1e-6), {6});
  expect_eps(Norm({6}, 1e-6), {6});
  expect_eps(Norm({2, 3}, 1e-6, false), {2, 3}, false);
  expect_eps(Norm(Shape{2, 3}, 1e-6), {2, 3});
  expect_shape(Norm({.normalized_shape = {6}}), {6});
  expect_shape(Norm({.normalized_shape = {2, 3}}), {2, 3});
  expect_shape(Norm({.normalized_shape = Shape{2, 3}}), {2, 3});
  expect_eps(Norm({.normalized_shape = {6}, .eps = 1e-6}), {6});
  expect_shape(Norm(typename Norm::Options{.normalized_shape = {6}}), {6});

  nn::ModuleDict parent;
  expect_shape(parent.template add<Norm>("a", 6), {6});
  expect_shape(parent.template add<Norm>("b", {6}), {6});
  expect_shape(parent.template add<Norm>("c", {2, 3}), {2, 3});
  expect_shape(parent.template add<Norm>("d", Shape{2, 3}), {2, 3});
  expect_shape(parent.template add<Norm>("e", {.normalized_shape = {6}}), {6});
  expect_eps(parent.template add<Norm>("f", {.normalized_shape = {2, 3}, .eps = 1e-6}), {2, 3});
  expect_eps(parent.template add<Norm>("g", 6, 1e-6), {6});
  expect_eps(parent.template add<Norm>("h", {2, 3}, 1e-6, false), {2, 3}, false);

  expect_shape(*nn::make<Norm>(6).module, {6});
  expect_shape(*nn::make<Norm>({6}).module, {6});
  expect_shape(*nn::make<Norm>({2, 3}).module, {2, 3});
  expect_shape(*nn::make<Norm>({.normalized_shape = {6}}).module, {6});
  EXPECT_ARGUMENT_ERROR(Norm({-1}), "normalized_shape is empty or has an unknown dimension: (?,)");
}

TEST(Spellings, Windows) {
  const auto kernel = [](const auto& pool, tt::Size2 size, tt::Size2 stride = 0) {
    EXPECT_EQ(pool.options.kernel_size, size) << pool;
    EXPECT_EQ(pool.options.stride, stride) << pool;
  };
  kernel(nn::MaxPool2d(three), 3);
  kernel(nn::MaxPool2d({3, 2}), {3, 2});
  kernel(nn::MaxPool2d({six, three}), {6, 3});
  kernel(nn::MaxPool2d({3, 2}, {2, 1}, {1, 0}), {3, 2}, {2, 1});
  kernel(nn::MaxPool2d({.kernel_size = 3}), 3);
  kernel(nn::MaxPool2d({.kernel_size = 3, .stride = 2}), 3, 2);
  kernel(nn::MaxPool2d({.kernel_size = {3, 2}}), {3, 2});
  kernel(nn::MaxPool2d({.kernel_size = {3, 2}, .stride = {2, 1}}), {3, 2}, {2, 1});
  kernel(nn::AvgPool2d({3, 2}), {3, 2});
  kernel(nn::AvgPool2d({3, 2}, {2, 1}, 0, true), {3, 2}, {2, 1});
  kernel(nn::AvgPool2d({.kernel_size = {3, 2}}), {3, 2});
  kernel(nn::MaxUnpool2d({2, 3}), {2, 3});
  kernel(nn::MaxUnpool2d({2, 3}, {2, 1}), {2, 3}, {2, 1});
  kernel(nn::LPPool2d(1.2, {3, 2}, {2, 1}), {3, 2}, {2, 1});
  EXPECT_EQ(nn::MaxPool3d({3, 2, 1}).options.kernel_size, tt::Size3(3, 2, 1));
  EXPECT_EQ(nn::MaxPool3d({3, 2, 2}, {2, 1, 2}, {0, 1, 0}).options.stride, tt::Size3(2, 1, 2));
  EXPECT_EQ(nn::AvgPool3d({3, 2, 1}).options.kernel_size, tt::Size3(3, 2, 1));
  EXPECT_EQ(nn::MaxPool1d(3, 2).options.stride, 2);
  EXPECT_EQ(nn::AdaptiveAvgPool2d({5, 7}).options.output_size, tt::Size2(5, 7));
  EXPECT_EQ(nn::AdaptiveAvgPool2d({7}).options.output_size, 7);
  EXPECT_EQ(nn::AdaptiveAvgPool2d({.output_size = {5, 7}}).options.output_size, tt::Size2(5, 7));
  EXPECT_EQ(nn::AdaptiveMaxPool3d({5, 7, 9}).options.output_size, tt::Size3(5, 7, 9));
  EXPECT_EQ(nn::FractionalMaxPool2d(3, {13, 12}).options.output_size, tt::Size2(13, 12));
  EXPECT_EQ(nn::Unfold({2, 3}).options.kernel_size, tt::Size2(2, 3));
  EXPECT_EQ(nn::Unfold({2, 3}, {1, 2}).options.dilation, tt::Size2(1, 2));
  EXPECT_EQ(nn::Unfold({.kernel_size = {2, 3}}).options.kernel_size, tt::Size2(2, 3));
  EXPECT_EQ(nn::Fold({4, 5}, {2, 3}).options.kernel_size, tt::Size2(2, 3));
  EXPECT_EQ(nn::Fold({.output_size = {4, 5}, .kernel_size = {2, 3}}).options.output_size, tt::Size2(4, 5));
}

TEST(Spellings, Convolutions) {
  EXPECT_EQ(written(nn::Conv2d(1, 8, {3, 5}, {2, 1}, {4, 2}, {3, 1})),
            "Conv2d(1, 8, kernel_size=(3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1))");
  EXPECT_EQ(written(nn::Conv2d(1, 8, {three, three}, {2, 1}, "valid")),
            "Conv2d(1, 8, kernel_size=(3, 3), stride=(2, 1), padding=valid)");
  EXPECT_EQ(written(nn::Conv2d({.in_channels = 1, .out_channels = 8, .kernel_size = {3, 5}, .padding = {1, 2}})),
            "Conv2d(1, 8, kernel_size=(3, 5), stride=(1, 1), padding=(1, 2))");
  EXPECT_EQ(written(nn::Conv1d(6, 3, 3, 2)), "Conv1d(6, 3, kernel_size=(3,), stride=(2,))");
  EXPECT_EQ(written(nn::Conv3d(6, 3, {3, 5, 2}, {2, 1, 1}, {4, 2, 0})),
            "Conv3d(6, 3, kernel_size=(3, 5, 2), stride=(2, 1, 1), padding=(4, 2, 0))");
  EXPECT_EQ(written(nn::ConvTranspose2d(6, 3, {3, 5}, {2, 1}, {4, 2})),
            "ConvTranspose2d(6, 3, kernel_size=(3, 5), stride=(2, 1), padding=(4, 2))");
  EXPECT_EQ(written(nn::ConvTranspose2d(6, 3, 3, 2, 1, 1)),
            "ConvTranspose2d(6, 3, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))");
}

TEST(Spellings, Sizes) {
  EXPECT_EQ(written(nn::ZeroPad2d({1, 1, 2, 0})), "ZeroPad2d((1, 1, 2, 0))");
  EXPECT_EQ(written(nn::ZeroPad3d(2)), "ZeroPad3d((2, 2, 2, 2, 2, 2))");
  EXPECT_EQ(written(nn::ConstantPad2d({3, 0, 2, 1}, 3.5)), "ConstantPad2d(padding=(3, 0, 2, 1), value=3.5)");
  EXPECT_EQ(written(nn::ReflectionPad1d({3, 1})), "ReflectionPad1d((3, 1))");
  EXPECT_EQ(written(nn::Unflatten(1, {2, 5, 5})), "Unflatten(dim=1, unflattened_size=(2, 5, 5))");
  EXPECT_EQ(written(nn::Unflatten(1, {six, three})), "Unflatten(dim=1, unflattened_size=(6, 3))");
  EXPECT_EQ(written(nn::Unflatten({.dim = 1, .unflattened_size = {2, 5}})),
            "Unflatten(dim=1, unflattened_size=(2, 5))");
  EXPECT_EQ(written(nn::Upsample(tt::Axes{4, 5})), "Upsample(size=(4, 5), mode='nearest')");
  EXPECT_EQ(written(nn::Upsample({4, 5})), "Upsample(size=(4, 5), mode='nearest')");
  EXPECT_EQ(written(nn::Upsample({six, three}, {}, "bilinear")), "Upsample(size=(6, 3), mode='bilinear')");
  EXPECT_EQ(written(nn::Upsample(three)), "Upsample(size=3, mode='nearest')");
  EXPECT_EQ(written(nn::Upsample({}, 2, "bilinear")), "Upsample(scale_factor=2.0, mode='bilinear')");
  EXPECT_EQ(written(nn::Upsample({.scale_factor = 2})), "Upsample(scale_factor=2.0, mode='nearest')");
  EXPECT_EQ(written(nn::UpsamplingNearest2d({4, 5})), "UpsamplingNearest2d(size=(4, 5), mode='nearest')");
  EXPECT_EQ(written(nn::UpsamplingBilinear2d({4, 5})), "UpsamplingBilinear2d(size=(4, 5), mode='bilinear')");
  EXPECT_EQ(written(nn::UpsamplingBilinear2d(three)), "UpsamplingBilinear2d(size=3, mode='bilinear')");
  EXPECT_EQ(written(nn::Upsample({.size = {4, 5}})), "Upsample(size=(4, 5), mode='nearest')");
  EXPECT_EQ(written(nn::Upsample({.scale_factor = 2, .mode = "bilinear"})),
            "Upsample(scale_factor=2.0, mode='bilinear')");
  EXPECT_EQ(written(nn::UpsamplingNearest2d({.scale_factor = 2})),
            "UpsamplingNearest2d(scale_factor=2.0, mode='nearest')");
  EXPECT_EQ(written(nn::Linear({20, 30})), "Linear(in_features=20, out_features=30, bias=True)");
  EXPECT_EQ(written(nn::Embedding({10, 3})), "Embedding(10, 3)");
  EXPECT_EQ(written(nn::LSTM({10, 20})), "LSTM(10, 20)");
  EXPECT_EQ(written(nn::GroupNorm({.num_groups = 3, .num_channels = 6})),
            "GroupNorm(3, 6, eps=1e-05, affine=True, bias=True)");
  EXPECT_EQ(written(nn::Softmax({.dim = 1})), "Softmax(dim=1)");
}

// What is put into another module is made from its constructor's arguments, its options or sizes.
TEST(Spellings, Children) {
  nn::ModuleDict parent;
  EXPECT_EQ(parent.add<nn::MaxPool2d>("a", {3, 2}).options.kernel_size, tt::Size2(3, 2));
  EXPECT_EQ(parent.add<nn::MaxPool2d>("b", {3, 2}, 1).options.stride, 1);
  EXPECT_EQ(parent.add<nn::MaxPool2d>("c", {.kernel_size = 3, .stride = 2}).options.stride, 2);
  EXPECT_EQ(parent.add<nn::MaxPool2d>("d", 3, 2).options.stride, 2);
  EXPECT_EQ(parent.add<nn::AvgPool3d>("e", {3, 2, 1}).options.kernel_size, tt::Size3(3, 2, 1));
  EXPECT_EQ(parent.add<nn::AdaptiveAvgPool2d>("f", {5, 7}).options.output_size, tt::Size2(5, 7));
  EXPECT_EQ(parent.add<nn::AdaptiveMaxPool3d>("g", {5, -1, 9}).options.output_size, tt::Size3(5, -1, 9));
  EXPECT_EQ(parent.add<nn::Unfold>("h", {2, 3}).options.kernel_size, tt::Size2(2, 3));
  EXPECT_EQ(written(parent.add<nn::Upsample>("i", {4, 5})), "Upsample(size=(4, 5), mode='nearest')");
  EXPECT_EQ(written(parent.add<nn::Upsample>("j", {.scale_factor = 2})), "Upsample(scale_factor=2.0, mode='nearest')");
  EXPECT_EQ(written(parent.add<nn::Linear>("k", {20, 30})), "Linear(in_features=20, out_features=30, bias=True)");
  EXPECT_EQ(parent.add<nn::MaxPool1d>("l", {3, 2}).options.stride, 2);  // one axis: options
  EXPECT_EQ(nn::make<nn::MaxPool2d>({3, 2}).module->options.kernel_size, tt::Size2(3, 2));
  EXPECT_EQ(nn::make<nn::MaxPool2d>({.kernel_size = 3, .stride = 2}).module->options.stride, 2);
  EXPECT_EQ(nn::make<nn::AvgPool3d>({3, 2, 1}).module->options.kernel_size, tt::Size3(3, 2, 1));
  EXPECT_EQ(nn::make<nn::AdaptiveAvgPool2d>({5, 7}).module->options.output_size, tt::Size2(5, 7));
  EXPECT_EQ(written(*nn::make<nn::Upsample>({4, 5}).module), "Upsample(size=(4, 5), mode='nearest')");
  EXPECT_EQ(written(*nn::make<nn::Linear>({20, 30}).module), "Linear(in_features=20, out_features=30, bias=True)");
  EXPECT_ARGUMENT_ERROR(parent.add<nn::MaxPool2d>("m", {3, 2, 1}),
                        "[Module] the sizes are not one for each of two axes: (3, 2, 1). Or one for all");
  EXPECT_ARGUMENT_ERROR(parent.add<nn::AvgPool3d>("m", {3, 2}), "not one for each of three axes: (3, 2)");
}

// A number of elements or an axis is a whole number.
TEST(Spellings, FractionsOfAxesDoNotCompile) {
  EXPECT_FALSE((std::constructible_from<nn::CosineSimilarity, double>));
  EXPECT_TRUE((std::constructible_from<nn::CosineSimilarity, int>));
  EXPECT_FALSE((std::constructible_from<nn::Softmax, double>));
  EXPECT_FALSE((std::constructible_from<nn::CTCLoss, double>));
  EXPECT_FALSE((std::constructible_from<nn::LayerNorm, double>));
}

TEST(Spellings, Functions) {
  const Tensor x = tt::ones({2, 6}), w = tt::ones({6}), image = tt::ones({1, 1, 8, 8});
  EXPECT_EQ(F::layer_norm(x, {6}).shape(), (Shape{2, 6}));
  EXPECT_EQ(F::layer_norm(x, {x.size(-1)}, w, w).shape(), (Shape{2, 6}));
  EXPECT_EQ(F::layer_norm(x, Shape{6}, {}, {}, 1e-6).shape(), (Shape{2, 6}));
  EXPECT_EQ(F::rms_norm(x, {6}, w, 1e-6).shape(), (Shape{2, 6}));
  EXPECT_EQ(F::adaptive_avg_pool2d(image, {1, 2}).shape(), (Shape{1, 1, 1, 2}));
  EXPECT_EQ(F::unfold(image, {2, 3}).shape(), (Shape{1, 6, 42}));
  EXPECT_EQ(F::unfold(image, {2, 3}, {1, 2}).shape(), (Shape{1, 6, 28}));
  EXPECT_EQ(F::unfold(image, 3, 1, 1, 2).shape(), (Shape{1, 9, 16}));
  EXPECT_EQ(F::unfold(image, {2, 3}, {.stride = 2}).shape(), (Shape{1, 6, 12}));
  EXPECT_EQ(F::fold(tt::ones({1, 9, 4}), {4, 4}, {3, 3}).shape(), (Shape{1, 1, 4, 4}));
  EXPECT_EQ(F::fold(tt::ones({1, 9, 6}), {5, 4}, {3, 3}, 1, {0, 0}).shape(), (Shape{1, 1, 5, 4}));
  EXPECT_EQ(F::fold(tt::ones({1, 9, 16}), {4, 4}, {3, 3}, {.padding = 1}).shape(), (Shape{1, 1, 4, 4}));
  EXPECT_EQ(F::grid_sample(image, tt::zeros({1, 2, 3, 2}), "nearest", "border", true).shape(), (Shape{1, 1, 2, 3}));
}

TEST(Spellings, FunctionsOfSizes) {
  const Tensor image = tt::ones({1, 1, 8, 8}), line = tt::ones({1, 1, 8}), volume = tt::ones({1, 1, 8, 8, 8});
  const auto shape = [](const Tensor& result) { return result.shape().text(); };
  EXPECT_EQ(shape(F::interpolate(image, {4, 5})), "(1, 1, 4, 5)");
  EXPECT_EQ(shape(F::interpolate(image, {six, 5}, {}, "bilinear", true)), "(1, 1, 6, 5)");
  EXPECT_EQ(shape(F::interpolate(image, 4)), "(1, 1, 4, 4)");
  EXPECT_EQ(shape(F::interpolate(image, std::vector<std::int64_t>{4, 5})), "(1, 1, 4, 5)");
  EXPECT_EQ(shape(F::interpolate(image, {}, 2)), "(1, 1, 16, 16)");
  EXPECT_EQ(shape(F::interpolate(image, {}, {2, 1}, "nearest")), "(1, 1, 16, 8)");
  EXPECT_EQ(shape(F::interpolate(image, {.size = {4, 5}})), "(1, 1, 4, 5)");
  EXPECT_EQ(shape(F::interpolate(image, {.size = 4})), "(1, 1, 4, 4)");
  EXPECT_EQ(shape(F::interpolate(image, {.scale_factor = 2})), "(1, 1, 16, 16)");
  EXPECT_EQ(shape(F::interpolate(image, {.scale_factor = 2, .mode = "bilinear"})), "(1, 1, 16, 16)");
  EXPECT_EQ(shape(F::interpolate(line, 4)), "(1, 1, 4)");
  EXPECT_EQ(shape(F::interpolate(volume, {4, 5, 6})), "(1, 1, 4, 5, 6)");
  EXPECT_EQ(shape(F::upsample(image, {4, 5})), "(1, 1, 4, 5)");
  EXPECT_EQ(shape(F::upsample(image, {.scale_factor = 2})), "(1, 1, 16, 16)");
  EXPECT_EQ(shape(F::upsample_nearest(image, {4, 5})), "(1, 1, 4, 5)");
  EXPECT_ARGUMENT_ERROR(F::interpolate(image, {}), "[interpolate]");
}

// One, two and three axes; {3, 2} is a size, as is a number; the rest by place, or by name.
TEST(Spellings, Pools) {
  const auto first = [](const Tensor& result) { return result.flatten()[0].item<float>(); };
  const Tensor image = tt::ones({1, 1, 8, 8}), line = tt::ones({1, 1, 8}), volume = tt::ones({1, 1, 8, 8, 8});
  const auto shape = [](const Tensor& result) { return result.shape().text(); };
  EXPECT_EQ(shape(F::max_pool1d(line, 3)), "(1, 1, 2)");
  EXPECT_EQ(shape(F::max_pool1d(line, 3, 2, 1)), "(1, 1, 4)");
  EXPECT_EQ(shape(F::max_pool1d(line, {.kernel_size = 3, .stride = 1})), "(1, 1, 6)");
  EXPECT_EQ(shape(F::max_pool2d(image, three)), "(1, 1, 2, 2)");
  EXPECT_EQ(shape(F::max_pool2d(image, {3, 2})), "(1, 1, 2, 4)");
  EXPECT_EQ(shape(F::max_pool2d(image, {six, three})), "(1, 1, 1, 2)");
  EXPECT_EQ(shape(F::max_pool2d(image, tt::Size2(3, 2))), "(1, 1, 2, 4)");
  EXPECT_EQ(shape(F::max_pool2d(image, {3, 2}, {2, 1})), "(1, 1, 3, 7)");
  EXPECT_EQ(shape(F::max_pool2d(image, 3, {2, 1})), "(1, 1, 3, 6)");
  EXPECT_EQ(shape(F::max_pool2d(image, {3, 2}, 2, {1, 0}, {2, 1}, true)), "(1, 1, 4, 4)");
  EXPECT_EQ(shape(F::max_pool2d(image, {.kernel_size = 3})), "(1, 1, 2, 2)");
  EXPECT_EQ(shape(F::max_pool2d(image, {.kernel_size = {3, 2}})), "(1, 1, 2, 4)");
  EXPECT_EQ(shape(F::max_pool2d(image, {.kernel_size = 3, .stride = 2})), "(1, 1, 3, 3)");
  EXPECT_EQ(shape(F::max_pool2d(image, {.kernel_size = {3, 2}, .stride = {2, 1}})), "(1, 1, 3, 7)");
  EXPECT_EQ(shape(F::max_pool3d(volume, {3, 2, 4})), "(1, 1, 2, 4, 2)");
  EXPECT_EQ(shape(F::max_pool3d(volume, {3, 2, 4}, {1, 2, 4}, {1, 0, 0})), "(1, 1, 8, 4, 2)");
  EXPECT_EQ(shape(F::max_pool3d(volume, {.kernel_size = 4})), "(1, 1, 2, 2, 2)");
  EXPECT_EQ(shape(F::avg_pool1d(line, 3, 2, 1, true, false)), "(1, 1, 5)");
  EXPECT_EQ(shape(F::avg_pool2d(image, {3, 2})), "(1, 1, 2, 4)");
  EXPECT_EQ(shape(F::avg_pool2d(image, {.kernel_size = 3, .stride = 2})), "(1, 1, 3, 3)");
  EXPECT_EQ(first(F::avg_pool2d(image, 2, 2, 0, false, true, 1)), 4);
  EXPECT_EQ(first(F::avg_pool2d(image, {.kernel_size = 2}, 1)), 4);
  EXPECT_EQ(shape(F::avg_pool3d(volume, {3, 2, 4})), "(1, 1, 2, 4, 2)");
  EXPECT_EQ(first(F::avg_pool3d(volume, {2, 2, 2}, 2, 0, false, true, 2)), 4);
  EXPECT_EQ(shape(F::lp_pool1d(line, 2, 3, 1)), "(1, 1, 6)");
  EXPECT_EQ(shape(F::lp_pool2d(image, 2, {3, 2})), "(1, 1, 2, 4)");
  EXPECT_EQ(shape(F::lp_pool2d(image, 2, {.kernel_size = 3, .stride = 2})), "(1, 1, 3, 3)");
  EXPECT_EQ(shape(F::lp_pool3d(volume, 2, {3, 2, 4})), "(1, 1, 2, 4, 2)");
  EXPECT_EQ(shape(F::fractional_max_pool2d(image, {3, 2}, {4, 5})), "(1, 1, 4, 5)");
  const auto [line_maxima, in_line] = F::max_pool1d_with_indices(line, 2);
  EXPECT_EQ(shape(F::max_unpool1d(line_maxima, in_line, 2)), "(1, 1, 8)");
  const auto [maxima, places] = F::max_pool2d_with_indices(image, {4, 2});
  EXPECT_EQ(shape(maxima), "(1, 1, 2, 4)");
  EXPECT_EQ(shape(F::max_unpool2d(maxima, places, {4, 2})), "(1, 1, 8, 8)");
  EXPECT_EQ(shape(F::max_unpool2d(maxima, places, {4, 2}, {4, 2}, {0, 0}, {9, 8})), "(1, 1, 9, 8)");
  EXPECT_EQ(shape(F::max_unpool2d(maxima, places, {.kernel_size = {4, 2}})), "(1, 1, 8, 8)");
  const auto [parts, in_volume] = F::max_pool3d_with_indices(volume, {4, 2, 8});
  EXPECT_EQ(shape(F::max_unpool3d(parts, in_volume, {4, 2, 8})), "(1, 1, 8, 8, 8)");
}

TEST(Spellings, ConvolutionsAsFunctions) {
  const auto shape = [](const Tensor& result) { return result.shape().text(); };
  const Tensor b = tt::ones({2}), line = tt::ones({1, 2, 8}), w1 = tt::ones({2, 2, 3});
  EXPECT_EQ(shape(F::conv1d(line, w1)), "(1, 2, 6)");
  EXPECT_EQ(shape(F::conv1d(line, w1, b, 2)), "(1, 2, 3)");
  EXPECT_EQ(shape(F::conv1d(line, w1, {}, 2, 1)), "(1, 2, 4)");
  EXPECT_EQ(shape(F::conv1d(line, w1, b, {.padding = 1})), "(1, 2, 8)");
  EXPECT_EQ(shape(F::conv1d(line, w1, {.padding = "same"})), "(1, 2, 8)");
  EXPECT_EQ(shape(F::conv_transpose1d(line, w1, {}, 2, 1, 1)), "(1, 2, 16)");
  EXPECT_EQ(shape(F::conv_transpose1d(line, w1, b, {.stride = 2})), "(1, 2, 17)");
  const Tensor image = tt::ones({1, 2, 8, 8}), w2 = tt::ones({2, 2, 3, 3});
  EXPECT_EQ(shape(F::conv2d(image, w2)), "(1, 2, 6, 6)");
  EXPECT_EQ(shape(F::conv2d(image, w2, {})), "(1, 2, 6, 6)");
  EXPECT_EQ(shape(F::conv2d(image, w2, {}, {2, 1})), "(1, 2, 3, 6)");
  EXPECT_EQ(shape(F::conv2d(image, w2, b, {2, 1})), "(1, 2, 3, 6)");
  EXPECT_EQ(shape(F::conv2d(image, w2, b, {2, 1}, {1, 0})), "(1, 2, 4, 6)");
  EXPECT_EQ(shape(F::conv2d(image, w2, b, 1, {1, 0}, {2, 1}, 1)), "(1, 2, 6, 6)");
  EXPECT_EQ(shape(F::conv2d(image, w2, b, 1, "same")), "(1, 2, 8, 8)");
  EXPECT_EQ(shape(F::conv2d(image, w2, b, {.stride = {2, 1}})), "(1, 2, 3, 6)");
  EXPECT_EQ(shape(F::conv2d(image, w2, b, {.padding = 1})), "(1, 2, 8, 8)");
  EXPECT_EQ(shape(F::conv2d(image, w2, {}, {.stride = 2, .padding = 1})), "(1, 2, 4, 4)");
  EXPECT_EQ(shape(F::conv2d(image, w2, {.padding = 1})), "(1, 2, 8, 8)");
  EXPECT_EQ(shape(F::conv_transpose2d(image, w2, {}, {2, 1})), "(1, 2, 17, 10)");
  EXPECT_EQ(shape(F::conv_transpose2d(image, w2, b, 2, {1, 0}, {1, 0})), "(1, 2, 16, 17)");
  EXPECT_EQ(shape(F::conv_transpose2d(image, w2, {.stride = 2, .padding = 1, .output_padding = 1})), "(1, 2, 16, 16)");
  const Tensor volume = tt::ones({1, 2, 8, 8, 8}), w3 = tt::ones({2, 2, 3, 3, 3});
  EXPECT_EQ(shape(F::conv3d(volume, w3, {}, {2, 1, 3})), "(1, 2, 3, 6, 2)");
  EXPECT_EQ(shape(F::conv3d(volume, w3, b, {2, 1, 3}, {1, 0, 1})), "(1, 2, 4, 6, 3)");
  EXPECT_EQ(shape(F::conv3d(volume, w3, {.padding = 1})), "(1, 2, 8, 8, 8)");
  EXPECT_EQ(shape(F::conv_transpose3d(volume, w3, b, {2, 1, 1})), "(1, 2, 17, 10, 10)");
  EXPECT_ARGUMENT_ERROR(F::conv2d(image, w2, tt::ones({3})), "[conv2d]");
}

// torch.autograd.grad(loss, model.parameters()), grad([y, z], x), and one of each, which gives one.
TEST(Spellings, Gradients) {
  namespace autograd = triptych::eager::autograd;
  nn::Linear net(2, 1);
  const Tensor x = tt::ones({1, 2}).set_requires_grad(), loss = tt::sum(tt::square(net(x)));
  const std::vector<Tensor> all = autograd::grad(loss, net.parameters(), {.create_graph = true});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(all[0].requires_grad());
  EXPECT_EQ(all[1].shape(), Shape{1});
  EXPECT_EQ(autograd::grad({loss, 2 * loss}, net.parameters(), {.retain_graph = true}).size(), 2u);
  EXPECT_EQ(autograd::grad(loss, {x, net.weight}, {.retain_graph = true}).size(), 2u);
  EXPECT_EQ(autograd::grad(loss, x).shape(), (Shape{1, 2}));
}

TEST(Spellings, Initializers) {
  nn::Conv2d conv(3, 8, 3);
  tt::manual_seed(3);
  const auto by_place = nn::init::kaiming_normal_(conv.weight, 0, "fan_out", "relu").to_vector<float>();
  tt::manual_seed(3);
  EXPECT_EQ(nn::init::kaiming_normal_(conv.weight, {.mode = "fan_out", .nonlinearity = "relu"}).to_vector<float>(),
            by_place);
  tt::manual_seed(3);
  const auto of_slope = nn::init::kaiming_uniform_(conv.weight, 2).to_vector<float>();
  tt::manual_seed(3);
  EXPECT_EQ(nn::init::kaiming_uniform_(conv.weight, {.a = 2}).to_vector<float>(), of_slope);
}
