// Batch and layer normalization, dropout.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;

namespace {

/// sin(1.3 i) * 2 + i / 10, as in the reference runs.
template <class T>
tt::Tensor wave(const tt::Shape& shape) {
  std::vector<T> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<T>(std::sin(1.3 * static_cast<double>(i)) * 2 + 0.1 * static_cast<double>(i));
  return tt::from_span<T>(values, shape);
}

void expect_near(const tt::Tensor& actual, const std::vector<double>& expected, double bound) {
  const auto values = actual.to_vector<double>();
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], bound) << i;
}

/// The same tensor with the channels (axis 1) innermost in memory.
tt::Tensor channels_last(const tt::Tensor& x) {
  const tt::Tensor nhwc = tt::permute(x, {0, 2, 3, 1});
  return tt::permute(tt::from_span<float>(nhwc.to_vector<float>(), nhwc.shape()), {0, 3, 1, 2});
}

}  // namespace

// torch.nn.functional.batch_norm of PyTorch 2, training, momentum 0.1.
TEST(BatchNorm, RunningStatisticsAsPyTorch) {
  const tt::Tensor x = wave<double>({2, 3, 2, 2});
  const tt::Tensor mean = tt::tensor<double>({0.5, -0.25, 1}), var = tt::tensor<double>({1, 2, 0.5});
  const auto y =
      tt::batch_norm(x, mean, var, tt::tensor<double>({1, 2, 3}), tt::tensor<double>({0, 1, -1}), {.training = true})
          .to_vector<double>();
  EXPECT_NEAR(y[0], -0.6046019237833922, 1e-12);
  EXPECT_NEAR(y[5], 0.6637764223978807, 1e-12);
  EXPECT_NEAR(y[23], -3.2342635490280576, 1e-12);
  expect_near(mean, {0.5242657521233268, -0.10842026988622751, 1.0572145076655886}, 1e-12);
  expect_near(var, {1.0724357008647898, 2.024381281372929, 0.7818790950017747}, 1e-12);
}

// keras.layers.BatchNormalization of Keras 3, training, channels last, momentum 0.99, epsilon 1e-3.
TEST(BatchNorm, RunningStatisticsAsKeras) {
  const tt::Tensor x = tt::permute(wave<float>({2, 3, 2, 2}), {0, 2, 3, 1});
  const tt::Tensor mean = tt::tensor<float>({0.5, -0.25, 1}), var = tt::tensor<float>({1, 2, 0.5});
  const tt::Tensor y = tt::batch_norm(
      x, mean, var, tt::tensor<float>({1, 2, 3}), tt::tensor<float>({0, 1, -1}),
      {.training = true, .momentum = 0.99, .eps = 1e-3, .axis = -1, .formula = tt::UpdateFormula::keras});
  const auto values = tt::permute(y, {0, 3, 1, 2}).to_vector<float>();
  EXPECT_NEAR(values[0], -0.6044037, 1e-5);
  EXPECT_NEAR(values[5], 0.66386056, 1e-5);
  EXPECT_NEAR(values[23], -3.2338839, 1e-5);
  expect_near(mean, {0.5024265646934509, -0.2358420193195343, 1.0057214498519897}, 1e-6);
  expect_near(var, {1.0050880908966064, 1.9996334314346313, 0.5240394473075867}, 1e-6);
}

// PyTorch alone forbids it: of one value the mean is the value, and the gradient of x is zero.
TEST(BatchNorm, OneValueForEachChannel) {
  for (const tt::UpdateFormula formula : {tt::UpdateFormula::keras, tt::UpdateFormula::tf}) {
    tt::Tensor x = tt::tensor<float>({3, -1}).reshape({1, 2}).set_requires_grad(), mean = tt::zeros({2}),
               var = tt::ones({2});
    tt::Tensor beta = tt::tensor<float>({5, 7}).set_requires_grad();
    const tt::Tensor y = tt::batch_norm(
        x, mean, var, {}, beta, {.training = true, .momentum = 0.75, .eps = 1e-3, .axis = -1, .formula = formula});
    EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{5, 7}));
    EXPECT_EQ(mean.to_vector<float>(), (std::vector<float>{0.75, -0.25}));
    EXPECT_EQ(var.to_vector<float>(), (std::vector<float>{0.75, 0.75}));
    tt::sum(y * y).backward();
    EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{0, 0}));
    EXPECT_EQ(beta.grad().to_vector<float>(), (std::vector<float>{10, 14}));
  }
}

