// Index tensors and masks, reading and writing, against NumPy
// (scripts/references/make_advanced_indexing_references.py).
#include <gtest/gtest.h>

#include "bad_input.h"
#include "indexing_cases.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;

namespace {

using indexing::Case;
using indexing::count;
using indexing::index_of;

const std::vector<Case>& cases() {
  static const std::vector<Case> all =
      indexing::cases_of(TRIPTYCH_SOURCE_DIR "/tests/references/advanced_indexing.txt");
  return all;
}

std::vector<std::int64_t> whole(const tt::Tensor& x) { return x.to_vector<std::int64_t>(); }

}  // namespace

TEST(AdvancedIndexing, ReadsAsNumPy) {
  EXPECT_GE(cases().size(), 300u);
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    const tt::Tensor part = tt::index(count(c.shape), index_of(c.index));
    EXPECT_EQ(part.shape().to_vector(), c.part_shape);
    EXPECT_EQ(whole(part), c.part);
  }
}

TEST(AdvancedIndexing, WritesAsNumPy) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    const tt::Tensor value = count(c.part_shape, 1000);
    EXPECT_EQ(whole(tt::index_update(count(c.shape), index_of(c.index), value)), c.written);
  }
}

// The same in a graph that does not know a dimension.
TEST(AdvancedIndexing, GraphsDoAsEagerCalls) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    tt::lowlevel::Graph graph;
    tt::Shape shape = c.shape;
    for (int i = 0; i < shape.rank(); ++i) shape.set(i, tt::unknown);
    const tt::Tensor x = graph.placeholder("x", tt::int64, shape);
    const tt::Tensor part = tt::index(x, index_of(c.index));
    const tt::Tensor written = tt::index_update(x, index_of(c.index), count(c.part_shape, 1000));
    const tt::lowlevel::Session session(graph);
    const std::vector<tt::Tensor> results = session.run({part, written}, {{x, count(c.shape)}});
    EXPECT_EQ(results[0].shape().to_vector(), c.part_shape);
    EXPECT_EQ(whole(results[0]), c.part);
    EXPECT_EQ(whole(results[1]), c.written);
  }
}

// The gradient of what is read is added to where it was read: once for each time.
TEST(AdvancedIndexing, GradientCountsReads) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    tt::Tensor x = tt::cast(count(c.shape), tt::float64).set_requires_grad();
    tt::sum(tt::index(x, index_of(c.index))).backward();
    std::vector<std::int64_t> reads(static_cast<std::size_t>(x.numel()), 0);
    for (const std::int64_t element : c.part) ++reads[static_cast<std::size_t>(element)];
    EXPECT_EQ(whole(x.grad()), reads);
  }
}

