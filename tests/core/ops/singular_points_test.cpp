// Values and derivatives where functions have kinks, zeros, infinities and NaN: PyTorch's, on tape and in a graph.
// References by scripts/references/make_references_singular_points.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/io.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/classification_losses.h"
#include "triptych/core/ops/distance_losses.h"
#include "triptych/core/ops/masked_softmax.h"
#include "triptych/core/ops/pointwise.h"
#include "triptych/core/ops/rectifier.h"
#include "triptych/core/ops/regression_losses.h"
#include "triptych/core/ops/special.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

using tt::Tensor;
using Tensors = std::vector<Tensor>;
using Function = std::function<Tensor(const Tensors&)>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Function bce(double target, bool weighted) {
  return [=](const Tensors& x) {
    tt::BceWithLogitsOptions options{.reduction = tt::Reduction::none};
    if (weighted) options.pos_weight = tt::full({}, 2.0, tt::float64);
    return tt::binary_cross_entropy_with_logits(x[0], tt::full_like(x[0], target), options);
  };
}

/// Of the rows of the references: the label 0 for the first half of them, 1 for the others.
Tensor half_and_half(const Tensor& x) {
  const std::int64_t half = x.size(0) / 2;
  return tt::concat({tt::zeros({half}, tt::int64), tt::ones({half}, tt::int64)}, 0);
}
Function cross_entropy(tt::CrossEntropyOptions options) {
  options.reduction = tt::Reduction::none;
  return [=](const Tensors& x) { return tt::cross_entropy(x[0], half_and_half(x[0]), options); };
}

