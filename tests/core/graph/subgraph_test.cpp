// What control flow will stand on: an op with a function of nodes as its attribute runs, prints and differentiates like
// any other, and takes what the function reads from around it as operands.
#include "triptych/core/subgraph.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/tensor/tensor_impl.h"
#include "triptych/core/op.h"
#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using Floats = std::vector<float>;

namespace {

struct RepeatAttributes {
  tt::Subgraph body;
  std::int64_t times = 1;
  static constexpr auto fields() {
    return std::tuple{tt::field("body", &RepeatAttributes::body), tt::field("times", &RepeatAttributes::times)};
  }
};

// Inputs: x and what the body captured.
std::vector<tt::Tensor> repeat_decompose(std::span<const tt::Tensor> inputs, const void* raw) {
  const auto& attributes = *static_cast<const RepeatAttributes*>(raw);
  std::vector<tt::Tensor> values(inputs.begin(), inputs.end());
  for (std::int64_t i = 0; i < attributes.times; ++i) values[0] = tt::call_subgraph(attributes.body, values)[0];
  return {values[0]};
}

void repeat_infer(tt::Infer& infer) {
  const auto& body = infer.attributes<RepeatAttributes>().body;
  infer.check(infer.input_count() == static_cast<int>(body.inputs.size()),
              "there is one operand for each input of the body");
  infer.output(0, infer.shape(0), infer.dtype(0));
}

void repeat_run(const tt::KernelCall& call) {
  std::vector<tt::Tensor> inputs;
  for (const tt::Operand& operand : call.inputs) {
    inputs.push_back(tt::make_tensor(operand.shape(), operand.dtype()));
    std::memcpy(inputs.back().impl()->data(), operand.data, static_cast<std::size_t>(operand.size()) * sizeof(float));
  }
  const tt::GradMode off(false);
  const tt::Tensor result = repeat_decompose(inputs, call.attributes)[0].contiguous();
  std::memcpy(call.outputs[0].data, result.impl()->data(), static_cast<std::size_t>(result.numel()) * sizeof(float));
}

const tt::Op repeat_op{.name = "test_repeat",
                       .inputs = 1,
                       .max_inputs = tt::any_number,
                       .attributes = &tt::attribute_type<RepeatAttributes>,
                       .infer = repeat_infer,
                       .saves_inputs = tt::every_one,
                       .decompose = repeat_decompose};
const tt::Kernel repeat_kernel{.run = repeat_run};

using Body = std::function<tt::Tensor(const tt::Tensor&)>;

tt::Tensor repeat(const tt::Tensor& x, std::int64_t times, const Body& body) {
  tt::register_kernel(repeat_op, tt::Device::Type::cpu, repeat_kernel);
  const tt::TensorMeta meta = x.meta();
  auto [function, operands] =
      tt::trace_subgraph({&meta, 1}, [&](std::span<const tt::Tensor> args) { return std::vector{body(args[0])}; });
  operands.insert(operands.begin(), x);
  const RepeatAttributes attributes{std::move(function), times};
  tt::Tensor result;
  tt::apply(repeat_op, operands, &attributes, {&result, 1}, tt::Location::here());
  return result;
}

}  // namespace

TEST(Subgraph, RunsAndDifferentiatesEagerly) {
  auto x = tt::tensor<float>({1, 2}).set_requires_grad(), w = tt::tensor<float>({3, -1}).set_requires_grad();
  const tt::Tensor scaled = w * 2;  // captured with its tape
  const auto step = [&](const tt::Tensor& v) { return v * scaled + tt::tensor<float>({1, 1}) + w; };
  const auto y = repeat(x, 3, step);
  auto plain = step(step(step(x)));
  EXPECT_EQ(y.to_vector<float>(), plain.to_vector<float>());
  const auto got = tt::eager::grad({tt::sum(y * y)}, {x, w}, {.retain_graph = true, .create_graph = true});
  const auto expected = tt::eager::grad({tt::sum(plain * plain)}, {x, w}, {.retain_graph = true, .create_graph = true});
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(got[i].to_vector<float>(), expected[i].to_vector<float>());
  const auto second = tt::eager::grad(tt::sum(got[1]), w, {.retain_graph = true}),
             second_expected = tt::eager::grad(tt::sum(expected[1]), w);
  EXPECT_EQ(second.to_vector<float>(), second_expected.to_vector<float>());
}

