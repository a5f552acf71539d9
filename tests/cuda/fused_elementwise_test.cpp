// Elementwise ops that a graph's compiler fuses and a run-time compiler compiles: NVRTC or, on the emulated device, the
// compiler that built this. What is fused gives the bits of what is not.
#include "cuda/kernels/fused/fused_elementwise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "../conformance/runner.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/registry.h"
#include "core/graph/expression.h"
#include "core/kernels/element_loops.h"
#include "cuda/runtime/run_time_compiler.h"
#include "gpu.h"
#include "triptych/core/debugging.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using conformance::Tensors;
using testing::HasSubstr;
using tt::Tensor;

const int named = setenv("TRIPTYCH_EMULATED_NVRTC", TRIPTYCH_RUN_TIME_COMPILER, 1);

/// Every NaN the same one: which operand's comes out is the host compiler's choice.
Tensors with_one_nan(const Tensors& tensors) {
  Tensors result;
  for (const Tensor& x : tensors)
    result.push_back(tt::is_floating(x.dtype()) ? tt::where(tt::isnan(x), tt::full_like(x, NAN), x) : x);
  return result;
}

// -- Every formula ----------------------------------------------------------------------------------------------------

/// The kernel of one op between certain dtypes, with all that the samples give to it.
struct Formula {
  std::string kernel;  // its name
  struct Use {
    const tt::Op* op;
    const void* attributes;
    Tensors inputs;
    Tensor output;
  };
  std::vector<Use> uses;
};

/// Of all ops that have one, in all dtypes: the nodes of all samples' graphs, gradients of order 1 and 2 included.
struct Formulas {
  std::map<std::string, Formula> by_code;
  std::set<std::string> ops;
  std::string source;
  std::vector<tt::GraphHandle> graphs;  // own the attributes

  Formulas() {
    for (const conformance::Sample& sample : conformance::all_samples()) {
      const Tensors inputs = conformance::reference(sample, "in");
      if (sample.dynamic_shape) continue;
      for (int i = 0; i < tt::dtype_count; ++i) {
        const auto dtype = static_cast<tt::DType>(i);
        const Tensors values = conformance::converted(inputs, dtype);
        if (!conformance::refusal([&] { sample.call(values); }).empty()) continue;
        const bool differentiable = tt::is_floating(dtype) && !conformance::reference(sample, "grad").empty();
        const int order = !differentiable ? 0 : sample.smooth ? 2 : 1;
        add(conformance::trace(sample, values, false, order), values);
      }
    }
  }

  void add(const conformance::Traced& traced, const Tensors& inputs) {
    graphs.push_back(traced.graph);
    conformance::for_each_node(traced, inputs,
                               [&](const tt::Node& node, const Tensors& operands, const Tensors& results) {
                                 add(node, operands, results[0]);
                               });
  }

  void add(const tt::Node& node, const Tensors& inputs, const Tensor& output) {
    tt::Program program;
    tt::Instruction instruction{.op = node.op, .attributes = node.attributes, .outputs = {output.meta()}};
    std::vector<tt::DType> types{output.dtype()};
    for (const Tensor& input : inputs) {
      instruction.inputs.push_back({static_cast<int>(program.instructions.size()), 0});
      program.instructions.push_back({.op = &tt::feed_op, .outputs = {input.meta()}});
      types.push_back(input.dtype());
    }
    const tt::Expression expression = tt::Expression::of(program, instruction);
    if (expression.empty()) return;
    ops.insert(node.op->name);
    Formula& formula = by_code[expression.code("Fused")];
    if (formula.uses.empty()) {
      const std::string number = std::to_string(by_code.size());
      formula.kernel = "kernel" + number;
      source += tt::cuda::fused_source(expression.code("Formula" + number), "Formula" + number, formula.kernel, types);
    }
    formula.uses.push_back({node.op, node.attributes, inputs, output});
  }
};

const Formulas& formulas() {
  static const Formulas all;
  return all;
}

TEST(FusedElementwise, EveryOpThatHasAFormulaIsInASample) {
  std::set<std::string> listed;
  for (const tt::Op* op : tt::ops_with_element_formula()) listed.insert(op->name);
  EXPECT_EQ(formulas().ops, listed);
  EXPECT_GT(formulas().by_code.size(), 300u);
}

TEST(FusedElementwise, EveryElementwiseOpHasAFormula) {
  tt::load_builtin_kernels();
  const auto all = tt::ops_with_element_formula();
  for (const tt::Op* op : tt::registered_ops()) {
    const tt::Kernel* kernel = op->kernels[static_cast<int>(tt::Device::Type::cuda)].load();
    const bool elementwise = kernel && kernel->layout == tt::elementwise_layout && kernel->donates == tt::every_one;
    // A hash is pages of code, which no chain is the faster for.
    if (std::string_view(op->name) == "hash_bucket") continue;
    EXPECT_TRUE(!elementwise || std::find(all.begin(), all.end(), op) != all.end()) << op->name;
  }
}

