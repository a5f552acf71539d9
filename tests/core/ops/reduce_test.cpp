// Reductions: values against sums in double, one result for all strides and thread counts, gradients.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "triptych/core/autograd.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

tt::Tensor random_tensor(const tt::Shape& shape, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0.5f);
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (float& value : values) value = normal(engine);
  return tt::from_span<float>(values, shape);
}

/// The sum over marked axes, in double, row-major.
std::vector<double> reference_sum(const tt::Tensor& x, const std::vector<bool>& reduced) {
  const auto values = x.to_vector<double>();
  std::int64_t outputs = 1;
  for (int i = 0; i < x.ndim(); ++i)
    if (!reduced[static_cast<std::size_t>(i)]) outputs *= x.size(i);
  std::vector<double> result(static_cast<std::size_t>(outputs));
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    std::int64_t rest = i, place = 0, step = 1;
    for (int axis = x.ndim() - 1; axis >= 0; --axis) {
      const std::int64_t index = rest % x.size(axis);
      rest /= x.size(axis);
      if (reduced[static_cast<std::size_t>(axis)]) continue;
      place += index * step;
      step *= x.size(axis);
    }
    result[static_cast<std::size_t>(place)] += values[static_cast<std::size_t>(i)];
  }
  return result;
}

/// The same logical tensor with its axes in another memory order.
tt::Tensor with_memory_order(const tt::Tensor& x, const std::vector<std::int64_t>& order) {
  std::vector<std::int64_t> inverse(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    inverse[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  const tt::Tensor permuted = tt::permute(x, order);
  return tt::permute(tt::from_span<float>(permuted.to_vector<float>(), permuted.shape()), inverse);
}

}  // namespace

TEST(Sum, EveryAxisSetEveryMemoryOrderGivesTheSameBits) {
  unsigned seed = 0;
  for (const tt::Shape& shape : {tt::Shape{7, 5, 3}, tt::Shape{40, 33, 50}, tt::Shape{3, 2100, 17}, tt::Shape{1, 4, 1},
                                 tt::Shape{2100, 3, 9}, tt::Shape{5, 3, 2100}, tt::Shape{300, 260, 2}}) {
    const tt::Tensor x = random_tensor(shape, ++seed);
    for (int mask = 1; mask < 8; ++mask) {
      std::vector<std::int64_t> axes;
      std::vector<bool> reduced(3);
      for (int i = 0; i < 3; ++i)
        if (mask >> i & 1) {
          axes.push_back(i - (mask & 1 ? 3 : 0));
          reduced[static_cast<std::size_t>(i)] = true;
        }
      const auto result = tt::sum(x, axes).to_vector<float>();
      const auto expected = reference_sum(x, reduced);
      ASSERT_EQ(result.size(), expected.size());
      for (std::size_t i = 0; i < result.size(); ++i)
        ASSERT_NEAR(result[i], expected[i], 2e-6 * (std::abs(expected[i]) + 30)) << shape.text() << " mask " << mask;
      for (const auto& order : {std::vector<std::int64_t>{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}})
        ASSERT_EQ(tt::sum(with_memory_order(x, order), axes).to_vector<float>(), result)
            << shape.text() << " mask " << mask;
    }
  }
}

TEST(Sum, ThreadCountChangesNothing) {
  const tt::Tensor x = random_tensor({700, 301}, 1);
  const int before = tt::num_threads();
  std::vector<std::vector<float>> results[2];
  for (int threads : {1, 2}) {
    tt::set_num_threads(threads);
    for (const auto& axes : {std::vector<std::int64_t>{0}, {1}, {0, 1}})
      results[threads - 1].push_back(tt::sum(x, axes).to_vector<float>());
  }
  tt::set_num_threads(before);
  EXPECT_EQ(results[0], results[1]);
}

TEST(Sum, IsAccurate) {
  const tt::Tensor x = tt::full({3000000}, 0.1f);
  EXPECT_NEAR(tt::sum(x).item<float>(), 3e6 * static_cast<double>(0.1f), 0.1);  // three units in the last place
}

TEST(Sum, DtypesAndShapes) {
  const tt::Tensor flags = tt::cast(tt::tensor<float>({1, 0, 1}), tt::boolean);
  EXPECT_EQ(tt::sum(flags).dtype(), tt::int64);
  EXPECT_EQ(tt::sum(flags).item<int>(), 2);
  EXPECT_EQ(tt::sum(tt::full({1000}, 100, tt::int8)).item<int>(), 100000);
  EXPECT_EQ(tt::sum(tt::cast(tt::full({5000}, 1), tt::float16)).item<float>(), 5000);  // added in float32
  EXPECT_EQ(tt::sum(tt::zeros({0, 3}), 0).to_vector<float>(), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(tt::sum(tt::zeros({2, 3, 4}), {0, -1}, true).shape(), (tt::Shape{1, 3, 1}));
  EXPECT_EQ(tt::sum(tt::full({}, 3.f)).item<float>(), 3);
  EXPECT_THROW(tt::sum(tt::zeros({2}), 1), tt::ArgumentError);
  EXPECT_THROW(tt::sum(tt::zeros({2}), {0, -1}), tt::ArgumentError);
}

TEST(Mean, ValuesAndErrors) {
  const tt::Tensor x = tt::reshape(tt::tensor<float>({1, 2, 3, 4, 5, 9}), {2, 3});
  EXPECT_FLOAT_EQ(tt::mean(x).item<float>(), 4);
  EXPECT_EQ(tt::mean(x, 1).to_vector<float>(), (std::vector<float>{2, 6}));
  EXPECT_TRUE(std::isnan(tt::mean(tt::zeros({0})).item<float>()));
  EXPECT_THROW(tt::mean(tt::zeros({2}, tt::int64)), tt::ArgumentError);
}

TEST(Mean, GradientAndSecondDerivative) {
  tt::Tensor x = tt::reshape(tt::tensor<double>({1, 2, 3, 4, 5, 9}), {2, 3}).detach().set_requires_grad();
  const tt::Tensor ys[] = {tt::sum(tt::mean(x * x * x, 1))}, xs[] = {x};
  const tt::Tensor first[] = {tt::sum(tt::gradients(ys, xs, {}, {.create_graph = true})[0])};
  EXPECT_NEAR(first[0].item<double>(), 1 + 4 + 9 + 16 + 25 + 81, 1e-12);
  const auto second = tt::gradients(first, xs)[0].to_vector<double>();
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(second[i], 2 * x.to_vector<double>()[i], 1e-12);
}

TEST(Sum, GradientWithoutKeepdims) {
  tt::Tensor x = tt::ones({2, 3, 4}).set_requires_grad();
  const tt::Tensor weight = tt::tensor<float>({1, 2, 3});
  tt::sum(tt::sum(x, {0, 2}) * weight).backward();
  const auto grad = x.grad().to_vector<float>();
  for (std::size_t i = 0; i < grad.size(); ++i) EXPECT_EQ(grad[i], static_cast<float>(i / 4 % 3 + 1));
}

TEST(Max, NansEmptyAndErrors) {
  const tt::Tensor x = tt::tensor<float>({1, NAN, 3});
  EXPECT_TRUE(std::isnan(tt::max(x).item<float>()));
  EXPECT_TRUE(std::isnan(tt::min(x).item<float>()));
  EXPECT_EQ(tt::argmax(x).item<int>(), 1);
  EXPECT_EQ(tt::argmax(tt::tensor<float>({1, 7, 7})).item<int>(), 1);
  EXPECT_EQ(tt::max(tt::tensor<std::int64_t>({-5, -7})).item<int>(), -5);
  EXPECT_THROW(tt::max(tt::zeros({0})), tt::ArgumentError);
  EXPECT_THROW(tt::argmin(tt::zeros({2, 0}), 1), tt::ArgumentError);
  EXPECT_EQ(tt::max(tt::zeros({0, 3}), 1).shape(), (tt::Shape{0}));
}

TEST(Max, TiesShareTheGradient) {
  tt::Tensor x = tt::tensor<float>({2, 5, 5, 1}).set_requires_grad();
  tt::max(x).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{0, 0.5, 0.5, 0}));
}

