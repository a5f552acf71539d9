// Elementary functions and elementwise arithmetic beyond what the conformance samples hold: accuracy and edges of the
// float32 functions, bits that do not depend on an element's place, integers, dtypes, operators, creation.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace tt = triptych;
using tt::Tensor;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();

/// Floats of every sign and exponent, and more where the functions bend.
std::vector<float> probes() {
  std::vector<float> xs;
  for (std::uint64_t bits = 0; bits < 1ull << 32; bits += 30011) {
    const auto word = static_cast<std::uint32_t>(bits);
    float x;
    std::memcpy(&x, &word, sizeof x);
    xs.push_back(x);
  }
  for (int i = -200000; i <= 200000; ++i) xs.push_back(static_cast<float>(i) * 1e-4f);
  for (int i = -110000; i <= 110000; ++i) xs.push_back(static_cast<float>(i) * 1e-3f);
  for (float x :
       {0.0f, -0.0f, inf, -inf, not_a_number, 88.72284f, 88.7229f, -87.4f, -103.97f, -104.0f, 1e-45f, -1e-45f, 3.4e38f})
    xs.push_back(x);
  return xs;
}

/// Distance in units in the last place of the right result; huge where only one is NaN or infinite.
double ulps(float got, double right) {
  constexpr double wrong = 1e9;
  if (std::isnan(right) || std::isnan(got)) return std::isnan(right) && std::isnan(got) ? 0 : wrong;
  const float rounded = static_cast<float>(right);
  if (std::isinf(rounded) || std::isinf(got)) {
    if (got == rounded) return 0;
    const bool at_the_edge = !std::isinf(right) && std::abs(right) > 3.4028233e38 && std::abs(got) > 3.4028233e38f;
    return at_the_edge ? 1 : wrong;
  }
  const double unit = static_cast<double>(std::nextafter(std::abs(rounded), inf)) - std::abs(rounded);
  return std::abs(static_cast<double>(got) - right) / unit;
}

struct Function {
  const char* name;
  Tensor (*ours)(tt::Arg);
  double (*right)(double);
  bool flushes = false;  // results below 2^-126 are 0
};
const Function functions[] = {
    {"exp", tt::exp, [](double x) { return std::exp(x); }, true},
    {"exp2", tt::exp2, [](double x) { return std::exp2(x); }, true},
    {"expm1", tt::expm1, [](double x) { return std::expm1(x); }},
    {"log", tt::log, [](double x) { return std::log(x); }},
    {"log2", tt::log2, [](double x) { return std::log2(x); }},
    {"log10", tt::log10, [](double x) { return std::log10(x); }},
    {"log1p", tt::log1p, [](double x) { return std::log1p(x); }},
    {"erf", tt::erf, [](double x) { return std::erf(x); }},
    {"tanh", tt::tanh, [](double x) { return std::tanh(x); }},
    {"sigmoid", tt::sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, true},
    {"sin", tt::sin, [](double x) { return std::sin(x); }},
    {"cos", tt::cos, [](double x) { return std::cos(x); }},
    {"tan", tt::tan, [](double x) { return std::tan(x); }},
    {"asin", tt::asin, [](double x) { return std::asin(x); }},
    {"acos", tt::acos, [](double x) { return std::acos(x); }},
    {"atan", tt::atan, [](double x) { return std::atan(x); }},
    {"sinh", tt::sinh, [](double x) { return std::sinh(x); }},
    {"cosh", tt::cosh, [](double x) { return std::cosh(x); }},
};

}  // namespace

TEST(Elementary, WithinTwoUnitsInTheLastPlace) {
  const std::vector<float> xs = probes();
  for (const Function& f : functions) {
    const std::vector<float> ys = f.ours(tt::tensor(xs)).to_vector<float>();
    double worst = 0;
    float at = 0;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      const double right = f.right(static_cast<double>(xs[i]));
      const double error = ulps(ys[i], f.flushes && std::abs(right) < 0x1p-126 ? 0 : right);
      if (error <= worst) continue;
      worst = error;
      at = xs[i];
    }
    EXPECT_LE(worst, 2.0) << f.name << " at " << at;
  }
}

