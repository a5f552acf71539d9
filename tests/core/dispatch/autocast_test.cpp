// Autocast: the dtypes, values and gradients of functions in it are PyTorch's
// (scripts/references/make_autocast_references.py), in both engines.
#include "triptych/core/autocast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "core/dispatch/autocast.h"
#include "core/memory/allocator.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace keras = triptych::keras;

namespace {

using tt::Arg;
using tt::Autocast;
using tt::Tensor;
using Tensors = std::vector<Tensor>;
using Function = std::function<Tensor(const Tensors&)>;

Function unary(Tensor (*function)(Arg)) {
  return [=](const Tensors& x) { return function(x[0]); };
}
Function binary(Tensor (*function)(Arg, Arg)) {
  return [=](const Tensors& x) { return function(x[0], x[1]); };
}

/// The functions of make_autocast_references.py, by its names.
const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all = {
      {"matmul", binary(tt::matmul)},
      {"matmul_mixed", binary(tt::matmul)},
      {"matmul_batched", binary(tt::matmul)},
      {"matmul_batched_mixed", binary(tt::matmul)},
      {"linear", [](auto& x) { return tt::linear(x[0], x[1], x[2], {.transpose_weight = true}); }},
      {"linear_mixed", [](auto& x) { return tt::linear(x[0], x[1], x[2], {.transpose_weight = true}); }},
      {"conv2d", [](auto& x) { return tt::conv2d(x[0], x[1], x[2]); }},
      {"conv2d_mixed", [](auto& x) { return tt::conv2d(x[0], x[1], x[2]); }},
      {"exp", unary(tt::exp)},
      {"expm1", unary(tt::expm1)},
      {"tan", unary(tt::tan)},
      {"cosh", unary(tt::cosh)},
      {"sinh", unary(tt::sinh)},
      {"log", unary(tt::log)},
      {"log10", unary(tt::log10)},
      {"log1p", unary(tt::log1p)},
      {"log2", unary(tt::log2)},
      {"reciprocal", unary(tt::reciprocal)},
      {"rsqrt", unary(tt::rsqrt)},
      {"acos", unary(tt::acos)},
      {"asin", unary(tt::asin)},
      {"pow_number", [](auto& x) { return tt::pow(x[0], 2.5); }},
      {"pow_odd_number", [](auto& x) { return tt::pow(x[0], 0.1); }},
      {"number_pow", [](auto& x) { return tt::pow(2, x[0]); }},
      {"pow", binary(tt::pow)},
      {"pow_mixed", binary(tt::pow)},
      {"softplus", [](auto& x) { return tt::softplus(x[0]); }},
      {"softmax", [](auto& x) { return tt::softmax(x[0]); }},
      {"log_softmax", [](auto& x) { return tt::log_softmax(x[0]); }},
      {"layer_norm", [](auto& x) { return tt::layer_norm(x[0], {4}, x[1], x[2]); }},
      {"layer_norm_mixed", [](auto& x) { return tt::layer_norm(x[0], {4}, x[1], x[2]); }},
      {"sum", unary(tt::sum)},
      {"sum_axis", [](auto& x) { return tt::sum(x[0], 1); }},
      {"prod", [](auto& x) { return tt::prod(x[0], 1); }},
      {"cumsum", [](auto& x) { return tt::cumsum(x[0], 1); }},
      {"erfinv", unary(tt::erfinv)},
      {"cumprod", [](auto& x) { return tt::cumprod(x[0], 1); }},
      {"vector_norm", [](auto& x) { return tt::vector_norm(x[0], 3); }},
      {"softmin", [](auto& x) { return tt::softmin(x[0], 1); }},
      {"cosine_similarity", [](auto& x) { return tt::cosine_similarity(x[0], x[1]); }},
      {"logsumexp", [](auto& x) { return tt::logsumexp(x[0], 1); }},
      {"norm", unary(tt::norm)},
      {"norm_axis", [](auto& x) { return tt::norm(x[0], 1); }},
      {"cross_entropy", [](auto& x) { return tt::cross_entropy(x[0], x[1]); }},
      {"cross_entropy_smoothed", [](auto& x) { return tt::cross_entropy(x[0], x[1], {.label_smoothing = 0.1}); }},
      {"cross_entropy_probabilities", [](auto& x) { return tt::cross_entropy(x[0], x[1]); }},
      {"nll_loss", [](auto& x) { return tt::nll_loss(x[0], x[1]); }},
      {"binary_cross_entropy_with_logits", [](auto& x) { return tt::binary_cross_entropy_with_logits(x[0], x[1]); }},
      {"kl_div", [](auto& x) { return tt::kl_div(x[0], x[1], {.batchmean = true}); }},
      {"soft_margin_loss", [](auto& x) { return tt::soft_margin_loss(x[0], x[1]); }},
      {"margin_ranking_loss", [](auto& x) { return tt::margin_ranking_loss(x[0], x[1], x[2]); }},
      {"hinge_embedding_loss", [](auto& x) { return tt::hinge_embedding_loss(x[0], x[1]); }},
      {"cosine_embedding_loss", [](auto& x) { return tt::cosine_embedding_loss(x[0], x[1], x[2]); }},
      {"poisson_nll_loss", [](auto& x) { return tt::poisson_nll_loss(x[0], x[1]); }},
      {"triplet_margin_loss", [](auto& x) { return tt::triplet_margin_loss(x[0], x[1], x[2]); }},
      {"multi_margin_loss", [](auto& x) { return tt::multi_margin_loss(x[0], x[1]); }},
      {"smooth_l1_loss", [](auto& x) { return tt::smooth_l1_loss(x[0], x[1]); }},
      {"smooth_l1_loss_mixed", [](auto& x) { return tt::smooth_l1_loss(x[0], x[1]); }},
      {"mse_loss", [](auto& x) { return tt::mse_loss(x[0], x[1]); }},
      {"mse_loss_mixed", [](auto& x) { return tt::mse_loss(x[0], x[1]); }},
      {"l1_loss", [](auto& x) { return tt::l1_loss(x[0], x[1]); }},
      {"l1_loss_mixed", [](auto& x) { return tt::l1_loss(x[0], x[1]); }},
      {"huber_loss", [](auto& x) { return tt::huber_loss(x[0], x[1]); }},
      {"huber_loss_mixed", [](auto& x) { return tt::huber_loss(x[0], x[1]); }},
      {"concat", [](auto& x) { return tt::concat(x, 1); }},
      {"stack", [](auto& x) { return tt::stack(x); }},
      {"add", [](auto& x) { return x[0] + x[1]; }},
      {"mul_one_number", [](auto& x) { return x[0] * x[1]; }},
      {"where", [](auto& x) { return tt::where(x[0] > 0, x[0], x[1]); }},
      {"atan2", binary(tt::atan2)},
      {"addcmul", [](auto& x) { return tt::addcmul(x[0], x[1], x[2]); }},
      {"scatter_add", [](auto& x) { return tt::scatter_add(x[0], 1, x[2], x[1]); }},
      {"relu", unary(tt::relu)},
      {"silu", unary(tt::silu)},
      {"gelu", [](auto& x) { return tt::gelu(x[0]); }},
      {"elu", [](auto& x) { return tt::elu(x[0]); }},
      {"mish", unary(tt::mish)},
      {"logsigmoid", unary(tt::log_sigmoid)},
      {"hardswish", unary(tt::hardswish)},
      {"leaky_relu", [](auto& x) { return tt::leaky_relu(x[0]); }},
      {"softsign", unary(tt::softsign)},
      {"tanhshrink", unary(tt::tanhshrink)},
      {"softshrink", [](auto& x) { return tt::softshrink(x[0]); }},
      {"hardshrink", [](auto& x) { return tt::hardshrink(x[0]); }},
      {"prelu", binary(tt::prelu)},
      {"tanh", unary(tt::tanh)},
      {"sigmoid", unary(tt::sigmoid)},
      {"sin", unary(tt::sin)},
      {"abs", unary(tt::abs)},
      {"square", unary(tt::square)},
      {"exp2", unary(tt::exp2)},
      {"erf", unary(tt::erf)},
      {"mean", unary(tt::mean)},
      {"std", unary(tt::std)},
      {"var", unary(tt::var)},
      {"sqrt", unary(tt::sqrt)},
      {"max", [](auto& x) { return tt::max(x[0], 1); }},
      {"add_number", [](auto& x) { return x[0] + 0.1; }},
      {"max_pool2d", [](auto& x) { return tt::max_pool2d(x[0], {.kernel_size = 2}); }},
      {"avg_pool2d", [](auto& x) { return tt::avg_pool2d(x[0], {.kernel_size = 2}); }},
      {"exp_float32", unary(tt::exp)},
      {"embedding", [](auto& x) { return tt::embedding(x[1], x[0]); }},
      {"batch_norm", [](auto& x) { return tt::batch_norm(x[0], {}, {}, x[1], x[2], {.training = true}); }},
  };
  return all;
}

