// matmul and linear: NumPy's shapes, any strides, one rule for every element, gradients.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "triptych/core/autograd.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

template <class T>
std::vector<T> random_values(std::int64_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) value = static_cast<T>(uniform(engine));
  return values;
}

template <class T = float>
tt::Tensor random_tensor(const tt::Shape& shape, unsigned seed) {
  return tt::tensor(random_values<T>(shape.size(), seed), shape);
}

bool same_bits(const tt::Tensor& a, const tt::Tensor& b) {
  const auto x = a.to_vector<float>(), y = b.to_vector<float>();
  return a.shape() == b.shape() && std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
}

/// A tensor of the same values whose last two dimensions are swapped in memory.
tt::Tensor transposed_memory(const tt::Tensor& x) {
  tt::Tensor copy = tt::tensor(tt::transpose(x).to_vector<float>(), tt::transpose(x).shape());
  return tt::transpose(copy);
}

/// sum over the result's elements times fixed weights, so that every element's gradient differs.
double weighted(const tt::Tensor& y) {
  double total = 0, i = 0;
  for (double value : y.to_vector<double>()) total += value * std::cos(++i);
  return total;
}

/// Holds the gradients of `f` at `inputs` (float64) against differences.
template <class F>
void check_gradients(F f, std::vector<tt::Tensor> inputs) {
  for (tt::Tensor& input : inputs) {
    input = input.detach();
    input.set_requires_grad();
  }
  const tt::Tensor y = f(inputs);
  std::vector<double> weights(static_cast<std::size_t>(y.numel()));
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = std::cos(static_cast<double>(i) + 1);
  y.backward(tt::tensor(weights, y.shape()));
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    const auto gradient = inputs[n].grad().to_vector<double>();
    ASSERT_EQ(inputs[n].grad().shape(), inputs[n].shape());
    const auto values = inputs[n].to_vector<double>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double step = 1e-6;
      double sides[2];
      for (int side = 0; side < 2; ++side) {
        auto moved = values;
        moved[i] += side == 0 ? -step : step;
        auto others = inputs;
        others[n] = tt::tensor(moved, inputs[n].shape());
        sides[side] = weighted(f(others));
      }
      ASSERT_NEAR(gradient[i], (sides[1] - sides[0]) / (2 * step), 1e-7) << "input " << n << ", element " << i;
    }
  }
}

}  // namespace

TEST(Matmul, ShapesAsNumPy) {
  const auto result = [](const tt::Shape& a, const tt::Shape& b) {
    return tt::matmul(tt::zeros(a), tt::zeros(b)).shape();
  };
  EXPECT_EQ(result({3}, {3}), tt::Shape({}));
  EXPECT_EQ(result({3}, {3, 4}), tt::Shape({4}));
  EXPECT_EQ(result({2, 3}, {3}), tt::Shape({2}));
  EXPECT_EQ(result({5, 2, 3}, {3}), tt::Shape({5, 2}));
  EXPECT_EQ(result({3}, {5, 3, 4}), tt::Shape({5, 4}));
  EXPECT_EQ(result({5, 1, 2, 3}, {7, 3, 4}), tt::Shape({5, 7, 2, 4}));
  EXPECT_EQ(result({0, 3}, {3, 4}), tt::Shape({0, 4}));
  EXPECT_EQ(result({2, 0}, {0, 4}), tt::Shape({2, 4}));
}

TEST(Matmul, EmptySumIsZero) {
  EXPECT_EQ(tt::matmul(tt::zeros({2, 0}), tt::zeros({0, 3})).to_vector<float>(), std::vector<float>(6, 0.0f));
}

