// Sorting and its like where samples cannot go: NaN, zeros, infinities, ties, long lines, empty tensors, mistakes.
#include "triptych/core/ops/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <random>

#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();

std::vector<double> numbers(const tt::Tensor& x) { return x.to_vector<double>(); }
std::vector<std::int64_t> whole(const tt::Tensor& x) { return x.to_vector<std::int64_t>(); }

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST(Sort, NanIsLargestZerosAreEqualAndTiesStay) {
  for (const tt::DType dtype : {tt::float32, tt::float64, tt::float16, tt::bfloat16}) {
    const tt::Tensor x =
        tt::tensor(std::vector<double>{0, not_a_number, -infinity, -0.0, 1, infinity, -not_a_number, -1}).to(dtype);
    const auto up = tt::sort(x), down = tt::sort(x, 0, true);
    EXPECT_THAT(whole(up.indices), ElementsAre(2, 7, 0, 3, 4, 5, 1, 6)) << tt::dtype_name(dtype);
    EXPECT_THAT(whole(down.indices), ElementsAre(1, 6, 5, 4, 0, 3, 7, 2)) << tt::dtype_name(dtype);
    EXPECT_TRUE(std::isnan(numbers(up.values)[7]) && std::isnan(numbers(down.values)[0]));
    EXPECT_TRUE(std::signbit(numbers(up.values)[3])) << "a zero keeps its sign";
    EXPECT_THAT(whole(tt::topk(x, 3).indices), ElementsAre(1, 6, 5));
    EXPECT_THAT(whole(tt::topk(x, 3, 0, false).indices), ElementsAre(2, 7, 0));
  }
}

TEST(Sort, LongLinesOfAllDtypes) {
  std::mt19937 engine(5);
  std::vector<std::int64_t> values(3000);
  for (auto& value : values) value = static_cast<std::int64_t>(engine() % 200) - 100;
  for (int i = 0; i < tt::dtype_count; ++i) {
    const tt::Tensor x = tt::tensor(values).to(static_cast<tt::DType>(i));
    const auto given = numbers(x);
    std::vector<std::int64_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
      return given[static_cast<std::size_t>(a)] < given[static_cast<std::size_t>(b)];
    });
    const auto sorted = tt::sort(x);
    ASSERT_EQ(whole(sorted.indices), order) << tt::dtype_name(x.dtype());
    ASSERT_EQ(numbers(sorted.values), numbers(tt::index_select(x, 0, sorted.indices)));
    ASSERT_EQ(whole(tt::topk(x, 100, 0, false).indices), std::vector(order.begin(), order.begin() + 100));
    ASSERT_EQ(whole(tt::topk(x, 7, 0, false).indices), std::vector(order.begin(), order.begin() + 7));
  }
}

TEST(Sort, ExtremesOfIntegers) {
  const std::int64_t least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(whole(tt::sort(tt::tensor(std::vector<std::int64_t>{0, most, least, -1})).values),
              ElementsAre(least, -1, 0, most));
}

TEST(Unique, NanDiffersFromNanAndZerosAreOne) {
  const tt::Tensor x = tt::tensor(std::vector<double>{not_a_number, 0, 1, -0.0, not_a_number, 1});
  const auto found = tt::unique(x, {.return_inverse = true, .return_counts = true});
  EXPECT_EQ(found.output.size(0), 4);
  EXPECT_THAT(whole(found.counts), ElementsAre(2, 2, 1, 1));
  EXPECT_THAT(whole(found.inverse_indices), ElementsAre(2, 0, 1, 0, 3, 1));
  EXPECT_FALSE(tt::unique(x, tt::UniqueOptions()).counts.defined());
  EXPECT_EQ(numbers(tt::unique(tt::tensor({3.0, 1.0, 3.0}))), (std::vector<double>{1, 3}));
}

TEST(Unique, EmptyAndScalar) {
  EXPECT_EQ(tt::unique(tt::zeros({0, 3})).shape().text(), "(0,)");
  EXPECT_EQ(tt::unique(tt::tensor(2.5)).shape().text(), "(1,)");
  const auto found = tt::unique(tt::tensor(2.5), {.return_inverse = true});
  EXPECT_EQ(found.inverse_indices.shape().text(), "()");
  EXPECT_EQ(tt::unique(tt::zeros({2, 0}), {.axis = 0}).output.shape().text(), "(1, 0)");
  EXPECT_EQ(tt::unique(tt::zeros({0, 2}), {.axis = 0}).output.shape().text(), "(0, 2)");
  EXPECT_THAT(refusal([] { tt::unique(tt::zeros({2}), {.axis = 1}); }), HasSubstr("[unique]"));
}

