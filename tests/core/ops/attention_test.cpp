// Attention where samples cannot say it: dropout, long sequences, errors, memory.
#include "triptych/core/ops/attention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "triptych/core/autograd.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace tt = triptych;

namespace {

tt::Tensor wave(const tt::Shape& shape, double phase) {
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i) + phase));
  return tt::from_span<float>(values, shape);
}

void expect_near(const tt::Tensor& actual, const tt::Tensor& expected, double bound) {
  const auto a = actual.to_vector<double>(), e = expected.to_vector<double>();
  ASSERT_EQ(a.size(), e.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], e[i], bound) << i;
}

}  // namespace

// Of values that are the unit matrix the result is the weights: some of them are zero, the others twice as large.
TEST(Attention, DropoutTakesWeightsAwayAndGivesThemBackInTheGradient) {
  const tt::Tensor q = wave({2, 6, 4}, 0), k = wave({2, 8, 4}, 1), unit = tt::expand(tt::eye(8), {2, 8, 8});
  const tt::Tensor weights = tt::scaled_dot_product_attention(q, k, unit);
  const tt::Tensor state = tt::Generator(5).next_stream();
  const tt::Tensor before = state.clone();
  const tt::Tensor kept = tt::scaled_dot_product_attention(q, k, unit, {.dropout_p = 0.5, .state = state});
  EXPECT_EQ(state.to_vector<std::int64_t>()[1], before.to_vector<std::int64_t>()[1] + 1);
  const auto w = weights.to_vector<float>(), d = kept.to_vector<float>();
  int dropped = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (d[i] == 0)
      ++dropped;
    else
      EXPECT_NEAR(d[i], 2 * w[i], 1e-6);
  }
  EXPECT_GT(dropped, 24);
  EXPECT_LT(dropped, 72);
  // The mask is that of dropout on the weights, with the same draw.
  expect_near(kept, tt::dropout(weights, {.p = 0.5}, before.clone()), 1e-6);
  const tt::Tensor v = wave({2, 8, 3}, 2);
  const auto gradients = [&](auto function) {
    std::vector<tt::Tensor> x{q.detach().set_requires_grad(), k.detach().set_requires_grad(),
                              v.detach().set_requires_grad()};
    const tt::Tensor y = function(x);
    return tt::gradients(std::vector{y}, x, std::vector{wave({2, 6, 3}, 3)});
  };
  const auto op = gradients([&](const std::vector<tt::Tensor>& x) {
    return tt::scaled_dot_product_attention(x[0], x[1], x[2], {.dropout_p = 0.5, .state = before.clone()});
  });
  const auto by_hand = gradients([&](const std::vector<tt::Tensor>& x) {
    const tt::Tensor p = tt::softmax(tt::matmul(x[0], tt::transpose(x[1])) * 0.5, -1);
    return tt::matmul(tt::dropout(p, {.p = 0.5}, before.clone()), x[2]);
  });
  for (std::size_t i = 0; i < op.size(); ++i) expect_near(op[i], by_hand[i], 1e-5);
}

// Several blocks of keys and of queries, of which the last ones are not whole.
TEST(Attention, LongSequencesGiveWhatTheStepsGive) {
  const tt::Tensor q = wave({1, 700, 8}, 0), k = wave({1, 1100, 8}, 1), v = wave({1, 1100, 5}, 2);
  for (const bool causal : {false, true}) {
    tt::Tensor scores = tt::matmul(q, tt::transpose(k)) / std::sqrt(8.0);
    if (causal) scores = tt::where(tt::greater(tt::tril(tt::ones_like(scores)), 0), scores, -INFINITY);
    expect_near(tt::scaled_dot_product_attention(q, k, v, {.is_causal = causal}),
                tt::matmul(tt::softmax(scores, -1), v), 1e-5);
  }
}

TEST(Attention, MemoryDoesNotGrowWithTheSquareOfTheLength) {
  const tt::Tensor q = wave({1, 4096, 8}, 0).set_requires_grad();
  const tt::Tensor before = tt::scaled_dot_product_attention(q, q, q);  // warm
  tt::reset_statistics();
  const auto used = tt::statistics().bytes_in_use;
  const tt::Tensor y = tt::scaled_dot_product_attention(q, q, q);
  static_cast<void>(tt::gradients(std::vector{y}, std::vector{q}, std::vector{tt::ones_like(y)}));
  EXPECT_LT(tt::statistics().peak_bytes_in_use - used, 16 << 20);  // the scores alone are 64 MiB
}

TEST(Attention, Errors) {
  const tt::Tensor q = wave({2, 3, 4}, 0), k = wave({2, 5, 4}, 1), v = wave({2, 5, 6}, 2);
  const auto refuses = [](auto call) { EXPECT_THROW(call(), tt::ArgumentError); };
  refuses([&] { tt::scaled_dot_product_attention(q, v, v); });
  refuses([&] { tt::scaled_dot_product_attention(q, k, tt::slice(v, 1, {0, 4})); });
  refuses([&] { tt::scaled_dot_product_attention(q, k, tt::cast(v, tt::float64)); });
  refuses([&] { tt::scaled_dot_product_attention(q, k, v, {.dropout_p = 1.5}); });
  refuses([&] { tt::scaled_dot_product_attention(q, k, v, {.attn_mask = tt::ones({3, 5}), .is_causal = true}); });
  refuses([&] { tt::scaled_dot_product_attention(q, k, v, {.attn_mask = tt::ones({4, 5})}); });
  refuses([&] { tt::scaled_dot_product_attention(q, k, v, {.attn_mask = tt::ones({3, 5}, tt::int64)}); });
  refuses([&] {
    tt::scaled_dot_product_attention(wave({2, 3, 3, 4}, 0), wave({2, 2, 5, 4}, 0), wave({2, 2, 5, 4}, 0));
  });
  refuses([&] {
    tt::scaled_dot_product_attention(wave({2, 3, 3, 4}, 0), wave({2, 2, 5, 4}, 0), wave({2, 2, 5, 4}, 0),
                                     {.enable_gqa = true});
  });
}