// No GPU is needed for this: with NVRTC it is where a build with CUDA shows that its formulas are understood.
TEST(FusedElementwise, EveryFormulaCompiles) {
  try {
    EXPECT_GT(tt::cuda::compile(formulas().source, 8, 0).size(), 1000u);
  } catch (const tt::UnsupportedError& error) {
    GTEST_SKIP() << error.what();
  }
}

class FusedOnGpu : public OnGpu {
 protected:
  void SetUp() override {
    OnGpu::SetUp();
    if (IsSkipped()) return;
    if (const std::string reason = tt::backend_of(gpu).no_compiler(0); !reason.empty())
      GTEST_SKIP() << reason;  // else of the emulated device's: FusedElementwise.EveryFormulaCompiles fails then
  }
};

TEST_F(FusedOnGpu, EveryFormulaGivesTheBitsOfItsOp) {
  for (const auto& [code, formula] : formulas().by_code) {
    const tt::GradMode off(false);
    const cudaKernel_t kernel = tt::cuda::compiled_kernel(formulas().source, formula.kernel.c_str());
    for (const Formula::Use& use : formula.uses) {
      Tensors inputs, expected(1);
      for (const Tensor& input : use.inputs) inputs.push_back(input.to(gpu));
      tt::apply(*use.op, inputs, use.attributes, expected, {});
      const Tensor actual = tt::make_tensor(use.output.shape(), use.output.dtype(), gpu);
      std::vector<tt::Operand> in;
      for (const Tensor& input : inputs) in.push_back({input.impl()->data(), &input.meta()});
      const tt::Operand out{actual.impl()->data(), &actual.meta()};
      const tt::RunContext context{.device = gpu, .stream = tt::backend_of(gpu).enter(0)};
      tt::cuda::run_fused({*use.op, in, {&out, 1}, use.attributes, nullptr, context}, kernel);
      conformance::expect_same_bits(with_one_nan({actual.to(cpu)}), with_one_nan({expected[0].to(cpu)}), code);
      if (HasFatalFailure()) return;
    }
  }
}

// -- What is fused ----------------------------------------------------------------------------------------------------

/// A function of a graph on the GPU, compiled with and without the pass.
class Fusing : public FusedOnGpu {
 protected:
  void SetUp() override {
    FusedOnGpu::SetUp();
    if (!IsSkipped()) scope.emplace(gpu);
  }

  struct Result {
    int kernels = 0, rewrites = 0;
    std::string text;  // the step after the last pass
  };
  /// Runs it often enough to be captured; the values must be those of the ops one by one.
  Result run(const Tensors& fed, const Tensors& fetched, const Tensors& values) {
    Result result;
    std::vector<Tensors> found;
    for (const bool fuse : {true, false}) {
      tf::SessionOptions options{.numerics = tt::Numerics::exact, .fuse_elementwise = fuse, .dump = true};
      tf::Session session(graph, options);
      tt::manual_seed(4);
      if (!graph.variables().empty()) session.run(graph.initializer());
      auto call = session.make_callable(fed, fetched);
      Tensors all;
      for (int i = 0; i < 3; ++i)
        for (const Tensor& value : call_with(call, values)) all.push_back(value.to(cpu));
      found.push_back(with_one_nan(all));
      const tf::StepReport report = call.report();
      if (!fuse) continue;
      result.kernels = report.kernel_calls;
      result.text = report.passes.back().after;
      for (const tt::PassReport& pass : report.passes)
        if (pass.name == "fuse_elementwise") result.rewrites = pass.rewrites;
      EXPECT_TRUE(report.captured) << report.capture_reason;
    }
    conformance::expect_same_bits(found[0], found[1], result.text);
    return result;
  }

  static Tensors call_with(const tf::Callable& call, const Tensors& values) {
    switch (values.size()) {
      case 0:
        return call();
      case 1:
        return call(values[0]);
      case 2:
        return call(values[0], values[1]);
      default:
        return call(values[0], values[1], values[2]);
    }
  }