// Every element is a sum of chains of fused multiply-adds over 384 terms, whatever the size, the tile and the library.
TEST(Matmul, OneRuleForEveryElement) {
  const auto step = [](float x, float y, float z) { return std::fma(x, y, z); };
  const std::int64_t sizes[][3] = {{1, 1, 1},    {2, 3, 4},       {8, 8, 8},      {5, 7, 385},    {17, 33, 1000},
                                   {64, 64, 64}, {70, 90, 80},    {128, 10, 256}, {33, 257, 769}, {1, 512, 784},
                                   {300, 1, 50}, {289, 120, 447}, {32, 512, 33},  {13, 64, 400}};
  for (const auto& [m, n, k] : sizes) {
    const auto a = random_values<float>(m * k, 1), b = random_values<float>(k * n, 2);
    std::vector<float> expected(static_cast<std::size_t>(m * n));
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        float total = 0;
        for (std::int64_t begin = 0; begin < k; begin += 384) {
          float chain = 0;
          for (std::int64_t l = begin; l < std::min(k, begin + 384); ++l)
            chain = step(a[static_cast<std::size_t>(i * k + l)], b[static_cast<std::size_t>(l * n + j)], chain);
          total = begin == 0 ? chain : total + chain;
        }
        expected[static_cast<std::size_t>(i * n + j)] = total;
      }
    const tt::Tensor x = tt::tensor(a, {m, k}), y = tt::tensor(b, {k, n}), reference = tt::tensor(expected, {m, n});
    const tt::Tensor x_t = transposed_memory(x), y_t = transposed_memory(y);
    for (int threads : {1, 2, 3}) {
      tt::set_num_threads(threads);
      EXPECT_TRUE(same_bits(tt::matmul(x, y), reference)) << m << " " << n << " " << k;
      EXPECT_TRUE(same_bits(tt::matmul(x_t, y), reference)) << m << " " << n << " " << k << ", a transposed";
      EXPECT_TRUE(same_bits(tt::matmul(x, y_t), reference)) << m << " " << n << " " << k << ", b transposed";
      EXPECT_TRUE(same_bits(tt::matmul(x_t, y_t), reference)) << m << " " << n << " " << k << ", both transposed";
    }
  }
  tt::set_num_threads(2);
}

TEST(Matmul, AnyStridesGiveTheSameBits) {
  for (const auto& [m, n, k] : {std::array<std::int64_t, 3>{7, 9, 11}, {70, 130, 400}, {32, 512, 64}}) {
    const tt::Tensor a = tt::slice(random_tensor({m, 2 * k}, 1), 1, tt::Slice(0, tt::none, 2)),
                     b = tt::slice(random_tensor({k, 3 * n}, 2), 1, tt::Slice(1, tt::none, 3));
    const auto dense = [](const tt::Tensor& x) { return tt::tensor(x.to_vector<float>(), x.shape()); };
    EXPECT_TRUE(same_bits(tt::matmul(a, b), tt::matmul(dense(a), dense(b)))) << m << " " << n << " " << k;
  }
}

TEST(Matmul, BatchesBroadcast) {
  const tt::Tensor a = random_tensor({4, 1, 5, 6}, 1), b = random_tensor({3, 6, 7}, 2);
  const auto x = a.to_vector<float>(), y = b.to_vector<float>(), c = tt::matmul(a, b).to_vector<float>();
  for (std::size_t p = 0; p < 4; ++p)
    for (std::size_t q = 0; q < 3; ++q)
      for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t j = 0; j < 7; ++j) {
          double sum = 0;
          for (std::size_t l = 0; l < 6; ++l) sum += double(x[p * 30 + i * 6 + l]) * y[q * 42 + l * 7 + j];
          EXPECT_NEAR(c[(p * 3 + q) * 35 + i * 7 + j], sum, 1e-5);
        }
}

TEST(Matmul, ManySmallMatricesEqualOneByOne) {
  const tt::Tensor a = random_tensor({500, 9, 11}, 1), b = random_tensor({500, 11, 5}, 2);
  const auto all = tt::matmul(a, b).to_vector<float>();
  const auto x = a.to_vector<float>(), y = b.to_vector<float>();
  for (std::size_t i : {0, 1, 250, 499}) {
    const tt::Tensor one = tt::matmul(tt::tensor(std::vector<float>(&x[i * 99], &x[i * 99] + 99), {9, 11}),
                                      tt::tensor(std::vector<float>(&y[i * 55], &y[i * 55] + 55), {11, 5}));
    const auto values = one.to_vector<float>();
    EXPECT_EQ(std::memcmp(values.data(), &all[i * 45], 45 * sizeof(float)), 0);
  }
}

TEST(Matmul, SharedRightOperandEqualsFlattenedRows) {
  const tt::Tensor a = random_tensor({6, 7, 20}, 1), b = random_tensor({20, 30}, 2);
  EXPECT_TRUE(same_bits(tt::matmul(a, b), tt::reshape(tt::matmul(tt::reshape(a, {42, 20}), b), {6, 7, 30})));
}

