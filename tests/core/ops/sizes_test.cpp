// Sizes that do not fit, sizes of nothing, and shapes that do not belong together: an error with the numbers, or the
// right value. Every op at random: conformance/hostile_sizes_test.
#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "bad_input.h"
#include "triptych/core/data.h"
#include "triptych/core/graph.h"
#include "triptych/core/op.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/products.h"

namespace tt = triptych;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(),
                       least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t huge = 1LL << 62;

using Numbers = std::vector<double>;

Numbers numbers(const tt::Tensor& x) { return tt::cast(x, tt::float64).to_vector<double>(); }

}  // namespace

TEST(Sizes, ArithmeticOnDimensionsIsChecked) {
  const tt::Dim three = 3, unknown = tt::unknown;
  EXPECT_EQ((three + 4).raw(), 7);
  EXPECT_EQ((5 * three).raw(), 15);
  EXPECT_EQ((three / 2).raw(), 1);
  EXPECT_EQ((three - three).raw(), 0);
  EXPECT_FALSE((unknown * 2).known() || (three / unknown).known());
  EXPECT_BAD("[shape] a dimension does not fit in 64 bits: 4611686018427387904 * 4", tt::Dim(huge) * 4);
  EXPECT_BAD("[shape] a dimension does not fit in 64 bits: 9223372036854775807 + 3", tt::Dim(most) + three);
  EXPECT_BAD("[shape] a dimension is a quotient by 0: 3 / 0", three / 0);
  EXPECT_BAD("[shape] a dimension is negative: 3 - 4", three - 4);
}

TEST(Sizes, ShapesChangeInsideOfTheirBounds) {
  tt::Shape shape{2, 3};
  shape.insert(-1, 4);
  EXPECT_EQ(shape.text(), "(2, 3, 4)");
  shape.insert(0, 5);
  shape.erase(-2);
  EXPECT_EQ(shape.text(), "(5, 2, 4)");
  EXPECT_BAD("[shape] the axis is out of range: axis 3", shape.erase(3));
  EXPECT_BAD("[shape] the axis is out of range: axis 5", shape.insert(5, 1));
  EXPECT_BAD("[shape] the axis is out of range: axis -4", shape.set(-4, 1));
  EXPECT_BAD("[shape] a dimension is negative: -2", shape.append(-2));
  EXPECT_BAD("[shape] a dimension is negative: -2", shape.set(0, -2));
  EXPECT_BAD("[shape] the axis is out of range: axis 0", tt::Shape().erase(0));
  tt::Shape full(std::vector<std::int64_t>(8, 1));
  EXPECT_BAD("[shape] a tensor has more than 8 dimensions", full.append(1));
  tt::Axes axes{0, 1};
  EXPECT_BAD("[axes] the list has no such entry: entry 2 of 2", axes[2]);
  const tt::Tensor two = tt::ones({2});
  const std::vector<std::pair<std::int64_t, std::int64_t>> nine(9);
  EXPECT_BAD("[shape] a tensor has more than 8 dimensions", tt::pad(two, nine));
  const std::vector<tt::Index> many(9, tt::newaxis);
  EXPECT_BAD("[index] a tensor has more than 8 dimensions", tt::index(two, many));
  EXPECT_BAD("[axes] the list has no such entry: entry -1 of 2", axes[-1] = 3);
}

// As in NumPy: the dimensions beside a zero count, too, so that nothing that is computed from them overflows.
TEST(Sizes, TooLargeEvenIfEmpty) {
  EXPECT_BAD("[shape] a tensor has more than 2^59 elements: (4611686018427387904, 4)", tt::Shape{huge, 4}.size());
  EXPECT_BAD("[shape] a tensor has more than 2^59 elements", tt::Shape{huge, 4}.numel());
  EXPECT_BAD("[zeros] dimensions beside the one of length 0 multiply to more than 2^59: (4611686018427387904, 4, 0)",
             tt::zeros({huge, 4, 0}));
  EXPECT_BAD("[zeros] dimensions beside the one of length 0", tt::zeros({0, huge}));
  EXPECT_EQ(tt::zeros({0, 1LL << 59}).numel(), 0);
  const tt::Tensor four = tt::ones({4}), one = tt::ones({1});
  EXPECT_BAD("[reshape] the number of elements does not fit in 64 bits", tt::reshape(four, {huge + 1, 4}));
  EXPECT_BAD("[reshape]", tt::reshape(tt::ones({0}), {0, huge, 4}));
  EXPECT_BAD("[reshape]", tt::reshape(tt::ones({0}), {huge, 4, 0}));
  EXPECT_BAD("[expand] a tensor has more than 2^59 elements", tt::expand(one, {huge, 1}));
  EXPECT_BAD("[tile]", tt::tile(four, huge));
  EXPECT_BAD("[repeat]", tt::repeat(four, most, 0));
  EXPECT_BAD("[pad] a dimension does not fit in 64 bits: 4 + 9223372036854775807", tt::pad(four, {{most, most}}));
  EXPECT_BAD("[pad] a tensor has more than 2^59 elements", tt::pad(four, {{huge, 0}}));
  EXPECT_BAD("[split] the sum of the sizes does not fit in 64 bits", tt::split(four, {most, most, 6}));
  EXPECT_BAD("[split] there would be more than 2^20 parts: 2097152", tt::split(tt::expand(one, {1 << 21}), 1));
  EXPECT_BAD("[chunk] there would be more than 2^20 parts", tt::chunk(tt::ones({0}), most));
  EXPECT_BAD("[matmul] a tensor has more than 2^59 elements",
             tt::matmul(tt::ones({1LL << 40, 0}), tt::ones({0, 1LL << 40})));
  EXPECT_BAD("[diag]", tt::diag(four, most));
  EXPECT_BAD("[diag] the padding does not fit in 64 bits", tt::diag(four, least));
  EXPECT_BAD("[one_hot]", tt::one_hot(tt::tensor({0, 1}), huge));
  EXPECT_BAD("[roll] the shift has no opposite", tt::roll(four, least, 0));
  EXPECT_UNSUPPORTED("[memory] out of memory on cpu", tt::pad(four, {{0, 1LL << 50}}));
  EXPECT_UNSUPPORTED("[memory] out of memory on cpu", tt::eye(1LL << 25, 1LL << 25));
  EXPECT_UNSUPPORTED("[permutation] out of memory on cpu", tt::permutation(1LL << 50));
  const tt::GraphHandle graph;
  EXPECT_BAD("[placeholder] a tensor has more than 2^59 elements",
             tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown, huge}, {}, tt::Location::here()));
}