  Tensor placeholder(const char* name, tt::Shape shape, tt::DType dtype = tt::float32) {
    return graph.placeholder(name, dtype, shape);
  }
  /// Numbers of several sizes; with infinities, NaN and zeros of both signs among them, unless `tame`.
  static Tensor numbers(tt::Shape shape, tt::DType dtype = tt::float32, int seed = 1, bool tame = false) {
    constexpr double special[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1e-42, 1e30, -1e-30};
    std::vector<double> values(static_cast<std::size_t>(shape.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = std::sin(1.7 * static_cast<double>(i) + seed) * std::exp2(static_cast<double>(i % 5) - 2);
      if (!tame && i % 7 == 3) values[i] = special[i / 7 % std::size(special)];
    }
    return tt::cast(tt::tensor(values, shape), dtype);
  }

  tf::Graph graph;
  std::optional<tt::DeviceScope> scope;
};

TEST_F(Fusing, AChainBecomesOneKernel) {
  const Tensor x = placeholder("x", {33, 5}), y = placeholder("y", {33, 5}), z = placeholder("z", {5});
  const Tensor result = tt::tanh(x * y + z);
  const Result fused = run({x, y, z}, {result}, {numbers({33, 5}), numbers({33, 5}, tt::float32, 2), numbers({5})});
  EXPECT_EQ(fused.kernels, 1);
  EXPECT_EQ(fused.rewrites, 3);
  EXPECT_THAT(fused.text, HasSubstr("fused_elementwise(")) << fused.text;
  EXPECT_THAT(fused.text, HasSubstr("tanh(add(mul(x0, x1), x2))"));
}

TEST_F(Fusing, ATreeBecomesOneKernelAndReadsEachInputOnce) {
  const Tensor x = placeholder("x", {70}), y = placeholder("y", {70});
  const Tensor result = (x + y) / tt::maximum(tt::exp(x), tt::clip(y, -1, 2)) - tt::leaky_relu(x, 0.125);
  const Result fused = run({x, y}, {result}, {numbers({70}), numbers({70}, tt::float32, 2)});
  EXPECT_EQ(fused.kernels, 1);
  EXPECT_EQ(fused.rewrites, 7);
  EXPECT_THAT(fused.text, HasSubstr("leaky_relu(x0, slope=0.125)"));
}

// float16 is rounded between the ops, comparisons and casts change the dtype on the way.
TEST_F(Fusing, EachOpRoundsAsByItself) {
  for (const tt::DType dtype : {tt::float16, tt::bfloat16, tt::float64}) {
    graph = tf::Graph();
    const Tensor x = placeholder("x", {501}, dtype), y = placeholder("y", {501}, dtype);
    const Tensor chosen = tt::where(x > y, x * y + x / 3, tt::cast(tt::cast(y, tt::float32) * 1.1, dtype));
    const Result fused = run({x, y}, {chosen}, {numbers({501}, dtype), numbers({501}, dtype, 2)});
    EXPECT_EQ(fused.kernels, 1) << fused.text;
  }
  graph = tf::Graph();
  const Tensor i = placeholder("i", {40}, tt::int8), j = placeholder("j", {40}, tt::int8);
  const Tensor wrapped = tt::bitwise_not(i * j + i) - tt::abs(j);
  const auto small = [](int seed) {
    std::vector<int> values;
    for (int k = 0; k < 40; ++k) values.push_back((k * 37 + seed) % 256 - 128);
    return tt::cast(tt::tensor(values), tt::int8);
  };
  EXPECT_EQ(run({i, j}, {wrapped}, {small(1), small(5)}).kernels, 1);
}

TEST_F(Fusing, StridesAndBroadcasting) {
  const Tensor x = placeholder("x", {6, 1, 4}), y = placeholder("y", {7, 6}), z = placeholder("z", {4, 6});
  const Tensor a = tt::transpose(y).unsqueeze(-1), b = tt::transpose(z).unsqueeze(1);
  const Tensor result = tt::sigmoid(x - a) * b + 0.5;
  const Result fused = run({x, y, z}, {result}, {numbers({6, 1, 4}), numbers({7, 6}), numbers({4, 6})});
  EXPECT_EQ(fused.kernels, 1) << fused.text;
}

TEST_F(Fusing, WhatIsNeededElsewhereStays) {
  const Tensor x = placeholder("x", {64});
  const Tensor inner = tt::exp(x), twice = inner * inner, fetched = tt::sin(x), outer = fetched + 1;
  EXPECT_EQ(run({x}, {twice}, {numbers({64})}).kernels, 2);           // two uses
  EXPECT_EQ(run({x}, {outer, fetched}, {numbers({64})}).kernels, 2);  // fetched
  const Tensor row = placeholder("row", {1, 8}), table = placeholder("table", {9, 8});
  const Tensor product = tt::cos(row) * table;  // eight cosines, not seventy-two
  EXPECT_EQ(run({row, table}, {product}, {numbers({1, 8}), numbers({9, 8})}).kernels, 2);
}

TEST_F(Fusing, WhatCanFailOrDrawsStays) {
  const Tensor i = placeholder("i", {3}, tt::int32), j = placeholder("j", {3}, tt::int32);
  const Tensor quotient = tt::floor_divide(i + 1, j) * 2;
  const Tensor whole = tt::tensor<std::int32_t>({7, -7, 9}), by = tt::tensor<std::int32_t>({2, 3, -4});
  EXPECT_EQ(run({i, j}, {quotient}, {whole, by}).rewrites, 0);
  graph = tf::Graph();
  const Tensor x = placeholder("x", {64}), y = placeholder("y", {64});
  EXPECT_EQ(run({x, y}, {tt::remainder(x, y) + 1}, {numbers({64}), numbers({64})}).kernels, 1);  // floats cannot fail
  const Tensor dropped = tt::dropout(x * 2, {.p = 0.5, .training = true}) + 1;
  EXPECT_EQ(run({x}, {dropped}, {numbers({64})}).rewrites, 0);
}

// A value that was read before a write is not computed after it.
TEST_F(Fusing, StateIsReadWhereTheOpStands) {
  const auto v = graph.variable("v", tt::full({4}, 2.0f));
  const Tensor x = placeholder("x", {4});
  const Tensor before = v * 3;
  const Tensor written = v.assign_add(tt::ones({4}));
  const Tensor after = before + v;
  const Result fused = run({x}, {after, written, x + 0.5 - x}, {numbers({4})});
  EXPECT_EQ(fused.rewrites, 2) << fused.text;  // x + 0.5 - x
}

TEST_F(Fusing, AKernelHasLimits) {
  Tensor sum, product = placeholder("x", {64});
  const Tensor x = product;
  for (int i = 0; i < 12; ++i) {
    const auto v = graph.variable("v" + std::to_string(i), numbers({64}, tt::float32, i));
    sum = sum.defined() ? sum + v : v + 0.25;
  }
  EXPECT_EQ(run({}, {sum}, {}).kernels, 2);  // of at most 7 inputs
  for (int i = 0; i < 40; ++i) product = product * 1.01;
  EXPECT_EQ(run({x}, {product}, {numbers({64})}).kernels, 2);  // of at most 32 ops
}

// Gradients are made before the passes run; what they need of the forward pass stays.
TEST_F(Fusing, ATrainingStep) {
  const Tensor x = placeholder("x", {16, 6}), y = placeholder("y", {16, 3});
  const auto w = graph.variable("w", numbers({6, 8}, tt::float32, 7, true) * 0.3),
             b = graph.variable("b", tt::zeros({8}));
  const auto u = graph.variable("u", numbers({8, 3}, tt::float32, 8, true) * 0.3);
  const Tensor hidden = tt::gelu(tt::matmul(x, w) + b) * 0.9;
  const Tensor error = tt::matmul(hidden, u) - y;
  const Tensor loss = tt::mean(tt::square(error) * 0.5 + tt::softplus(error));
  const Tensors gradients = tf::gradients(loss, {w, b, u});
  Tensors fetched{loss};
  for (std::size_t i = 0; i < 3; ++i) {
    const tf::Variable& state = i == 0 ? w : i == 1 ? b : u;
    fetched.push_back(state.assign(state - gradients[i] * 0.1));
  }
  const Result fused =
      run({x, y}, fetched, {numbers({16, 6}, tt::float32, 1, true), numbers({16, 3}, tt::float32, 2, true)});
  EXPECT_GE(fused.rewrites, 8) << fused.text;
}

TEST_F(Fusing, CheckNumericsNamesTheOp) {
  const Tensor x = placeholder("x", {2}), y = tt::log(x) * x;
  const tf::Session session(graph);
  const auto call = session.make_callable({x}, {y});
  const Tensor bad = tt::tensor({1.0f, -2.0f});
  call(bad);
  EXPECT_EQ(call.report().kernel_calls, 1);
  tt::enable_check_numerics();
  EXPECT_THAT([&] { call(bad); }, testing::ThrowsMessage<tt::ArgumentError>(HasSubstr("[log] a result is not finite")));
  tt::disable_check_numerics();
}

// The fused value's buffer may be that of an input which ends there.
TEST_F(Fusing, MemoryIsPlanned) {
  const Tensor x = placeholder("x", {1000});
  const Tensor y = tt::cumsum(x, 0), z = tt::cumsum(tt::exp(y * 0.001) + 1, 0), result = tt::cumsum(z * z, 0);
  const auto arena = [&](bool fuse) {
    const tf::Session session(graph, {.fuse_elementwise = fuse});
    const auto call = session.make_callable({x}, {result});
    call(tt::ones({1000}));
    return call.report().arena_bytes;
  };
  EXPECT_LE(arena(true), arena(false));
  run({x}, {result}, {numbers({1000})});
}

}  // namespace
