// Random numbers whose distribution an operand decides: their moments, their edges, and that draws are counted.
#include "triptych/core/ops/distributions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "triptych/core/autograd.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/shaped_dropout.h"
#include "triptych/core/seed.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace tf = triptych::lowlevel;

constexpr std::int64_t many = 40000;

struct Moments {
  double mean, variance;
};
Moments moments_of(const tt::Tensor& numbers) {
  const std::vector<double> values = numbers.to_vector<double>();
  double sum = 0, squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(values.size());
  return {sum / n, squares / n - sum / n * (sum / n)};
}

/// Within five standard errors of the mean, and a tenth of the variance.
void expect_moments(const tt::Tensor& numbers, double mean, double variance, const std::string& what) {
  const Moments found = moments_of(numbers);
  EXPECT_NEAR(found.mean, mean, 5 * std::sqrt(variance / static_cast<double>(many))) << what;
  EXPECT_NEAR(found.variance, variance, 0.1 * variance) << what;
}

TEST(Distributions, GammaHasItsMoments) {
  tt::manual_seed(1);
  for (const double alpha : {0.1, 0.7, 1.0, 3.5, 80.0})
    for (const tt::DType dtype : {tt::float32, tt::float64})
      expect_moments(tt::standard_gamma(tt::full({many}, alpha, dtype)), alpha, alpha, std::to_string(alpha));
}

TEST(Distributions, PoissonHasItsMoments) {
  tt::manual_seed(2);
  for (const double rate : {0.25, 4.0, 9.9, 10.0, 45.0, 1000.0})
    expect_moments(tt::poisson(tt::full({many}, rate)), rate, rate, std::to_string(rate));
}

TEST(Distributions, BinomialHasItsMoments) {
  tt::manual_seed(3);
  for (const double n : {5.0, 40.0, 1000.0})
    for (const double p : {0.1, 0.5, 0.8})
      expect_moments(tt::binomial(tt::full({many}, n), tt::full({}, p)), n * p, n * p * (1 - p),
                     std::to_string(n) + " " + std::to_string(p));
}

TEST(Distributions, BetaHasItsMoments) {
  tt::manual_seed(4);
  expect_moments(tt::random_beta(tt::full({many}, 2.0), tt::full({}, 3.0)), 0.4, 0.04, "beta");
}

TEST(Distributions, Edges) {
  EXPECT_EQ(tt::standard_gamma(tt::zeros({2})).text(), "[0. 0.]");
  EXPECT_EQ(tt::poisson(tt::zeros({2})).text(), "[0. 0.]");
  EXPECT_EQ(tt::binomial(tt::full({2}, 7.0), tt::tensor({0.0, 1.0})).text(), "[0. 7.]");
  EXPECT_THROW(tt::standard_gamma(tt::tensor({1.0, -1.0})), tt::ArgumentError);
  EXPECT_THROW(tt::poisson(tt::tensor({NAN})), tt::ArgumentError);
  EXPECT_THROW(tt::binomial(tt::tensor({3.0}), tt::tensor({1.5})), tt::ArgumentError);
  EXPECT_THROW(tt::poisson(tt::tensor({1, 2})), tt::ArgumentError);
}

TEST(Distributions, AFailedCallGivesItsDrawBack) {
  tt::manual_seed(5);
  EXPECT_THROW(tt::poisson(tt::tensor({-1.0})), tt::ArgumentError);
  const tt::Tensor after = tt::rand({3});
  tt::manual_seed(5);
  EXPECT_TRUE(tt::array_equal(after, tt::rand({3})));
}

TEST(Distributions, SeedsDecide) {
  const tt::Tensor rate = tt::full({50}, 6.0);
  tt::Generator one(7), other(7);
  EXPECT_TRUE(tt::array_equal(tt::poisson(rate, &one), tt::poisson(rate, &other)));
  EXPECT_FALSE(tt::array_equal(tt::poisson(rate, &one), tt::poisson(rate, &one)));
  // An integer: the same numbers each time; a SeedGenerator goes on.
  namespace random = tt::keras::random;
  EXPECT_TRUE(tt::array_equal(random::normal({9}, 0, 1, tt::float32, 3), random::normal({9}, 0, 1, tt::float32, 3)));
  const random::SeedGenerator seed(3), same(3);
  const tt::Tensor first = random::normal({9}, 0, 1, tt::float32, seed);
  EXPECT_TRUE(tt::array_equal(first, random::normal({9}, 0, 1, tt::float32, same)));
  EXPECT_FALSE(tt::array_equal(first, random::normal({9}, 0, 1, tt::float32, seed)));
}

TEST(Distributions, StatelessFunctionsHaveNoState) {
  tt::manual_seed(6);
  const tt::Tensor a = tf::random::stateless_normal({9}, {1, 2});
  EXPECT_TRUE(tt::array_equal(a, tf::random::stateless_normal({9}, {1, 2})));
  EXPECT_FALSE(tt::array_equal(a, tf::random::stateless_normal({9}, {2, 1})));
  EXPECT_FALSE(tt::array_equal(a, tf::random::stateless_normal({9}, tf::random::fold_in({1, 2}, 0))));
  const tt::Tensor after = tt::rand({3});
  tt::manual_seed(6);
  EXPECT_TRUE(tt::array_equal(after, tt::rand({3})));
  // In a graph they are the same in each run, and those of the tape.
  tf::Graph graph;
  tt::Tensor node;
  {
    const auto scope = graph.scope("s");
    node = tf::random::stateless_normal({9}, {1, 2});
  }
  tf::Session session(graph);
  if (node.is_symbolic()) {
    EXPECT_TRUE(tt::array_equal(session.run(node), a));
    EXPECT_TRUE(tt::array_equal(session.run(node), a));
  } else {
    EXPECT_TRUE(tt::array_equal(node, a));
  }
}

TEST(Distributions, UniqueCandidatesDiffer) {
  const auto drawn = tf::random::log_uniform_candidate_sampler(tt::tensor({{0, 3}}), 2, 5, true, 6, 1);
  EXPECT_EQ(tt::unique(drawn.sampled_candidates).numel(), 5);
  EXPECT_EQ(drawn.true_expected_count.shape(), (tt::Shape{1, 2}));
  // On average as many as were drawn.
  const auto all = tf::random::uniform_candidate_sampler(tt::tensor({{0}}), 1, 3, true, 6, 1);
  EXPECT_NEAR(all.true_expected_count.item<double>() * 6, 3, 1e-4);
}

TEST(Distributions, DropoutOfAShape) {
  tt::manual_seed(8);
  const tt::Tensor dropped = tt::shaped_dropout(tt::ones({64, 3}), 0.5, {64, 1});
  const tt::Tensor sums = tt::sum(dropped, 1);
  for (const double sum : sums.to_vector<double>()) EXPECT_TRUE(sum == 0 || sum == 6) << sum;
  EXPECT_THROW(tt::shaped_dropout(tt::ones({4, 3}), 0.5, {3, 1}), tt::ArgumentError);
}

}  // namespace
