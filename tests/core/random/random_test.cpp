// Random numbers and initializers: known vectors, distributions, purity, seeding.
#include "triptych/core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "triptych/core/graph.h"
#include "triptych/core/init.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"

namespace tt = triptych;
using tt::Tensor;

namespace {

struct Moments {
  double mean, variance, low, high;
};

Moments moments(const Tensor& x) {
  const std::vector<double> v = x.to_vector<double>();
  const double n = static_cast<double>(v.size()), mean = std::accumulate(v.begin(), v.end(), 0.0) / n;
  double variance = 0;
  for (double value : v) variance += (value - mean) * (value - mean);
  return {mean, variance / n, *std::min_element(v.begin(), v.end()), *std::max_element(v.begin(), v.end())};
}

}  // namespace

TEST(Random, UniformHasItsMomentsAndBounds) {
  for (const tt::DType dtype : {tt::float32, tt::float64, tt::float16, tt::bfloat16}) {
    tt::manual_seed(1);
    const Moments m = moments(tt::uniform({500, 400}, -1, 3, dtype));
    EXPECT_NEAR(m.mean, 1, 0.02) << dtype_name(dtype);  // standard error 4 / sqrt(12 * 200000) = 0.0026
    EXPECT_NEAR(m.variance, 16.0 / 12, 0.02);
    EXPECT_GE(m.low, -1);
    EXPECT_LT(m.high, 3);
  }
}

TEST(Random, NormalHasItsMoments) {
  for (const tt::DType dtype : {tt::float32, tt::float64}) {
    tt::manual_seed(2);
    const Tensor x = tt::normal({1000, 1000}, 5, 2, dtype);
    const Moments m = moments(x);
    EXPECT_NEAR(m.mean, 5, 0.01);  // standard error 0.002
    EXPECT_NEAR(m.variance, 4, 0.03);
    std::vector<double> v = x.to_vector<double>();
    double skew = 0, kurtosis = 0, neighbours = 0;
    for (std::size_t i = 0; i + 1 < v.size(); ++i) {
      const double z = (v[i] - 5) / 2;
      skew += z * z * z;
      kurtosis += z * z * z * z;
      neighbours += z * (v[i + 1] - 5) / 2;
    }
    EXPECT_NEAR(skew / 1e6, 0, 0.02);
    EXPECT_NEAR(kurtosis / 1e6, 3, 0.04);
    EXPECT_NEAR(neighbours / 1e6, 0, 0.01);  // sine and cosine of one pair are uncorrelated
    EXPECT_GT(m.high, 5 + 2 * 4.0);
  }
}

TEST(Random, TruncatedNormal) {
  tt::manual_seed(3);
  const Moments m = moments(tt::truncated_normal({500, 1000}, 1, 0.5));
  EXPECT_NEAR(m.mean, 1, 0.005);
  EXPECT_NEAR(std::sqrt(m.variance), 0.5 * 0.87962566103423978, 0.003);
  EXPECT_GE(m.low, 0);
  EXPECT_LE(m.high, 2);
}

TEST(Random, IntegersCoverTheirRange) {
  for (const tt::DType dtype : {tt::int8, tt::uint8, tt::int32, tt::int64}) {
    tt::manual_seed(4);
    std::vector<int> counts(7);
    for (std::int64_t v : tt::randint(3, 10, {70000}, dtype).to_vector<std::int64_t>()) {
      ASSERT_TRUE(v >= 3 && v < 10);
      ++counts[static_cast<std::size_t>(v - 3)];
    }
    for (int count : counts) EXPECT_NEAR(count, 10000, 400);  // standard deviation 93
  }
  EXPECT_EQ(tt::randint(INT64_MIN, INT64_MIN + 1, {1}).item<std::int64_t>(), INT64_MIN);
}

