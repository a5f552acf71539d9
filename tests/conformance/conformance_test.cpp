// The conformance runner: walks the samples of every op over engines, dtypes, layouts, threads and orders of gradient,
// and fails if a registered op is exercised by none.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <set>

#include "core/graph/graph.h"
#include "core/tensor_impl.h"
#include "samples.h"
#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/io.h"
#include "triptych/core/memory.h"

namespace tt = triptych;
using conformance::Sample;
using conformance::Tensors;

namespace conformance {

std::vector<Sample> all_samples() {
  std::vector<Sample> samples;
  add_elementwise_samples(samples);
  add_elementary_samples(samples);
  add_reduction_samples(samples);
  add_shape_samples(samples);
  add_network_samples(samples);
  add_product_samples(samples);
  add_view_samples(samples);
  return samples;
}

}  // namespace conformance

namespace {

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = conformance::all_samples();
  return all;
}

const tt::StateDict& references() {
  static const tt::StateDict all = [] {
    tt::StateDict gathered = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/conformance.safetensors");
    for (const char* family : {"products", "elementary", "reduce", "views"})
      for (const auto& [name, values] :
           tt::load(std::string(TRIPTYCH_SOURCE_DIR "/tests/references/conformance_") + family + ".safetensors"))
        gathered.set(name, values);
    return gathered;
  }();
  return all;
}

/// `op/name/kind/0`, `.../1` and so on, as far as they go.
Tensors reference(const Sample& sample, const std::string& kind) {
  Tensors result;
  const std::string prefix = sample.op + "/" + sample.name + "/" + kind + "/";
  while (references().contains(prefix + std::to_string(result.size())))
    result.push_back(references().at(prefix + std::to_string(result.size())));
  return result;
}

bool is_float(const tt::Tensor& tensor) { return tt::is_floating(tensor.dtype()); }

Tensors cast_floats(const Tensors& tensors, tt::DType dtype) {
  Tensors result;
  for (const tt::Tensor& tensor : tensors) result.push_back(is_float(tensor) ? tt::cast(tensor, dtype) : tensor);
  return result;
}

void expect_close(const Tensors& actual, const Tensors& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].shape().text(), expected[i].shape().text()) << what << " " << i;
    const auto a = actual[i].to_vector<double>(), e = expected[i].to_vector<double>();
    for (std::size_t k = 0; k < a.size(); ++k) {
      if (std::isnan(e[k]) ? std::isnan(a[k]) : a[k] == e[k]) continue;
      ASSERT_LE(std::abs(a[k] - e[k]), tolerance * (1 + std::abs(e[k])))
          << what << " " << i << ", element " << k << ": " << a[k] << " for " << e[k];
    }
  }
}

void expect_same_bits(const Tensors& actual, const Tensors& expected, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].shape().text(), expected[i].shape().text()) << what << " " << i;
    ASSERT_EQ(actual[i].dtype(), expected[i].dtype()) << what << " " << i;
    const tt::Tensor a = tt::contiguous_now(actual[i]), e = tt::contiguous_now(expected[i]);
    const std::size_t bytes = static_cast<std::size_t>(a.numel()) * tt::size_of(a.dtype());
    ASSERT_TRUE(bytes == 0 || std::memcmp(a.impl()->data(), e.impl()->data(), bytes) == 0) << what << " " << i;
  }
}

/// Fresh leaves with these values; floating ones require gradients.
Tensors leaves(const Tensors& values) {
  Tensors result;
  for (const tt::Tensor& value : values) {
    tt::Tensor leaf = value.detach();
    if (is_float(leaf)) leaf.set_requires_grad();
    result.push_back(leaf);
  }
  return result;
}

Tensors only_floats(const Tensors& tensors) {
  Tensors result;
  for (const tt::Tensor& tensor : tensors)
    if (is_float(tensor)) result.push_back(tensor);
  return result;
}