TEST(Searchsorted, NanGoesLastAndNumbersArePromoted) {
  const tt::Tensor sequence = tt::tensor(std::vector<double>{1, 2, 2, not_a_number});
  EXPECT_THAT(whole(tt::searchsorted(sequence, tt::tensor(std::vector<double>{not_a_number, 2, 5, -infinity}))),
              ElementsAre(3, 1, 3, 0));
  EXPECT_EQ(tt::searchsorted(sequence, not_a_number, {.right = true}).item<int>(), 4);
  EXPECT_EQ(tt::searchsorted(tt::tensor({1, 2, 3}), 1.5).item<int>(), 1);
  EXPECT_EQ(tt::bucketize(2, tt::tensor({1, 2, 3}), true).dtype(), tt::int32);
  const tt::Tensor wrong = tt::tensor(std::vector<std::int64_t>{0, 1, 2, 4});
  EXPECT_THAT(refusal([&] { tt::searchsorted(sequence, sequence, {.sorter = wrong}); }), HasSubstr("4 for 4"));
  EXPECT_THAT(refusal([&] { tt::searchsorted(tt::zeros({2, 3}), tt::zeros({3, 3})); }), HasSubstr("[searchsorted]"));
}

TEST(Bincount, RefusesWhatIsNoCount) {
  EXPECT_THAT(refusal([] { tt::bincount(tt::tensor({1, -2})); }), HasSubstr("an element is negative: -2"));
  EXPECT_THAT(refusal([] { tt::bincount(tt::tensor({1.0, 2.0})); }), HasSubstr("[bincount]"));
  EXPECT_THAT(refusal([] { tt::bincount(tt::tensor({1, 2}), {.minlength = -1}); }), HasSubstr("minlength"));
  EXPECT_NE(refusal([] { tt::bincount(tt::tensor({std::numeric_limits<std::int64_t>::max()})); }), "");
  EXPECT_THAT(whole(tt::bincount(tt::tensor({3, 1, 1}).to(tt::uint8))), ElementsAre(0, 2, 0, 1));
}

TEST(Histogram, RangesOfNothingAndOfOneValue) {
  EXPECT_EQ(numbers(tt::histogram(tt::zeros({0}), 2).bin_edges), (std::vector<double>{-0.5, 0, 0.5}));
  EXPECT_EQ(numbers(tt::histc(tt::full({3}, 2.0), 2)), (std::vector<double>{0, 3}));
  EXPECT_EQ(numbers(tt::histc(tt::tensor({not_a_number, 0.5, 3.0}), 2, 0, 1)), (std::vector<double>{0, 1}));
  EXPECT_THAT(refusal([] { tt::histc(tt::zeros({2}), 0); }), HasSubstr("the number of bins is not positive: 0"));
  EXPECT_THAT(refusal([] { tt::histc(tt::zeros({2}), 3, 2, 1); }), HasSubstr("2 to 1"));
}

TEST(Isin, NanIsInNothingAndNumbersWork) {
  const tt::Tensor x = tt::tensor(std::vector<double>{not_a_number, 1, 2});
  EXPECT_THAT(whole(tt::isin(x, x)), ElementsAre(0, 1, 1));
  EXPECT_THAT(whole(tt::isin(x, 2)), ElementsAre(0, 0, 1));
  EXPECT_THAT(whole(tt::isin(2, x)), ElementsAre(1));
}

TEST(Topk, RefusesMoreThanThereAre) {
  EXPECT_THAT(refusal([] { tt::topk(tt::zeros({3}), 4); }), HasSubstr("k is 4"));
  EXPECT_THAT(refusal([] { tt::topk(tt::zeros({3}), -1); }), HasSubstr("[topk]"));
  EXPECT_THAT(refusal([] { tt::kthvalue(tt::zeros({3}), 0); }), HasSubstr("[kthvalue] k is less than 1: 0"));
  EXPECT_THAT(refusal([] { tt::kthvalue(tt::zeros({3}), 4); }), HasSubstr("[kthvalue]"));
}