TEST(Random, BernoulliAndPermutation) {
  tt::manual_seed(5);
  EXPECT_NEAR(moments(tt::bernoulli(tt::full({100000}, 0.3))).mean, 0.3, 0.01);
  EXPECT_EQ(moments(tt::bernoulli(tt::ones({1000}))).low, 1);
  EXPECT_EQ(moments(tt::bernoulli(tt::zeros({1000}))).high, 0);
  std::vector<std::int64_t> order = tt::permutation(1000).to_vector<std::int64_t>();
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Random, Multinomial) {
  tt::manual_seed(6);
  const std::vector<double> weights{1, 0, 2, 5};
  const auto shares = [](const Tensor& samples) {
    std::vector<double> counts(4);
    for (const std::int64_t i : samples.to_vector<std::int64_t>()) counts[static_cast<std::size_t>(i)] += 1;
    for (double& count : counts) count /= static_cast<double>(samples.numel());
    return counts;
  };
  const std::vector<double> drawn = shares(tt::multinomial(tt::tensor(weights), 80000, true));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(drawn[i], weights[i] / 8, 0.01);
  EXPECT_EQ(drawn[1], 0);

  // Without replacement: all different, and the first as likely as with it.
  const Tensor rows = tt::multinomial(tt::expand(tt::tensor(weights), {20000, 4}), 3);
  EXPECT_EQ(rows.shape(), (tt::Shape{20000, 3}));
  const auto first = shares(tt::select(rows, 1, 0));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(first[i], weights[i] / 8, 0.015);
  const auto all = shares(rows);
  EXPECT_NEAR(all[0], 1.0 / 3, 1e-12);
  EXPECT_EQ(all[1], 0);

  tt::manual_seed(6);
  EXPECT_EQ(shares(tt::multinomial(tt::tensor(weights), 80000, true)), drawn);
}

TEST(Random, SeedAndStateRepeat) {
  tt::manual_seed(7);
  const auto a = tt::rand({10}).to_vector<float>(), b = tt::rand({10}).to_vector<float>();
  EXPECT_NE(a, b);
  const Tensor state = tt::default_generator().get_state();
  const auto c = tt::randn({10}).to_vector<float>();
  tt::manual_seed(7);
  EXPECT_EQ(tt::rand({10}).to_vector<float>(), a);
  EXPECT_EQ(tt::rand({10}).to_vector<float>(), b);
  EXPECT_EQ(tt::randn({10}).to_vector<float>(), c);
  tt::default_generator().set_state(state);
  EXPECT_EQ(tt::randn({10}).to_vector<float>(), c);
  tt::Generator mine(7);
  EXPECT_EQ(tt::rand({10}, tt::float32, &mine).to_vector<float>(), a);
}

TEST(Random, AnElementsNumberDependsOnItsIndexOnly) {
  const Tensor state = tt::tensor<std::int64_t>({11, 5});
  const auto draw = [&](const tt::Shape& shape) {
    return tt::random_normal(tt::from_span(state.data<std::int64_t>(), {2}), shape);
  };
  const std::vector<float> whole = draw({300000}).to_vector<float>();
  for (const std::int64_t n : {1, 2, 3, 5, 63, 64, 65, 16384, 16385}) {
    const auto part = draw({n}).to_vector<float>();
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin())) << n;
  }
  tt::set_num_threads(1);
  const auto single = draw({3, 100000}).to_vector<float>();
  tt::set_num_threads(2);
  EXPECT_EQ(single, whole);
}

TEST(Random, AStreamCountsItsRuns) {
  tt::manual_seed(9);
  const Tensor stream = tt::default_generator().next_stream();
  const auto first = tt::random_uniform(stream, {8}).to_vector<float>(),
             second = tt::random_uniform(stream, {8}).to_vector<float>();
  EXPECT_NE(first, second);
  EXPECT_EQ(stream.to_vector<std::int64_t>()[1], 2);
}

TEST(Random, StagesInsideATraceScope) {
  tt::GraphHandle graph;
  const tt::TraceScope scope(graph);
  EXPECT_TRUE(tt::randn({3, 4}).is_symbolic());
  EXPECT_TRUE(tt::permutation(4).is_symbolic());
  EXPECT_TRUE(tt::bernoulli(tt::full({2}, 0.5)).is_symbolic());
}