TEST(Prod, Values) {
  EXPECT_EQ(tt::prod(tt::tensor<std::int64_t>({2, 3, 4})).item<int>(), 24);
  EXPECT_EQ(tt::prod(tt::zeros({0})).item<float>(), 1);
  tt::Tensor x = tt::tensor<float>({2, 0, 4}).set_requires_grad();
  tt::prod(x).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{0, 8, 0}));
}

TEST(AnyAll, Values) {
  const tt::Tensor x = tt::reshape(tt::tensor<float>({0, 0.5f, 0, 0}), {2, 2});
  EXPECT_EQ(tt::any(x, 1).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(tt::all(x, 0).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{0, 0}));
  EXPECT_FALSE(tt::any(tt::zeros({0})).item<bool>());
  EXPECT_TRUE(tt::all(tt::zeros({0})).item<bool>());
}

TEST(Var, Corrections) {
  const tt::Tensor x = tt::tensor<float>({1, 2, 3, 6});
  EXPECT_FLOAT_EQ(tt::var(x).item<float>(), 14.f / 3);
  EXPECT_FLOAT_EQ(tt::var(x, 0, {.correction = 0}).item<float>(), 3.5f);
  EXPECT_FLOAT_EQ(tt::std(x, 0, {.correction = 0}).item<float>(), std::sqrt(3.5f));
  EXPECT_TRUE(std::isnan(tt::var(tt::ones({1})).item<float>()));
  EXPECT_FLOAT_EQ(tt::var(x + 4096).item<float>(), 14.f / 3);  // no cancellation
}