const tt::StateDict& references() {
  static const tt::StateDict all = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/autocast.safetensors");
  return all;
}

Tensors numbered(const std::string& prefix) {
  Tensors result;
  while (references().contains(prefix + std::to_string(result.size())))
    result.push_back(references().at(prefix + std::to_string(result.size())));
  return result;
}

/// Elements agree but for `units` roundings to 16 bits, of each or of the largest where parts may cancel.
void expect_close(const Tensor& actual, const Tensor& expected, tt::DType rounded, double units,
                  const std::string& what) {
  ASSERT_EQ(actual.dtype(), expected.dtype()) << what;
  ASSERT_EQ(actual.shape().text(), expected.shape().text()) << what;
  const auto a = actual.to_vector<double>(), e = expected.to_vector<double>();
  double scale = 1e-3;
  for (const double x : e) scale = std::max(scale, std::abs(x));
  const double unit = rounded == tt::float32 ? 0x1p-20 : rounded == tt::float16 ? 0x1p-11 : 0x1p-8;
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], e[i], units * unit * scale) << what << ", element " << i;
}

struct Result {
  Tensor value;
  Tensors gradients;
};

Result eager(const Function& function, Tensors inputs, const Tensor& cotangent, tt::DType dtype) {
  Tensors leaves;
  for (Tensor& x : inputs) {
    x = x.clone();
    if (tt::is_floating(x.dtype())) leaves.push_back(x.set_requires_grad());
  }
  Result result;
  {
    const Autocast scope(dtype);
    result.value = function(inputs);
  }
  const Tensor loss = tt::sum(tt::cast(result.value, tt::float32) * cotangent);
  result.gradients = tt::gradients(std::vector{loss}, leaves, {}, {.allow_unused = true});
  return result;
}