TEST(Subgraph, RunsAndDifferentiatesInAGraph) {
  for (const bool compile : {true, false}) {
    tf::Graph graph;
    const auto x = graph.placeholder("x", tt::float32, {tt::unknown});
    const auto w = graph.variable("w", tt::tensor<float>({3, -1}));
    const auto outer = w * 2;  // a node of the graph around it
    const auto step = [&](const tt::Tensor& v) { return tt::relu(v * outer) + w; };
    const auto y = repeat(x, 3, step), plain = step(step(step(x)));
    const auto gradients = tf::gradients(tt::sum(y), {x, w}), expected = tf::gradients(tt::sum(plain), {x, w});
    const tf::Session session(graph, {.numerics = tt::Numerics::exact, .compile = compile});
    session.run(graph.initializer());
    const auto values =
        session.run({y, plain, gradients[0], expected[0], gradients[1], expected[1]}, {{x, tt::tensor<float>({1, 2})}});
    for (std::size_t i = 0; i < 6; i += 2) EXPECT_EQ(values[i].to_vector<float>(), values[i + 1].to_vector<float>());
  }
}

// What the body reads from the graph around it does not keep that graph alive.
TEST(Subgraph, EndsWithItsGraph) {
  const std::int64_t before = tt::statistics().bytes_in_use;
  {
    tf::Graph graph;
    const auto outer = graph.constant(tt::ones({1000})) * 2;
    repeat(graph.placeholder("x", tt::float32, {1000}), 2, [&](const tt::Tensor& v) { return v * outer; });
    EXPECT_GE(tt::statistics().bytes_in_use, before + 4000);
  }
  EXPECT_EQ(tt::statistics().bytes_in_use, before);
}

TEST(Subgraph, PrintsAndCompares) {
  const tt::TensorMeta meta{.shape = {tt::unknown, 3}, .strides = {}, .dtype = tt::float32, .device = {}};
  const auto trace = [&] {
    return tt::trace_subgraph({&meta, 1},
                              [](std::span<const tt::Tensor> args) { return std::vector{tt::sum(args[0], {1})}; })
        .subgraph;
  };
  const tt::Subgraph a = trace(), b = trace(), same = a;
  EXPECT_TRUE(a == same);
  EXPECT_FALSE(a == b);
  std::string text, other;
  tt::print_value(text, a);
  tt::print_value(other, b);
  EXPECT_EQ(text.substr(0, text.find('@')), "(float32 (?, 3)) -> float32 (?,)");
  EXPECT_NE(text, other);
}

// Random numbers are state too: their stream moves on.
TEST(Subgraph, WritesNoState) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {2});
  const auto w = graph.variable("w", tt::ones({2}));
  struct Counter : tt::eager::nn::Module {
    tt::Tensor& count = register_buffer("count", tt::zeros({}));
    tt::Tensor forward(const tt::Tensor& v) override {
      count.add_(1);
      return v * count;
    }
  } counter;
  const std::vector<std::pair<std::string, Body>> bodies{
      {"assign", [&](const tt::Tensor& v) { return w.assign(v); }},
      {"assign_add", [&](const tt::Tensor& v) { return w.assign_add(v); }},
      {"add_", [&](const tt::Tensor& v) { return counter(v); }},
      {"rand", [&](const tt::Tensor& v) { return v + tt::rand({2}); }},
      {"dropout", [&](const tt::Tensor& v) { return tt::dropout(v); }},
  };
  for (const auto& [op, body] : bodies) {
    try {
      repeat(x, 2, body);
      ADD_FAILURE() << op;
    } catch (const tt::UnsupportedError& error) {
      const std::string text = error.what();
      EXPECT_EQ(text.substr(0, text.find(':')), "[" + op + "] a sub-graph writes state") << text;
      EXPECT_NE(text.find("Return the new value from the sub-graph"), std::string::npos) << text;
      EXPECT_EQ(error.where().text().substr(0, 18), "subgraph_test.cpp:") << text;
    }
  }
  EXPECT_EQ(counter.count.item<float>(), 0);
}