TEST(Matmul, Integers) {
  const tt::Tensor a = tt::tensor<std::int32_t>({1, -2, 3, 4, 5, -6}),
                   b = tt::tensor<std::int32_t>({7, 8, -9, 10, 11, 12});
  const auto c = tt::matmul(tt::reshape(a, {2, 3}), tt::reshape(b, {3, 2}));
  EXPECT_EQ(c.to_vector<std::int32_t>(), (std::vector<std::int32_t>{58, 24, -83, 10}));
  for (tt::DType dtype : {tt::int8, tt::int64, tt::uint8}) {
    const auto d = tt::matmul(tt::cast(tt::reshape(a, {2, 3}), dtype), tt::cast(tt::reshape(b, {3, 2}), dtype));
    EXPECT_EQ(d.dtype(), dtype);
    EXPECT_EQ(d.to_vector<std::int64_t>()[2] & 255, -83 & 255);
  }
}

TEST(Matmul, HalvesAreSummedInFloat) {
  const tt::Tensor a = random_tensor({20, 300}, 1), b = random_tensor({300, 30}, 2);
  for (tt::DType dtype : {tt::float16, tt::bfloat16}) {
    const tt::Tensor x = tt::cast(a, dtype), y = tt::cast(b, dtype);
    const tt::Tensor expected = tt::cast(tt::matmul(tt::cast(x, tt::float32), tt::cast(y, tt::float32)), dtype);
    EXPECT_EQ(tt::matmul(x, y).to_vector<float>(), expected.to_vector<float>());
    EXPECT_EQ(
        tt::matmul(tt::transpose(y), tt::transpose(x)).to_vector<float>(),
        tt::cast(tt::matmul(tt::transpose(tt::cast(y, tt::float32)), tt::transpose(tt::cast(x, tt::float32))), dtype)
            .to_vector<float>());
  }
}

TEST(Matmul, Gradients) {
  const auto product = [](const std::vector<tt::Tensor>& in) { return tt::matmul(in[0], in[1]); };
  const std::pair<tt::Shape, tt::Shape> shapes[] = {
      {{2, 3}, {3, 4}},    {{3}, {3}},       {{3}, {3, 4}},    {{2, 3}, {3}},
      {{2, 2, 3}, {3, 4}}, {{2, 2, 3}, {3}}, {{3}, {2, 3, 4}}, {{2, 1, 2, 3}, {3, 3, 2}}};
  for (const auto& [a, b] : shapes)
    check_gradients(product, {random_tensor<double>(a, 1), random_tensor<double>(b, 2)});
}

// The processor's instruction for pairs of bfloat16 numbers, where there is one, gives what float32's chains do,
// rounded.
TEST(Matmul, BFloat16ProductsAreRoundedOnesOfFloat32) {
  for (const auto& [m, k, n] : {std::array<std::int64_t, 3>{1, 5, 3},
                                {4, 8, 8},
                                {5, 9, 11},
                                {12, 384, 32},
                                {13, 385, 33},
                                {33, 769, 48},
                                {17, 31, 16},
                                {40, 100, 70},
                                {7, 100, 9},
                                {70, 64, 130},
                                {200, 50, 40}})
    for (const bool left_turned : {false, true})
      for (const bool right_turned : {false, true}) {
        tt::Tensor a = tt::cast(random_tensor({m, k}, 1), tt::bfloat16),
                   b = tt::cast(random_tensor({k, n}, 2), tt::bfloat16);
        if (left_turned) a = tt::transpose(tt::transpose(a).contiguous());
        if (right_turned) b = tt::transpose(tt::transpose(b).contiguous());
        const tt::Tensor wide = tt::matmul(tt::cast(a, tt::float32), tt::cast(b, tt::float32));
        EXPECT_TRUE(same_bits(tt::matmul(a, b), tt::cast(wide, tt::bfloat16)))
            << m << " x " << k << " x " << n << left_turned << right_turned;
      }
  // Every second column: neither rows nor columns lie side by side.
  const tt::Tensor a = tt::cast(random_tensor({20, 30}, 3), tt::bfloat16),
                   b = tt::cast(random_tensor({30, 2 * 24}, 4),
                                tt::bfloat16)[{tt::Ellipsis(), tt::Slice(0, tt::none, 2)}];
  EXPECT_TRUE(same_bits(tt::matmul(a, b),
                        tt::cast(tt::matmul(tt::cast(a, tt::float32), tt::cast(b, tt::float32)), tt::bfloat16)));
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const tt::Tensor edges = tt::cast(tt::where(tt::eye(16) == 1, infinity, 0.5), tt::bfloat16);
  const auto sums = tt::matmul(edges, tt::cast(tt::full({16, 16}, nan), tt::bfloat16)).to_vector<float>();
  EXPECT_TRUE(std::all_of(sums.begin(), sums.end(), [](float x) { return std::isnan(x); }));
  const auto infinite = tt::matmul(edges, tt::cast(tt::ones({16, 16}), tt::bfloat16)).to_vector<float>();
  EXPECT_TRUE(std::all_of(infinite.begin(), infinite.end(), [&](float x) { return x == infinity; }));
}