Result in_a_graph(const Function& function, const Tensors& inputs, const Tensor& cotangent, tt::DType dtype) {
  tf::Graph graph;
  Tensors symbolic, wanted;
  std::vector<tf::Feed> feeds;
  for (const Tensor& x : inputs) {
    symbolic.push_back(graph.placeholder("x", x.dtype(), x.shape()));
    if (tt::is_floating(x.dtype())) wanted.push_back(symbolic.back());
    feeds.emplace_back(symbolic.back(), x);
  }
  Tensor value;
  {
    const Autocast scope(dtype);
    value = function(symbolic);
  }
  const Tensor loss = tt::sum(tt::cast(value, tt::float32) * cotangent);
  Result result{value, tt::gradients(std::vector{loss}, wanted, {}, {.allow_unused = true})};
  Tensors fetches{value};
  for (const Tensor& gradient : result.gradients)
    if (gradient.defined()) fetches.push_back(gradient);
  const Tensors found = tf::Session(graph, {.numerics = tt::Numerics::exact}).run(fetches, feeds);
  result.value = found[0];
  std::size_t next = 1;
  for (Tensor& gradient : result.gradients)
    if (gradient.defined()) gradient = found[next++];
  return result;
}

class Listed : public testing::TestWithParam<tt::DType> {};

