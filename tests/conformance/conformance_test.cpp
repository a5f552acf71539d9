// The conformance runner: walks the samples of every op over engines, dtypes, layouts, threads and orders of gradient,
// and fails if a registered op is exercised by none.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "runner.h"
#include "triptych/core/io.h"
#include "triptych/core/memory.h"

namespace conformance {

namespace {

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = all_samples();
  return all;
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
  const Tensors direction = cotangents(only_floats(at), 4);
  Tensors plus, minus;
  std::size_t next = 0;
  for (const Tensor& x : at) {
    plus.push_back(is_float(x) ? x + direction[next] * step : x);
    minus.push_back(is_float(x) ? x - direction[next] * step : x);
    next += is_float(x);
  }
  const double left = inner(analytic, direction);
  const double right = (inner(f(plus), u) - inner(f(minus), u)) / (2 * step);
  EXPECT_NEAR(left, right, 2e-6 * (1 + std::abs(right))) << what;
}

Tensors chosen(const Tensors& tensors, const std::vector<std::size_t>& places) {
  Tensors result;
  for (const std::size_t place : places) result.push_back(tensors[place]);
  return result;
}

Tensors joined(Tensors a, const Tensors& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Places of tensors that are defined and depend on what requires a gradient.
std::vector<std::size_t> recorded(const Tensors& tensors) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].defined() && tensors[i].requires_grad()) places.push_back(i);
  return places;
}

class Conformance : public testing::TestWithParam<std::size_t> {
 protected:
  const Sample& s() const { return samples()[GetParam()]; }

  void check_forward(const Tensors& inputs, const Tensors& expected) {
    expect_close(s().call(inputs), expected, s().tolerance, "float64");
    const Tensors inputs32 = cast_floats(inputs, tt::float32);
    const Tensors forward = s().call(inputs32);
    if (s().float32) expect_close(forward, expected, 2e-5, "float32");
    const Traced known = trace(s(), inputs32, false, 0);
    for (std::size_t i = 0; i < forward.size(); ++i) {
      EXPECT_NE(known.outputs[i].shape().known(), s().dynamic_shape);
      if (!s().dynamic_shape) {
        EXPECT_EQ(known.outputs[i].shape().text(), forward[i].shape().text()) << "inferred";
      }
    }
    expect_same_bits(interpret(known, inputs32), forward, "graph");
    expect_same_bits(run_compiled(known, inputs32), forward, "compiled graph");
    if (s().unknown_dims) {
      const Traced unknown = trace(s(), inputs32, true, 0);
      expect_same_bits(interpret(unknown, inputs32), forward, "graph with unknown dimensions");
      expect_same_bits(run_compiled(unknown, inputs32), forward, "compiled graph with unknown dimensions");
    }
    const int threads = tt::num_threads();
    tt::set_num_threads(1);
    const Tensors alone = s().call(inputs32);
    tt::set_num_threads(2);
    expect_same_bits(s().call(inputs32), alone, "two threads");
    tt::set_num_threads(threads);
  }

  /// Order 1: against the reference, by finite differences, in all engines.
  void check_gradient(const Tensors& inputs, const Tensors& expected) {
    const Tensors grads = gradient(s(), leaves(inputs)), defined = only_defined(grads);
    expect_close(defined, expected, 10 * s().tolerance, "gradient");
    if (s().smooth)
      check_directional([&](const Tensors& at) { return only_floats(s().call(at)); }, inputs, grads,
                        cotangents(only_floats(s().call(inputs))), "order 1");
    const Traced traced = trace(s(), inputs, s().unknown_dims, 1);
    const auto gradients_of = [&](Tensors results) {
      return Tensors(results.end() - static_cast<std::ptrdiff_t>(defined.size()), results.end());
    };
    expect_same_bits(gradients_of(interpret(traced, inputs)), defined, "gradient in a graph");
    expect_same_bits(gradients_of(run_compiled(traced, inputs)), defined, "gradient in a compiled graph");
  }