TEST(Random, WrongArguments) {
  EXPECT_THROW(tt::rand({2}, tt::int32), tt::ArgumentError);
  EXPECT_THROW(tt::uniform({2}, 1, 0), tt::ArgumentError);
  EXPECT_THROW(tt::uniform({2}, 0, std::nan("")), tt::ArgumentError);
  EXPECT_THROW(tt::normal({2}, 0, -1), tt::ArgumentError);
  EXPECT_THROW(tt::randint(3, 3, {2}), tt::ArgumentError);
  EXPECT_THROW(tt::randint(0, 300, {2}, tt::uint8), tt::ArgumentError);
  EXPECT_THROW(tt::randint(0, 3, {2}, tt::float32), tt::ArgumentError);
  EXPECT_THROW(tt::bernoulli(tt::tensor<float>({0.5f, 1.5f})), tt::ArgumentError);
  EXPECT_THROW(tt::bernoulli(tt::tensor<std::int64_t>({1})), tt::ArgumentError);
  EXPECT_THROW(tt::permutation(-1), tt::ArgumentError);
  EXPECT_THROW(tt::default_generator().set_state(tt::zeros({3})), tt::ArgumentError);
  const int line = __LINE__ + 2;
  try {
    tt::randn({2}, tt::int64);
    FAIL();
  } catch (const tt::ArgumentError& error) {
    EXPECT_EQ(error.where().line(), line) << error.what();
  }
}

namespace init = tt::init;

// Bounds and deviations: keras/src/initializers/random_initializers.py and torch.nn.init at fan_in 300, fan_out 200.
TEST(Init, BoundsAndDeviations) {
  struct Case {
    const char* name;
    tt::Initializer initializer;
    double limit, deviation;  // limit 0: none
  };
  const double cut = 0.87962566103423978;
  const auto uniform = [](const char* name, tt::Initializer i, double limit) {
    return Case{name, std::move(i), limit, limit / std::sqrt(3.0)};
  };
  const auto truncated = [&](const char* name, tt::Initializer i, double deviation) {
    return Case{name, std::move(i), 2 * deviation / cut, deviation};
  };
  const auto normal = [](const char* name, tt::Initializer i, double deviation) {
    return Case{name, std::move(i), 0, deviation};
  };
  const Case cases[] = {
      uniform("glorot_uniform", init::glorot_uniform(), std::sqrt(6.0 / 500)),
      uniform("he_uniform", init::he_uniform(), std::sqrt(6.0 / 300)),
      uniform("lecun_uniform", init::lecun_uniform(), std::sqrt(3.0 / 300)),
      uniform("xavier_uniform", init::xavier_uniform(2), 2 * std::sqrt(6.0 / 500)),
      uniform("kaiming_uniform", init::kaiming_uniform(std::sqrt(5.0)), 1 / std::sqrt(300.0)),  // torch.nn.Linear's
      uniform("kaiming_uniform", init::kaiming_uniform(0, init::FanMode::fan_out, "tanh"),
              5.0 / 3 * std::sqrt(3.0 / 200)),
      truncated("glorot_normal", init::glorot_normal(), std::sqrt(2.0 / 500)),
      truncated("he_normal", init::he_normal(), std::sqrt(2.0 / 300)),
      truncated("lecun_normal", init::lecun_normal(), std::sqrt(1.0 / 300)),
      normal("xavier_normal", init::xavier_normal(), std::sqrt(2.0 / 500)),
      normal("kaiming_normal", init::kaiming_normal(0, init::FanMode::fan_in, "relu"), std::sqrt(2.0 / 300)),
      normal("normal", init::normal(), 0.05),
      uniform("uniform", init::uniform(), 0.05),
  };
  tt::manual_seed(1);
  for (const Case& c : cases) {
    const Moments m = moments(c.initializer({300, 200}, tt::float32));
    EXPECT_NEAR(m.mean, 0, c.deviation * 0.02) << c.name;  // standard error: deviation / 245
    EXPECT_NEAR(std::sqrt(m.variance), c.deviation, c.deviation * 0.02) << c.name;
    const double reach = std::max(-m.low, m.high);
    if (c.limit > 0) {
      EXPECT_LE(reach, c.limit * (1 + 1e-6)) << c.name;
      EXPECT_GE(reach, c.limit * 0.99) << c.name;
    } else {
      EXPECT_GT(reach, 3 * c.deviation) << c.name;
    }
  }
}

TEST(Init, ConvolutionFans) {
  const init::Fans fans = init::fans({64, 32, 3, 5});
  EXPECT_EQ(fans.in, 32 * 15);
  EXPECT_EQ(fans.out, 64 * 15);
  // torch.nn.init._calculate_fan_in_and_fan_out of kernels with one and three spatial dimensions.
  EXPECT_EQ(init::fans({6, 4, 5}).in, 20);
  EXPECT_EQ(init::fans({6, 4, 5}).out, 30);
  EXPECT_EQ(init::fans({6, 4, 5, 2, 3}).in, 120);
  EXPECT_EQ(init::fans({6, 4, 5, 2, 3}).out, 180);
}

