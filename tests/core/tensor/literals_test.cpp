// Numbers that are given without a dtype become what PyTorch makes of them: torch.tensor([1.0]) is float32,
// torch.tensor([1]) int64, torch.full((2,), True) bool. A C++ type that somebody chose stays.
#include <gtest/gtest.h>

#include <array>
#include <span>

#include "bad_input.h"
#include "triptych/core/ops.h"

namespace tt = triptych;
using tt::Tensor;

TEST(Literals, WithoutADtype) {
  EXPECT_EQ(tt::tensor(1.5).dtype(), tt::float32);
  EXPECT_EQ(tt::tensor(2).dtype(), tt::int64);
  EXPECT_EQ(tt::tensor(true).dtype(), tt::boolean);
  EXPECT_EQ(tt::tensor({1.0, 2.0}).dtype(), tt::float32);
  EXPECT_EQ(tt::tensor({1.f, 2.f}).dtype(), tt::float32);
  EXPECT_EQ(tt::tensor({1, 2}).dtype(), tt::int64);
  EXPECT_EQ(tt::tensor({true, false}).dtype(), tt::boolean);
  EXPECT_EQ(tt::tensor({{1.0, 2.0}, {3.0, 4.0}}).dtype(), tt::float32);
  EXPECT_EQ(tt::tensor({{{1}, {2}}}).dtype(), tt::int64);
  EXPECT_EQ(tt::tensor({}).dtype(), tt::float32);
  EXPECT_EQ(tt::full({2}, 1).dtype(), tt::int64);
  EXPECT_EQ(tt::full({2}, 1.0).dtype(), tt::float32);
  EXPECT_EQ(tt::full({2}, true).dtype(), tt::boolean);
  EXPECT_EQ(tt::arange(3).dtype(), tt::int64);
  EXPECT_EQ(tt::arange(0, 1, 0.25).dtype(), tt::float32);
  EXPECT_EQ(tt::zeros({2}).dtype(), tt::float32);
}

TEST(Literals, MixedAsTorchs) {
  const Tensor mixed = tt::tensor({1, 2.5, true});
  EXPECT_EQ(mixed.dtype(), tt::float32);
  EXPECT_EQ(mixed.to_vector<float>(), (std::vector<float>{1, 2.5f, 1}));
  EXPECT_EQ(tt::tensor({true, 3}).dtype(), tt::int64);
  EXPECT_EQ(tt::tensor({{1, 2}, {3, 4.5}}).dtype(), tt::float32);
}

TEST(Literals, AChosenTypeStays) {
  const std::vector<double> doubles{0.1, 0.2};
  const std::array<float, 2> floats{1, 2};
  EXPECT_EQ(tt::tensor(doubles).dtype(), tt::float64);
  EXPECT_EQ(tt::tensor(std::vector<std::int32_t>{1, 2}).dtype(), tt::int32);
  EXPECT_EQ(tt::tensor(std::vector<bool>{true, false}).dtype(), tt::boolean);
  EXPECT_EQ(tt::tensor(std::vector<bool>{true, false}, {2, 1}).to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ(tt::from_span(std::span<const double>(doubles), {2}).dtype(), tt::float64);
  EXPECT_EQ(tt::from_span(std::span<const float>(floats), {2}).dtype(), tt::float32);
  EXPECT_EQ(tt::tensor<double>({1, 2}).dtype(), tt::float64);
  EXPECT_EQ(tt::tensor<std::int32_t>({{1, 2}, {3, 4}}).dtype(), tt::int32);
}

TEST(Literals, ADtypeRules) {
  EXPECT_EQ(tt::tensor({0.1, 0.2}, tt::float64).to_vector<double>(), (std::vector<double>{0.1, 0.2}));
  EXPECT_EQ(tt::tensor({1, 2}, tt::bfloat16).dtype(), tt::bfloat16);
  EXPECT_EQ(tt::tensor({1.0, -1.0}, tt::int64).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, -1}));
  EXPECT_BAD("[tensor] the dtype cannot hold the number: 1.7 for int64", tt::tensor({1.7, -1.7}, tt::int64));
  EXPECT_EQ(tt::tensor({0.5, 0.0}, tt::boolean).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(tt::full({1}, 0.1, tt::float64).item<double>(), 0.1);
  // No detour by a double: 2^53 + 1 is exact.
  EXPECT_EQ(tt::tensor({(1LL << 53) + 1}).item<std::int64_t>(), (1LL << 53) + 1);
  EXPECT_BAD("[tensor] the dtype cannot hold the number: 300 for uint8", tt::tensor({1, 300}, tt::uint8));
}

TEST(Literals, Shapes) {
  EXPECT_EQ(tt::tensor({}).shape(), tt::Shape({0}));
  EXPECT_EQ(tt::tensor({5}).shape(), tt::Shape({1}));
  EXPECT_EQ(tt::tensor({{1}, {2}}).shape(), (tt::Shape{2, 1}));
  EXPECT_EQ(tt::tensor({{}, {}}).shape(), (tt::Shape{2, 0}));
  EXPECT_EQ(tt::tensor({{{{{1, 2, 3}}}}}).shape(), (tt::Shape{1, 1, 1, 1, 3}));
  EXPECT_BAD("[tensor] the rows of a nested list differ: lengths 2 and 1", tt::tensor({{1, 2}, {3}}));
  EXPECT_BAD("[tensor] the rows of a nested list differ: a number beside a list", tt::tensor({{1}, 2}));
  EXPECT_BAD("[tensor] the rows of a nested list differ: a list beside a number", tt::tensor({{1}, {{2}}}));
}