/// A cotangent for `like` that differs from element to element: the script uses the same formula.
tt::Tensor cotangent(const tt::Tensor& like, int seed) {
  std::vector<double> values(static_cast<std::size_t>(like.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::cos(0.7 * static_cast<double>(i) + seed) + 0.25;
  return tt::cast(tt::tensor(values, like.shape()), like.dtype());
}

Tensors cotangents(const Tensors& outputs, int seed = 0) {
  Tensors result;
  for (const tt::Tensor& output : outputs) result.push_back(cotangent(output, seed++));
  return result;
}

/// The differentiable outputs of the sample, and the gradients of their product with cotangents.
Tensors gradient(const Sample& sample, const Tensors& inputs, bool create_graph = false) {
  Tensors outputs;
  for (const tt::Tensor& output : sample.call(inputs))
    if (output.requires_grad() || output.is_symbolic()) outputs.push_back(output);
  outputs = only_floats(outputs);
  if (outputs.empty()) return {};
  return tt::gradients(outputs, only_floats(inputs), cotangents(outputs),
                       {.create_graph = create_graph, .allow_unused = true});
}

double inner(const Tensors& a, const Tensors& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!a[i].defined() || !b[i].defined()) continue;
    const auto x = a[i].to_vector<double>(), y = b[i].to_vector<double>();
    for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * y[k];
  }
  return sum;
}

/// <J'u, v> = <u, Jv> for the function `f`, with Jv by central differences.
void check_directional(const std::function<Tensors(const Tensors&)>& f, const Tensors& at, const Tensors& analytic,
                       const Tensors& u, const std::string& what) {
  const double step = 1e-5;
  Tensors direction, plus, minus;
  int seed = 3;
  std::size_t next = 0;
  for (const tt::Tensor& x : at) {
    if (!is_float(x)) {
      plus.push_back(x);
      minus.push_back(x);
      continue;
    }
    direction.push_back(cotangent(x, ++seed));
    plus.push_back(x + direction.back() * step);
    minus.push_back(x - direction.back() * step);
    ++next;
  }
  const double left = inner(analytic, direction);
  const double right = (inner(f(plus), u) - inner(f(minus), u)) / (2 * step);
  EXPECT_NEAR(left, right, 2e-6 * (1 + std::abs(right))) << what;
}

/// Runs the sample in a graph with placeholders of the inputs' shapes, or with every dimension unknown.
Tensors run_in_graph(const Sample& sample, const Tensors& inputs, bool unknown, bool with_gradient,
                     std::set<std::string>* ops = nullptr) {
  tt::GraphHandle graph;
  Tensors symbolic;
  for (const tt::Tensor& input : inputs) {
    tt::Shape shape = input.shape();
    if (unknown)
      for (int axis = 0; axis < shape.rank(); ++axis) shape.set(axis, tt::unknown);
    symbolic.push_back(tt::graph_placeholder(graph, "x", input.dtype(), shape, {}, tt::Location::here()));
  }
  tt::TraceScope trace(graph);
  Tensors outputs = sample.call(symbolic);
  std::vector<tt::Shape> inferred;
  for (const tt::Tensor& output : outputs) inferred.push_back(output.shape());
  if (with_gradient) {
    Tensors differentiable = only_floats(outputs), grads;
    Tensors u;  // the cotangents are constants, made for the true shapes
    {
      tt::GradMode off(false);
      int seed = 0;
      for (const tt::Tensor& output : only_floats(sample.call(inputs))) u.push_back(cotangent(output, seed++));
    }
    grads = tt::gradients(differentiable, only_floats(symbolic), u, {.allow_unused = true});
    for (const tt::Tensor& grad : grads)
      if (grad.defined()) outputs.push_back(grad);
  }
  std::vector<tt::Place> fed, fetched;
  for (const tt::Tensor& tensor : symbolic) fed.push_back(tt::place_of(tensor));
  for (const tt::Tensor& tensor : outputs) fetched.push_back(tt::place_of(tensor));
  if (ops)
    for (const auto& node : graph.impl().nodes) ops->insert(node->op->name);
  tt::VariableStore variables;
  Tensors results = tt::interpret(graph.impl(), fetched, fed, inputs, variables);
  for (std::size_t i = 0; i < inferred.size(); ++i) {
    EXPECT_TRUE(inferred[i].compatible(results[i].shape()))
        << "inferred " << inferred[i].text() << ", ran " << results[i].shape().text();
    if (!unknown) {
      EXPECT_EQ(inferred[i].text(), results[i].shape().text());
    }
    EXPECT_EQ(outputs[i].dtype(), results[i].dtype());
  }
  return results;
}