TEST_P(Listed, FunctionsGivePyTorchsDtypesValuesAndGradients) {
  const tt::DType dtype = GetParam();
  const std::string folder = std::string(tt::dtype_name(dtype)) + "/";
  for (const auto& [name, function] : functions()) {
    SCOPED_TRACE(name);
    const Tensors inputs = numbered(folder + name + "/in/"), gradients = numbered(folder + name + "/grad/");
    ASSERT_FALSE(inputs.empty());
    const Tensor expected = references().at(folder + name + "/out"),
                 cotangent = references().at(folder + name + "/cot");
    const Result result = eager(function, inputs, cotangent, dtype);
    const bool wide = expected.dtype() == tt::float32;
    // A product and its bias are rounded each.
    expect_close(result.value, expected, wide ? tt::float32 : dtype, wide ? 1 : 2.5, "value");
    ASSERT_GE(result.gradients.size(), gradients.size());  // targets have none
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      if (!result.gradients[i].defined()) continue;
      // Float32 values of float32 leaves were never rounded.
      const bool exact = wide && std::none_of(inputs.begin(), inputs.end(), [](const Tensor& x) {
                           return x.dtype() == tt::float16 || x.dtype() == tt::bfloat16;
                         });
      expect_close(result.gradients[i], gradients[i], exact ? tt::float32 : dtype, 3, "gradient " + std::to_string(i));
    }
  }
  for (const auto& [key, value] : references())
    EXPECT_TRUE(functions().contains(key.substr(key.find('/') + 1, key.find('/', 9) - key.find('/') - 1))) << key;
}

TEST_P(Listed, AGraphGivesTheSameBits) {
  const std::string folder = std::string(tt::dtype_name(GetParam())) + "/";
  for (const auto& [name, function] : functions()) {
    SCOPED_TRACE(name);
    const Tensors inputs = numbered(folder + name + "/in/");
    const Tensor cotangent = references().at(folder + name + "/cot");
    const Result on_tape = eager(function, inputs, cotangent, GetParam()),
                 found = in_a_graph(function, inputs, cotangent, GetParam());
    EXPECT_EQ(found.value.dtype(), on_tape.value.dtype());
    EXPECT_EQ(found.value.to_vector<float>(), on_tape.value.to_vector<float>());
    for (std::size_t i = 0; i < found.gradients.size(); ++i) {
      ASSERT_EQ(found.gradients[i].defined(), on_tape.gradients[i].defined()) << "gradient " << i;
      if (!found.gradients[i].defined()) continue;
      EXPECT_EQ(found.gradients[i].to_vector<float>(), on_tape.gradients[i].to_vector<float>()) << "gradient " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Autocast, Listed, testing::Values(tt::bfloat16, tt::float16),
                         [](const auto& info) { return std::string(tt::dtype_name(info.param)); });

// --- The lists ------------------------------------------------------------------------------------------------------

constexpr tt::Autocasting lists[] = {tt::Autocasting::lower, tt::Autocasting::single, tt::Autocasting::widest,
                                     tt::Autocasting::as_given};

std::multiset<std::string> listed() {
  std::multiset<std::string> names;
  for (const tt::Autocasting list : lists)
    for (const std::string_view name : tt::autocast_list(list)) names.emplace(name);
  return names;
}

TEST(AutocastLists, HoldOpsThatThereAreOnce) {
  for (const std::string& name : listed()) {
    EXPECT_NE(tt::find_op(name), nullptr) << name;
    EXPECT_EQ(listed().count(name), 1u) << name;
  }
}

// An op that is added to one of these families must say what autocast does with it:
// src/core/dispatch/autocast_lists.cpp.
TEST(AutocastLists, SaySomethingOfEveryOpOfTheirFamilies) {
  const std::set<std::string> families = {"product", "conv", "reduce", "normalization", "loss"};
  const std::multiset<std::string> names = listed();
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/src/core/ops/list.inc");
  std::string family;
  int seen = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("// ")) family = line.substr(3);
    if (!families.contains(family)) continue;
    static const std::regex op("(\\w+)_op\\b");
    for (std::sregex_iterator found(line.begin(), line.end(), op), end; found != end; ++found) {
      const std::string name = (*found)[1];
      ++seen;
      // Those of gradients run where autocast does not reach.
      if (name.find("_grad") != std::string::npos) continue;
      EXPECT_TRUE(names.contains(name)) << name << " of " << family << " stands in no list of autocast_lists.cpp";
    }
  }
  EXPECT_GT(seen, 20);
}

TEST(AutocastLists, AreThoseOfThePage) {
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/docs/mixed_precision.md");
  std::ostringstream page;
  page << file.rdbuf();
  for (const tt::Autocasting list : {tt::Autocasting::lower, tt::Autocasting::single, tt::Autocasting::widest})
    for (const std::string_view name : tt::autocast_list(list))
      EXPECT_NE(page.str().find("`" + std::string(name) + "`"), std::string::npos) << name;
}