TEST(Linear, EqualsProductAndSum) {
  for (const auto& [rows, in, out] : {std::array<std::int64_t, 3>{3, 5, 7}, {128, 784, 512}, {32, 256, 10}}) {
    const tt::Tensor x = random_tensor({rows, in}, 1), w = random_tensor({out, in}, 2), b = random_tensor({out}, 3);
    const tt::Tensor product = tt::matmul(x, tt::transpose(w));
    EXPECT_TRUE(same_bits(tt::linear(x, w), product));
    EXPECT_TRUE(same_bits(tt::linear(x, w, b), product + b));
    EXPECT_TRUE(same_bits(tt::linear(x, w, b, {.activation = tt::Activation::relu}), tt::relu(product + b)));
    EXPECT_TRUE(same_bits(tt::linear(x, tt::transpose(w), b, {.transpose_weight = false}), product + b));
    const tt::Tensor y = tt::linear(tt::cast(x, tt::bfloat16), tt::cast(w, tt::bfloat16), tt::cast(b, tt::bfloat16));
    const tt::Tensor half = tt::matmul(tt::cast(x, tt::bfloat16), tt::transpose(tt::cast(w, tt::bfloat16)));
    EXPECT_EQ(y.to_vector<float>(), (half + tt::cast(b, tt::bfloat16)).to_vector<float>());
  }
}

TEST(Linear, Gradients) {
  const tt::Tensor w = random_tensor<double>({4, 3}, 2), b = random_tensor<double>({4}, 3);
  for (const tt::Shape& shape : {tt::Shape{5, 3}, tt::Shape{2, 2, 3}, tt::Shape{3}})
    for (auto activation : {tt::Activation::none, tt::Activation::relu}) {
      check_gradients([&](const auto& in) { return tt::linear(in[0], in[1], in[2], {.activation = activation}); },
                      {random_tensor<double>(shape, 1), w, b});
      check_gradients(
          [&](const auto& in) {
            return tt::linear(in[0], in[1], {.transpose_weight = false, .activation = activation});
          },
          {random_tensor<double>(shape, 1), random_tensor<double>({3, 4}, 5)});
    }
}

TEST(Linear, ErrorsSayWhatIsWrong) {
  const auto message = [](auto&& f) -> std::string {
    try {
      f();
    } catch (const tt::ArgumentError& error) {
      return error.what();
    }
    return "no error";
  };
  const tt::Tensor x = tt::zeros({2, 3});
  EXPECT_NE(message([&] {
              tt::linear(x, tt::zeros({3, 4}));
            }).find("[linear] inner dimensions differ: x is (2, 3)"),
            std::string::npos);
  EXPECT_NE(message([&] {
              tt::linear(x, tt::zeros({4, 3}), tt::zeros({3}));
            }).find("one element for each output"),
            std::string::npos);
  EXPECT_NE(message([&] { tt::matmul(x, tt::zeros({4, 3})); }).find("Did you mean transpose(b)?"), std::string::npos);
  EXPECT_NE(message([&] { tt::matmul(x, tt::zeros({})); }).find("no dimensions"), std::string::npos);
  EXPECT_NE(message([&] {
              tt::matmul(tt::zeros({2, 2, 3}), tt::zeros({3, 3, 4}));
            }).find("do not broadcast"),
            std::string::npos);
  EXPECT_NE(message([&] { tt::matmul(x, tt::zeros({3, 4}, tt::float64)); }).find("dtypes differ"), std::string::npos);
  EXPECT_NE(message([&] {
              tt::matmul(tt::cast(x, tt::boolean), tt::zeros({3, 4}, tt::boolean));
            }).find("bool"),
            std::string::npos);
}