TEST(BatchNorm, ChannelsLastIsNotCopiedAndGivesTheSameBits) {
  const tt::Tensor plain = wave<float>({6, 20, 13, 9}), last = channels_last(plain);
  const tt::Tensor gamma = wave<float>({20}), beta = wave<float>({20});
  std::vector<std::vector<float>> results[2];
  int k = 0;
  for (const tt::Tensor& start : {plain, last}) {
    tt::Tensor x = start.detach();
    x.set_requires_grad();
    const auto copies = tt::statistics().hidden_copies;
    const tt::Tensor y = tt::batch_norm(x, {}, {}, gamma, beta, {.training = true});
    const tt::Tensor weight = start * start;
    const tt::Tensor ys[] = {tt::sum(y * weight)}, xs[] = {x};
    const tt::Tensor grad = tt::gradients(ys, xs)[0];
    EXPECT_EQ(tt::statistics().hidden_copies, copies);
    EXPECT_EQ(y.strides()[1], start.strides()[1]);
    results[k].push_back(y.to_vector<float>());
    results[k++].push_back(grad.to_vector<float>());
  }
  EXPECT_EQ(results[0], results[1]);
}

TEST(BatchNorm, TraceWritesTheRunningStatistics) {
  tt::GraphHandle graph;
  const tt::Tensor x = tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown, 3}, {}, tt::Location::here());
  tt::Tensor mean = tt::zeros({3}), var = tt::ones({3});
  EXPECT_THROW(tt::batch_norm(x, mean, var, {}, {}, {.training = true}),
               tt::ArgumentError);  // constants cannot be written
  tt::mark_state(mean);
  tt::mark_state(var);
  EXPECT_TRUE(tt::batch_norm(x, mean, var, {}, {}, {.training = true}).is_symbolic());
  EXPECT_TRUE(tt::batch_norm(x, mean, var).is_symbolic());
}

// gamma and beta are as many ones and zeros as there are channels, also where a graph does not know how many.
TEST(Normalization, UnknownChannels) {
  const tt::Tensor x = tt::tensor<float>({1, 2, 3, 5, -4, 0, 2, 2}, {2, 2, 2});
  for (const bool training : {true, false}) {
    tt::GraphHandle graph;
    const tt::Tensor unknown = tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown, tt::unknown, tt::unknown},
                                                     {}, tt::Location::here());
    const tt::BatchNormOptions options{.training = training};
    const tt::Tensor expected = tt::batch_norm(x, {}, {}, {}, {}, options);
    const tt::lowlevel::Session session(graph, {.numerics = tt::Numerics::exact});
    EXPECT_TRUE(
        tt::array_equal(session.run(tt::batch_norm(unknown, {}, {}, {}, {}, options), {{unknown, x}}), expected));
    const tt::Tensor rows =
        tt::graph_placeholder(graph, "rows", tt::float32, {tt::unknown, tt::unknown}, {}, tt::Location::here());
    const tt::Tensor gradient = tt::lowlevel::gradients(tt::square(tt::batch_norm(rows, {}, {})), rows)[0];
    EXPECT_EQ(session.run(gradient, {{rows, tt::ones({3, 2})}}).shape(), (tt::Shape{3, 2}));
  }
}

// The statistics of 16-bit tensors are float32; gradients of gradients have their tensors' dtypes all the same.
TEST(Normalization, SecondDerivativesInTheNarrowDtypes) {
  using tt::Tensor;
  using Normalize = std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)>;
  const auto second = [](const Normalize& normalized, tt::DType dtype) {
    std::vector<Tensor> x;
    for (const Tensor& values : {wave<double>({4, 6}), wave<double>({6}) + 1, wave<double>({6})})
      x.push_back(tt::cast(tt::cast(values, tt::float16), dtype).set_requires_grad());
    const Tensor weights = tt::cast(tt::square(wave<double>({4, 6})) * 0.1, dtype);
    const std::vector<Tensor> y{tt::sum(tt::square(normalized(x[0], x[1], x[2])) * weights)};
    const std::vector<Tensor> first = tt::gradients(y, x, {}, {.create_graph = true});
    return tt::gradients(std::vector<Tensor>{tt::sum(tt::square(first[0]))}, x);
  };
  const auto batch = [](const Tensor& x, const Tensor& gamma, const Tensor& beta) {
    return tt::batch_norm(x, {}, {}, gamma, beta, {.training = true});
  };
  const auto running = [](const Tensor& x, const Tensor& gamma, const Tensor& beta) {
    return tt::batch_norm(x, tt::full({6}, 0.5f), tt::full({6}, 2.0f), gamma, beta, {.training = false});
  };
  const auto layer = [](const Tensor& x, const Tensor& gamma, const Tensor& beta) {
    return tt::layer_norm(x, {6}, gamma, beta);
  };
  const auto check = [&](const Normalize& normalized) {
    const auto exact = second(normalized, tt::float32);
    for (const tt::DType dtype : {tt::float16, tt::bfloat16}) {
      const auto narrow = second(normalized, dtype);
      ASSERT_EQ(narrow.size(), exact.size());
      for (std::size_t i = 0; i < exact.size(); ++i) {
        EXPECT_EQ(narrow[i].dtype(), dtype);
        const double scale = tt::max(tt::abs(exact[i])).item<double>();
        expect_near(narrow[i], exact[i].to_vector<double>(), scale * (dtype == tt::float16 ? 0.02 : 0.15));
      }
    }
  };
  check(batch);
  check(running);
  check(layer);
}