// --- Scopes ---------------------------------------------------------------------------------------------------------

tt::DType product_dtype() { return tt::matmul(tt::ones({2, 2}), tt::ones({2, 2})).dtype(); }

TEST(AutocastScope, NestsAndEnds) {
  EXPECT_FALSE(tt::is_autocast_enabled());
  EXPECT_EQ(product_dtype(), tt::float32);
  {
    const Autocast outer;
    EXPECT_TRUE(tt::is_autocast_enabled());
    EXPECT_EQ(product_dtype(), tt::bfloat16);
    {
      const Autocast inner(tt::float16);
      EXPECT_EQ(tt::get_autocast_dtype(), tt::float16);
      EXPECT_EQ(product_dtype(), tt::float16);
      {
        const Autocast off({.enabled = false});
        EXPECT_FALSE(tt::is_autocast_enabled());
        EXPECT_EQ(product_dtype(), tt::float32);
        const Autocast on(tt::bfloat16);
        EXPECT_EQ(product_dtype(), tt::bfloat16);
      }
      EXPECT_EQ(product_dtype(), tt::float16);
    }
    EXPECT_EQ(product_dtype(), tt::bfloat16);
  }
  EXPECT_EQ(product_dtype(), tt::float32);
  const Autocast never(tt::float16, false);
  EXPECT_EQ(product_dtype(), tt::float32);
}

TEST(AutocastScope, IsOfATypeOfDevice) {
  const Autocast on_gpus("cuda", {.dtype = tt::float16});
  EXPECT_EQ(product_dtype(), tt::float32);
  EXPECT_FALSE(tt::is_autocast_enabled(tt::Device::cpu()));
  const tt::Device gpu{.type = tt::Device::Type::cuda, .index = 0};
  EXPECT_TRUE(tt::is_autocast_enabled(gpu));
  EXPECT_EQ(tt::get_autocast_dtype(gpu), tt::float16);
  const Autocast here("cpu");
  EXPECT_EQ(product_dtype(), tt::bfloat16);
  EXPECT_TRUE(tt::is_autocast_enabled(gpu));
}

TEST(AutocastScope, IsOfAThread) {
  const Autocast scope(tt::bfloat16);
  tt::DType there = tt::bfloat16;
  std::thread([&] { there = product_dtype(); }).join();
  EXPECT_EQ(there, tt::float32);
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return "";
}

TEST(AutocastScope, RefusesOtherDtypesAndDevices) {
  EXPECT_TRUE(refusal([] {
                const Autocast scope(tt::float32);
              }).starts_with("[autocast] the dtype is neither float16 nor bfloat16: float32."));
  EXPECT_TRUE(
      refusal([] { const Autocast scope("tpu"); }).starts_with("[autocast] no type of device has this name: 'tpu'."));
  EXPECT_FALSE(tt::is_autocast_enabled());
  const Autocast disabled(tt::float32, false);
  EXPECT_FALSE(tt::is_autocast_enabled());
}

TEST(AutocastScope, LeavesFloat64AndWholeNumbersAlone) {
  const Autocast scope;
  const Tensor wide = tt::ones({2, 2}, tt::float64), whole = tt::ones({2, 2}, tt::int64);
  EXPECT_EQ(tt::matmul(wide, wide).dtype(), tt::float64);
  EXPECT_EQ(tt::matmul(whole, whole).dtype(), tt::int64);
  EXPECT_EQ(tt::exp(wide).dtype(), tt::float64);
  EXPECT_EQ(tt::sum(whole).dtype(), tt::int64);
  EXPECT_FALSE(refusal([&] { tt::matmul(wide, tt::ones({2, 2})); }).empty());
}

// --- Parameters -----------------------------------------------------------------------------------------------------

Tensor parameter(std::vector<float> values, const tt::Shape& shape) {
  return tt::reshape(tt::tensor(std::move(values)), shape).clone().set_requires_grad();
}