Function unary(Tensor (*f)(tt::Arg)) {
  return [f](const Tensors& x) { return f(x[0]); };
}
Function binary(Tensor (*f)(tt::Arg, tt::Arg)) {
  return [f](const Tensors& x) { return f(x[0], x[1]); };
}

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all{
      {"abs", unary(tt::abs)},
      {"sign", unary(tt::sign)},
      {"floor", unary(tt::floor)},
      {"ceil", unary(tt::ceil)},
      {"round", unary(tt::round)},
      {"trunc", unary(tt::trunc)},
      {"remainder", binary(tt::remainder)},
      {"maximum", binary(tt::maximum)},
      {"minimum", binary(tt::minimum)},
      {"clip", [](const Tensors& x) { return tt::clip(x[0], -1, 1); }},
      {"clip_min", [](const Tensors& x) { return tt::clip(x[0], -1); }},
      {"clip_max", [](const Tensors& x) { return tt::clip(x[0], {}, 1); }},
      {"sqrt", unary(tt::sqrt)},
      {"pow_0", [](const Tensors& x) { return tt::pow(x[0], 0); }},
      {"pow_1", [](const Tensors& x) { return tt::pow(x[0], 1); }},
      {"pow_3", [](const Tensors& x) { return tt::pow(x[0], 3); }},
      {"pow_tensor", binary(tt::pow)},
      {"atan2", binary(tt::atan2)},
      {"lerp", [](const Tensors& x) { return tt::lerp(x[0], x[1], x[2]); }},
      {"norm", [](const Tensors& x) { return tt::norm(x[0], 1); }},
      {"norm_of_all", unary(tt::norm)},
      {"std", [](const Tensors& x) { return tt::std(x[0], 1); }},
      {"std_population", [](const Tensors& x) { return tt::std(x[0], 1, {.correction = 0}); }},
      {"var_of_one", [](const Tensors& x) { return tt::var(x[0], 1); }},
      {"var_without_freedom", [](const Tensors& x) { return tt::var(x[0], 1, {.correction = 2}); }},
      {"mean_of_nothing", [](const Tensors& x) { return tt::mean(x[0], 1); }},
      {"prod", unary(tt::prod)},
      {"prod_zeros", unary(tt::prod)},
      {"amax", [](const Tensors& x) { return tt::max(x[0], 1); }},
      {"relu", unary(tt::relu)},
      {"relu6", unary(tt::relu6)},
      {"hardtanh", [](const Tensors& x) { return tt::hardtanh(x[0]); }},
      {"hardsigmoid", unary(tt::hardsigmoid)},
      {"hardswish", unary(tt::hardswish)},
      {"leaky_relu", [](const Tensors& x) { return tt::leaky_relu(x[0]); }},
      {"elu", [](const Tensors& x) { return tt::elu(x[0]); }},
      {"elu_2", [](const Tensors& x) { return tt::elu(x[0], 2); }},
      {"selu", unary(tt::selu)},
      {"celu_2", [](const Tensors& x) { return tt::celu(x[0], 2); }},
      {"softplus", [](const Tensors& x) { return tt::softplus(x[0]); }},
      {"log_sigmoid", unary(tt::log_sigmoid)},
      {"mse_loss", [](const Tensors& x) { return tt::mse_loss(x[0], x[1], {tt::Reduction::none}); }},
      {"l1_loss", [](const Tensors& x) { return tt::l1_loss(x[0], x[1], {tt::Reduction::none}); }},
      {"huber_loss", [](const Tensors& x) { return tt::huber_loss(x[0], x[1], {tt::Reduction::none}); }},
      {"huber_loss_2",
       [](const Tensors& x) {
         return tt::huber_loss(x[0], x[1], {tt::Reduction::none, 2});
       }},
      {"cross_entropy", cross_entropy({})},
      {"cross_entropy_mean", [](const Tensors& x) { return tt::cross_entropy(x[0], tt::zeros({2}, tt::int64)); }},
      {"cross_entropy_weighted", cross_entropy({.weight = tt::tensor<double>({0.5, 2, 1})})},
      {"cross_entropy_smoothed", cross_entropy({.label_smoothing = 0.1})},
      {"nll_loss",
       [](const Tensors& x) { return tt::nll_loss(x[0], half_and_half(x[0]), {.reduction = tt::Reduction::none}); }},
      {"cross_entropy_probabilities",
       [](const Tensors& x) {
         const Tensor certain = tt::one_hot(half_and_half(x[0]), 3).to(tt::float64);
         return tt::cross_entropy(x[0], certain, {.reduction = tt::Reduction::none});
       }},
      {"bce_0", bce(0, false)},
      {"bce_0.5", bce(0.5, false)},
      {"bce_1", bce(1, false)},
      {"bce_0_weighted", bce(0, true)},
      {"bce_0.5_weighted", bce(0.5, true)},
      {"bce_1_weighted", bce(1, true)},
      {"erfinv", unary(tt::erfinv)},
      {"lgamma", unary(tt::lgamma)},
      {"digamma", unary(tt::digamma)},
      {"polygamma", [](const Tensors& x) { return tt::polygamma(2, x[0]); }},
      {"sinc", unary(tt::sinc)},
      {"logit", [](const Tensors& x) { return tt::logit(x[0]); }},
      {"logit_eps", [](const Tensors& x) { return tt::logit(x[0], 0.125); }},
      {"xlogy", binary(tt::xlogy)},
      {"logaddexp", binary(tt::logaddexp)},
      {"fmod", binary(tt::fmod)},
      {"copysign", binary(tt::copysign)},
      {"fmax", binary(tt::fmax)},
      {"fmin", binary(tt::fmin)},
      {"clip_tensors", [](const Tensors& x) { return tt::clip(x[0], x[1], x[2]); }},
      {"nan_to_num", [](const Tensors& x) { return tt::nan_to_num(x[0]); }},
      {"hardshrink", [](const Tensors& x) { return tt::hardshrink(x[0]); }},
      {"softshrink", [](const Tensors& x) { return tt::softshrink(x[0]); }},
      {"threshold", [](const Tensors& x) { return tt::threshold(x[0], 0.5, 7); }},
      {"prelu", binary(tt::prelu)},
      {"smooth_l1_loss", [](const Tensors& x) { return tt::smooth_l1_loss(x[0], x[1], {tt::Reduction::none}); }},
      {"binary_cross_entropy",
       [](const Tensors& x) { return tt::binary_cross_entropy(x[0], x[1], {.reduction = tt::Reduction::none}); }},
      {"margin_ranking_loss",
       [](const Tensors& x) {
         return tt::margin_ranking_loss(x[0], x[1], tt::ones({3}), {.margin = 1, .reduction = tt::Reduction::none});
       }},
      {"hinge_embedding_loss",
       [](const Tensors& x) {
         return tt::hinge_embedding_loss(x[0], tt::tensor({-1, 1, -1}), {.reduction = tt::Reduction::none});
       }},
      {"cosine_similarity", [](const Tensors& x) { return tt::cosine_similarity(x[0], x[1]); }},
      {"triplet_margin_loss",
       [](const Tensors& x) {
         return tt::triplet_margin_loss(x[0], x[1], x[2], {.eps = 0, .reduction = tt::Reduction::none});
       }},
      {"multi_margin_loss",
       [](const Tensors& x) {
         return tt::multi_margin_loss(x[0], tt::tensor({0, 1}), {.reduction = tt::Reduction::none});
       }},
      {"poisson_nll_loss",
       [](const Tensors& x) {
         return tt::poisson_nll_loss(x[0], x[1], {.full = true, .reduction = tt::Reduction::none});
       }},
  };
  return all;
}

