// The convolution algorithms that `fast` adds: close to the exact sums, equal for any number of threads, bias and
// activation as the separate ops give them.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "triptych/core/autograd.h"
#include "triptych/core/memory.h"
#include "triptych/core/numerics.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

tt::Tensor random_tensor(const tt::Shape& shape, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (float& value : values) value = uniform(engine);
  return tt::tensor(values, shape);
}

struct Results {
  std::vector<float> y, x_grad, weight_grad;
  bool operator==(const Results&) const = default;
};

Results run(tt::Numerics numerics, tt::Tensor x, tt::Tensor weight, const tt::Conv2dOptions& options) {
  const tt::NumericsMode mode(numerics);
  x = x.detach().set_requires_grad();
  weight = weight.detach().set_requires_grad();
  const tt::Tensor y = tt::conv2d(x, weight, options);
  y.backward(random_tensor(y.shape(), 3));
  return {y.to_vector<float>(), x.grad().to_vector<float>(), weight.grad().to_vector<float>()};
}

/// The largest difference, relative to the largest value.
double difference(const std::vector<float>& a, const std::vector<float>& exact) {
  double most = 0, largest = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    most = std::max(most, std::abs(double(a[i]) - exact[i]));
    largest = std::max(largest, std::abs(double(exact[i])));
  }
  return most / largest;
}

}  // namespace

TEST(Winograd, CloseToTheExactSums) {
  // Output sizes that are whole tiles of 4, and such that leave 1 to 3 pixels; padding more and less than the kernel's.
  struct Case {
    tt::Shape x;
    std::int64_t outputs, padding;
  };
  for (const auto& [shape, outputs, padding] :
       {Case{{6, 32, 14, 14}, 64, 0}, Case{{8, 64, 9, 11}, 32, 1}, Case{{5, 32, 13, 7}, 32, 3}}) {
    const tt::Tensor x = random_tensor(shape, 1), weight = random_tensor({outputs, shape[1], 3, 3}, 2);
    const tt::Conv2dOptions options{.padding = {padding, padding}};
    const Results exact = run(tt::Numerics::exact, x, weight, options),
                  fast = run(tt::Numerics::fast, x, weight, options);
    EXPECT_LT(difference(fast.y, exact.y), 2e-5);
    EXPECT_LT(difference(fast.x_grad, exact.x_grad), 2e-5);
    EXPECT_LT(difference(fast.weight_grad, exact.weight_grad), 2e-5);
    EXPECT_NE(fast.y, exact.y) << "another algorithm was meant to be tested";
    EXPECT_NE(fast.x_grad, exact.x_grad);
    EXPECT_NE(fast.weight_grad, exact.weight_grad);
  }
}

TEST(Winograd, ResultsDoNotDependOnThreads) {
  const tt::Tensor x = random_tensor({9, 32, 15, 15}, 1), weight = random_tensor({32, 32, 3, 3}, 2);
  tt::set_num_threads(1);
  const Results one = run(tt::Numerics::fast, x, weight, {});
  for (int threads : {2, 3}) {
    tt::set_num_threads(threads);
    EXPECT_EQ(run(tt::Numerics::fast, x, weight, {}), one);
  }
  tt::set_num_threads(2);
}

TEST(Winograd, BiasAndActivationEqualTheSeparateOps) {
  const tt::NumericsMode mode(tt::Numerics::fast);
  const tt::Tensor x = random_tensor({11, 32, 11, 10}, 1), weight = random_tensor({64, 32, 3, 3}, 2),
                   bias = random_tensor({64}, 3);
  const tt::Tensor sum = tt::conv2d(x, weight) + tt::reshape(bias, {64, 1, 1});
  EXPECT_EQ(tt::conv2d(x, weight, bias).to_vector<float>(), sum.to_vector<float>());
  EXPECT_EQ(tt::conv2d(x, weight, bias, {.activation = tt::Activation::relu}).to_vector<float>(),
            tt::relu(sum).to_vector<float>());
}