TEST(AutocastCache, AParameterIsCastOnceInAScope) {
  const Tensor w = parameter({1, 2, 3, 4}, {2, 2});
  const auto place = [&] { return tt::autocast_to(tt::bfloat16, w, {}).impl()->storage->data; };
  const Autocast scope;
  const Tensor kept = tt::autocast_to(tt::bfloat16, w, {});
  EXPECT_EQ(place(), kept.impl()->storage->data);
  EXPECT_EQ(kept.grad_fn(), "cast");
  {
    const Autocast inner;  // the outermost scope keeps it
    EXPECT_EQ(place(), kept.impl()->storage->data);
    const Autocast off({.cache_enabled = false});
    EXPECT_NE(place(), kept.impl()->storage->data);
  }
  {
    const tt::GradMode off(false);
    EXPECT_EQ(place(), kept.impl()->storage->data);
    EXPECT_FALSE(tt::autocast_to(tt::bfloat16, w, {}).requires_grad());
  }
  // What was made under NoGrad is recorded all the same.
  EXPECT_TRUE(tt::autocast_to(tt::bfloat16, w, {}).requires_grad());
  tt::clear_autocast_cache();
  EXPECT_NE(place(), kept.impl()->storage->data);
}

TEST(AutocastCache, SeesWhatIsWrittenInTheScope) {
  Tensor w = parameter({1, 2, 3, 4}, {2, 2});
  const Tensor one = tt::eye(2);
  const Autocast scope;
  const auto seen = [&] { return tt::matmul(one, w).to_vector<float>(); };
  EXPECT_EQ(seen(), (std::vector<float>{1, 2, 3, 4}));
  const tt::GradMode off(false);
  w.mul_(2);
  EXPECT_EQ(seen(), (std::vector<float>{2, 4, 6, 8}));
  w.fill_(5);
  EXPECT_EQ(seen(), (std::vector<float>{5, 5, 5, 5}));
  for (int i = 0; i < 20; ++i) {  // memory that is freed comes back in the same place
    w.copy_(tt::full({2, 2}, i));
    w.copy_(tt::full({2, 2}, i + 1));
    EXPECT_EQ(seen()[0], i + 1);
  }
  const Tensors ps{w}, gs{tt::ones({2, 2})};
  tt::sgd_update(tt::tensor(1.0, tt::float64), ps, gs);
  EXPECT_EQ(seen()[0], 19);
  float* pointer = w.mutable_data<float>().data();
  EXPECT_EQ(seen()[0], 19);
  pointer[0] = 7;  // behind everybody's back
  EXPECT_EQ(seen()[0], 7);
}

// --- Gradients ------------------------------------------------------------------------------------------------------

/// Two uses of one weight, a loss in float32.
Tensor network(const Tensor& x, const Tensor& w, const Tensor& y) {
  return tt::mse_loss(tt::matmul(tt::relu(tt::matmul(x, w)), w), y);
}

struct Data {
  Tensor x = tt::cast(tt::tensor({0.3, -1.7, 0.9, 2.1, -0.4, 0.8}, tt::float32).reshape({3, 2}), tt::float32);
  Tensor w = tt::tensor({0.7, -0.3, 0.45, 1.3}, tt::float32).reshape({2, 2}).clone();
  Tensor y = tt::tensor({1, 0, 0.5, -1, 2, 1}, tt::float32).reshape({3, 2});
};

TEST(AutocastGradients, ComeBackInTheLeafsDtypeAndDoNotCast) {
  const Data data;
  Tensor w = data.w.clone().set_requires_grad();
  Tensor loss;
  {
    const Autocast scope;
    loss = network(data.x, w, data.y);
    EXPECT_EQ(loss.dtype(), tt::float32);
    loss.backward({}, true);
  }
  const std::vector<float> inside = w.grad().to_vector<float>();
  EXPECT_EQ(w.grad().dtype(), tt::float32);
  w.set_grad({});
  loss.backward();
  EXPECT_EQ(w.grad().to_vector<float>(), inside);
}