  /// What the tape does not keep, it does not read: the inputs are overwritten, and memory that is free is poisoned.
  void check_saved(const Tensors& inputs) {
    const Tensors expected = only_defined(gradient(s(), leaves(inputs)));
    Tensors x;
    for (const Tensor& input : inputs) {
      x.push_back(input.clone());
      if (is_float(input)) x.back().set_requires_grad();
    }
    Tensors outputs;
    for (const Tensor& output : s().call(x))
      if (output.requires_grad()) outputs.push_back(output);
    {
      const tt::GradMode off(false);
      for (Tensor& tensor : x) tensor.fill_(is_float(tensor) ? std::nan("") : 0);
    }
    const Tensors u = cotangents(outputs);
    poison_free_memory();
    expect_same_bits(only_defined(tt::gradients(outputs, only_floats(x), u, {.allow_unused = true})), expected,
                     "gradient after everything else was overwritten");
  }

  /// Order 2: the gradient as a function of the inputs.
  void check_second_order(const Tensors& inputs) {
    if (!s().smooth) return;
    const auto first_of = [&](const Tensors& at) {
      Tensors first;
      for (const Tensor& grad : gradient(s(), at, true))
        if (grad.defined() && grad.requires_grad()) first.push_back(grad);
      return first;
    };
    const Tensors x = leaves(inputs), first = first_of(x);
    if (first.empty()) return;
    const Tensors u = cotangents(first, 11);
    const Tensors second = tt::gradients(first, only_floats(x), u, {.allow_unused = true});
    check_directional(
        [&](const Tensors& at) {
          Tensors result;
          for (const Tensor& grad : first_of(leaves(at))) result.push_back(grad.detach());
          return result;
        },
        inputs, second, u, "order 2");
  }

  /// Order 2 with respect to the inputs and to the gradients that the first walk started with: in a graph, whether it
  /// knows the dimensions or not, the bits of the tape.
  void check_second_order_in_graphs(const Tensors& inputs) {
    const Tensors x = leaves(inputs), outputs = s().call(x);
    const std::vector<std::size_t> differentiable = recorded(outputs);
    const Tensors ys = chosen(outputs, differentiable), u = leaves(cotangents(ys));
    const Tensors grads = tt::gradients(ys, only_floats(x), u, {.create_graph = true, .allow_unused = true});
    const std::vector<std::size_t> again = recorded(grads);
    if (again.empty()) return;
    Tensors ones;
    for (const Tensor& grad : chosen(grads, again)) ones.push_back(tt::ones_like(grad));
    const Tensors second = tt::gradients(chosen(grads, again), joined(only_floats(x), u), ones, {.allow_unused = true});
    for (const bool unknown : {false, true}) {
      if (unknown && !s().unknown_dims) continue;
      Traced traced;
      const Tensors tx = placeholders(traced.graph, x, unknown), tu = placeholders(traced.graph, u, unknown);
      traced.inputs = joined(tx, tu);
      {
        const tt::TraceScope scope(traced.graph);
        const tt::GradientOptions unused{.allow_unused = true};
        const Tensors first = tt::gradients(chosen(s().call(tx), differentiable), only_floats(tx), tu, unused);
        const Tensors results = tt::gradients(chosen(first, again), joined(only_floats(tx), tu), {}, unused);
        for (std::size_t i = 0; i < results.size(); ++i)
          if (second[i].defined()) traced.outputs.push_back(results[i]);
      }
      const std::string what = unknown ? "order 2 with unknown dimensions" : "order 2 in a graph";
      expect_same_bits(interpret(traced, joined(inputs, u)), only_defined(second), what);
      expect_same_bits(run_compiled(traced, joined(inputs, u)), only_defined(second), what + ", compiled");
    }
  }
};

TEST_P(Conformance, Sample) {
  const Tensors inputs = reference(s(), "in"), expected = reference(s(), "out"), grads = reference(s(), "grad");
  ASSERT_FALSE(expected.empty()) << "no reference for " << s().op << "/" << s().name
                                 << ": add it to scripts/references/make_conformance_references.py";
  check_forward(inputs, expected);
  if (!grads.empty()) {
    check_gradient(inputs, grads);
    check_saved(inputs);
    check_second_order(inputs);
    if (!s().dynamic_shape) check_second_order_in_graphs(inputs);
    check_independence(s(), inputs);
  }
  if (HasFatalFailure()) return;
  check_nodes(s(), cast_floats(inputs, tt::float32));
  if (HasFatalFailure()) return;
  check_dtypes(s(), inputs);
}

