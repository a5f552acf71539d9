// Basic indexing, reading and writing, against NumPy (scripts/references/make_slicing_references.py).
#include <gtest/gtest.h>

#include <numeric>

#include "indexing_cases.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

using indexing::Case;
using indexing::count;
using indexing::index_of;

const std::vector<Case>& cases() {
  static const std::vector<Case> all = indexing::cases_of(TRIPTYCH_SOURCE_DIR "/tests/references/slicing.txt");
  return all;
}

/// The same tensor with its axes lying the other way round in memory.
tt::Tensor reversed_in_memory(const tt::Tensor& x) {
  std::vector<std::int64_t> axes(static_cast<std::size_t>(x.ndim()));
  std::iota(axes.rbegin(), axes.rend(), 0);
  return tt::permute(tt::contiguous(tt::permute(x, axes)), axes);
}

}  // namespace

TEST(Slicing, ReadsAsNumPy) {
  EXPECT_GE(cases().size(), 250u);
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    const tt::Tensor x = count(c.shape);
    for (const tt::Tensor& whole : {x, reversed_in_memory(x)}) {
      const tt::Tensor part = tt::index(whole, index_of(c.index));
      EXPECT_EQ(part.shape().to_vector(), c.part_shape);
      EXPECT_EQ(part.to_vector<std::int64_t>(), c.part);
    }
  }
}

TEST(Slicing, WritesAsNumPyAndReachesNoOtherView) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    const tt::Tensor x = count(c.shape), value = count(c.part_shape, 1000);
    EXPECT_EQ(tt::index_update(x, index_of(c.index), value).to_vector<std::int64_t>(), c.written);
    EXPECT_EQ(tt::index_update(reversed_in_memory(x), index_of(c.index), value).to_vector<std::int64_t>(), c.written);
    EXPECT_EQ(x.to_vector<std::int64_t>(), count(c.shape).to_vector<std::int64_t>());
  }
}

// The gradient of a part is the part's gradient in its place and zeros elsewhere: what writing 1 into zeros gives.
TEST(Slicing, GradientIsTheWrittenPart) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    tt::Tensor x = tt::cast(count(c.shape), tt::float64).set_requires_grad();
    const tt::Tensor zeros = tt::zeros(c.shape, tt::float64);
    tt::sum(tt::index(x, index_of(c.index))).backward();
    EXPECT_TRUE(tt::array_equal(x.grad(), tt::index_update(zeros, index_of(c.index), 1)));
  }
}

// x.set() with an initializer list: what users write.
TEST(Slicing, SetChangesEveryHandleAndNoView) {
  tt::Tensor x = count({3, 4});
  const tt::Tensor handle = x, view = x[1];
  x.set({tt::Slice(tt::none, tt::none, -2), tt::Slice(1, 3)}, tt::tensor<std::int64_t>({50, 60}));
  EXPECT_EQ(handle.to_vector<int>(), (std::vector<int>{0, 50, 60, 3, 4, 5, 6, 7, 8, 50, 60, 11}));
  x.set({tt::ellipsis, tt::newaxis, 0}, -1);
  EXPECT_EQ(handle.to_vector<int>(), (std::vector<int>{-1, 50, 60, 3, -1, 5, 6, 7, -1, 50, 60, 11}));
  EXPECT_THROW(x.set(-2, 2.9), tt::ArgumentError);  // an integer cannot hold it
  x.set(-2, 2.0);
  EXPECT_EQ(x[1].to_vector<int>(), (std::vector<int>{2, 2, 2, 2}));
  EXPECT_EQ(view.to_vector<int>(), (std::vector<int>{4, 5, 6, 7}));
}
