// 16-bit floats where rounding or overflow between steps, or sums kept in 16 bits, would show: PyTorch's numbers in
// float32, rounded.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

using tt::Tensor;

Tensor half(const std::vector<float>& values, tt::DType dtype = tt::float16) {
  return tt::cast(tt::tensor(values), dtype);
}

Tensor gradient(const Tensor& y, const Tensor& x, bool create_graph = false) {
  const Tensor ys[] = {tt::sum(y)}, xs[] = {x};
  return tt::gradients(ys, xs, {}, {.create_graph = create_graph})[0];
}

TEST(SixteenBits, StepsDoNotOverflow) {
  EXPECT_EQ(tt::hardswish(half({20000})).item<float>(), 20000);
  EXPECT_EQ(tt::celu(half({-60000, 3}), 0.5).to_vector<float>(), half({-0.5F, 3}).to_vector<float>());
  EXPECT_EQ(tt::selu(half({60000})).item<float>(), half({63042.06F}).item<float>());
  EXPECT_EQ(tt::lerp(half({-60000}), half({60000}), 0.5).item<float>(), 0);
  EXPECT_EQ(tt::norm(tt::full({64}, 100, tt::float16)).item<float>(), 800);
  EXPECT_EQ(tt::mse_loss(half({300}), half({0})).item<float>(), std::numeric_limits<float>::infinity());
  EXPECT_EQ(tt::mse_loss(half({300, 0, 0, 0}), half({0, 0, 0, 0})).item<float>(), half({22500}).item<float>());
}

TEST(SixteenBits, NumbersAreNotRoundedFirst) {
  // torch: (torch.tensor([3., 1000.], dtype=dtype) * 0.1), and the other operators by float32.
  for (const tt::DType dtype : {tt::float16, tt::bfloat16}) {
    const Tensor x = half({3, 1001, 0.37F}, dtype), wide = tt::cast(x, tt::float32);
    const auto expect = [&](const Tensor& actual, const Tensor& exact) {
      EXPECT_EQ(actual.dtype(), dtype);
      EXPECT_EQ(actual.to_vector<float>(), tt::cast(exact, dtype).to_vector<float>());
    };
    expect(x * 0.1, wide * 0.1);
    expect(0.1 * x, 0.1 * wide);
    expect(x + 0.1, wide + 0.1);
    expect(x - 0.1, wide - 0.1);
    expect(0.1 - x, 0.1 - wide);
    expect(x / 0.1, wide / 0.1);
    expect(0.1 / x, 0.1 / wide);
    expect(tt::pow(x, 0.1), tt::pow(wide, 0.1));
    expect(tt::remainder(x, 0.1), tt::remainder(wide, 0.1));
    expect(tt::floor_divide(x, 0.1), tt::floor_divide(wide, 0.1));
    expect(x * 70000, wide * 70000);
    expect(x + 3001, wide + 3001);
  }
  EXPECT_EQ((half({0.5F}) * 70000).item<float>(), 35008);
  // A comparison is between numbers of the dtype: 0.1 is what 0.1 became.
  EXPECT_TRUE(tt::equal(half({0.1F}), 0.1).item<bool>());
}

TEST(SixteenBits, NumbersAreTheSameInAGraph) {
  const Tensor x = half({3, 1001, 0.37F});
  tf::Graph graph;
  const Tensor input = graph.placeholder("x", tt::float16, {3});
  const Tensor y = tt::hardswish(input * 0.1 + 0.7), slope = tf::gradients({y}, {input})[0];
  const std::vector<Tensor> found = tf::Session(graph, {.numerics = tt::Numerics::exact}).run({y, slope}, {{input, x}});
  const Tensor leaf = x.clone().set_requires_grad(), value = tt::hardswish(leaf * 0.1 + 0.7);
  EXPECT_EQ(found[0].to_vector<float>(), value.to_vector<float>());
  EXPECT_EQ(found[1].to_vector<float>(), gradient(value, leaf).to_vector<float>());
}