INSTANTIATE_TEST_SUITE_P(Ops, Conformance, testing::Range<std::size_t>(0, samples().size()), [](const auto& info) {
  std::string name = samples()[info.param].op + "_" + samples()[info.param].name;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

/// Ops whose results are effects or random numbers are held by tests of their own.
const std::map<std::string, std::string>& held_elsewhere() {
  static const std::map<std::string, std::string> tests = {
      {"assign", "api_lowlevel/lowlevel_session_test"},
      {"assign_add", "api_lowlevel/lowlevel_session_test"},
      {"assign_sub", "api_lowlevel/lowlevel_session_test"},
      {"custom_gradient", "api_eager/eager_autograd_test"},
      {"to_device", "cuda/tensors_test"},
      {"dropout", "core/ops/normalization_test"},
      {"dropout_grad", "core/ops/normalization_test"},
      {"take_draw", "core/ops/attention_test"},
      {"sgd_update", "core/ops/update_test"},
      {"momentum_update", "core/ops/update_test"},
      {"adam_update", "core/ops/update_test"},
      {"amsgrad_update", "core/ops/update_test"},
      {"rmsprop_update", "api_eager/eager_optimizers_test"},
      {"centered_rmsprop_update", "api_eager/eager_optimizers_test"},
      {"rmsprop_momentum_update", "api_eager/eager_optimizers_test"},
      {"centered_rmsprop_momentum_update", "api_eager/eager_optimizers_test"},
      {"adagrad_update", "api_eager/eager_optimizers_test"},
      {"adadelta_update", "api_eager/eager_optimizers_test"},
      {"adamax_update", "api_eager/eager_optimizers_test"},
      {"nadam_update", "api_eager/eager_optimizers_test"},
      {"radam_update", "api_eager/eager_optimizers_test"},
      {"rprop_update", "api_eager/eager_optimizers_test"},
      {"asgd_update", "api_eager/eager_optimizers_test"},
      {"lion_update", "api_keras/keras_optimizers_test"},
      {"ftrl_update", "api_keras/keras_optimizers_test"},
      {"schedule_free_update", "api_keras/keras_optimizers_test"},
      {"proximal_update", "api_lowlevel/lowlevel_train_test"},
      {"proximal_adagrad_update", "api_lowlevel/lowlevel_train_test"},
      {"amp_check_finite_and_unscale", "core/ops/loss_scaling_test"},
      {"amp_update_scale", "core/ops/loss_scaling_test"},
      {"random_uniform", "core/random/random_test"},
      {"random_normal", "core/random/random_test"},
      {"random_truncated_normal", "core/random/random_test"},
      {"random_uniform_like", "core/random/random_test"},
      {"random_normal_like", "core/random/random_test"},
      {"random_integers", "core/random/random_test"},
      {"random_bernoulli", "core/random/random_test"},
      {"random_permutation", "core/random/random_test"},
      {"random_multinomial", "core/random/random_test"},
      {"random_gamma", "core/random/distributions_test"},
      {"random_poisson", "core/random/distributions_test"},
      {"random_binomial", "core/random/distributions_test"},
  };
  return tests;
}

std::vector<std::string> without_samples(const std::set<std::string>& exercised) {
  std::vector<std::string> missing;
  for (const tt::Op* op : tt::registered_ops())
    if (!exercised.contains(op->name) && !held_elsewhere().contains(op->name)) missing.emplace_back(op->name);
  return missing;
}

// An op that no sample reaches, in its forward or through the gradients of order 1 and 2, fails the suite.
TEST(ConformanceCoverage, EveryOpIsExercised) {
  std::set<std::string> exercised;
  for (const Sample& s : samples()) {
    const Traced traced =
        trace(s, cast_floats(reference(s, "in"), tt::float32), false, reference(s, "grad").empty() ? 0 : 2);
    for (const auto& node : traced.graph.impl().nodes) exercised.insert(node->op->name);
  }
  EXPECT_EQ(without_samples(exercised), std::vector<std::string>());
  // The check sees what it is for.
  exercised.erase("tanh");
  EXPECT_EQ(without_samples(exercised), std::vector<std::string>{"tanh"});
  for (const auto& [op, test] : held_elsewhere())
    EXPECT_TRUE(std::filesystem::exists(TRIPTYCH_SOURCE_DIR "/tests/" + test + ".cpp")) << op;
}

}  // namespace
}  // namespace conformance