/// The same values with the last two dimensions lying the other way round in memory.
Tensors transposed_in_memory(const Tensors& tensors) {
  Tensors result;
  for (const tt::Tensor& tensor : tensors)
    result.push_back(tensor.ndim() < 2 ? tensor : tt::transpose(tt::contiguous_now(tt::transpose(tensor))));
  return result;
}

class Conformance : public testing::TestWithParam<std::size_t> {
 protected:
  const Sample& sample() const { return samples()[GetParam()]; }
};

TEST_P(Conformance, Sample) {
  const Sample& s = sample();
  const Tensors inputs = reference(s, "in"), expected = reference(s, "out"), expected_grads = reference(s, "grad");
  ASSERT_FALSE(expected.empty()) << "no reference for " << s.op << "/" << s.name
                                 << ": add it to scripts/make_conformance_references.py";
  const bool differentiable = !expected_grads.empty();

  // Forward, float64 and float32.
  const Tensors forward = s.call(inputs);
  expect_close(forward, expected, s.tolerance, "float64");
  const Tensors inputs32 = cast_floats(inputs, tt::float32);
  const Tensors forward32 = s.call(inputs32);
  if (s.float32) expect_close(forward32, expected, 2e-5, "float32");

  // Engines, layouts, threads: the same bits.
  expect_same_bits(run_in_graph(s, inputs32, false, false), forward32, "graph");
  if (s.unknown_dims)
    expect_same_bits(run_in_graph(s, inputs32, true, false), forward32, "graph with unknown dimensions");
  expect_same_bits(s.call(transposed_in_memory(inputs32)), forward32, "transposed in memory");
  const int threads = tt::num_threads();
  tt::set_num_threads(1);
  const Tensors one_thread = s.call(inputs32);
  tt::set_num_threads(2);
  expect_same_bits(s.call(inputs32), one_thread, "two threads");
  tt::set_num_threads(threads);

  if (!differentiable) return;
  // Order 1: against the reference, by finite differences, in both engines, and with overwritten inputs.
  const Tensors x = leaves(inputs);
  const Tensors grads = gradient(s, x);
  std::size_t next = 0;
  for (const tt::Tensor& grad : grads) {
    if (!grad.defined()) continue;
    ASSERT_LT(next, expected_grads.size());
    expect_close({grad}, {expected_grads[next++]}, 10 * s.tolerance, "gradient");
  }
  EXPECT_EQ(next, expected_grads.size());
  const Tensors outputs = only_floats(forward);
  if (s.smooth)
    check_directional([&](const Tensors& at) { return only_floats(s.call(at)); }, inputs, grads, cotangents(outputs),
                      "order 1");
  Tensors defined;
  for (const tt::Tensor& grad : grads)
    if (grad.defined()) defined.push_back(grad);
  {
    const Tensors with_gradient = run_in_graph(s, inputs, s.unknown_dims, true);
    expect_same_bits({with_gradient.begin() + static_cast<std::ptrdiff_t>(forward.size()), with_gradient.end()},
                     defined, "gradient in a graph");
  }
  {
    Tensors overwritten;
    for (const tt::Tensor& input : inputs) overwritten.push_back(tt::tensor(input.to_vector<double>(), input.shape()));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      overwritten[i] = is_float(inputs[i]) ? overwritten[i] : tt::cast(overwritten[i], inputs[i].dtype());
      if (is_float(inputs[i])) overwritten[i].set_requires_grad();
    }
    Tensors results;
    for (const tt::Tensor& output : s.call(overwritten))
      if (output.requires_grad()) results.push_back(output);
    {
      tt::GradMode off(false);
      for (tt::Tensor& tensor : overwritten) tensor.fill_(tt::is_floating(tensor.dtype()) ? 99 : 0);
    }
    Tensors again = tt::gradients(results, only_floats(overwritten), cotangents(results), {.allow_unused = true});
    std::erase_if(again, [](const tt::Tensor& grad) { return !grad.defined(); });
    expect_same_bits(again, defined, "gradient after the inputs were overwritten");
  }
  // Order 2: the gradient as a function of inputs.
  if (!s.smooth) return;
  const Tensors x2 = leaves(inputs);
  Tensors first;
  for (const tt::Tensor& grad : gradient(s, x2, true))
    if (grad.defined() && grad.requires_grad()) first.push_back(grad);
  if (first.empty()) return;
  const Tensors u = cotangents(first, 11);
  const Tensors second = tt::gradients(first, only_floats(x2), u, {.allow_unused = true});
  check_directional(
      [&](const Tensors& at) {
        Tensors result;
        for (const tt::Tensor& grad : gradient(s, leaves(at), true))
          if (grad.defined() && grad.requires_grad()) result.push_back(grad.detach());
        return result;
      },
      inputs, second, u, "order 2");
}