TEST(AutocastGradients, SecondDerivativesAreTheSameInBothEngines) {
  const Data data;
  const auto second = [&](const Tensor& w, const Tensor& x, const Tensor& y) {
    Tensor loss;
    {
      const Autocast scope;
      loss = network(x, w, y);
    }
    const Tensor first = tt::gradients(std::vector{loss}, std::vector{w}, {}, {.create_graph = true})[0];
    return tt::gradients(std::vector{tt::sum(first * first)}, std::vector{w})[0];
  };
  const Tensor w = data.w.clone().set_requires_grad(), expected = second(w, data.x, data.y);
  tf::Graph graph;
  const Tensor symbolic = graph.placeholder("w", tt::float32, {2, 2});
  const Tensor found =
      tf::Session(graph, {.numerics = tt::Numerics::exact}).run(second(symbolic, data.x, data.y), {{symbolic, data.w}});
  EXPECT_EQ(found.dtype(), tt::float32);
  EXPECT_EQ(found.to_vector<float>(), expected.to_vector<float>());
}

TEST(AutocastGraphs, HaveCastNodesAndOneForEachWeight) {
  tf::Graph graph;
  const Data data;
  const Tensor w = graph.variable("w", {2, 2}, [&](const tt::Shape&, tt::DType) { return data.w; });
  Tensor loss;
  {
    const Autocast scope;
    loss = network(data.x, w, data.y);
  }
  const tf::Session session(graph, {.numerics = tt::Numerics::exact, .constant_folding = false, .dump = true});
  session.run(graph.initializer());
  const auto call = session.make_callable({}, {loss});
  const Tensor value = call()[0];
  const auto count = [](const std::string& text, const std::string& word) {
    int found = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  for (const tt::PassReport& pass : call.report().passes) {
    if (pass.name != "common_subexpressions") continue;
    EXPECT_EQ(count(pass.before, "cast(%0; dtype=bfloat16)"), 2) << pass.before;  // w is used twice
    EXPECT_EQ(count(pass.after, "cast(%0; dtype=bfloat16)"), 1) << pass.after;
    EXPECT_EQ(count(pass.after, "dtype=float32"), 1) << pass.after;  // the loss
  }
  const Autocast scope;
  EXPECT_EQ(value.item<float>(), network(data.x, data.w, data.y).item<float>());
}

TEST(AutocastGraphs, ATracedModuleIsTheEagerOne) {
  tt::manual_seed(3);
  nn::Linear first(4, 8), second(8, 2);
  const Tensor x = tt::rand({5, 4});
  const auto run = [&](const Tensor& input) {
    const Autocast scope(tt::float16);
    return tt::log_softmax(second(tt::relu(first(input))));
  };
  tf::Graph graph;
  const Tensor input = graph.placeholder("x", tt::float32, {5, 4});
  const Tensor symbolic = run(input);
  EXPECT_EQ(symbolic.dtype(), tt::float32);
  const Tensor found = tf::Session(graph, {.numerics = tt::Numerics::exact}).run(symbolic, {{input, x}});
  EXPECT_EQ(found.to_vector<float>(), run(x).to_vector<float>());
}

TEST(AutocastGraphs, AStateThatMeetsAGraphStaysState) {
  for (const bool trained : {true, false}) {
    Tensor w = tt::eye(2).clone();
    if (trained) w.set_requires_grad();
    tt::mark_state(w);
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {2, 2});
    Tensor y;
    {
      const Autocast scope;
      y = tt::matmul(x, w);
    }
    const tf::Session session(graph);
    const tt::GradMode off(false);
    w.mul_(3);
    EXPECT_EQ(session.run(y, {{x, tt::ones({2, 2})}}).to_vector<float>(), std::vector<float>(4, 3)) << trained;
  }
}

// What a model has traced without an Autocast is not what it computes in one, nor the other way round.
TEST(AutocastKeras, StepsAreThoseOfTheScopeAround) {
  for (const char* engine : {"graph", "eager"}) {
    tt::manual_seed(7);
    keras::Sequential model({keras::layers::Input({6}), keras::layers::Dense(5, "relu"), keras::layers::Dense(2)});
    model.compile(
        {.optimizer = keras::optimizers::SGD(0.1), .loss = keras::losses::MeanSquaredError(), .engine = engine});
    const Tensor x = tt::rand({4, 6});
    const auto predicted = [&] { return model.predict(x, {.verbose = 0}); };
    const Tensor first = predicted();
    EXPECT_EQ(first.dtype(), tt::float32);
    Tensor narrow;
    {
      const Autocast scope;
      narrow = predicted();
      EXPECT_EQ(narrow.dtype(), tt::bfloat16) << engine;
    }
    EXPECT_EQ(predicted().to_vector<float>(), first.to_vector<float>()) << engine;
    {
      const Autocast scope;
      EXPECT_EQ(predicted().to_vector<float>(), narrow.to_vector<float>()) << engine;
    }
  }
}

