// Random numbers whose distribution an operand decides: their moments, their edges, and that draws are counted.
#include "triptych/core/ops/distributions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "triptych/core/autograd.h"
#include "triptych/core/continuous_distributions.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/shaped_dropout.h"
#include "triptych/core/seed.h"
#include "triptych/core/vector_distributions.h"
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

// --- As objects (expected values: SciPy, PyTorch)
// ---------------------------------------------------------------------

namespace dist = tt::distributions;

void expect_near(const tt::Tensor& found, const std::vector<double>& expected, const char* what) {
  const std::vector<double> values = found.to_vector<double>();
  ASSERT_EQ(values.size(), expected.size()) << what;
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(values[i], expected[i], 2e-6) << what << " " << i;
}

TEST(DistributionObjects, Normal) {
  const dist::Normal normal(tt::tensor({0.f, 1.f}), tt::tensor({1.f, 2.f}));
  const tt::Tensor at = tt::tensor({0.5f, -1.f});
  expect_near(normal.log_prob(at), {-1.04393853, -2.11208571}, "log_prob");
  expect_near(normal.entropy(), {1.41893853, 2.11208571}, "entropy");
  expect_near(normal.cdf(at), {0.69146246, 0.15865525}, "cdf");
  expect_near(normal.icdf(tt::tensor({0.1f, 0.9f})), {-1.28155157, 3.56310313}, "icdf");
  expect_near(normal.stddev(), {1, 2}, "stddev");
  const dist::Normal other(tt::tensor({1.f, 0.f}), tt::tensor({2.f, 1.f}));
  expect_near(dist::kl_divergence(normal, other), {0.44314718, 1.30685282}, "kl");
  tt::manual_seed(7);
  expect_moments(dist::Normal(3.0, 0.5).sample({many}), 3, 0.25, "sample");
  EXPECT_EQ(normal.sample({5, 3}).shape(), (tt::Shape{5, 3, 2}));
  EXPECT_EQ(dist::Normal(tt::zeros({3, 1}), tt::ones({4})).sample().shape(), (tt::Shape{3, 4}));
  tt::Tensor loc = tt::zeros({2}).set_requires_grad();
  const dist::Normal moved(loc, 1.0);
  EXPECT_FALSE(moved.sample().requires_grad());
  tt::sum(moved.rsample({3})).backward();
  expect_near(loc.grad(), {3, 3}, "gradient through rsample");
  EXPECT_THROW(dist::Normal(0.0, tt::tensor({1.0, 0.0})), tt::ArgumentError);
}

TEST(DistributionObjects, Bernoulli) {
  const dist::Bernoulli bernoulli(tt::tensor({0.1f, 0.6f}));
  expect_near(bernoulli.log_prob(tt::tensor({1.f, 0.f})), {-2.30258509, -0.91629073}, "log_prob");
  expect_near(bernoulli.entropy(), {0.32508297, 0.67301167}, "entropy");
  expect_near(bernoulli.variance(), {0.09, 0.24}, "variance");
  expect_near(dist::kl_divergence(bernoulli, dist::Bernoulli(tt::tensor({0.5f, 0.3f}))), {0.36806421, 0.19204200},
              "kl");
  const dist::Bernoulli same({.logits = bernoulli.logits});
  expect_near(same.probs, {0.1, 0.6}, "probs of logits");
  expect_near(dist::kl_divergence(dist::Bernoulli(tt::tensor({0.f})), dist::Bernoulli(tt::tensor({0.f}))), {0},
              "kl of 0");
  tt::manual_seed(8);
  expect_moments(dist::Bernoulli(0.3).sample({many}), 0.3, 0.21, "sample");
  EXPECT_THROW(dist::Bernoulli(tt::tensor({1.5})), tt::ArgumentError);
  EXPECT_THROW(dist::Bernoulli({.probs = tt::ones({1}), .logits = tt::ones({1})}), tt::ArgumentError);
}