INSTANTIATE_TEST_SUITE_P(Ops, Conformance, testing::Range<std::size_t>(0, samples().size()), [](const auto& info) {
  std::string name = samples()[info.param].op + "_" + samples()[info.param].name;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

// An op that no sample reaches, in its forward or through the gradients of order 1 and 2, fails the suite.
TEST(ConformanceCoverage, EveryOpIsExercised) {
  std::set<std::string> seen;
  for (const Sample& s : samples()) {
    const Tensors inputs = cast_floats(reference(s, "in"), tt::float32);
    run_in_graph(s, inputs, false, false, &seen);
    if (reference(s, "grad").empty()) continue;
    tt::GraphHandle graph;
    tt::TraceScope trace(graph);
    Tensors symbolic;
    for (const tt::Tensor& input : inputs)
      symbolic.push_back(tt::graph_placeholder(graph, "x", input.dtype(), input.shape(), {}, tt::Location::here()));
    Tensors current = only_floats(s.call(symbolic));
    for (int order = 1; order <= 2 && !current.empty(); ++order) {
      current = tt::gradients(current, only_floats(symbolic), {}, {.allow_unused = true});
      std::erase_if(current, [](const tt::Tensor& grad) { return !grad.defined(); });
    }
    for (const auto& node : graph.impl().nodes) seen.insert(node->op->name);
  }
  // Held by tests of their own, because their results are effects or random numbers.
  const std::map<std::string, std::string> elsewhere = {
      {"assign", "lowlevel_session_test"},
      {"assign_add", "lowlevel_session_test"},
      {"assign_sub", "lowlevel_session_test"},
      {"custom_gradient", "eager_autograd_test"},
      {"dropout", "normalization_test"},
      {"dropout_grad", "normalization_test"},
      {"sgd_update", "update_test"},
      {"momentum_update", "update_test"},
      {"adam_update", "update_test"},
      {"amsgrad_update", "update_test"},
      {"arange", "elementary_test"},
      {"linspace", "elementary_test"},
      {"eye", "elementary_test"},
      {"random_uniform", "random_test"},
      {"random_normal", "random_test"},
      {"random_truncated_normal", "random_test"},
      {"random_uniform_like", "random_test"},
      {"random_normal_like", "random_test"},
      {"random_integers", "random_test"},
      {"random_bernoulli", "random_test"},
      {"random_permutation", "random_test"},
  };
  for (const tt::Op* op : tt::registered_ops())
    if (!seen.contains(op->name) && !elsewhere.contains(op->name))
      ADD_FAILURE() << "no sample exercises the op " << op->name;
}

}  // namespace