TEST(AutocastTraining, ASmallModelLearns) {
  tt::manual_seed(5);
  const Tensor x = tt::randn({64, 8}), target = tt::argmax(tt::slice(x, 1, {0, 3}), 1);
  for (const tt::DType dtype : {tt::bfloat16, tt::float16}) {
    nn::Sequential model(nn::make<nn::Linear>(8, 16), nn::make<nn::ReLU>(), nn::make<nn::Linear>(16, 3));
    tt::eager::optim::Adam optimizer(model.parameters(), {.lr = 0.02});
    float loss = 0;
    for (int step = 0; step < 60; ++step) {
      optimizer.zero_grad();
      Tensor value;
      {
        const Autocast scope(dtype);
        const Tensor scores = model(x);
        EXPECT_EQ(scores.dtype(), dtype);
        value = tt::cross_entropy(scores, target);
      }
      value.backward();
      optimizer.step();
      loss = value.item<float>();
    }
    EXPECT_LT(loss, 0.2F) << tt::dtype_name(dtype);
    EXPECT_EQ(model.parameters()[0].dtype(), tt::float32);
  }
}

// --- Sums in 16 bits ------------------------------------------------------------------------------------------------

/// What 16-bit operands give is what float32 makes of them, rounded once: sums grow in float32.
void expect_rounded_once(const Function& function, const Tensors& inputs, tt::DType dtype, const std::string& what) {
  Tensors narrow, wide;
  for (const Tensor& x : inputs) {
    narrow.push_back(tt::cast(x, dtype));
    wide.push_back(tt::cast(narrow.back(), tt::float32));
  }
  const Tensor value = function(narrow);
  EXPECT_EQ(value.dtype(), dtype) << what;
  expect_close(value, tt::cast(function(wide), dtype), dtype, 1.01, what);
}

TEST(SixteenBitSums, GrowInFloat32) {
  for (const tt::DType dtype : {tt::bfloat16, tt::float16}) {
    const Tensor ones = tt::full({3, 3000}, 1.0), many = tt::rand({3000, 5}), images = tt::rand({2, 64, 9, 9}),
                 kernel = tt::rand({8, 64, 3, 3});
    expect_rounded_once(binary(tt::matmul), {ones, many}, dtype, "matmul");
    expect_rounded_once([](auto& x) { return tt::linear(x[0], x[1], {.transpose_weight = false}); }, {ones, many},
                        dtype, "linear");
    expect_rounded_once([](auto& x) { return tt::conv2d(x[0], x[1]); }, {images, kernel}, dtype, "conv2d");
    expect_rounded_once(unary(tt::sum), {many}, dtype, "sum");
    expect_rounded_once([](auto& x) { return tt::sum(x[0], 0); }, {many}, dtype, "sum along an axis");
    expect_rounded_once(unary(tt::mean), {many}, dtype, "mean");
    expect_rounded_once([](auto& x) { return tt::cumsum(x[0], 0); }, {many}, dtype, "cumsum");
  }
}

}  // namespace

// Once in a process, whatever is multiplied: here in one that has not multiplied yet.
TEST(AutocastDeathTest, SaysThatTheProcessorConverts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [] {
    std::vector<std::string> said;
    tt::set_warning_handler([&](const std::string& text, tt::Location) { said.push_back(text); });
    const Tensor x = tt::ones({3, 3});
    {
      const Autocast autocast({.dtype = tt::float16});
      static_cast<void>(tt::exp(x));
    }
    const bool early = !said.empty();
    for (int i = 0; i < 2; ++i) {
      const Autocast autocast({.dtype = tt::float16});
      static_cast<void>(tt::matmul(x, x));
    }
    const bool once = said.size() == 1 && said[0].find("no instruction for products of float16") != std::string::npos;
    std::exit(!early && once ? 7 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(7), "");
}