TEST(BatchNorm, WrongArguments) {
  const tt::Tensor x = tt::zeros({4, 3}), three = tt::ones({3}), two = tt::ones({2});
  EXPECT_THROW(tt::batch_norm(x, two, two, three, three), tt::ArgumentError);
  EXPECT_THROW(tt::batch_norm(x, three, {}, three, three), tt::ArgumentError);
  EXPECT_THROW(tt::batch_norm(x, three, three, three, three, {.axis = 2}), tt::ArgumentError);
  EXPECT_THROW(tt::batch_norm(tt::zeros({1, 3}), three, three, three, three, {.training = true}), tt::ArgumentError);
  EXPECT_NO_THROW(tt::batch_norm(tt::zeros({1, 3}), three, three, three, three));
  EXPECT_THROW(tt::layer_norm(x, {4}), tt::ArgumentError);
  EXPECT_THROW(tt::layer_norm(x, {3}, two), tt::ArgumentError);
}

TEST(Dropout, KeepsAboutTheRightShareAndScales) {
  const tt::Tensor x = tt::ones({100000}), state = tt::tensor<std::int64_t>({123, 0});
  const auto y = tt::dropout(x, {.p = 0.3}, state).to_vector<float>();
  std::size_t kept = 0;
  for (float value : y) {
    if (value == 0) continue;
    ++kept;
    ASSERT_FLOAT_EQ(value, 1 / 0.7f);
  }
  EXPECT_NEAR(static_cast<double>(kept), 70000, 600);  // four standard deviations
  EXPECT_EQ(state.to_vector<std::int64_t>(), (std::vector<std::int64_t>{123, 1}));
  EXPECT_NE(tt::dropout(x, {.p = 0.3}, state).to_vector<float>(), y);
  EXPECT_EQ(tt::dropout(x, {.p = 0.3}, tt::tensor<std::int64_t>({123, 0})).to_vector<float>(), y);
  const auto nothing = tt::dropout(x, {.p = 1}).to_vector<float>();
  EXPECT_EQ(nothing, std::vector<float>(100000, 0));
}

TEST(Dropout, GradientHasTheSameMask) {
  tt::Tensor x = tt::ones({1000}).set_requires_grad();
  const tt::Tensor y = tt::dropout(x, {.p = 0.5});
  tt::sum(y).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), y.to_vector<float>());
}

TEST(Dropout, ThreadsChangeNothing) {
  const int before = tt::num_threads();
  const tt::Tensor x = tt::ones({300, 1001});
  tt::set_num_threads(1);
  const auto one = tt::dropout(x, {}, tt::tensor<std::int64_t>({9, 4})).to_vector<float>();
  tt::set_num_threads(2);
  EXPECT_EQ(tt::dropout(x, {}, tt::tensor<std::int64_t>({9, 4})).to_vector<float>(), one);
  tt::set_num_threads(before);
}

TEST(Dropout, WithoutTrainingAndWrongArguments) {
  const tt::Tensor x = tt::ones({4});
  EXPECT_TRUE(tt::dropout(x, {.training = false}).is_same(x));
  EXPECT_THROW(tt::dropout(x, {.p = 1.5}), tt::ArgumentError);
  EXPECT_THROW(tt::dropout(tt::zeros({4}, tt::int64)), tt::ArgumentError);
  EXPECT_THROW(tt::dropout(x, {}, tt::zeros({2})), tt::ArgumentError);
}

TEST(Embedding, OutOfRangeIsNamed) {
  const tt::Tensor table = tt::zeros({5, 2});
  try {
    tt::embedding(table, tt::tensor<std::int64_t>({0, 5}));
    FAIL();
  } catch (const tt::ArgumentError& error) {
    EXPECT_NE(std::string(error.what()).find("[embedding] an index is out of range: index 5, number 1 of 2"),
              std::string::npos)
        << error.what();
  }
  EXPECT_THROW(tt::embedding(table, tt::zeros({2})), tt::ArgumentError);
}
