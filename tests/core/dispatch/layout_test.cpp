// Steps along dimensions of length one lead nowhere: no kernel ever sees an odd one.
#include "core/dispatch/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "triptych/core/ops.h"
#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
using tt::Tensor;

namespace {

tt::Strides normalized(const tt::Shape& shape, const tt::Strides& strides) {
  tt::TensorMeta meta{shape, strides, tt::float32, {}};
  tt::normalize_strides(meta);
  return meta.strides;
}

/// Its strides are those of a dense tensor wherever it is one.
void expect_normal(const Tensor& x, const char* what) {
  const tt::Strides dense = tt::contiguous_strides(x.shape());
  ASSERT_TRUE(x.is_contiguous()) << what;
  EXPECT_TRUE(std::equal(x.strides().begin(), x.strides().end(), dense.begin())) << what;
}

}  // namespace

TEST(Layout, StepsOfSingleDimensionsBecomeThoseOfADenseTensor) {
  EXPECT_EQ(normalized({1, 3}, {0, 1}), (tt::Strides{3, 1}));
  EXPECT_EQ(normalized({1, 512}, {1, 1}), (tt::Strides{512, 1}));
  EXPECT_EQ(normalized({4, 1, 2}, {2, 77, 1}), (tt::Strides{2, 2, 1}));
  EXPECT_EQ(normalized({2, 3, 1}, {10, 2, 0}), (tt::Strides{10, 2, 1}));
  EXPECT_EQ(normalized({3, 0, 2}, {7, -5, 9}), tt::contiguous_strides({3, 0, 2}));
  EXPECT_EQ(normalized({2, 3}, {1, 2}), (tt::Strides{1, 2})) << "a real step stays";
}

TEST(Layout, ViewsAreNormal) {
  const Tensor line = tt::tensor<float>({1, 2, 3}), column = tt::ones({5, 1}), cube = tt::ones({4, 3, 5});
  expect_normal(tt::expand(line, {1, 3}), "expand");
  expect_normal(tt::expand(line, {1, 1, 3}), "expand by two");
  expect_normal(tt::transpose(column), "transpose");
  expect_normal(tt::slice(cube, 0, {2, 3, 2}), "slice");
  expect_normal(tt::permute(tt::ones({4, 1, 1}), {2, 0, 1}), "permute");
  expect_normal(tt::slice(cube, 1, {1, 1}), "a slice of nothing");
  expect_normal(tt::chunk(cube, 4, 0)[3], "split");
  expect_normal(tt::conv2d(tt::ones({2, 1, 4, 4}), tt::ones({1, 1, 3, 3})), "a result that lies channels-last");
}

// What went wrong: roll and cumsum divided by such a step, or went by it.
TEST(Layout, RollAndCumsumAlongSingleDimensions) {
  const Tensor x = tt::tensor<float>({1, 2, 3}), y = tt::expand(x, {1, 3});
  EXPECT_EQ(tt::roll(y, 1, 0).to_vector<float>(), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(tt::cumsum(y, 0).to_vector<float>(), (std::vector<float>{1, 2, 3}));
  const Tensor single = tt::slice(tt::reshape(tt::arange(12), {4, 3}), 0, {2, 3});
  EXPECT_EQ(tt::roll(single, 5, 0).to_vector<int>(), (std::vector<int>{6, 7, 8}));
  EXPECT_EQ(tt::cumsum(single, 0).to_vector<int>(), (std::vector<int>{6, 7, 8}));
  EXPECT_EQ(tt::roll(tt::transpose(tt::reshape(x, {3, 1})), 1, 0).to_vector<float>(), (std::vector<float>{1, 2, 3}));
}

TEST(Layout, TheSameInAGraph) {
  triptych::lowlevel::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {3});
  const Tensor rolled = tt::roll(tt::expand(x, {1, 3}), 1, 0), sums = tt::cumsum(tt::expand(x, {1, 3}), 0);
  const triptych::lowlevel::Session session(graph);
  const auto results = session.run({rolled, sums}, {{x, tt::tensor<float>({1, 2, 3})}});
  EXPECT_EQ(results[0].to_vector<float>(), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(results[1].to_vector<float>(), (std::vector<float>{1, 2, 3}));
}

namespace {

bool is_channels_last(const Tensor& image) {
  std::vector<std::int64_t> step(image.strides().begin(), image.strides().begin() + image.ndim());
  std::int64_t dense = 1;
  for (const int axis : {1, 3, 2, 0}) {
    if (step[static_cast<std::size_t>(axis)] != dense) return false;
    dense *= image.size(axis);
  }
  return true;
}

}  // namespace

// What a convolution gave stays as it lies, or the next one has to bring it there again.
TEST(Layout, ImagesStayChannelsLast) {
  const Tensor rows = tt::rand({2, 3, 4, 5});
  const Tensor x = rows.permute({0, 2, 3, 1}).contiguous().permute({0, 3, 1, 2});
  ASSERT_TRUE(is_channels_last(x));
  const Tensor part = x[{tt::Slice(), tt::Slice(), tt::Slice(tt::none, tt::none, 2), tt::Slice(1)}];
  const std::pair<const char*, std::function<Tensor(const Tensor&)>> ops[] = {
      {"add", [&](const Tensor& t) { return t + 1; }},
      {"row-major + image", [&](const Tensor& t) { return t.shape() == rows.shape() ? rows + t : t; }},
      {"where", [](const Tensor& t) { return tt::where(t > 0.5, t, 0.0); }},
      {"clone", [](const Tensor& t) { return t.clone(); }},
      {"relu", [](const Tensor& t) { return tt::relu(t); }},
      {"gelu", [](const Tensor& t) { return tt::gelu(t); }},
      {"cast", [](const Tensor& t) { return tt::cast(t, tt::float64); }},
      {"pad",
       [](const Tensor& t) {
         return tt::pad(t, {{0, 0}, {1, 1}, {0, 0}, {2, 0}});
       }},
      {"concat",
       [](const Tensor& t) {
         return tt::concat({t, t}, 1);
       }},
      {"split", [](const Tensor& t) { return tt::concat(tt::split(t, 1, 2), 2); }},
      {"roll", [](const Tensor& t) { return tt::roll(tt::roll(t, 2, 1), -1, 3); }},
      {"zeros_like", [](const Tensor& t) { return tt::zeros_like(t); }},
      {"flip", [](const Tensor& t) { return tt::flip(t, {3}) + 0; }},
      {"max_pool2d", [](const Tensor& t) { return tt::max_pool2d(t, {.kernel_size = 2, .stride = 1}); }},
      {"batch_norm", [](const Tensor& t) { return tt::batch_norm(t, {}, {}, {}, {}, {.training = true}); }},
  };
  for (const auto& [name, op] : ops) {
    EXPECT_TRUE(is_channels_last(op(x))) << name;
    const Tensor leaf = x.detach().requires_grad_(true);
    const Tensor result = op(leaf);
    if (!result.requires_grad()) continue;
    const auto gradients = tt::eager::grad({tt::sum(tt::square(result))}, {leaf});
    EXPECT_TRUE(is_channels_last(gradients[0] + 0)) << "the gradient of " << name;
  }
}
