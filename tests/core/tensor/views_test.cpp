// Views and shape ops: values, gradients of first and second order, unknown dimensions, empty and 0-d tensors, errors.
#include <gtest/gtest.h>

#include <numeric>

#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

using Values = std::vector<double>;

/// 0, 1, 2, ... in `shape`.
tt::Tensor count(const tt::Shape& shape) {
  Values values(static_cast<std::size_t>(shape.size()));
  std::iota(values.begin(), values.end(), 0.0);
  return tt::tensor(values, shape);
}

void expect(const tt::Tensor& x, const tt::Shape& shape, const Values& values) {
  EXPECT_EQ(x.shape(), shape) << x.shape().text();
  EXPECT_EQ(x.to_vector<double>(), values);
}

}  // namespace

TEST(Views, Shapes) {
  const tt::Tensor x = count({2, 3, 4});
  EXPECT_EQ(tt::flatten(x).shape(), tt::Shape({24}));
  EXPECT_EQ(tt::flatten(x, 1).shape(), tt::Shape({2, 12}));
  EXPECT_EQ(tt::flatten(x, 0, 1).shape(), tt::Shape({6, 4}));
  EXPECT_EQ(tt::flatten(tt::full({}, 1)).shape(), tt::Shape({1}));
  EXPECT_EQ(tt::unsqueeze(x, -1).shape(), tt::Shape({2, 3, 4, 1}));
  EXPECT_EQ(tt::squeeze(count({1, 3, 1})).shape(), tt::Shape({3}));
  EXPECT_EQ(tt::squeeze(count({1, 3, 1}), -1).shape(), tt::Shape({1, 3}));
  EXPECT_EQ(tt::moveaxis(x, 0, -1).shape(), tt::Shape({3, 4, 2}));
  EXPECT_EQ(tt::permute(x, {2, 0, 1}).shape(), tt::Shape({4, 2, 3}));
  EXPECT_EQ(tt::expand(count({3, 1}), {2, -1, 4}).shape(), tt::Shape({2, 3, 4}));
  expect(tt::tile(count({2}), 3), {6}, {0, 1, 0, 1, 0, 1});
  expect(tt::tile(count({2}), {2, 1}), {2, 2}, {0, 1, 0, 1});
  expect(tt::repeat(count({2, 2}), 2, 1), {2, 4}, {0, 0, 1, 1, 2, 2, 3, 3});
  expect(tt::flip(count({2, 3}), {0, 1}), {2, 3}, {5, 4, 3, 2, 1, 0});
}

TEST(Views, ConcatSplit) {
  const tt::Tensor a = count({2, 1}), b = count({2, 2});
  expect(tt::concat({a, b}, 1), {2, 3}, {0, 0, 1, 1, 2, 3});
  expect(tt::stack({count({2}), count({2})}, -1), {2, 2}, {0, 0, 1, 1});
  const auto parts = tt::split(count({2, 6}), 2, 1);
  expect(parts[1], {2, 2}, {2, 3, 8, 9});
  const auto uneven = tt::split(count({5}), {1, 4});
  expect(uneven[1], {4}, {1, 2, 3, 4});
  EXPECT_THROW(tt::split(count({5}), {2, 2}), tt::ArgumentError);
  EXPECT_THROW(tt::concat({a, count({3})}), tt::ArgumentError);
}

TEST(Views, Index) {
  const tt::Tensor x = count({3, 4});
  expect(x[1], {4}, {4, 5, 6, 7});
  expect(x[-1], {4}, {8, 9, 10, 11});
  expect((x[{tt::Slice(0, 2), -1}]), {2}, {3, 7});
  expect((x[{tt::Slice(tt::none, tt::none, -2), tt::Slice(1, 3)}]), {2, 2}, {9, 10, 1, 2});
  expect((x[{tt::ellipsis, tt::newaxis, 0}]), {3, 1}, {0, 4, 8});
  EXPECT_EQ((x[{tt::newaxis, tt::ellipsis, tt::newaxis}]).shape(), tt::Shape({1, 3, 4, 1}));
  EXPECT_THROW(x[3], tt::ArgumentError);
  EXPECT_THROW((x[{0, 0, 0}]), tt::ArgumentError);
  EXPECT_THROW((x[{tt::ellipsis, tt::ellipsis}]), tt::ArgumentError);
  expect(tt::pad(count({2}), {{1, 2}}, 7), {5}, {7, 0, 1, 7, 7});
  expect(tt::index_update(x, {0, tt::Slice(1, 3)}, 9)[0], {4}, {0, 9, 9, 3});
}

TEST(Views, Gather) {
  const tt::Tensor x = count({2, 3});
  expect(tt::gather(x, 1, tt::reshape(tt::tensor<std::int64_t>({2, 0, -1, 1}), {2, 2})), {2, 2}, {2, 0, 5, 4});
  expect(tt::index_select(x, 1, tt::tensor<std::int32_t>({2, 2})), {2, 2}, {2, 2, 5, 5});
  expect(tt::one_hot(tt::tensor<std::int64_t>({1, 0}), 3), {2, 3}, {0, 1, 0, 1, 0, 0});
  EXPECT_THROW(tt::one_hot(tt::tensor<std::int64_t>({3}), 3), tt::ArgumentError);
  EXPECT_THROW(tt::index_select(x, 0, tt::tensor<std::int64_t>({2})), tt::ArgumentError);
}
