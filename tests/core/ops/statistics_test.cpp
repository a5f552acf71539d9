// Scans and ranks where samples cannot go: NaN, infinities, zeros, nothing at all, mistakes.
#include "triptych/core/ops/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "triptych/core/autograd.h"
#include "triptych/core/gradcheck.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/scans.h"

namespace tt = triptych;

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();

tt::Tensor vector(std::vector<double> values) { return tt::tensor(values); }
std::vector<double> numbers(const tt::Tensor& x) { return x.to_vector<double>(); }

std::vector<double> gradient(const tt::Tensor& x, const std::function<tt::Tensor(const tt::Tensor&)>& f) {
  const tt::Tensor leaf = x.detach().set_requires_grad();
  tt::sum(f(leaf)).backward();
  return numbers(leaf.grad());
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST(Scans, NanStaysAndTheLastOfEqualOnesIsNamed) {
  const auto most = tt::cummax(vector({1, 3, 3, not_a_number, 9, not_a_number}), 0);
  EXPECT_THAT(most.indices.to_vector<std::int64_t>(), ElementsAre(0, 1, 2, 3, 3, 5));
  EXPECT_TRUE(std::isnan(numbers(most.values)[4]));
  EXPECT_THAT(tt::cummin(tt::tensor({2, 3, 2}).to(tt::int8), 0).indices.to_vector<std::int64_t>(),
              ElementsAre(0, 0, 2));
}

TEST(Scans, LogSumsOfInfinities) {
  EXPECT_THAT(numbers(tt::logcumsumexp(vector({-infinity, -infinity, 0, infinity, 1}), 0)),
              ElementsAre(-infinity, -infinity, 0, infinity, infinity));
  // 1000 apart: no overflow in the gradient either.
  EXPECT_THAT(gradient(vector({-1000, 0, 1000}), [](const auto& x) { return tt::logcumsumexp(x, 0); }),
              ElementsAre(1, 1, 1));
}

TEST(Scans, ProductsWithZerosAreDifferentiatedTwice) {
  for (const auto& values :
       {std::vector<double>{2, 3, 0.5, 4}, {2, 0, 0.5, 4}, {0, 3, 0, 4}, {2, 0, 0, 4}, {0, 0, 0, 1}}) {
    const tt::Tensor x = vector(values).set_requires_grad();
    const auto f = [](const tt::Tensor& t) { return tt::cumprod(t, 0); };
    EXPECT_TRUE(tt::gradcheck(f, std::vector{x}));
    if (values[0] == 0 && values[1] == 0 && values[2] == 0) continue;  // of order 2 with two zeros, no more
    EXPECT_TRUE(tt::gradgradcheck(f, std::vector{x}));
  }
}

TEST(Norms, DerivativesAtZeroAreZero) {
  const tt::Tensor x = vector({0, 3, 0}), zero = vector({0, 0});
  for (const double ord : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    const auto f = [=](const tt::Tensor& t) { return tt::vector_norm(t, ord); };
    EXPECT_THAT(gradient(x, f), ElementsAre(0, testing::DoubleEq(ord == 0 ? 0 : 1), 0)) << ord;
    EXPECT_THAT(gradient(zero, f), ElementsAre(0, 0)) << ord;
  }
  EXPECT_THAT(gradient(vector({2, -2, 1}), [](const auto& t) { return tt::vector_norm(t, infinity); }),
              ElementsAre(0.5, -0.5, 0));
  EXPECT_EQ(tt::vector_norm(x, -1).item<double>(), 0);
  EXPECT_EQ(tt::vector_norm(tt::zeros({0}), 3).item<double>(), 0);
  EXPECT_THAT(refusal([] { tt::vector_norm(tt::zeros({0}), infinity); }), HasSubstr("[vector_norm]"));
  EXPECT_THAT(refusal([] { tt::vector_norm(tt::zeros({1}), not_a_number); }), HasSubstr("ord is NaN"));
  EXPECT_THAT(refusal([] { tt::vector_norm(tt::tensor({1, 2}), 3); }), HasSubstr("x is not floating"));
}

TEST(Ranks, NanAndNothing) {
  const tt::Tensor x = vector({3, not_a_number, 1, 2});
  const auto found = tt::median(x, 0), passed = tt::nanmedian(x, 0);
  EXPECT_TRUE(std::isnan(found.values.item<double>()));
  EXPECT_EQ(found.indices.item<int>(), 1);
  EXPECT_EQ(passed.values.item<double>(), 2);
  EXPECT_EQ(passed.indices.item<int>(), 3);
  EXPECT_TRUE(std::isnan(tt::median(x).item<double>()));
  EXPECT_EQ(tt::nanmedian(x).item<double>(), 2);
  EXPECT_TRUE(std::isnan(tt::nanmedian(vector({not_a_number, not_a_number})).item<double>()));
  EXPECT_TRUE(std::isnan(tt::nanquantile(vector({not_a_number, not_a_number}), 0.5).item<double>()));
  EXPECT_TRUE(std::isnan(tt::nanmean(vector({not_a_number})).item<double>()));
  EXPECT_TRUE(std::isnan(tt::median(tt::zeros({0})).item<double>()));
  EXPECT_EQ(tt::median(vector({infinity, -infinity, infinity})).item<double>(), infinity);
  EXPECT_THAT(refusal([] { tt::median(tt::zeros({2, 0}), 1); }), HasSubstr("[median] there is no element"));
  EXPECT_THAT(refusal([] { tt::mode(tt::zeros({0})); }), HasSubstr("[mode] there is no element"));
  EXPECT_THAT(gradient(vector({2, 1, 2, 3}), [](const auto& t) { return tt::median(t); }), ElementsAre(0.5, 0, 0.5, 0));
}

TEST(Ranks, QuantilesAtTheEndsAndWrongOnes) {
  const tt::Tensor x = vector({4, 1, 3});
  EXPECT_THAT(numbers(tt::quantile(x, vector({0, 1, 0.25}))), ElementsAre(1, 4, 2));
  EXPECT_THAT(refusal([&] { tt::quantile(x, 1.5); }), HasSubstr("[quantile] q is"));
  EXPECT_THAT(refusal([&] { tt::quantile(x, vector({0.5, -0.5})); }), HasSubstr("[quantile] q is"));
  EXPECT_THAT(refusal([&] { tt::quantile(x, 0.5, {.interpolation = "cubic"}); }), HasSubstr("'cubic'"));
  EXPECT_THAT(refusal([] { tt::quantile(tt::tensor({1, 2}), 0.5); }), HasSubstr("x is not floating"));
  EXPECT_EQ(tt::quantile(tt::zeros({2, 3}), 0.5, {.keepdims = true}).shape().text(), "(1, 1)");
}

TEST(Extremes, OfOneNumberAndOfNone) {
  const auto found = tt::max_with_indices(tt::tensor(2.5), -1, true);
  EXPECT_EQ(found.values.shape().text(), "()");
  EXPECT_EQ(found.indices.item<int>(), 0);
  EXPECT_EQ(tt::max_with_indices(vector({1, not_a_number, 5, not_a_number}), 0).indices.item<int>(), 1);
  EXPECT_THAT(refusal([] { tt::max_with_indices(tt::zeros({0}), 0); }), HasSubstr("[max_with_indices]"));
  EXPECT_THAT(refusal([] { tt::aminmax(tt::zeros({0})); }), HasSubstr("[aminmax]"));
}

TEST(Differences, OfFewAndOfWrongOrders) {
  EXPECT_EQ(tt::diff(tt::zeros({2}), 5).shape().text(), "(0,)");
  EXPECT_THAT(numbers(tt::diff(vector({1, 4}), 0)), ElementsAre(1, 4));
  EXPECT_THAT(refusal([] { tt::diff(tt::zeros({2}), -1); }), HasSubstr("n is negative: -1"));
  EXPECT_THAT(refusal([] { tt::diff(tt::tensor(1.0)); }), HasSubstr("[diff]"));
  EXPECT_EQ(tt::trapezoid(tt::tensor({1, 2, 3})).item<double>(), 4);
  EXPECT_EQ(tt::trapezoid(vector({5})).item<double>(), 0);
  EXPECT_THAT(refusal([] { tt::trapezoid(tt::zeros({2, 2}), tt::zeros({5})); }), HasSubstr("one point for each"));
}

TEST(Covariance, WeightsMustFit) {
  const tt::Tensor x = tt::ones({2, 3});
  EXPECT_THAT(refusal([&] { tt::cov(x, {.aweights = vector({1, 2})}); }), HasSubstr("aweights are not one for each"));
  EXPECT_THAT(refusal([&] { tt::cov(x, {.fweights = vector({1, 2, 3})}); }), HasSubstr("fweights are not integers"));
  EXPECT_THAT(refusal([] { tt::cov(tt::ones({1, 2, 3})); }), HasSubstr("more than two dimensions"));
}