const tt::StateDict& references() {
  static const tt::StateDict all = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/singular_points.safetensors");
  return all;
}

Tensors reference(const std::string& name) {
  Tensors result;
  while (references().contains(name + "/" + std::to_string(result.size())))
    result.push_back(references().at(name + "/" + std::to_string(result.size())));
  return result;
}

void expect_equal(const Tensor& actual, const Tensor& expected, const std::string& what) {
  ASSERT_EQ(actual.shape().text(), expected.shape().text()) << what;
  const auto a = actual.to_vector<double>(), e = expected.to_vector<double>();
  for (std::size_t i = 0; i < e.size(); ++i) {
    if (std::isnan(e[i]) ? std::isnan(a[i]) : a[i] == e[i]) continue;
    EXPECT_LE(std::abs(a[i] - e[i]), 1e-12 * (1 + std::abs(e[i])))
        << what << ", element " << i << ": " << a[i] << " for " << e[i];
  }
}

/// Zeros where there is no gradient: as PyTorch's references.
Tensors gradients_of(const Tensors& ys, const Tensors& xs) {
  Tensors sums;
  for (const Tensor& y : ys)
    if (y.defined() && (y.requires_grad() || y.is_symbolic())) sums.push_back(tt::sum(y));
  if (sums.empty()) return Tensors(xs.size());
  return tt::gradients(sums, xs, {}, {.create_graph = true, .allow_unused = true});
}

void expect_gradients(const Tensors& actual, const Tensors& expected, const Tensors& xs, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i)
    expect_equal(actual[i].defined() ? actual[i] : tt::zeros_like(xs[i]), expected[i],
                 what + " of input " + std::to_string(i));
}

class SingularPoints : public testing::TestWithParam<std::string> {};

TEST_P(SingularPoints, AreAsPyTorchs) {
  const std::string name = GetParam();
  const Function& f = functions().at(name);
  Tensors x;
  for (const Tensor& values : reference(name + "/in")) x.push_back(values.clone().set_requires_grad());
  const Tensor y = f(x);
  expect_equal(y, references().at(name + "/out"), "value");
  const Tensors first = gradients_of({y}, x), second = reference(name + "/second");
  for (const Tensor& gradient : first) ASSERT_TRUE(gradient.defined());
  expect_gradients(first, reference(name + "/grad"), x, "gradient");
  if (!second.empty()) expect_gradients(gradients_of(first, x), second, x, "second derivative");
}

TEST_P(SingularPoints, AreTheSameInAGraph) {
  const std::string name = GetParam();
  const Function& f = functions().at(name);
  tf::Graph graph;
  Tensors x, fetched;
  std::vector<tf::Feed> feeds;
  for (const Tensor& in : reference(name + "/in")) {
    x.push_back(graph.placeholder("x" + std::to_string(x.size()), tt::float64, in.shape()));
    feeds.emplace_back(x.back(), in);
  }
  fetched.push_back(f(x));
  for (const Tensor& gradient : gradients_of({fetched[0]}, x)) fetched.push_back(gradient);
  const Tensors results = tf::Session(graph).run(fetched, feeds);
  expect_equal(results[0], references().at(name + "/out"), "value");
  expect_gradients({results.begin() + 1, results.end()}, reference(name + "/grad"), x, "gradient");
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& [name, function] : functions()) result.push_back(name);
  return result;
}