TEST(Sizes, FarNumbersMeanWhatTheySay) {
  const tt::Tensor x = tt::reshape(tt::arange(6.0), {2, 3});
  EXPECT_EQ(numbers(tt::tril(x, most)), numbers(x));
  EXPECT_EQ(numbers(tt::tril(x, least)), Numbers(6));
  EXPECT_EQ(numbers(tt::triu(x, least)), numbers(x));
  EXPECT_EQ(numbers(tt::triu(x, most)), Numbers(6));
  EXPECT_EQ(tt::diag(x, least).numel() + tt::diag(x, most).numel(), 0);
  EXPECT_EQ(numbers(tt::roll(x, most, 1)), numbers(tt::roll(x, most % 3, 1)));
  EXPECT_EQ(numbers(x[{tt::Slice(least, most, most)}]), numbers(x[{tt::Slice(0, 1)}]));
  EXPECT_EQ(numbers(x[{tt::Slice(most, least, least)}]), numbers(x[{tt::Slice(1, 2)}]));
  EXPECT_EQ(tt::chunk(tt::ones({0}), 3).size(), 3u);
  EXPECT_EQ(tt::split(tt::ones({3}), most).size(), 1u);
}

TEST(Sizes, Windows) {
  const tt::Tensor x = tt::reshape(tt::arange(1.0, 10.0), {1, 1, 3, 3}), w = tt::ones({1, 1, 1, 1}),
                   w3 = tt::ones({1, 1, 3, 3});
  const std::int64_t far = 1LL << 59;
  EXPECT_EQ(numbers(tt::conv2d(x, w, {.stride = far})), Numbers{1});
  EXPECT_BAD("[conv2d] stride is more than 2^59: 9223372036854775807", tt::conv2d(x, w, {.stride = most}));
  EXPECT_BAD("[conv2d] padding is more than 2^59", tt::conv2d(x, w, {.padding = most}));
  EXPECT_BAD("[conv2d] a tensor has more than 2^59 elements", tt::conv2d(x, w, {.padding = 1LL << 40}));
  EXPECT_BAD("[conv2d] dilation is more than 2^59", tt::conv2d(x, w3, {.dilation = most}));
  EXPECT_BAD("[conv2d] the window spans more than 2^59 elements", tt::conv2d(x, w3, {.dilation = 1LL << 58}));
  EXPECT_BAD("[conv2d] the kernel is larger than the padded image", tt::conv2d(x, w3, {.dilation = 1LL << 50}));
  EXPECT_BAD("[conv2d] groups is not positive: -9223372036854775808", tt::conv2d(x, w, {.groups = least}));
  EXPECT_BAD("[conv2d] the channels of x are not groups times those", tt::conv2d(x, w, {.groups = most}));
  EXPECT_BAD("[conv2d] a dimension does not fit in 64 bits: 2 * 9223372036854775807",
             tt::conv2d(x, tt::ones({1, 2, 1, 1}), {.groups = most}));
  EXPECT_BAD("[max_pool2d] the kernel has 2^31 elements or more", tt::max_pool2d(x, {.kernel_size = 1 << 20}));
  EXPECT_BAD("[max_pool2d] kernel_size is more than 2^59", tt::max_pool2d(x, {.kernel_size = most, .padding = "same"}));
  EXPECT_BAD("[avg_pool2d] padding is more than half of the kernel",
             tt::avg_pool2d(x, {.kernel_size = 2, .padding = 2}));
  // Windows far larger than the image take no longer than it has elements.
  const tt::Size2 wide(1, (1LL << 31) - 1);
  const tt::MaxPool2dOptions largest{.kernel_size = wide, .stride = 1, .padding = "same"};
  EXPECT_EQ(numbers(tt::max_pool2d(x, largest)), (Numbers{3, 3, 3, 6, 6, 6, 9, 9, 9}));
  const tt::AvgPool2dOptions average{.kernel_size = wide, .stride = 1, .padding = "same", .count_include_pad = false};
  EXPECT_EQ(numbers(tt::avg_pool2d(x, average)), (Numbers{2, 2, 2, 5, 5, 5, 8, 8, 8}));
}

