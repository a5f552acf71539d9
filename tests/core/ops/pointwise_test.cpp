// Special functions and more elementwise arithmetic: dtypes, edges that the references do not have, and errors.
#include "triptych/core/ops/pointwise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <sstream>
#include <vector>

#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/special.h"

namespace tt = triptych;

namespace {

using tt::Tensor;
using Doubles = std::vector<double>;
using Longs = std::vector<std::int64_t>;

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

std::string error_of(const std::function<void()>& call) {
  try {
    call();
    return "none";
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
}

Doubles values(const Tensor& x) { return x.to_vector<double>(); }
Longs whole(const Tensor& x) { return x.to_vector<std::int64_t>(); }

}  // namespace

TEST(Special, Poles) {
  const Tensor x = tt::tensor<double>({0, -0.0, -1, -infinity, infinity});
  EXPECT_EQ(values(tt::lgamma(x)), Doubles(5, infinity));
  const Doubles digamma = values(tt::digamma(x));
  EXPECT_EQ(digamma[0], -infinity);
  EXPECT_EQ(digamma[1], infinity);
  EXPECT_TRUE(std::isnan(digamma[2]) && std::isnan(digamma[3]));
  EXPECT_EQ(digamma[4], infinity);
  EXPECT_EQ(values(tt::polygamma(2, x)), (Doubles{-infinity, -infinity, -infinity, -infinity, 0}));
  EXPECT_EQ(values(tt::polygamma(1, x)), (Doubles{infinity, infinity, infinity, infinity, 0}));
}

TEST(Special, FarFromZero) {
  // By mpmath.
  const Tensor x = tt::tensor<double>({-100.25, -44.5, 1e6});
  const Doubles first = values(tt::polygamma(1, x));
  EXPECT_NEAR(first[0], 19.729283325349363, 1e-11);
  EXPECT_NEAR(first[1], 9.847383093203879, 1e-11);
  EXPECT_NEAR(first[2], 1.0000005000001667e-06, 1e-18);
  EXPECT_NEAR(values(tt::erfc(tt::tensor<double>({10})))[0], 2.088487583762545e-45, 1e-57);
  EXPECT_NEAR(values(tt::erfinv(tt::tensor<double>({1 - 0x1p-52})))[0], 5.805018683193453, 1e-12);
}

// d2/dx2 of sinc at 0 is -pi^2 / 3, which a choice at 0 would lose.
TEST(Special, SincHasDerivativesAtZero) {
  const Tensor x = tt::tensor<double>({0, 1e-9}).set_requires_grad();
  const Tensor ys[] = {tt::sum(tt::sinc(x))}, xs[] = {x};
  const Tensor first = tt::gradients(ys, xs, {}, {.create_graph = true})[0];
  EXPECT_EQ(values(first)[0], 0);
  const Tensor sums[] = {tt::sum(first)};
  const double expected = -M_PI * M_PI / 3;
  EXPECT_THAT(values(tt::gradients(sums, xs)[0]),
              testing::ElementsAre(testing::DoubleNear(expected, 1e-14), testing::DoubleNear(expected, 1e-14)));
}

TEST(Special, IntegersBecomeFloating) {
  const Tensor x = tt::tensor({1, 2, 3});
  for (const Tensor& y : {tt::erfc(x), tt::lgamma(x), tt::sinc(x), tt::logaddexp(x, x), tt::xlogy(x, 2),
                          tt::copysign(x, -1), tt::deg2rad(x), tt::ldexp(x, x)})
    EXPECT_EQ(y.dtype(), tt::float32);
  EXPECT_EQ(tt::float_power(x, 2).dtype(), tt::float64);
  EXPECT_EQ(tt::float_power(tt::tensor({2.F}), 0.5).item<double>(), std::sqrt(2.0));
  EXPECT_EQ(tt::float_power(2, 3).item<double>(), 8);
}

TEST(Special, Refuses) {
  const Tensor x = tt::tensor({1.F});
  EXPECT_THAT(error_of([&] { tt::polygamma(-1, x); }), testing::HasSubstr("[polygamma] n is not a derivative's order"));
  EXPECT_THAT(error_of([&] { tt::logit(x, not_a_number); }), testing::HasSubstr("[logit] eps is not finite"));
  EXPECT_THAT(error_of([&] { tt::erfinv(Tensor()); }), testing::HasSubstr("[erfinv] an input is undefined"));
}

TEST(Pointwise, InfinitiesOfSumsOfExponentials) {
  const Tensor x = tt::tensor<double>({infinity, -infinity, infinity});
  EXPECT_EQ(values(tt::logaddexp(x, tt::tensor<double>({infinity, -infinity, 0}))),
            (Doubles{infinity, -infinity, infinity}));
  EXPECT_EQ(values(tt::logaddexp2(x, x)), values(x));
}

TEST(Pointwise, ShiftsBeyondTheBits) {
  const Tensor x = tt::cast(tt::tensor({1, -1, 5}), tt::int32), by = tt::cast(tt::tensor({31, 32, -1}), tt::int32);
  EXPECT_EQ(whole(x << by), (Longs{-2147483648LL, 0, 0}));
  EXPECT_EQ(whole(x >> by), (Longs{0, -1, 0}));
  const Tensor bytes = tt::tensor<std::uint8_t>({200, 3});
  EXPECT_EQ(whole(bytes << 1), (Longs{144, 6}));
  EXPECT_EQ(whole(bytes >> 9), (Longs{0, 0}));
  EXPECT_EQ(whole(1 << tt::tensor({0, 3})), (Longs{1, 8}));
  EXPECT_EQ(whole(tt::tensor<std::int8_t>({-128}) >> 3), (Longs{-16}));
  EXPECT_THAT(error_of([&] { tt::tensor({1.5}) << 1; }),
              testing::HasSubstr("[bitwise_left_shift] the dtype is not an"));
  EXPECT_THAT(error_of([&] { tt::tensor({true}) >> tt::tensor({true}); }), testing::HasSubstr("is not an integer"));
}

TEST(Pointwise, StreamsStillPrintTensors) {
  std::ostringstream text;
  text << "x = " << tt::tensor({1, 2}) << 3 << (tt::tensor({1}) << 2);
  EXPECT_EQ(text.str(), "x = [1 2]3[4]");
}

TEST(Pointwise, RemaindersOfIntegers) {
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(whole(tt::fmod(tt::tensor({7, -7, 7, -7, least}), tt::tensor({3, 3, -3, -3, -1LL}))),
            (Longs{1, -1, 1, -1, 0}));
  EXPECT_THAT(error_of([&] { tt::fmod(tt::tensor({1}), 0); }),
              testing::HasSubstr("[fmod] an integer is divided by zero"));
  EXPECT_THAT(error_of([&] { tt::fmod(tt::tensor({true}), tt::tensor({true})); }), testing::HasSubstr("is bool"));
}

TEST(Pointwise, Bounds) {
  const Tensor x = tt::tensor<double>({not_a_number, 1, 5, -5}), low = tt::tensor<double>({0, not_a_number, 0, 0});
  const Doubles y = values(tt::clip(x, low, 2));
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
  EXPECT_EQ(y[2], 2);
  EXPECT_EQ(y[3], 0);
  // Where they cross, max wins; integers become what the bounds are.
  EXPECT_EQ(values(tt::clamp(tt::tensor({3, 9}), tt::tensor({5.5F}), tt::tensor({4.5F}))), (Doubles{4.5, 4.5}));
  EXPECT_EQ(values(tt::clamp(tt::tensor({3, 9}), {}, tt::tensor(4))), (Doubles{3, 4}));
  EXPECT_EQ(values(tt::clamp(tt::tensor({3, 9}), 4, 8)), (Doubles{4, 8}));
  EXPECT_EQ(values(tt::clamp_max(tt::tensor({3, 9}), 4)), (Doubles{3, 4}));
  EXPECT_THAT(error_of([&] { tt::clip(x, Tensor()); }), testing::HasSubstr("[clip] no bound is given"));
  EXPECT_THAT(error_of([&] { tt::clip(x, tt::ones({3})); }), testing::HasSubstr("shapes do not broadcast"));
}

TEST(Pointwise, ChoicesAmongNumbersAndNaN) {
  const Tensor x = tt::tensor<double>({not_a_number, 1, 3});
  EXPECT_EQ(values(tt::fmax(x, 2)), (Doubles{2, 2, 3}));
  EXPECT_EQ(values(tt::fmin(2, x)), (Doubles{2, 1, 2}));
  EXPECT_EQ(values(tt::fmax(tt::tensor<double>({1, 2}), not_a_number)), (Doubles{1, 2}));
  EXPECT_EQ(tt::fmax(tt::tensor({1, 5}), 3).dtype(), tt::int64);
}

TEST(Pointwise, NumbersForNaN) {
  const Tensor x = tt::tensor({NAN, INFINITY, -INFINITY, 1.F});
  EXPECT_EQ(values(tt::nan_to_num(x, 7, 8, 9)), (Doubles{7, 8, 9, 1}));
  for (const auto& [dtype, most] :
       {std::pair{tt::float16, 65504.0}, {tt::bfloat16, 0x1.fep127}, {tt::float32, 0x1.fffffep127}})
    EXPECT_EQ(values(tt::nan_to_num(tt::cast(x, dtype))), (Doubles{0, most, -most, 1}));
  EXPECT_EQ(whole(tt::nan_to_num(tt::tensor({1, 2}))), (Longs{1, 2}));
  EXPECT_THAT(error_of([&] { tt::nan_to_num(tt::cast(x, tt::float16), 1e6); }), testing::HasSubstr("cannot hold"));
}

TEST(Pointwise, Signs) {
  const Tensor x = tt::tensor<double>({-0.0, 0, -1, 2, -not_a_number});
  EXPECT_EQ(whole(tt::signbit(x)), (Longs{1, 0, 1, 0, 1}));
  EXPECT_EQ(whole(tt::signbit(tt::tensor({-3, 0}))), (Longs{1, 0}));
  EXPECT_EQ(values(tt::heaviside(x, 0.5)), (Doubles{0.5, 0.5, 0, 1, 0}));
  EXPECT_EQ(whole(tt::sgn(tt::tensor({-3, 0, 2}))), (Longs{-1, 0, 1}));
  EXPECT_EQ(whole(tt::negative(tt::tensor({-3}))), (Longs{3}));
  EXPECT_THAT(error_of([&] { tt::positive(tt::tensor({true})); }), testing::HasSubstr("[positive] the dtype is bool"));
}

TEST(Pointwise, Combinations) {
  const Tensor x = tt::tensor({1, 2}), y = tt::tensor({3, 4});
  EXPECT_EQ(whole(tt::addcmul(x, x, y, 2)), (Longs{7, 18}));
  EXPECT_EQ(tt::addcmul(x, x, y).dtype(), tt::int64);
  EXPECT_EQ(whole(tt::rsub(x, y, 2)), (Longs{1, 0}));
  EXPECT_EQ(whole(tt::rsub(x, 1)), (Longs{0, -1}));
  EXPECT_THAT(error_of([&] { tt::addcmul(x, x, y, 1.5); }), testing::HasSubstr("[addcmul] the dtype cannot hold"));
  EXPECT_THAT(error_of([&] { tt::addcdiv(x, x, y); }), testing::HasSubstr("[addcdiv] the operands are integers"));
  EXPECT_THAT(error_of([&] { tt::frac(x); }), testing::HasSubstr("[frac] x is not floating"));
  // Only the result leaves the range, and 16 bits are rounded once.
  EXPECT_EQ(tt::ldexp(tt::tensor({0x1p-100F}), 200).item<float>(), 0x1p100F);
  const Tensor half = tt::cast(tt::tensor({300.F}), tt::float16);
  EXPECT_EQ(tt::addcmul(tt::cast(tt::tensor({-60000.F}), tt::float16), half, half).item<float>(), 30000);
}

TEST(Pointwise, Closeness) {
  const Tensor x = tt::tensor<double>({1, infinity, not_a_number, infinity, 0});
  const Tensor y = tt::tensor<double>({1 + 1e-6, infinity, not_a_number, 1, 1e-9});
  EXPECT_EQ(whole(tt::isclose(x, y)), (Longs{1, 1, 0, 0, 1}));
  EXPECT_EQ(whole(tt::isclose(x, y, 0, 0, true)), (Longs{0, 1, 1, 0, 0}));
  EXPECT_EQ(whole(tt::isclose(tt::tensor({10, 11}), 10, 0.05)), (Longs{1, 0}));
  EXPECT_EQ(whole(tt::isclose(tt::tensor<std::uint8_t>({3}), tt::tensor<std::uint8_t>({5}))), (Longs{0}));
  EXPECT_EQ(whole(tt::isposinf(-x)), (Longs{0, 0, 0, 0, 0}));
  EXPECT_EQ(whole(tt::isneginf(-x)), (Longs{0, 1, 0, 1, 0}));
  EXPECT_EQ(whole(tt::isposinf(tt::tensor({1}))), (Longs{0}));
  EXPECT_EQ(whole(tt::isreal(x)), (Longs(5, 1)));
  EXPECT_THAT(error_of([&] { tt::isclose(x, y, -1); }), testing::HasSubstr("[isclose] rtol is negative"));
}
