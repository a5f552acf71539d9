// Losses: fused results equal their parts bit for bit, labels are checked, the three styles' spellings agree.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

tt::Tensor random_tensor(const tt::Shape& shape, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (float& value : values) value = normal(engine);
  return tt::from_span<float>(values, shape);
}

tt::Tensor random_labels(const tt::Shape& shape, std::int64_t classes) {
  std::mt19937 engine(5);
  std::vector<std::int64_t> values(static_cast<std::size_t>(shape.size()));
  for (auto& value : values) value = static_cast<std::int64_t>(engine() % static_cast<unsigned>(classes));
  return tt::from_span<std::int64_t>(values, shape);
}

std::vector<float> gradient(const tt::Tensor& loss, const tt::Tensor& x) {
  const tt::Tensor ys[] = {loss}, xs[] = {x};
  return tt::gradients(ys, xs)[0].to_vector<float>();
}

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST(CrossEntropy, EqualsLogSoftmaxAndNllLossBitForBit) {
  for (std::int64_t classes : {1, 3, 10, 16, 65, 1024, 3000}) {
    const tt::Tensor labels = random_labels({37}, classes);
    for (const auto reduction : {tt::Reduction::none, tt::Reduction::sum, tt::Reduction::mean}) {
      const tt::Tensor x = random_tensor({37, classes}, 1).set_requires_grad();
      const tt::Tensor fused = tt::cross_entropy(x, labels, {.reduction = reduction});
      const tt::Tensor parts = tt::nll_loss(tt::log_softmax(x, 1), labels, {.reduction = reduction});
      EXPECT_EQ(fused.to_vector<float>(), parts.to_vector<float>()) << classes;
      EXPECT_EQ(gradient(tt::sum(fused), x), gradient(tt::sum(parts), x)) << classes;
    }
  }
}

TEST(CrossEntropy, EqualsTheMeanOfSparseSoftmaxCrossEntropyBitForBit) {
  const tt::Tensor labels = random_labels({100}, 10), x = random_tensor({100, 10}, 2).set_requires_grad();
  const tt::Tensor torch = tt::cross_entropy(x, labels), tf = tt::mean(tt::sparse_softmax_cross_entropy(x, labels));
  EXPECT_EQ(torch.item<float>(), tf.item<float>());
  EXPECT_EQ(gradient(torch, x), gradient(tf, x));
}

TEST(CrossEntropy, WrongLabelsAreNamed) {
  const tt::Tensor x = tt::zeros({3, 10});
  const std::string text = message([&] { tt::cross_entropy(x, tt::tensor<std::int64_t>({1, 12, 3})); });
  EXPECT_NE(text.find("[cross_entropy] a label is out of range: label 12 at position (1,) for 10 classes"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("losses_test.cpp"), std::string::npos) << text;
  // A label that PyTorch ignores by default is an error in TensorFlow's function.
  const tt::Tensor ignored = tt::tensor<std::int64_t>({1, -100, 3});
  EXPECT_NEAR(tt::cross_entropy(x, ignored).item<float>(), std::log(10.f), 1e-6);
  EXPECT_NE(message([&] { tt::sparse_softmax_cross_entropy(x, ignored); }).find("label -100 at position (1,)"),
            std::string::npos);
  EXPECT_TRUE(std::isnan(tt::cross_entropy(x, tt::full({3}, -100, tt::int64)).item<float>()));
}

TEST(CrossEntropy, WrongArguments) {
  const tt::Tensor x = tt::zeros({3, 10});
  EXPECT_THROW(tt::cross_entropy(x, tt::zeros({4}, tt::int64)), tt::ArgumentError);
  EXPECT_THROW(tt::cross_entropy(x, tt::zeros({3, 10}, tt::int64)), tt::ArgumentError);
  EXPECT_THROW(tt::cross_entropy(x, tt::zeros({3})), tt::ArgumentError);
  EXPECT_THROW(tt::cross_entropy(tt::zeros({3, 10}, tt::int32), tt::zeros({3}, tt::int64)), tt::ArgumentError);
  EXPECT_THROW(tt::cross_entropy(x, tt::zeros({3}, tt::int64), {.weight = tt::ones({9})}), tt::ArgumentError);
  EXPECT_THROW(tt::cross_entropy(x, tt::zeros({3}, tt::int64), {.label_smoothing = 2}), tt::ArgumentError);
  EXPECT_THROW(tt::mse_loss(tt::zeros({3, 1}), tt::zeros({3})), tt::ArgumentError);
}

TEST(Softmax, IsStableAndNormalized) {
  const tt::Tensor large = tt::softmax(tt::tensor<float>({1000, 1001, -1000}));
  EXPECT_NEAR(large.to_vector<float>()[1], 1 / (1 + std::exp(-1.0)), 1e-6);
  for (std::int64_t n : {1, 15, 16, 17, 1000, 5000}) {
    const tt::Tensor y = tt::softmax(random_tensor({3, n}, 3));
    for (float total : tt::sum(y, 1).to_vector<float>()) EXPECT_NEAR(total, 1, 1e-6) << n;
  }
  EXPECT_EQ(tt::softmax(tt::zeros({0, 3})).shape(), (tt::Shape{0, 3}));
  EXPECT_EQ(tt::softmax(tt::zeros({3, 0})).shape(), (tt::Shape{3, 0}));
  EXPECT_THROW(tt::softmax(tt::zeros({3}, tt::int64)), tt::ArgumentError);
  EXPECT_THROW(tt::softmax(tt::zeros({3}), 1), tt::ArgumentError);
}

// A row's bits depend neither on its place nor on the axis that it lies on.
TEST(Softmax, RowsAreEqualOnAnyAxis) {
  const tt::Tensor x = random_tensor({40, 33}, 4);
  const auto rows = tt::log_softmax(x, 1).to_vector<float>();
  const tt::Tensor columns = tt::log_softmax(tt::from_span<float>(tt::transpose(x).to_vector<float>(), {33, 40}), 0);
  EXPECT_EQ(tt::transpose(columns).to_vector<float>(), rows);
}

TEST(Softmax, HalfPrecision) {
  const tt::Tensor x = tt::cast(random_tensor({5, 20}, 6), tt::bfloat16);
  const auto expected = tt::softmax(tt::cast(x, tt::float32)).to_vector<float>();
  const auto actual = tt::softmax(x).to_vector<float>();
  for (std::size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 0.004 * expected[i]);
}
