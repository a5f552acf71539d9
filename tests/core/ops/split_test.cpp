// split counts elements and chunk counts parts, as PyTorch's; the expected lengths are torch.split's and torch.chunk's.
#include <gtest/gtest.h>

#include "bad_input.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace tt = triptych;
using tt::Tensor;

namespace {

using Lengths = std::vector<std::int64_t>;

Lengths lengths(const std::vector<Tensor>& parts, int axis = 0) {
  Lengths result;
  for (const Tensor& part : parts) result.push_back(part.size(axis));
  return result;
}

Tensor unknown_rows() {
  const tt::GraphHandle graph;
  return tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown, 2}, {}, tt::Location::here());
}

}  // namespace

TEST(Split, TakesTheSizeOfAPart) {
  const Tensor x = tt::reshape(tt::arange(14), {2, 7});
  EXPECT_EQ(lengths(tt::split(x, 1, 1), 1), Lengths(7, 1));
  EXPECT_EQ(lengths(tt::split(x, 3, 1), 1), (Lengths{3, 3, 1}));
  EXPECT_EQ(lengths(tt::split(x, 7, -1), 1), (Lengths{7}));
  EXPECT_EQ(lengths(tt::split(x, 9, 1), 1), (Lengths{7}));
  EXPECT_EQ(lengths(tt::split(x, 1)), (Lengths{1, 1}));
  EXPECT_EQ(lengths(tt::split(tt::zeros({0, 2}), 3)), (Lengths{0}));
  EXPECT_EQ(lengths(tt::split(tt::zeros({0}), 0)), (Lengths{0}));
  EXPECT_EQ(tt::split(x, 3, 1)[2].to_vector<int>(), (std::vector<int>{6, 13}));
  EXPECT_EQ(lengths(tt::split(x, {2, 5}, 1), 1), (Lengths{2, 5}));
}

TEST(Split, ChunkTakesTheNumberOfParts) {
  const Tensor x = tt::arange(7);
  EXPECT_EQ(lengths(tt::chunk(x, 1)), (Lengths{7}));
  EXPECT_EQ(lengths(tt::chunk(x, 2)), (Lengths{4, 3}));
  EXPECT_EQ(lengths(tt::chunk(x, 5)), (Lengths{2, 2, 2, 1}));
  EXPECT_EQ(lengths(tt::chunk(x, 7)), Lengths(7, 1));
  EXPECT_EQ(lengths(tt::chunk(x, 9)), Lengths(7, 1));
  EXPECT_EQ(lengths(tt::chunk(tt::zeros({0}), 3)), (Lengths{0, 0, 0}));
  EXPECT_EQ(tt::chunk(x, 2)[1].to_vector<int>(), (std::vector<int>{4, 5, 6}));
}

TEST(Split, OfUnknownLength) {
  const Tensor x = unknown_rows();
  EXPECT_EQ(tt::chunk(x, 3).size(), 3u);
  EXPECT_FALSE(tt::chunk(x, 3)[0].shape().known());
  EXPECT_BAD("[split] the length of the axis is not known", tt::split(x, 3));
  EXPECT_EQ(lengths(tt::split(x, 1, 1), 1), (Lengths{1, 1}));
}

TEST(Split, GradientsMeetAgain) {
  Tensor x = tt::tensor({1.0, 2.0, 3.0, 4.0, 5.0}).set_requires_grad();
  const auto parts = tt::split(x, 2);
  tt::sum(parts[0] * 10 + parts[1]).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{10, 10, 1, 1, 0}));
}