TEST(AdvancedIndexing, AsUsersWriteIt) {
  tt::Tensor x = count({3, 4});
  EXPECT_EQ(whole(x[x > 8]), (std::vector<std::int64_t>{9, 10, 11}));
  EXPECT_EQ(whole(x[tt::tensor({2, 0, -3})][{tt::ellipsis, 1}]), (std::vector<std::int64_t>{9, 1, 1}));
  EXPECT_EQ(whole(x[{tt::tensor({0, 1, 2}), tt::tensor({3, 2, -4})}]), (std::vector<std::int64_t>{3, 6, 8}));
  const tt::Tensor handle = x, view = x[1];
  x.set({x < 3}, -1);
  EXPECT_EQ(whole(handle), (std::vector<std::int64_t>{-1, -1, -1, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  x.set({tt::tensor({0, 2}), tt::Slice(1, 3)}, tt::tensor({{50, 51}, {60, 61}}));
  EXPECT_EQ(whole(handle), (std::vector<std::int64_t>{-1, 50, 51, 3, 4, 5, 6, 7, 8, 60, 61, 11}));
  x.set({tt::cast(tt::tensor({1, 0, 1}), tt::uint8)}, tt::tensor({1, 2, 3, 4}));
  EXPECT_EQ(whole(handle), (std::vector<std::int64_t>{1, 2, 3, 4, 4, 5, 6, 7, 1, 2, 3, 4}));
  EXPECT_EQ(whole(view), (std::vector<std::int64_t>{4, 5, 6, 7}));
}

TEST(AdvancedIndexing, WrongIndices) {
  tt::Tensor x = tt::zeros({3, 4});
  EXPECT_BAD("[index] an index is out of range: index 3 for axis 0 of shape (3, 4)", x[tt::tensor({0, 3})]);
  EXPECT_BAD("[index] an index is out of range: index -5 for axis 1 of shape (3, 4)",
             x[{tt::Slice(), tt::tensor({-5})}]);
  EXPECT_BAD("[index] the mask's shape differs from the tensor's: mask (4,) from axis 0 of shape (3, 4) on",
             x[tt::tensor({true, false, true, true})]);
  EXPECT_BAD("[index] there are more indices than dimensions: 3 for shape (3, 4)",
             x[{tt::zeros({3, 4}) > 1, tt::tensor({0})}]);
  EXPECT_BAD("[index] an index tensor is neither of integers (int32, int64) nor a mask (bool, uint8): float32 (1,)",
             x[tt::tensor({0.0})]);
  EXPECT_BAD("[index] an index is undefined", x[tt::Tensor()]);
  EXPECT_BAD("[index] the index tensors do not broadcast", x[{tt::tensor({0, 1}), tt::tensor({0, 1, 2})}]);
  EXPECT_BAD("[set] an index is out of range: index 7 for axis 0 of shape (3, 4)", x.set({tt::tensor({7})}, 1));
  EXPECT_BAD("[set] the value does not broadcast to the selected part: the value is (3,), the part (2, 4)",
             x.set({tt::tensor({0, 1})}, tt::zeros({3})));
  EXPECT_BAD("[set] the value does not broadcast to the selected part: the value is (3,), the part of each place (4,)",
             x.set({tt::ones({3}) > 0}, tt::zeros({3})));
}

TEST(AdvancedIndexing, FunctionsRefuse) {
  const tt::Tensor x = tt::zeros({3, 4}), one = tt::tensor({1});
  EXPECT_BAD("[take] an index is out of range: index 12 for axis 0 of shape (12,)", tt::take(x, tt::tensor({12})));
  EXPECT_BAD("[masked_fill] the value is not a single one", tt::masked_fill(x, x > 0, tt::zeros({4})));
  EXPECT_BAD("[masked_scatter] an index is out of range", tt::masked_scatter(x, x == 0, tt::zeros({11})));
  EXPECT_BAD("[scatter_reduce] there is no such reduction: max",
             tt::scatter_reduce(x, 0, tt::tensor({{0, 0, 0, 0}}), tt::zeros({1, 4}), "max"));
  EXPECT_BAD("[scatter] the source is shorter than the index: (1, 3) for (1, 4)",
             tt::scatter(x, 0, tt::tensor({{0, 0, 0, 0}}), tt::zeros({1, 3})));
  EXPECT_BAD("[index_copy] source does not have one slice for each index",
             tt::index_copy(x, 0, one, tt::zeros({2, 4})));
  EXPECT_BAD("[gather_nd] there are more indices than dimensions", tt::gather_nd(x, tt::tensor({{0, 0, 0}})));
  EXPECT_BAD("[dynamic_slice] a size is larger than the axis", tt::dynamic_slice(x, tt::tensor({0, 0}), {2, 5}));
  EXPECT_BAD("[segment_sum] an index is out of range", tt::segment_sum(x, tt::tensor({0, 3, 1})));
  EXPECT_BAD("[segment_sum] an index is out of range", tt::segment_sum(x, tt::tensor({-1, 0, 1})));
  EXPECT_BAD("[unsorted_segment_sum] an index is out of range", tt::unsorted_segment_sum(x, tt::tensor({0, 3, 1}), 3));
  EXPECT_BAD("[repeat_interleave] a number of repeats is negative: -1", tt::repeat_interleave(tt::tensor({1, -1})));
  EXPECT_BAD("[pad] the padding is longer than what there is to repeat", tt::pad(x, {{3, 0}, {0, 0}}, "reflect"));
  EXPECT_BAD("[pad] there is no such mode: mirror", tt::pad(x, {{1, 0}, {0, 0}}, "mirror"));
  EXPECT_BAD("[unfold] the window is longer than the axis", tt::unfold(x, 0, 4, 1));
  EXPECT_BAD("[as_strided] an element lies outside of the tensor: place 12 of 12 elements",
             tt::as_strided(x, {3}, {4}, 4));
  EXPECT_BAD("[narrow] the part is not inside of the axis", tt::narrow(x, 0, 2, 2));
}

TEST(Segments, HaveTensorFlowsEdges) {
  const tt::Tensor x = tt::tensor({{1, 2}, {3, 4}, {5, 6}}), none = tt::zeros({0, 2});
  EXPECT_EQ(whole(tt::segment_sum(x, tt::tensor({0, 0, 2}))), (std::vector<std::int64_t>{4, 6, 0, 0, 5, 6}));
  EXPECT_EQ(whole(tt::segment_max(x, tt::tensor({0, 0, 2}))), (std::vector<std::int64_t>{3, 4, 0, 0, 5, 6}));
  EXPECT_EQ(whole(tt::segment_prod(x, tt::tensor({0, 0, 2}))), (std::vector<std::int64_t>{3, 8, 1, 1, 5, 6}));
  EXPECT_EQ(tt::segment_sum(none, tt::zeros({0}, tt::int64)).shape().text(), "(0, 2)");
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(whole(tt::unsorted_segment_max(x, tt::tensor({1, -1, 1}), 2)),
            (std::vector<std::int64_t>{lowest, lowest, 5, 6}));
}

// Of equal extremes each has its share of the gradient, as PyTorch's scatter_reduce.
TEST(Scatters, ShareGradientsAmongEqualExtremes) {
  tt::Tensor x = tt::tensor({2.0, 0.0}).set_requires_grad(), v = tt::tensor({2.0, 1.0, 2.0}).set_requires_grad();
  tt::scatter_reduce(x, 0, tt::tensor({0, 0, 0}), v, "amax").backward(tt::tensor({3.0, 1.0}));
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(v.grad().to_vector<float>(), (std::vector<float>{1, 0, 1}));
}

// PyTorch takes a source that is longer than the index.
TEST(Scatters, TakeWhatOfTheSourceThereIsAnIndexFor) {
  const tt::Tensor index = tt::tensor({{1, 0}}), source = tt::tensor({{1, 2, 3}, {4, 5, 6}});
  EXPECT_EQ(whole(tt::scatter_add(tt::tensor({{10, 20}}), 1, index, source)), (std::vector<std::int64_t>{12, 21}));
  EXPECT_EQ(whole(tt::scatter(tt::tensor({{10, 20}}), 1, index, source)), (std::vector<std::int64_t>{2, 1}));
}

TEST(Repeats, FollowCounts) {
  const tt::Tensor x = tt::tensor({{1, 2}, {3, 4}});
  EXPECT_EQ(whole(tt::repeat_interleave(x, tt::tensor({0, 2, 1, 0}))), (std::vector<std::int64_t>{2, 2, 3}));
  EXPECT_EQ(whole(tt::repeat_interleave(x, tt::tensor({1, 2}), 0)), (std::vector<std::int64_t>{1, 2, 3, 4, 3, 4}));
  EXPECT_EQ(whole(tt::repeat_interleave(x, 2)), (std::vector<std::int64_t>{1, 1, 2, 2, 3, 3, 4, 4}));
}

TEST(Scatters, MultiplyByZerosWithoutDividing) {
  tt::Tensor x = tt::tensor({2.0, 5.0}).set_requires_grad(), v = tt::tensor({0.0, 3.0, 0.0, 0.0}).set_requires_grad();
  tt::sum(tt::scatter_reduce(x, 0, tt::tensor({0, 0, 1, 1}), v, "prod")).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{0, 0}));
  EXPECT_EQ(v.grad().to_vector<float>(), (std::vector<float>{6, 0, 0, 0}));
}