// Of two arguments: random ones of all magnitudes, and quarters, where results are whole numbers or right angles.
TEST(Elementary, PowersAnglesAndRemaindersOfPairs) {
  std::vector<float> as, bs;
  std::uint64_t random = 1;
  const auto next = [&] { return static_cast<std::uint32_t>((random = random * 6364136223846793005u + 1) >> 32); };
  for (int i = 0; i < 200000; ++i)
    for (std::vector<float>* xs : {&as, &bs})
      xs->push_back(i % 2 ? std::bit_cast<float>(next()) : static_cast<float>(next() % 80) / 4 - 10);
  for (float a : {0.0f, -0.0f, 1.0f, -1.0f, 3.0f, inf, -inf, not_a_number, 1e-40f})
    for (float b : {0.0f, -0.0f, 1.0f, -1.0f, 3.0f, inf, -inf, not_a_number, 1e-40f}) {
      as.push_back(a);
      bs.push_back(b);
    }
  const Tensor a = tt::tensor(as), b = tt::tensor(bs);
  const std::vector<float> powers = tt::pow(a, b).to_vector<float>(), angles = tt::atan2(a, b).to_vector<float>(),
                           rests = tt::fmod(a, b).to_vector<float>(),
                           remainders = tt::remainder(a, b).to_vector<float>();
  for (std::size_t i = 0; i < as.size(); ++i) {
    const double x = as[i], y = bs[i];
    ASSERT_LE(ulps(powers[i], std::pow(x, y)), 2.0) << as[i] << " ^ " << bs[i];
    ASSERT_LE(ulps(angles[i], std::atan2(x, y)), 2.0) << as[i] << ", " << bs[i];
    ASSERT_EQ(std::signbit(angles[i]) && x == x && y == y, std::signbit(x) && x == x && y == y)
        << as[i] << ", " << bs[i];
    ASSERT_EQ(ulps(rests[i], std::fmod(x, y)), 0) << as[i] << ", " << bs[i];
    const float rest = std::fmod(as[i], bs[i]);
    ASSERT_EQ(ulps(remainders[i], rest != 0 && (bs[i] < 0) != (rest < 0) ? rest + bs[i] : rest), 0)
        << as[i] << ", " << bs[i];
  }
}

TEST(Elementary, SignedZeros) {
  for (const Function& f : functions) {
    const float right = static_cast<float>(f.right(-0.0)), got = f.ours(tt::tensor<float>({-0.0f})).item<float>();
    EXPECT_EQ(std::signbit(got), std::signbit(right)) << f.name;
  }
}

// An element's bits depend on its value only: not on its place in a vector or the tail, nor on strides or dtype
// conversions.
TEST(Elementary, BitsDoNotDependOnThePlace) {
  std::vector<float> xs;
  for (int i = 0; i < 200; ++i) xs.push_back(static_cast<float>(i) * 0.0731f - 6.1f);
  const Tensor x = tt::tensor(xs);
  for (const Function& f : functions) {
    const std::vector<float> whole = f.ours(x).to_vector<float>();
    const auto same = [&](const std::vector<float>& part, std::size_t first, std::size_t step, const char* what) {
      for (std::size_t i = 0; i < part.size(); ++i) {
        const float expected = whole[first + i * step];
        ASSERT_EQ(std::memcmp(&part[i], &expected, sizeof(float)), 0) << f.name << ", " << what << ", " << i;
      }
    };
    for (std::int64_t n = 1; n < 40; ++n)
      same(f.ours(tt::slice(x, 0, tt::Slice(0, n))).to_vector<float>(), 0, 1, "a shorter tensor");
    same(f.ours(tt::slice(x, 0, tt::Slice(1, 200, 3))).to_vector<float>(), 1, 3, "every third");
  }
}

TEST(Elementary, HalfTypesAreComputedInFloat) {
  for (const tt::DType dtype : {tt::float16, tt::bfloat16}) {
    const Tensor x = tt::cast(tt::linspace(-3, 3, 41), dtype);
    for (const Function& f : functions) {
      const Tensor wide = tt::cast(f.ours(tt::cast(x, tt::float32)), dtype);
      const Tensor y = f.ours(x);
      EXPECT_EQ(y.dtype(), dtype);
      const auto a = y.to_vector<float>(), b = wide.to_vector<float>();
      for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i] == b[i] || (a[i] != a[i] && b[i] != b[i])) << f.name;
    }
  }
}

