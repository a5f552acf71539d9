// Activations that draw numbers, and the errors of those with weights, masks and halves.
#include "triptych/core/ops/rectifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/masked_softmax.h"
#include "triptych/core/random.h"

namespace tt = triptych;

namespace {

using tt::Tensor;

std::string error_of(const std::function<void()>& call) {
  try {
    call();
    return "none";
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
}

}  // namespace

TEST(RRelu, DrawsASlopeForEachElement) {
  tt::manual_seed(3);
  const Tensor x = tt::full({10000}, -1.0).set_requires_grad();
  const Tensor y = tt::rrelu(x, {.lower = 0.25, .upper = 0.75, .training = true});
  const auto values = y.to_vector<float>();
  for (const float value : values) ASSERT_TRUE(value <= -0.25F && value > -0.75F) << value;
  EXPECT_NEAR(tt::mean(y).item<float>(), -0.5, 0.01);
  EXPECT_NE(values[0], values[1]);
  tt::sum(y).backward();
  EXPECT_EQ(tt::sum(tt::not_equal(x.grad(), -y)).item<std::int64_t>(), 0);
  const Tensor positive = tt::full({3}, 2.0);
  EXPECT_EQ(tt::rrelu(positive, {.training = true}).to_vector<float>(), positive.to_vector<float>());
  EXPECT_THAT(error_of([&] { tt::rrelu(x, {.lower = 1, .upper = 0}); }), testing::HasSubstr("[rrelu] lower is above"));
}

TEST(RRelu, AStreamGivesTheSameNumbersAgain) {
  const Tensor state = tt::Generator(7).next_stream(), x = tt::full({5}, -1);
  const Tensor again = state.clone();
  const auto first = tt::rrelu(x, {.training = true}, state).to_vector<float>();
  EXPECT_EQ(tt::rrelu(x, {.training = true}, again).to_vector<float>(), first);
}

TEST(GumbelSoftmax, DrawsTheCategories) {
  tt::manual_seed(5);
  const Tensor p = tt::tensor({0.5F, 0.3F, 0.2F}), logits = tt::expand(tt::log(p), {20000, 3});
  const Tensor hard = tt::gumbel_softmax(logits, {.hard = true});
  EXPECT_EQ(tt::sum(tt::logical_or(tt::equal(hard, 0), tt::equal(hard, 1))).item<std::int64_t>(), 60000);
  const auto shares = tt::mean(hard, 0).to_vector<float>();
  for (int i = 0; i < 3; ++i)
    EXPECT_NEAR(shares[static_cast<std::size_t>(i)], p.to_vector<float>()[static_cast<std::size_t>(i)], 0.015);
  const Tensor soft = tt::gumbel_softmax(logits, {.tau = 0.5});
  EXPECT_NEAR(tt::max(tt::abs(tt::sum(soft, 1) - 1)).item<float>(), 0, 1e-5);
  EXPECT_THAT(error_of([&] { tt::gumbel_softmax(logits, {.tau = 0}); }), testing::HasSubstr("[gumbel_softmax] tau is"));
}

TEST(GumbelSoftmax, HardHasTheSoftOnesGradient) {
  const Tensor state = tt::Generator(7).next_stream(), again = state.clone();
  const Tensor x = tt::tensor({{0.1F, 0.7F}, {-1.F, 2.F}}).set_requires_grad(), y = x.detach().set_requires_grad();
  const Tensor weights = tt::tensor({1.F, -2.F});
  tt::sum(tt::gumbel_softmax(x, {.axis = 0}, state) * weights).backward();
  tt::sum(tt::gumbel_softmax(y, {.hard = true, .axis = 0}, again) * weights).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), y.grad().to_vector<float>());
}

TEST(Rectifiers, Refuse) {
  const Tensor x = tt::ones({2, 3});
  EXPECT_THAT(error_of([&] { tt::prelu(x, tt::ones({2})); }),
              testing::HasSubstr("[prelu] there are neither one weight"));
  EXPECT_THAT(error_of([&] { tt::prelu(x, tt::ones({1, 3})); }), testing::HasSubstr("[prelu] there are neither one"));
  EXPECT_THAT(error_of([&] { tt::softshrink(x, -1); }), testing::HasSubstr("[softshrink] lambd is negative"));
  EXPECT_THAT(error_of([&] { tt::geglu(x); }), testing::HasSubstr("[geglu] the length of the axis is odd"));
  EXPECT_THAT(error_of([&] { tt::masked_softmax(x, x); }), testing::HasSubstr("[masked_softmax] the mask is not bool"));
  EXPECT_THAT(error_of([&] { tt::masked_softmax(x, tt::ones({4}, tt::boolean)); }), testing::HasSubstr("broadcast"));
  EXPECT_THAT(error_of([&] { tt::softmin(tt::tensor({1})); }), testing::HasSubstr("[softmin] x is not floating"));
  EXPECT_EQ(tt::softmax(tt::tensor({1, 1}), 0, tt::float32).to_vector<float>(), (std::vector<float>{0.5F, 0.5F}));
}