INSTANTIATE_TEST_SUITE_P(Functions, SingularPoints, testing::ValuesIn(names()), [](const auto& info) {
  std::string name = info.param;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

TEST(SingularCases, EveryReferenceHasItsFunction) {
  for (const auto& [name, tensor] : references())
    EXPECT_TRUE(functions().contains(name.substr(0, name.find('/')))) << name;
}

// What PyTorch leaves NaN is a number here.
TEST(SingularCases, SecondDerivativesAtZeroAreZero) {
  const auto second = [](const Function& f, std::vector<double> at) {
    const Tensors x{tt::from_span<double>(at, {1, static_cast<std::int64_t>(at.size())}).set_requires_grad()};
    return gradients_of(gradients_of({f(x)}, x), x)[0].to_vector<double>();
  };
  EXPECT_EQ(second([](const Tensors& x) { return tt::norm(x[0], 1); }, {0, 0}), (std::vector<double>{0, 0}));
  EXPECT_EQ(second([](const Tensors& x) { return tt::pow(x[0], tt::zeros_like(x[0])); }, {0, 2}),
            (std::vector<double>{0, 0}));
}

TEST(SingularCases, BackwardThroughStepsGivesZeros) {
  for (Tensor (*f)(tt::Arg) : {tt::floor, tt::ceil, tt::round, tt::trunc, tt::sign}) {
    const Tensor x = tt::tensor({0.5F, -2.F}).set_requires_grad();
    tt::sum(f(x)).backward();
    EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{0, 0}));
  }
  const Tensor a = tt::tensor({7.F, 5.F}).set_requires_grad(), b = tt::tensor({2.F}).set_requires_grad();
  tt::sum(tt::floor_divide(a, b)).backward();
  EXPECT_EQ(a.grad().to_vector<float>(), (std::vector<float>{0, 0}));
  EXPECT_EQ(b.grad().to_vector<float>(), (std::vector<float>{0}));
}

TEST(SingularCases, InfiniteLogits) {
  const Tensor x = tt::tensor<double>({infinity, -infinity}), z = tt::tensor<double>({0, 1});
  EXPECT_EQ(tt::binary_cross_entropy_with_logits(x, z, {.reduction = tt::Reduction::none}).to_vector<double>(),
            (std::vector<double>{infinity, infinity}));
}

TEST(SingularCases, AZeroAmongOverflowingFactors) {
  // In every order, and the gradient of each factor is the product of the others: 0 but for the only zero.
  for (const std::vector<float>& factors :
       {std::vector<float>{0, 1e30F, 1e30F}, {1e30F, 1e30F, 0}, {1e30F, 0, 1e30F}, {1e30F, 1e30F, 0, 0}}) {
    const auto n = static_cast<std::int64_t>(factors.size());
    const Tensor x = tt::from_span<float>(factors, {n}).set_requires_grad(), y = tt::prod(x);
    EXPECT_EQ(y.item<float>(), 0);
    y.backward();
    const bool two_zeros = std::count(factors.begin(), factors.end(), 0.F) == 2;
    const auto gradient = x.grad().to_vector<float>();
    for (std::size_t i = 0; i < factors.size(); ++i)
      EXPECT_EQ(gradient[i], factors[i] == 0 && !two_zeros ? std::numeric_limits<float>::infinity() : 0) << i;
  }
  const auto prod = [](std::vector<float> values) {
    return tt::prod(tt::from_span<float>(values, {static_cast<std::int64_t>(values.size())})).item<float>();
  };
  EXPECT_TRUE(std::isnan(prod({std::numeric_limits<float>::infinity(), 0})));
  EXPECT_TRUE(std::isnan(prod({static_cast<float>(nan), 0})));
  EXPECT_EQ(prod({1e30F, 1e30F}), std::numeric_limits<float>::infinity());
  // Along an axis that is not dense: the second column alone.
  const Tensor columns = tt::tensor<float>({1e30F, 1e30F, 1e30F, 1e30F, 1, 0}).reshape({3, 2});
  EXPECT_EQ(tt::prod(columns, 0).to_vector<float>(), (std::vector<float>{std::numeric_limits<float>::infinity(), 0}));
}

TEST(SingularCases, MeansOfNothingHaveAZeroSecondDerivative) {
  const Tensor x = tt::zeros({2, 0}).set_requires_grad(), u = tt::ones({2}).set_requires_grad();
  const Tensor ys[] = {tt::mean(x, 1)}, xs[] = {x}, us[] = {u};
  const Tensor sums[] = {tt::sum(tt::gradients(ys, xs, us, {.create_graph = true})[0])};
  EXPECT_EQ(tt::gradients(sums, us)[0].to_vector<float>(), (std::vector<float>{0, 0}));
}

TEST(SingularCases, LerpEndsAtItsEnds) {
  const Tensor start = tt::tensor({1e8F, -1e8F, 1.F}), end = tt::tensor({1.1F, 3.3F, 0.1F});
  EXPECT_EQ(tt::lerp(start, end, 1).to_vector<float>(), end.to_vector<float>());
  EXPECT_EQ(tt::lerp(start, end, tt::ones({3})).to_vector<float>(), end.to_vector<float>());
  EXPECT_EQ(tt::lerp(start, end, 0.0).to_vector<float>(), start.to_vector<float>());
}

}  // namespace