TEST(Elementwise, IntegersAndDtypes) {
  const Tensor i = tt::tensor<std::int64_t>({1, 2, 3});
  EXPECT_EQ(tt::exp(i).dtype(), tt::float32);
  EXPECT_EQ(tt::sigmoid(tt::tensor<std::int32_t>({1})).dtype(), tt::float32);
  EXPECT_EQ(tt::floor(i).dtype(), tt::int64);
  EXPECT_EQ((i * 2.5).dtype(), tt::float32);
  EXPECT_EQ(tt::clip(i, 1.5).dtype(), tt::float32);
  EXPECT_EQ(tt::clip(i, 2, 2).to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 2, 2}));
  EXPECT_EQ(tt::clip(tt::tensor<std::int8_t>({-100, 100}), -1000, 1000).to_vector<int>(),
            (std::vector<int>{-100, 100}));
  EXPECT_EQ(tt::where(i > 1, i, 0.5).dtype(), tt::float32);
  EXPECT_EQ((i == i).dtype(), tt::boolean);
  EXPECT_EQ(tt::pow(i, 3).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 8, 27}));
  EXPECT_EQ(tt::pow(i, 0).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 1, 1}));
  EXPECT_EQ(tt::neg(tt::tensor<std::int8_t>({-128, 5})).to_vector<int>(), (std::vector<int>{-128, -5}));  // wraps
  EXPECT_EQ(tt::sign(tt::tensor<std::uint8_t>({0, 7})).to_vector<int>(), (std::vector<int>{0, 1}));
  EXPECT_EQ(tt::abs(tt::tensor<std::int32_t>({-7, 7})).to_vector<int>(), (std::vector<int>{7, 7}));
}

// Python's -7 // 2 == -4, -7 % 2 == 1, 7 % -2 == -1; the least integer by -1 would trap.
TEST(Elementwise, DivisionRoundsDown) {
  const Tensor a = tt::tensor<std::int64_t>({-7, 7, -7, 7, INT64_MIN}),
               b = tt::tensor<std::int64_t>({2, 2, -2, -2, -1});
  EXPECT_EQ(tt::floor_divide(a, b).to_vector<std::int64_t>(), (std::vector<std::int64_t>{-4, 3, 3, -4, INT64_MIN}));
  EXPECT_EQ(tt::remainder(a, b).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 1, -1, -1, 0}));
  EXPECT_EQ(tt::floor_divide(tt::tensor<float>({-7, 1}), tt::tensor<float>({2, 0})).to_vector<float>(),
            (std::vector<float>{-4, inf}));
  // numpy.remainder(-1e-30, 3.0) is 3.0, and numpy.floor_divide(1.0, 0.1) is 9.0.
  EXPECT_EQ(tt::remainder(tt::tensor<double>({-1e-30}), 3.0).item<double>(), 3.0);
  EXPECT_EQ(tt::floor_divide(tt::tensor<double>({1.0}), 0.1).item<double>(), 9.0);
}

// Python's // and % of every pair of small integers, and near the ends of the wide ones (where PyTorch gives the same).
// The one quotient that no dtype holds, the least integer by -1, wraps around.
TEST(Elementwise, DivisionRoundsDownUpToTheEndsOfTheRange) {
  const auto check = [](const auto& a, const auto& b) {
    using T = typename std::remove_cvref_t<decltype(a)>::value_type;
    const auto rows = static_cast<std::int64_t>(a.size()), columns = static_cast<std::int64_t>(b.size());
    const Tensor x = tt::tensor<T>(a, {rows, 1}), y = tt::tensor<T>(b, {columns});
    const auto quotients = tt::floor_divide(x, y).template to_vector<T>(),
               rests = tt::remainder(x, y).template to_vector<T>();
    std::size_t i = 0;
    for (const T m : a)
      for (const T n : b) {
        __int128 quotient = static_cast<__int128>(m) / n, rest = static_cast<__int128>(m) % n;
        if (rest != 0 && (rest < 0) != (n < 0)) {
          --quotient;
          rest += n;
        }
        EXPECT_EQ(quotients[i], static_cast<T>(quotient)) << +m << " // " << +n;
        EXPECT_EQ(rests[i], static_cast<T>(rest)) << +m << " % " << +n;
        ++i;
      }
  };
  const auto all = [&check]<class T>(T) {
    std::vector<T> numbers, divisors;
    for (int i = std::numeric_limits<T>::min(); i <= std::numeric_limits<T>::max(); ++i) {
      numbers.push_back(static_cast<T>(i));
      if (i != 0) divisors.push_back(static_cast<T>(i));
    }
    check(numbers, divisors);
  };
  all(std::int8_t());
  all(std::uint8_t());
  const auto ends = [&check]<class T>(T) {
    constexpr T least = std::numeric_limits<T>::min(), most = std::numeric_limits<T>::max();
    const std::vector<T> numbers{least, least + 1, least + 2, -3, -2, -1, 1, 2, 3, most - 2, most - 1, most};
    check(numbers, numbers);
  };
  ends(std::int32_t());
  ends(std::int64_t());
}

