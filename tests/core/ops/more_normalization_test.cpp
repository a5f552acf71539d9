// Normalization beyond batch and layer, where samples cannot say it: state, random numbers, errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "triptych/core/ops.h"
#include "triptych/core/ops/ctc.h"
#include "triptych/core/ops/dropout.h"
#include "triptych/core/ops/embedding_bag.h"
#include "triptych/core/ops/group_norm.h"
#include "triptych/core/ops/normalize.h"
#include "triptych/core/ops/padding.h"
#include "triptych/core/ops/rms_norm.h"
#include "triptych/core/ops/sync_batch_norm.h"
#include "triptych/core/random.h"

namespace tt = triptych;

namespace {

tt::Tensor wave(const tt::Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(std::sin(1.3 * static_cast<double>(i)) + 2);
  return tt::from_span<float>(values, shape);
}

void expect_near(const tt::Tensor& actual, const tt::Tensor& expected, double bound) {
  const auto a = actual.to_vector<double>(), e = expected.to_vector<double>();
  ASSERT_EQ(a.size(), e.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], e[i], bound) << i;
}

}  // namespace

// As torch.nn.functional.instance_norm: the examples' statistics, on the average.
TEST(InstanceNorm, MovesTheRunningStatistics) {
  const tt::Tensor x = wave({2, 3, 4}), mean = tt::zeros({3}), var = tt::ones({3});
  const tt::Tensor y = tt::instance_norm(x, {.running_mean = mean, .running_var = var, .momentum = 0.25});
  expect_near(mean, tt::mean(tt::mean(x, {2}), {0}) * 0.25, 1e-6);
  expect_near(var, tt::mean(tt::var(x, {2}), {0}) * 0.25 + 0.75, 1e-6);
  expect_near(tt::mean(y, {2}), tt::zeros({2, 3}), 1e-6);
}

// Two processes with different batches are one with both.
TEST(SyncBatchNorm, SumsOverProcesses) {
  const tt::Tensor both = wave({6, 3, 2}), mine = tt::slice(both, 0, {0, 4}),
                   theirs = tt::slice(both, 0, {4, tt::none});
  const tt::Tensor mean = tt::zeros({3}), var = tt::ones({3}), mean_of_both = tt::zeros({3}),
                   var_of_both = tt::ones({3});
  // What the other process adds, in the order in which it is asked.
  const auto over = [](const tt::Tensor& t) { return tt::sum(t, {0, 2}); };
  const tt::Tensor center = tt::reshape(tt::mean(both, {0, 2}), {1, 3, 1});
  const std::vector<tt::Tensor> others{tt::stack({over(theirs), over(tt::ones_like(theirs))}),
                                       over(tt::square(theirs - center))};
  std::size_t calls = 0;
  const tt::Tensor y = tt::sync_batch_norm(mine, mean, var, {}, {}, {.training = true},
                                           [&](const tt::Tensor& t) { return t + others[calls++]; });
  const tt::Tensor whole = tt::batch_norm(both, mean_of_both, var_of_both, {}, {}, {.training = true});
  EXPECT_EQ(calls, 2u);
  expect_near(y, tt::slice(whole, 0, {0, 4}), 1e-5);
  expect_near(mean, mean_of_both, 1e-6);
  expect_near(var, var_of_both, 1e-5);
}

// As torch.nn.functional.rms_norm: the smallest step at 1 of x's dtype.
TEST(RmsNorm, EpsilonIsThatOfTheDtype) {
  const auto of_small = [](tt::DType dtype) {
    return tt::rms_norm(tt::full({1, 2}, 0.0078125, dtype), {2}).to_vector<float>()[0];
  };
  EXPECT_NEAR(of_small(tt::float32), 0.0078125 / std::sqrt(0x1p-14 + 0x1p-23), 1e-6);
  EXPECT_NEAR(of_small(tt::float16), 0.0078125 / std::sqrt(0x1p-14 + 0x1p-10), 1e-3);
}