TEST(Init, TheSameWeightInEveryLayout) {
  const auto values = [](init::Layout layout, const tt::Shape& shape, const std::vector<std::int64_t>& axes) {
    tt::manual_seed(3);
    return tt::permute(init::make(init::glorot_uniform(), shape, tt::float32, layout), axes).to_vector<float>();
  };
  EXPECT_EQ(values(init::Layout::in_out, {5, 7}, {0, 1}), values(init::Layout::out_in, {7, 5}, {1, 0}));
  EXPECT_EQ(values(init::Layout::oihw, {8, 4, 3, 2}, {0, 1, 2, 3}),
            values(init::Layout::hwio, {3, 2, 4, 8}, {3, 2, 0, 1}));
  EXPECT_EQ(values(init::Layout::oihw, {8, 4, 3}, {0, 1, 2}), values(init::Layout::hwio, {3, 4, 8}, {2, 1, 0}));
  EXPECT_EQ(values(init::Layout::oihw, {8, 4, 3, 2, 5}, {0, 1, 2, 3, 4}),
            values(init::Layout::hwio, {3, 2, 5, 4, 8}, {4, 3, 0, 1, 2}));
  EXPECT_THROW(init::make(init::zeros(), {3, 4}, tt::float32, init::Layout::hwio), tt::ArgumentError);
  EXPECT_THROW(init::make(init::zeros(), {3}, tt::float32, init::Layout::in_out), tt::ArgumentError);
}

TEST(Init, SeededByCreationIndex) {
  const auto two = [] {
    const auto i = init::he_normal();
    std::vector<float> values = i({4}, tt::float32).to_vector<float>();
    init::zeros()({4}, tt::float32);  // takes no index
    const auto second = i({4}, tt::float32).to_vector<float>();
    EXPECT_NE(values, second);
    values.insert(values.end(), second.begin(), second.end());
    return values;
  };
  tt::manual_seed(5);
  const auto a = two();
  tt::rand({100});  // draws do not move initializers
  tt::manual_seed(5);
  tt::rand({3});
  EXPECT_EQ(two(), a);
  tt::manual_seed(6);
  EXPECT_NE(two(), a);
  const auto seeded = init::uniform(-1, 1, 42);
  EXPECT_EQ(seeded({4}, tt::float32).to_vector<float>(), seeded({4}, tt::float32).to_vector<float>());
}

TEST(Init, ConcreteWhileTracing) {
  tt::GraphHandle graph;
  const tt::TraceScope scope(graph);
  EXPECT_FALSE(init::glorot_uniform()({3, 4}, tt::float32).is_symbolic());
  EXPECT_FALSE(init::zeros()({3}, tt::float32).is_symbolic());
  EXPECT_FALSE(init::make(init::he_normal(), {3, 4}, tt::float32, init::Layout::out_in).is_symbolic());
}

TEST(Init, Orthogonal) {
  tt::manual_seed(8);
  for (const tt::Shape& shape : {tt::Shape{20, 6}, tt::Shape{6, 20}}) {
    const Tensor w = init::orthogonal(2)(shape, tt::float64);
    const Tensor product = shape[0] > shape[1] ? tt::matmul(tt::transpose(w), w) : tt::matmul(w, tt::transpose(w));
    const auto values = product.to_vector<double>();
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], i % 7 == 0 ? 4 : 0, 1e-12);
  }
}

// torch.nn.init.orthogonal_ flattens a kernel to (out, the rest), Keras's Orthogonal to (the rest, out): the shorter side
// is orthonormal. (Flattening at the other end gives neither.)
TEST(Init, OrthogonalKernels) {
  tt::manual_seed(9);
  for (const tt::Shape& shape :
       {tt::Shape{6, 4, 3, 3}, tt::Shape{6, 4, 5}, tt::Shape{3, 2, 2, 2, 2}, tt::Shape{20, 2, 2, 2}, tt::Shape{7, 2, 3}}) {
    const Tensor w = tt::reshape(init::orthogonal()(shape, tt::float64), {shape[0], -1});
    const bool wide = w.size(0) <= w.size(1);
    const Tensor product = wide ? tt::matmul(w, tt::transpose(w)) : tt::matmul(tt::transpose(w), w);
    EXPECT_LT(tt::max(tt::abs(product - tt::eye(product.size(0), {}, tt::float64))).item<double>(), 1e-12) << shape.text();
  }
}