TEST(Elementwise, WrongArguments) {
  const Tensor i = tt::tensor<std::int64_t>({1, 2, 3}), zero = tt::tensor<std::int64_t>({0});
  EXPECT_THROW(tt::floor_divide(i, zero), tt::ArgumentError);
  EXPECT_THROW(tt::remainder(i, 0), tt::ArgumentError);
  EXPECT_THROW(tt::pow(i, -1), tt::ArgumentError);
  EXPECT_THROW(tt::neg(i == i), tt::ArgumentError);
  EXPECT_THROW(tt::bitwise_and(tt::ones({2}), tt::ones({2})), tt::ArgumentError);
  EXPECT_THROW(tt::where(i, i, i), tt::ArgumentError);
  EXPECT_THROW(tt::where(i == i, tt::ones({2}), tt::ones({4})), tt::ArgumentError);
  EXPECT_THROW(tt::clip(i, std::nullopt, std::nullopt), tt::ArgumentError);
  EXPECT_THROW(tt::gelu(tt::ones({2}), {.approximate = "fast"}), tt::ArgumentError);
  EXPECT_THROW(tt::softplus(tt::ones({2}), 0), tt::ArgumentError);
  EXPECT_THROW(tt::exp(Tensor()), tt::ArgumentError);
  EXPECT_THROW(tt::equal(tt::ones({2, 3}), tt::ones({2})), tt::ArgumentError);
}

TEST(Elementwise, NanAndInfinity) {
  const Tensor x = tt::tensor<float>({1, not_a_number, inf, -inf});
  using Bytes = std::vector<std::uint8_t>;
  EXPECT_EQ(tt::isnan(x).to_vector<std::uint8_t>(), (Bytes{0, 1, 0, 0}));
  EXPECT_EQ(tt::isinf(x).to_vector<std::uint8_t>(), (Bytes{0, 0, 1, 1}));
  EXPECT_EQ(tt::isfinite(x).to_vector<std::uint8_t>(), (Bytes{1, 0, 0, 0}));
  EXPECT_EQ((x == x).to_vector<std::uint8_t>(), (Bytes{1, 0, 1, 1}));
  EXPECT_EQ((x != x).to_vector<std::uint8_t>(), (Bytes{0, 1, 0, 0}));
  for (const Tensor& y : {tt::maximum(x, 0), tt::maximum(tt::zeros({4}), x), tt::minimum(x, 0),
                          tt::minimum(tt::zeros({4}), x), tt::clip(x, 0, 1), tt::relu(x), tt::sign(x)})
    EXPECT_TRUE(std::isnan(y.to_vector<float>()[1]));
}

TEST(Elementwise, Operators) {
  const Tensor a = tt::tensor<std::int64_t>({1, 2, 3});
  using Bytes = std::vector<std::uint8_t>;
  EXPECT_EQ((a < 2).to_vector<std::uint8_t>(), (Bytes{1, 0, 0}));
  EXPECT_EQ((2 <= a).to_vector<std::uint8_t>(), (Bytes{0, 1, 1}));
  EXPECT_EQ((a > 2).to_vector<std::uint8_t>(), (Bytes{0, 0, 1}));
  EXPECT_EQ((a >= a).to_vector<std::uint8_t>(), (Bytes{1, 1, 1}));
  EXPECT_EQ((!(a == 2)).to_vector<std::uint8_t>(), (Bytes{1, 0, 1}));
  EXPECT_EQ((-a).to_vector<int>(), (std::vector<int>{-1, -2, -3}));
  EXPECT_EQ(((a & 1) | 4).to_vector<int>(), (std::vector<int>{5, 4, 5}));
  EXPECT_EQ((~a ^ 1).to_vector<int>(), (std::vector<int>{-1, -4, -3}));
}