// As PyTorch: it divides by 0.
TEST(Var, WithoutDegreesOfFreedom) {
  const tt::Tensor x = tt::tensor<float>({2, 3});
  for (const double correction : {2, 3}) {
    EXPECT_EQ(tt::var(x, 0, {.correction = correction}).item<float>(), INFINITY);
    EXPECT_TRUE(std::isnan(tt::var(tt::ones({2}), 0, {.correction = correction}).item<float>()));
  }
}

// As NumPy's axis=(): each element by itself.
TEST(Reductions, OverNoAxes) {
  const tt::Axes none;
  const tt::Tensor x = tt::tensor<float>({-2, 0, 3}), same = tt::tensor<float>({-2, 0, 3});
  const auto expect = [](const tt::Tensor& actual, std::vector<float> expected) {
    EXPECT_EQ(actual.to_vector<float>(), expected);
  };
  for (const auto& reduce : {std::function([](const tt::Tensor& t) { return tt::sum(t, tt::Axes()); }),
                            std::function([](const tt::Tensor& t) { return tt::mean(t, tt::Axes()); }),
                            std::function([](const tt::Tensor& t) { return tt::prod(t, tt::Axes()); }),
                            std::function([](const tt::Tensor& t) { return tt::max(t, tt::Axes()); }),
                            std::function([](const tt::Tensor& t) { return tt::min(t, tt::Axes(), true); }),
                            std::function([](const tt::Tensor& t) { return tt::logsumexp(t, tt::Axes()); })}) {
    tt::Tensor leaf = x.clone().set_requires_grad();
    const tt::Tensor y = reduce(leaf);
    expect(y, {-2, 0, 3});
    tt::sum(y * same).backward();
    expect(leaf.grad(), {-2, 0, 3});
  }
  expect(tt::norm(x, none), {2, 0, 3});
  expect(tt::var(x, none, {.correction = 0}), {0, 0, 0});
  expect(tt::std(x, none, {.correction = 0}), {0, 0, 0});
  EXPECT_TRUE(std::isnan(tt::var(x, none)[0].item<float>()));
  EXPECT_EQ(tt::any(x, none).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{1, 0, 1}));
  EXPECT_EQ(tt::all(x, none).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{1, 0, 1}));
  EXPECT_EQ(tt::count_nonzero(x, none).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 0, 1}));
  EXPECT_EQ(tt::prod(tt::tensor<std::int8_t>({100, 3}), none).dtype(), tt::int64);
}

TEST(Cumsum, KeepsItsDigits) {
  const std::int64_t n = 10000000;
  const tt::Tensor sums = tt::cumsum(tt::full({n}, 0.1F), 0);
  EXPECT_EQ(sums[-1].item<float>(), 1000000.F);  // torch.full((10**7,), .1).cumsum(0)[-1]
}

// As NumPy: two's complement, which the sanitizers hold us to.
TEST(Integers, WrapAround) {
  const tt::Tensor most = tt::tensor<std::int64_t>({INT64_MAX, INT64_MIN, INT64_MAX}),
                   two = tt::tensor<std::int64_t>({1, -1, 2});
  using Values = std::vector<std::int64_t>;
  EXPECT_EQ((most + two).to_vector<std::int64_t>(), (Values{INT64_MIN, INT64_MAX, INT64_MIN + 1}));
  EXPECT_EQ((most - tt::neg(two)).to_vector<std::int64_t>(), (Values{INT64_MIN, INT64_MAX, INT64_MIN + 1}));
  EXPECT_EQ((most * two).to_vector<std::int64_t>(), (Values{INT64_MAX, INT64_MIN, -2}));
  EXPECT_EQ(tt::sum(most).item<std::int64_t>(), INT64_MAX - 1);
  EXPECT_EQ(tt::prod(most).item<std::int64_t>(), INT64_MIN);
  const tt::Tensor small = tt::tensor<std::int32_t>({INT32_MAX});
  EXPECT_EQ((small + small).item<std::int32_t>(), -2);
  EXPECT_EQ((small * small).item<std::int32_t>(), 1);
  EXPECT_EQ(tt::sum(tt::tensor<std::int8_t>({-100, -100})).item<std::int64_t>(), -200);
}