// Sums without terms are 0, whatever is missing: images, channels, outputs or pixels.
TEST(Sizes, ConvolutionsOfNothing) {
  for (const tt::DType dtype : {tt::float32, tt::float64, tt::float16})
    for (const auto numerics : {tt::Numerics::exact, tt::Numerics::fast})
      for (const std::int64_t n : {0, 2})
        for (const std::int64_t c : {0, 4})
          for (const std::int64_t o : {0, 6})
            for (const std::int64_t size : {0, 5})
              for (const tt::Padding2 padding : {tt::Padding2(0), tt::Padding2(2), tt::Padding2("same")})
                for (const std::int64_t groups : {1, 2}) {
                  if (size == 0 && padding.size == tt::Size2(0) && padding.mode == tt::PaddingMode::numbers) continue;
                  const tt::NumericsMode mode(numerics);
                  tt::Tensor x = tt::ones({n, c, size, size}, dtype), w = tt::ones({o, c / groups, 3, 3}, dtype),
                             b = tt::full({o}, 2, dtype);
                  for (tt::Tensor* leaf : {&x, &w, &b}) leaf->set_requires_grad();
                  const tt::Conv2dOptions options{.padding = padding, .groups = groups};
                  const tt::Tensor y = tt::conv2d(x, w, b, options);
                  y.backward(tt::ones_like(y));
                  EXPECT_EQ(x.grad().shape(), x.shape());
                  EXPECT_EQ(w.grad().shape(), w.shape());
                  if (x.numel() == 0 || w.numel() == 0) {
                    EXPECT_EQ(numbers(y), Numbers(static_cast<std::size_t>(y.numel()), 2));
                    EXPECT_EQ(numbers(x.grad()), Numbers(static_cast<std::size_t>(x.numel())));
                    EXPECT_EQ(numbers(w.grad()), Numbers(static_cast<std::size_t>(w.numel())));
                  }
                }
}

TEST(Sizes, ShapesThatDoNotBelongTogether) {
  const tt::Tensor row = tt::ones({3}), matrix = tt::ones({2, 3});
  EXPECT_EQ(numbers(tt::sum_to_like(matrix, row)), (Numbers{2, 2, 2}));
  EXPECT_BAD("[sum_to_like] the second shape does not broadcast to the first", tt::sum_to_like(row, matrix));
  EXPECT_BAD("[sum_to_like] the second shape does not broadcast to the first", tt::sum_to_like(tt::ones({1}), row));
  EXPECT_BAD("[expand_like]", tt::expand_like(matrix, row));
  EXPECT_BAD("[reshape_like]", tt::reshape_like(matrix, row));
}

// x and y are public: what is assigned to them is looked at when it is used.
TEST(Sizes, ADataSetIsCheckedWhereItIsUsed) {
  tt::data::TensorDataset set(tt::ones({4, 2}), tt::ones({4}));
  set.y = tt::ones({3});
  const std::vector<std::int64_t> all{0, 1, 2, 3};
  EXPECT_BAD("[TensorDataset] x and y differ in the number of examples: x is (4, 2), y is (3,)", set[3]);
  EXPECT_THROW(set.get_batch(all), tt::ArgumentError);
  EXPECT_THROW(set.size(), tt::ArgumentError);
  set.x = tt::ones({3, 2});
  EXPECT_EQ(set.size(), 3);
  EXPECT_EQ(set.get(2).y.shape(), tt::Shape());
  set.x = {};
  EXPECT_THROW(set.size(), tt::ArgumentError);
  set.y = {};
  EXPECT_EQ(set.size(), 0);
  set.x = tt::ones({});
  EXPECT_THROW(set.get_batch({}), tt::ArgumentError);
}

TEST(Sizes, LoadersTakeAnyBatchSize) {
  const tt::data::TensorDataset set(tt::ones({4, 2}), tt::ones({4}));
  tt::data::DataLoader loader(
      set, {.batch_size = most, .num_workers = 1, .prefetch_factor = std::numeric_limits<int>::max()});
  std::int64_t batches = 0;
  for (const auto& [x, y] : loader) {
    ++batches;
    EXPECT_EQ(x.size(0), 4);
  }
  EXPECT_EQ(batches, 1);
  EXPECT_BAD("[shuffled_order]", tt::data::shuffled_order(-1, 0, 0));
}

TEST(Sizes, PairsOfMoreRowsThanMemoryHolds) {
  EXPECT_THROW(tt::pdist(tt::expand(tt::zeros({1, 3}), {1 << 22, 3})), tt::UnsupportedError);
}