TEST(SixteenBits, SumsGoOnGrowing) {
  for (const tt::DType dtype : {tt::float16, tt::bfloat16}) {
    const std::int64_t n = 5000;
    const Tensor ones = tt::ones({n}, dtype), index = tt::zeros({n}, tt::int64);
    const float sum = half({5001}, dtype).item<float>(), count = half({5000}, dtype).item<float>();
    EXPECT_EQ(tt::scatter_add(tt::ones({1}, dtype), 0, index, ones).item<float>(), sum);
    EXPECT_EQ(tt::index_add(tt::ones({1}, dtype), 0, index, ones).item<float>(), sum);
    Tensor x = tt::ones({1}, dtype).set_requires_grad();
    EXPECT_EQ(gradient(tt::gather(x, 0, index), x).item<float>(), count);
    EXPECT_EQ(gradient(tt::index_select(x, 0, index), x).item<float>(), count);
    Tensor table = tt::ones({1, 2}, dtype).set_requires_grad();
    EXPECT_EQ(gradient(tt::embedding(table, index), table).to_vector<float>(), (std::vector<float>{count, count}));
    EXPECT_EQ(tt::cumsum(ones, 0)[-1].item<float>(), count);
    EXPECT_EQ(tt::sum(ones).item<float>(), count);
    Tensor row = tt::ones({1}, dtype).set_requires_grad();
    EXPECT_EQ(gradient(tt::expand(row, {n}), row).item<float>(), count);
  }
}

TEST(SixteenBits, PoolsAddWhereWindowsOverlap) {
  // 33 windows of 1 x 33 lie over the middle: 1 / 33 each, which bfloat16 rounds.
  Tensor x = tt::ones({1, 1, 1, 65}, tt::bfloat16).set_requires_grad();
  const tt::AvgPool2dOptions average{.kernel_size = {1, 33}, .stride = 1};
  EXPECT_EQ(gradient(tt::avg_pool2d(x, average), x).to_vector<float>()[32], 1);
  // The middle is the largest element of all windows.
  std::vector<float> peak(1025, 0.F);
  peak[512] = 1;
  Tensor image = tt::reshape(half(peak, tt::bfloat16), {1, 1, 1, 1025}).set_requires_grad();
  const tt::MaxPool2dOptions largest{.kernel_size = {1, 513}, .stride = 1};
  EXPECT_EQ(gradient(tt::max_pool2d(image, largest), image).to_vector<float>()[512],
            half({513}, tt::bfloat16).item<float>());
}

TEST(SixteenBits, GradientsOfSeveralStepsAreRoundedOnce) {
  std::vector<float> values;
  for (int i = 0; i < 50; ++i) values.push_back(30 + 0.25F * static_cast<float>(i % 7));
  for (const tt::DType dtype : {tt::float16, tt::bfloat16})
    for (Tensor (*f)(tt::Arg) : std::initializer_list<Tensor (*)(tt::Arg)>{tt::var, tt::std}) {
      const Tensor x = half(values, dtype).set_requires_grad();
      const Tensor wide = tt::cast(x.detach(), tt::float32).set_requires_grad();
      // The square root's rule reads the result, which is rounded.
      const auto actual = gradient(f(x), x).to_vector<float>(), exact = gradient(f(wide), wide).to_vector<float>();
      const float unit = dtype == tt::float16 ? 0x1p-10F : 0x1p-7F;
      for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(actual[i], exact[i], unit * std::abs(exact[i]));
    }
}

// The sum of the upstream gradients, 128000, is beyond float16.
TEST(SixteenBits, SecondDerivativeOfLogSoftmaxIsFinite) {
  const auto second = [](const Tensor& values) {
    const Tensor x = values.clone().set_requires_grad();
    const Tensor first = gradient(tt::log_softmax(x) * 1000, x, true);
    return gradient(first * tt::cast(tt::arange(0, 128, 1, tt::float32) / 128, values.dtype()), x);
  };
  const Tensor x = tt::cast(tt::arange(0, 128, 1, tt::float32) / 64, tt::float16);
  const auto actual = second(x).to_vector<float>();
  const auto exact = second(tt::cast(x, tt::float32)).to_vector<float>();
  float largest = 0;
  for (const float value : exact) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(actual[i], exact[i], 0x1p-6F * largest) << i;
}

}  // namespace