TEST(DistributionObjects, Categorical) {
  const tt::Tensor weights = tt::tensor<float>({0.2f, 0.3f, 0.5f, 1, 1, 2}, {2, 3});
  const dist::Categorical categorical(weights);
  expect_near(categorical.log_prob(tt::tensor({2, 0})), {-0.69314718, -1.38629436}, "log_prob");
  expect_near(categorical.log_prob(tt::tensor<std::int64_t>({2, 0}, {2, 1})),
              {-0.69314718, -0.69314718, -1.60943791, -1.38629436}, "log_prob of more");
  expect_near(categorical.entropy(), {1.02965301, 1.03972077}, "entropy");
  EXPECT_EQ(categorical.mode().text(), "[2 2]");
  EXPECT_TRUE(std::isnan(categorical.mean().to_vector<double>()[0]));
  const dist::Categorical first(tt::tensor({0.2f, 0.3f, 0.5f})),
      second({.logits = tt::log(tt::tensor({1.f, 1.f, 2.f}))});
  expect_near(dist::kl_divergence(first, second), {0.01006776}, "kl");
  EXPECT_EQ(categorical.sample({5}).shape(), (tt::Shape{5, 2}));
  EXPECT_EQ(first.sample().shape(), tt::Shape());
  EXPECT_EQ(first.sample({2, 3}).dtype(), tt::int64);
  tt::manual_seed(9);
  const tt::Tensor classes = first.sample({many});
  for (const auto& [which, share] : {std::pair(0, 0.2), std::pair(1, 0.3), std::pair(2, 0.5)})
    EXPECT_NEAR(tt::mean(tt::cast(classes == which, tt::float32)).item<double>(), share, 0.02) << which;
  tt::Tensor logits = tt::zeros({3}).set_requires_grad();
  dist::Categorical({.logits = logits}).log_prob(tt::tensor(1)).backward();
  expect_near(logits.grad(), {-1. / 3, 2. / 3, -1. / 3}, "gradient");
  EXPECT_THROW(dist::Categorical(tt::tensor({0.5, -0.5})), tt::ArgumentError);
  EXPECT_THROW(dist::Categorical(tt::tensor(1.0)), tt::ArgumentError);
  EXPECT_THROW(dist::Categorical(tt::zeros({3})), tt::ArgumentError);
  EXPECT_THROW(dist::Categorical(dist::ProbsOrLogits{}), tt::ArgumentError);
  EXPECT_THROW(first.log_prob(tt::tensor(3)), tt::ArgumentError);
}

TEST(DistributionObjects, Uniform) {
  const dist::Uniform uniform(tt::tensor({0.f, -1.f}), tt::tensor({2.f, 3.f}));
  const tt::Tensor at = tt::tensor({0.5f, 4.f});
  EXPECT_EQ(uniform.log_prob(at).text(), "[-0.6931472       -inf]");
  expect_near(uniform.entropy(), {0.69314718, 1.38629436}, "entropy");
  expect_near(uniform.mean(), {1, 1}, "mean");
  expect_near(uniform.variance(), {0.33333334, 1.33333337}, "variance");
  expect_near(uniform.cdf(at), {0.25, 1}, "cdf");
  expect_near(uniform.icdf(tt::tensor({0.25f, 0.5f})), {0.5, 1}, "icdf");
  EXPECT_EQ(dist::kl_divergence(uniform, dist::Uniform(tt::tensor({-1.f, 0.f}), tt::tensor({3.f, 4.f}))).text(),
            "[0.6931472       inf]");
  tt::manual_seed(11);
  expect_moments(dist::Uniform(1, 3).sample({many}), 2, 1.0 / 3, "sample");
  EXPECT_THROW(dist::Uniform(1.0, 1.0), tt::ArgumentError);
}

TEST(DistributionObjects, Exponential) {
  const dist::Exponential exponential(tt::tensor({0.5f, 2.f}));
  expect_near(exponential.log_prob(tt::tensor({1.f, 3.f})), {-1.19314718, -5.30685282}, "log_prob");
  EXPECT_EQ(exponential.log_prob(-1).text(), "[-inf -inf]");
  expect_near(exponential.entropy(), {1.69314718, 0.30685282}, "entropy");
  expect_near(exponential.mean(), {2, 0.5}, "mean");
  expect_near(exponential.variance(), {4, 0.25}, "variance");
  expect_near(dist::kl_divergence(exponential, dist::Exponential(1.0)), {0.30685282, 0.19314718}, "kl");
  tt::manual_seed(12);
  expect_moments(dist::Exponential(0.5).sample({many}), 2, 4, "sample");
  EXPECT_THROW(dist::Exponential(0.0), tt::ArgumentError);
}

TEST(DistributionObjects, Laplace) {
  const dist::Laplace laplace(tt::tensor({0.f, 1.f}), tt::tensor({1.f, 2.f}));
  expect_near(laplace.log_prob(tt::tensor({0.5f, -1.f})), {-1.19314718, -2.38629436}, "log_prob");
  expect_near(laplace.entropy(), {1.69314718, 2.38629436}, "entropy");
  expect_near(laplace.variance(), {2, 8}, "variance");
  expect_near(dist::kl_divergence(laplace, dist::Laplace(tt::tensor({1.f, 0.f}), tt::tensor({2.f, 1.f}))),
              {0.37708688, 0.51991415}, "kl");
  tt::manual_seed(13);
  expect_moments(dist::Laplace(3.0, 0.5).sample({many}), 3, 0.5, "sample");
  tt::Tensor loc = tt::zeros({2}).set_requires_grad();
  tt::sum(dist::Laplace(loc, 1.0).rsample({3})).backward();
  expect_near(loc.grad(), {3, 3}, "gradient through rsample");
  EXPECT_THROW(dist::Laplace(0.0, -1.0), tt::ArgumentError);
}