TEST(ChannelDropout, WholeChannelsAreDropped) {
  const tt::Tensor x = tt::ones({8, 16, 3, 2}), state = tt::Generator(7).next_stream();
  const tt::Tensor y = tt::dropout2d(x, {.p = 0.25}, state);
  const tt::Tensor sums = tt::sum(y, {2, 3});
  int dropped = 0;
  for (const float sum : sums.to_vector<float>()) {
    EXPECT_TRUE(sum == 0 || std::abs(sum - 8) < 1e-5) << sum;
    dropped += sum == 0;
  }
  EXPECT_GT(dropped, 15);
  EXPECT_LT(dropped, 50);
  EXPECT_EQ(tt::dropout2d(x, {.p = 0.25, .training = false}).to_vector<float>(), x.to_vector<float>());
  EXPECT_EQ(tt::dropout1d(tt::ones({4, 5}), {.p = 0.5}).shape(), (tt::Shape{4, 5}));
  EXPECT_THROW(tt::dropout3d(tt::ones({4, 5})), tt::ArgumentError);
  EXPECT_THROW(tt::dropout2d(x, {.p = 2}), tt::ArgumentError);
}

TEST(AlphaDropout, KeepsMeanAndVariance) {
  const tt::Tensor x = tt::randn({200, 200}), y = tt::alpha_dropout(x, {.p = 0.2}, tt::Generator(1).next_stream());
  EXPECT_NEAR(tt::mean(y).item<float>(), 0, 0.03);
  EXPECT_NEAR(tt::var(y).item<float>(), 1, 0.05);
  const tt::Tensor channels = tt::feature_alpha_dropout(tt::ones({4, 6, 5}), {.p = 0.5});
  const auto spread = tt::max(channels, {2}) - tt::min(channels, {2});
  EXPECT_EQ(tt::max(spread).item<float>(), 0);
  EXPECT_EQ(tt::alpha_dropout(x, {.p = 1}).to_vector<float>(), std::vector<float>(40000, 0));
}

TEST(MoreNormalization, Errors) {
  const tt::Tensor x = wave({2, 6, 4});
  const auto refuses = [](auto call) { EXPECT_THROW(call(), tt::ArgumentError); };
  refuses([&] { tt::group_norm(x, 4); });
  refuses([&] { tt::group_norm(x, 0); });
  refuses([&] { tt::group_norm(x, 2, tt::ones({5})); });
  refuses([&] { tt::instance_norm(wave({2, 3})); });
  refuses([&] { tt::instance_norm(wave({2, 3, 1})); });
  refuses([&] { tt::instance_norm(x, {.use_input_stats = false}); });
  refuses([&] { tt::rms_norm(x, {5}); });
  refuses([&] { tt::rms_norm(x, {4}, tt::ones({6})); });
  refuses([&] { tt::local_response_norm(x, 0); });
  refuses([&] { tt::normalize(x, -1); });
  refuses([&] { tt::normalize(x, 2, 3); });
  refuses([&] { tt::spectral_norm(x, tt::ones({3}), tt::ones({24})); });
  refuses([&] { tt::embedding_bag(wave({5, 2}), tt::tensor({1, 2})); });
  refuses([&] { tt::embedding_bag(wave({5, 2}), tt::tensor({1, 2}), {.offsets = tt::tensor({1, 2})}); });
  refuses([&] { tt::embedding_bag(wave({5, 2}), tt::tensor({{1, 7}})); });
  refuses([&] { tt::pad_sequence({}); });
  refuses([&] { tt::sequence_mask(wave({3})); });
  const tt::Tensor scores = tt::log_softmax(wave({4, 1, 3}), -1), one = tt::tensor({1});
  refuses([&] { tt::ctc_loss(scores, tt::tensor({{3}}), tt::tensor({4}), one); });
  refuses([&] { tt::ctc_loss(scores, tt::tensor({{1}}), tt::tensor({5}), one); });
  refuses([&] { tt::ctc_loss(scores, tt::tensor({{1}}), tt::tensor({4}), tt::tensor({2})); });
  refuses([&] { tt::ctc_loss(scores, tt::tensor({{1}}), tt::tensor({4}), one, {.blank = 3}); });
}

// A target that does not fit has no probability: its loss is infinite, or left out.
TEST(CtcLoss, Impossible) {
  const tt::Tensor scores = tt::log_softmax(wave({2, 1, 3}), -1).detach().set_requires_grad();
  const tt::Tensor target = tt::tensor({{1, 1}}), two = tt::tensor({2});
  EXPECT_TRUE(std::isinf(tt::ctc_loss(scores, target, two, two).item<float>()));
  const tt::Tensor none = tt::ctc_loss(scores, target, two, two, {.zero_infinity = true});
  EXPECT_EQ(none.item<float>(), 0);
  none.backward();
  EXPECT_EQ(scores.grad().to_vector<float>(), std::vector<float>(6, 0));
}