// What no integer of the dtype can hold: numpy 2.4.6's astype, on x86. In vectors, at their ends, and one by one.
TEST(Cast, BeyondAnIntegersRange) {
  using Numbers = std::vector<double>;
  using Integers = std::vector<std::int64_t>;
  constexpr std::int64_t least = INT32_MIN, lowest = INT64_MIN, most = INT32_MAX;
  const double nan = not_a_number;
  const Numbers wide = {300,          -1.5,          -129, 1e10, nan,  4294967301, 2147483648,
                        2147483647.5, -2147483648.5, inf,  -inf, 1e20, -0x1p63},
                narrow = {300, -1.5, -129, 1e10, nan, 2147483648, inf, -inf, 2147483520, -0x1p31, 60000};
  const auto check = [](const Numbers& numbers, tt::DType from, tt::DType to, const Integers& right) {
    const Tensor x = tt::cast(tt::tensor(numbers), from), many = tt::tile(x, {7}),
                 column = tt::cast(tt::stack({x, x}, 1), to);
    Integers repeated;
    for (int i = 0; i < 7; ++i) repeated.insert(repeated.end(), right.begin(), right.end());
    EXPECT_EQ(tt::cast(many, to).to_vector<std::int64_t>(), repeated) << from << to;
    EXPECT_EQ((column[{tt::Slice(), 1}].to_vector<std::int64_t>()), right) << from << to;
    for (std::size_t i = 0; i < right.size(); ++i)
      EXPECT_EQ(tt::cast(x[static_cast<std::int64_t>(i)], to).item<std::int64_t>(), right[i]) << numbers[i];
  };
  check(wide, tt::float64, tt::int64,
        {300, -1, -129, 10000000000, lowest, 4294967301, 2147483648, most, least, lowest, lowest, lowest, lowest});
  check(wide, tt::float64, tt::int32,
        {300, -1, -129, least, least, least, least, most, least, least, least, least, least});
  check(wide, tt::float64, tt::int8, {44, -1, 127, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0});
  check(wide, tt::float64, tt::uint8, {44, 255, 127, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0});
  check(narrow, tt::float32, tt::int64,
        {300, -1, -129, 10000000000, lowest, 2147483648, lowest, lowest, 2147483520, least, 60000});
  check(narrow, tt::float32, tt::int32, {300, -1, -129, least, least, least, least, least, 2147483520, least, 60000});
  check(narrow, tt::float32, tt::int8, {44, -1, 127, 0, 0, 0, 0, 0, -128, 0, 96});
  check(narrow, tt::float32, tt::uint8, {44, 255, 127, 0, 0, 0, 0, 0, 128, 0, 96});
  check({300, -1.5, nan, inf, -inf, 60000}, tt::float16, tt::int8, {44, -1, 0, 0, 0, 96});
  check({300, -1.5, nan, inf, -inf, 0x1p31}, tt::bfloat16, tt::int32, {300, -1, least, least, least, least});
  EXPECT_EQ(tt::tensor(wide).to_vector<std::uint8_t>(),  // reading follows the same rule
            (std::vector<std::uint8_t>{44, 255, 127, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0}));
}

TEST(Creation, Ranges) {
  EXPECT_EQ(tt::arange(4).to_vector<int>(), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(tt::arange(4).dtype(), tt::int64);
  EXPECT_EQ(tt::arange(5, 0, -2).to_vector<int>(), (std::vector<int>{5, 3, 1}));
  EXPECT_EQ(tt::arange(0, 1, 0.25).to_vector<float>(), (std::vector<float>{0, 0.25, 0.5, 0.75}));
  EXPECT_EQ(tt::arange(3, 3).numel(), 0);
  EXPECT_EQ(tt::arange(0, 3, 1, tt::float64).dtype(), tt::float64);
  EXPECT_EQ(tt::arange(INT64_MAX - 1, INT64_MAX).item<std::int64_t>(), INT64_MAX - 1);
  EXPECT_EQ(tt::linspace(0, 1, 5).to_vector<float>(), (std::vector<float>{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(tt::linspace(2, 7, 1).to_vector<float>(), (std::vector<float>{2}));
  EXPECT_EQ(tt::eye(2, 3).to_vector<float>(), (std::vector<float>{1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(tt::empty({2, 3}, tt::int32).shape(), (tt::Shape{2, 3}));
  EXPECT_THROW(tt::arange(0, 3, 0), tt::ArgumentError);
  EXPECT_THROW(tt::arange(3, 0), tt::ArgumentError);
  EXPECT_THROW(tt::arange(0, std::nan("")), tt::ArgumentError);
  EXPECT_THROW(tt::linspace(0, 1, -1), tt::ArgumentError);
  EXPECT_THROW(tt::linspace(0, 1, 3, tt::int64), tt::ArgumentError);
  EXPECT_THROW(tt::eye(-1), tt::ArgumentError);
  tt::GraphHandle graph;
  const tt::TraceScope scope(graph);
  EXPECT_TRUE(tt::arange(3).is_symbolic());
  EXPECT_TRUE(tt::empty({3}).is_symbolic());
}