TEST(DistributionObjects, MultivariateNormal) {
  const tt::Tensor loc = tt::tensor({1.f, -1.f}), matrix = tt::tensor({{2.f, 0.5f}, {0.5f, 1.f}});
  const tt::Tensor at = tt::tensor({{0.f, 0.f}, {1.f, 2.f}});
  const dist::MultivariateNormal normal(loc, matrix);
  expect_near(normal.log_prob(at), {-3.26054192, -7.26054192}, "log_prob");
  expect_near(normal.entropy(), {3.11768484}, "entropy");
  expect_near(normal.variance(), {2, 1}, "variance");
  expect_near(normal.scale_tril, {1.41421354, 0, 0.35355338, 0.93541437}, "scale_tril");
  expect_near(normal.precision_matrix(), {0.57142854, -0.28571427, -0.28571427, 1.14285707}, "precision");
  expect_near(dist::kl_divergence(normal, dist::MultivariateNormal(tt::zeros({2}), tt::eye(2) * 1.5)), {0.79232395},
              "kl");
  const dist::MultivariateNormal inverse(loc, {.precision_matrix = matrix});
  expect_near(inverse.log_prob(at), {-2.55806923, -6.05806923}, "log_prob by precision");
  expect_near(inverse.covariance_matrix(), {0.57142866, -0.28571433, -0.28571433, 1.14285719}, "covariance");
  const dist::MultivariateNormal batch(tt::zeros({5, 1, 2}), {.scale_tril = tt::stack({tt::eye(2), tt::eye(2) * 2})});
  EXPECT_EQ(batch.batch_shape(), (tt::Shape{5, 2}));
  EXPECT_EQ(batch.event_shape(), (tt::Shape{2}));
  EXPECT_EQ(batch.sample({3}).shape(), (tt::Shape{3, 5, 2, 2}));
  EXPECT_EQ(batch.log_prob(tt::zeros({2})).shape(), (tt::Shape{5, 2}));
  tt::manual_seed(14);
  const tt::Tensor drawn = normal.sample({many});
  expect_moments(tt::select(drawn, 1, 0), 1, 2, "sample");
  EXPECT_NEAR(tt::mean(tt::prod(drawn - loc, 1)).item<double>(), 0.5, 0.05);
  EXPECT_THROW(dist::MultivariateNormal(loc, dist::Covariance{}), tt::ArgumentError);
  EXPECT_THROW(dist::MultivariateNormal(loc, tt::eye(3)), tt::ArgumentError);
  EXPECT_THROW(dist::MultivariateNormal(loc, -matrix), tt::Error);
}

TEST(DistributionObjects, Independent) {
  const dist::Normal normal(tt::tensor({{0.f, 1.f}}), tt::tensor({{1.f, 2.f}}));
  const dist::Independent independent(normal, 1);
  expect_near(independent.log_prob(tt::tensor({{0.5f, -1.f}})), {-3.15602446}, "log_prob");
  expect_near(independent.entropy(), {3.53102446}, "entropy");
  EXPECT_EQ(independent.batch_shape(), (tt::Shape{1}));
  EXPECT_EQ(independent.event_shape(), (tt::Shape{2}));
  EXPECT_EQ(independent.rsample({3}).shape(), (tt::Shape{3, 1, 2}));
  expect_near(dist::kl_divergence(independent, independent), {0}, "kl");
  EXPECT_THROW(dist::Independent(normal, 3), tt::ArgumentError);
}

TEST(DistributionObjects, DrawAgainInEachRunOfAGraph) {
  tf::Graph graph;
  const tt::Tensor logits = graph.placeholder("logits", tt::float32, {tt::unknown, 3});
  const dist::Categorical policy({.logits = logits});
  const tt::Tensor drawn = policy.sample(), chance = policy.log_prob(drawn);
  tf::Session session(graph);
  std::string texts[2];
  for (std::string& text : texts) {
    const auto results = session.run({drawn, chance}, {{logits, tt::zeros({40, 3})}});
    text = results[0].text();
    expect_near(results[1][0], {std::log(1. / 3)}, "log_prob");
  }
  EXPECT_NE(texts[0], texts[1]);
}

}  // namespace
