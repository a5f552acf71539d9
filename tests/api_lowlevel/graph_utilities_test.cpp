// The default graph, collections, variable scopes, checks, prints, scatter updates, and gradients with options.
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;
using Floats = std::vector<float>;

namespace {

#define EXPECT_WRONG(wrong, call)                                               \
  try {                                                                         \
    static_cast<void>(call);                                                    \
    ADD_FAILURE() << "nothing was thrown: " << #call;                           \
  } catch (const tt::Error& error) {                                            \
    EXPECT_TRUE(std::string(error.what()).starts_with(wrong)) << error.what();  \
    EXPECT_TRUE(error.where().text().starts_with("graph_utilities_test.cpp:")); \
  }

std::vector<tt::SessionOptions> both_ways() { return {{}, {.compile = false}}; }

}  // namespace

TEST(VariableScope, SharesVariablesWhereItSaysSo) {
  tf::Graph graph;
  const auto here = tf::as_default(graph);
  EXPECT_TRUE(tf::get_default_graph() == graph);
  {
    const auto scope = tf::variable_scope(
        "net", {.initializer = tt::init::constant(2), .regularizer = [](const Tensor& v) { return tt::sum(v * v); }});
    const auto inner = tf::variable_scope("layer");
    const tf::Variable w = tf::get_variable("w", {3});
    EXPECT_EQ(w.name(), "net/layer/w");
    EXPECT_WRONG("[get_variable] the variable exists already", tf::get_variable("w", {3}));
  }
  {
    const auto scope = tf::variable_scope("net", {.reuse = tf::Reuse::yes});
    const auto inner = tf::variable_scope("layer");
    EXPECT_EQ(tf::get_variable("w", {3}).name(), "net/layer/w");
    EXPECT_EQ(tf::get_variable("w").name(), "net/layer/w");
    EXPECT_WRONG("[get_variable] the variable exists with another shape", tf::get_variable("w", {4}));
    EXPECT_WRONG("[get_variable] the variable does not exist, and its scope only reuses", tf::get_variable("v", {3}));
  }
  for (int i = 0; i < 2; ++i) {
    const auto scope = tf::variable_scope("shared", {.reuse = tf::AUTO_REUSE, .dtype = tt::float64});
    EXPECT_EQ(tf::get_variable("b", {2}, {.trainable = false}).dtype(), tt::float64);
  }
  const tf::Variable steps =
      tf::get_variable("steps", {}, {.dtype = tt::int64, .collections = {tf::GraphKeys::LOCAL_VARIABLES}});
  EXPECT_EQ(tf::global_variables().size(), 2u);
  EXPECT_EQ(tf::trainable_variables().size(), 1u);
  EXPECT_EQ(tf::local_variables().size(), 1u);
  EXPECT_EQ(tf::get_collection(tf::GraphKeys::REGULARIZATION_LOSSES).size(), 1u);
  const tf::Session session(graph);
  session.run({tf::global_variables_initializer(), tf::local_variables_initializer()});
  EXPECT_EQ(session.run(tf::get_regularization_loss()).item<float>(), 12);
  EXPECT_EQ(session.value(steps).item<int>(), 0);
}

TEST(DefaultGraph, IsBuiltWithTensorFlowsWords) {
  const tf::Graph graph;
  const auto here = tf::as_default(graph);
  const Tensor x = tf::placeholder(tt::float32, {tt::unknown}, "x");
  const Tensor scale = tf::placeholder_with_default(2.0, {}),
               given = tf::placeholder_with_default(x, {tt::unknown}, "g");
  tf::Variable v, w;
  {
    const auto scope = tf::name_scope("net");
    v = graph.variable("v", tt::ones({}));
    w = graph.variable("w", tt::zeros({2}));
  }
  const Tensor before = v.read_value(), add = tf::assign_add(v, 1.0F), after = v.read_value();
  Tensor late;
  {
    const auto then = tf::control_dependencies({add});
    const auto on = tf::device("/device:CPU:0");
    late = tf::no_op();
  }
  const Tensor y = given * scale;
  EXPECT_EQ(tf::name_of(late), "NoOp");
  EXPECT_EQ(tf::name_of(v), "net/v");
  EXPECT_EQ(tf::global_variables("net/").size(), 2U);
  EXPECT_TRUE(tf::trainable_variables("other/").empty());
  EXPECT_TRUE(tf::local_variables("net/").empty());
  const tf::Session session(graph);
  EXPECT_FALSE(tf::is_variable_initialized(session, v));
  session.run(v.initializer());
  EXPECT_TRUE(tf::is_variable_initialized(session, v));
  EXPECT_EQ(tf::report_uninitialized_variables(session), std::vector<std::string>{"net/w"});
  EXPECT_TRUE(tf::report_uninitialized_variables(session, {v}).empty());
  session.run(late);
  EXPECT_EQ(session.value(v).item<float>(), 2);
  const std::vector<Tensor> got = session.run({before, add, after});
  EXPECT_EQ(got[0].item<float>(), 2);
  EXPECT_EQ(got[2].item<float>(), 3);
  const Tensor numbers = tt::tensor<float>({1, 2});
  EXPECT_EQ(session.run(y, {{x, numbers}}).to_vector<float>(), (Floats{2, 4}));
  EXPECT_EQ(session.run(y, {{given, numbers}, {scale, 3}}).to_vector<float>(), (Floats{3, 6}));
  EXPECT_EQ(session.run(graph.get_tensor_by_name("x:0"), {{x, numbers}}).to_vector<float>(), (Floats{1, 2}));
  const tf::Operation multiply = graph.get_operation_by_name(tf::name_of(y));
  EXPECT_EQ(multiply.type, "mul");
  EXPECT_EQ(tf::name_of(multiply.inputs.at(0)), tf::name_of(given));
  EXPECT_EQ(graph.get_operations().size(), graph.size());
  EXPECT_EQ(graph.get_operations()[0].name, "x");
  EXPECT_WRONG("[get_operation_by_name] the name is that of a tensor: 'x:0'", graph.get_operation_by_name("x:0"));
  EXPECT_WRONG("[find] the graph has no node of this name: 'z'", graph.get_operation_by_name("z"));
  EXPECT_WRONG("[placeholder_with_default] the shape does not fit", tf::placeholder_with_default(x, {2, 2}));
  EXPECT_WRONG("[device] no device has this name", tf::device("/tpu:0"));
}

TEST(Collections, KeepTensorsInOrder) {
  tf::Graph graph;
  const Tensor a = graph.placeholder("a", tt::float32, {}), b = graph.placeholder("net/b", tt::float32, {});
  tf::add_to_collection("mine", b);
  tf::add_to_collection("mine", a);
  ASSERT_EQ(tf::get_collection(graph, "mine").size(), 2u);
  EXPECT_EQ(tf::name_of(tf::get_collection(graph, "mine")[0]), "net/b");
  EXPECT_EQ(tf::get_collection(graph, "mine", "net").size(), 1u);
  EXPECT_TRUE(tf::get_collection(graph, "other").empty());
  EXPECT_EQ(tf::get_all_collection_keys(graph), std::vector<std::string>{"mine"});
  EXPECT_WRONG("[add_to_collection] this collection is kept by itself", tf::add_to_collection("variables", a));
  EXPECT_WRONG("[add_to_collection] the value is not a tensor of a graph", tf::add_to_collection("x", tt::ones({1})));
}

TEST(Asserts, NameTheLineThatMadeThem) {
  for (const tt::SessionOptions& way : both_ways()) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
    const tf::Variable v = graph.variable("v", tt::zeros({}));
    const int line = __LINE__ + 1;
    const Tensor check = tf::assert_less(x, 3, {.message = "too large"});
    Tensor y, done;
    {
      const auto after = graph.control_dependencies({check});
      y = tt::identity(x);
      done = v.assign_add(1);
    }
    const tf::Session session(graph, way);
    session.run(graph.initializer());
    session.run({y, done}, {{x, tt::tensor<float>({1, 2})}});
    try {
      session.run({y, done}, {{x, tt::tensor<float>({1, 4, 5, 6})}});
      ADD_FAILURE();
    } catch (const tt::ArgumentError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("[assert_less] too large: x is not less than y: [1 4 5 6], 3"), std::string::npos) << text;
      EXPECT_EQ(error.where().text(), "graph_utilities_test.cpp:" + std::to_string(line));
    }
    EXPECT_EQ(session.value(v).item<float>(), 1);
  }
  const Tensor now = tt::tensor<float>({1, 2});
  tf::assert_equal(now, now);
  EXPECT_WRONG("[assert_equal] x and y differ: [1 2], [2 2]", tf::assert_equal(now, tt::full({2}, 2)));
  EXPECT_WRONG("[assert_positive] x is not positive", tf::assert_positive(-now));
  EXPECT_WRONG("[assert_rank] x has another number of dimensions: float32 (1, 2), expected 1",
               tf::assert_rank(now.reshape({1, 2}), 1));
  EXPECT_WRONG("[Assert] the condition is false: [1 2]", tf::Assert(false, {now}));
  tf::assert_near(now, now + 1e-7f);
  EXPECT_WRONG("[assert_integer] x is not of an integer dtype", tf::assert_integer(now));
}

TEST(Asserts, RunWithTheBranchThatIsTaken) {
  tf::Graph graph;
  const Tensor p = graph.placeholder("p", tt::boolean, {}), x = graph.placeholder("x", tt::float32, {});
  const Tensor y = tf::cond(
      p,
      [&] {
        tf::assert_positive(x);
        return x * 2;
      },
      [&] { return x; });
  const tf::Session session(graph);
  EXPECT_EQ(session.run(y, {{p, false}, {x, -1}}).item<float>(), -1);
  EXPECT_THROW(session.run(y, {{p, true}, {x, -1}}), tt::ArgumentError);
}

TEST(CheckNumerics, LooksWhenItRunsAndAtGradients) {
  for (const tt::SessionOptions& way : both_ways()) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
    const int line = __LINE__ + 1;
    const Tensor y = tf::check_numerics(tt::sqrt(x), "root");
    const Tensor unchecked = tt::sqrt(x);
    const tf::Session session(graph, way);
    EXPECT_EQ(session.run(y, {{x, tt::tensor<float>({4, 9})}}).to_vector<float>(), (std::vector<float>{2, 3}));
    session.run(unchecked, {{x, tt::tensor<float>({-1})}});  // who does not need the result does not look
    try {
      session.run(y, {{x, tt::tensor<float>({4, -9})}});
      ADD_FAILURE();
    } catch (const tt::ArgumentError& error) {
      const std::string text = error.what();
      EXPECT_EQ(text.find("[check_numerics] root: the tensor is not finite: NaN in float32 (2,)"), 0u) << text;
      EXPECT_EQ(error.where().text(), "graph_utilities_test.cpp:" + std::to_string(line));
    }
  }
  // The gradient of a root at 0 is infinite behind the check, and is looked at where it goes through one.
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {});
  const Tensor y = tt::sqrt(tf::check_numerics(x * 1, "under the root"));
  const Tensor gradient = tf::gradients(y, x)[0];
  EXPECT_WRONG("[check_numerics] in the gradient of under the root: the tensor is not finite: infinity",
               tf::Session(graph).run(gradient, {{x, 0}}));
  Tensor now = tt::zeros({}).set_requires_grad();
  EXPECT_WRONG("[check_numerics] in the gradient of a: the tensor is not finite",
               tt::sqrt(tf::check_numerics(now, "a")).backward());
  tf::assert_all_finite(tt::ones({2}), "fine");
  tf::Graph plain;
  const Tensor a = plain.placeholder("a", tt::float32, {}), root = tt::log(a * 2);
  const Tensor all = tf::add_check_numerics_ops(plain);
  const tf::Session session(plain);
  session.run(all, {{a, 1}});
  EXPECT_WRONG("[add_check_numerics_ops] a:0: the tensor is not finite: NaN in float32 ()",
               session.run(all, {{a, std::numeric_limits<float>::quiet_NaN()}}));
  EXPECT_WRONG("[add_check_numerics_ops] log:0: the tensor is not finite: infinity", session.run(all, {{a, 0}}));
  const Tensor p = graph.placeholder("p", tt::boolean, {});
  tf::cond(
      p, [&] { return x; }, [&] { return x * 2; });
  EXPECT_WRONG("[add_check_numerics_ops] the graph has a branch or a loop", tf::add_check_numerics_ops(graph));
}

TEST(Print, WritesWhenItRuns) {
  std::ostringstream out;
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  const Tensor shown = tf::print({"x:", x, tt::arange(10)}, {.output_stream = &out});
  const tf::Session session(graph);
  EXPECT_EQ(out.str(), "");
  session.run(shown, {{x, tt::tensor<float>({0.5, 2})}});
  EXPECT_EQ(out.str(), "x: [0.5 2] [0 1 2 ... 7 8 9]\n");
  out.str("");
  tf::print({tt::ones({2, 2})}, {.output_stream = &out, .end = ""});
  EXPECT_EQ(out.str(), "[[1 1]\n [1 1]]");
}

TEST(Scatter, UpdatesPartsOfVariables) {
  for (const tt::SessionOptions& way : both_ways()) {
    tf::Graph graph;
    const tf::Variable v = graph.variable("v", tt::tensor<float>({1, 2, 3, 4}));
    const Tensor at = tt::tensor<std::int64_t>({0, 2, 0}), by = tt::tensor<float>({2, 4, 5}),
                 nd = tt::tensor<std::int64_t>({{1}, {3}}), two = tt::tensor<float>({10, 0});
    const std::vector<std::pair<Tensor, Floats>> updates{
        {tf::scatter_update(v, at, by), {5, 2, 4, 4}},     {tf::scatter_add(v, at, by), {8, 2, 7, 4}},
        {tf::scatter_sub(v, at, by), {-6, 2, -1, 4}},      {tf::scatter_mul(v, at, by), {10, 2, 12, 4}},
        {tf::scatter_div(v, at, by), {0.1f, 2, 0.75f, 4}}, {tf::scatter_min(v, at, by), {1, 2, 3, 4}},
        {tf::scatter_max(v, at, by), {5, 2, 4, 4}},        {tf::scatter_nd_update(v, nd, two), {1, 10, 3, 0}},
        {tf::scatter_nd_add(v, nd, two), {1, 12, 3, 4}},   {tf::scatter_nd_sub(v, nd, two), {1, -8, 3, 4}},
        {tf::scatter_nd_min(v, nd, two), {1, 2, 3, 0}},    {tf::scatter_nd_max(v, nd, two), {1, 10, 3, 4}}};
    for (const auto& [update, expected] : updates) {
      const tf::Session session(graph, way);
      session.run(graph.initializer());
      EXPECT_EQ(session.run(update).to_vector<float>(), expected);
      EXPECT_EQ(session.value(v).to_vector<float>(), expected);
    }
  }
}

TEST(Tuple, WaitsForAll) {
  tf::Graph graph;
  const tf::Variable v = graph.variable("v", tt::zeros({}));
  const Tensor add = v.assign_add(1), x = graph.constant(tt::ones({}));
  const auto both = tf::tuple({x, Tensor()}, {add});
  EXPECT_FALSE(both[1].defined());
  const tf::Session session(graph);
  session.run(graph.initializer());
  EXPECT_EQ(session.run(both[0]).item<float>(), 1);
  EXPECT_EQ(session.value(v).item<float>(), 1);
  EXPECT_EQ(tf::identity_n({x, add}).size(), 2u);
}

TEST(Gradients, StopWhereTheyAreTold) {
  tf::Graph graph;
  const Tensor a = graph.placeholder("a", tt::float32, {}), unused = graph.placeholder("u", tt::float32, {2});
  const Tensor b = a * 2, y = a + b;
  const tf::Session session(graph);
  const auto g = tf::gradients(y, {a, b}, {}, {.stop_gradients = {a, b}});
  EXPECT_EQ(session.run(g[0], {{a, 1}}).item<float>(), 1);
  EXPECT_EQ(session.run(g[1], {{a, 1}}).item<float>(), 1);
  EXPECT_EQ(session.run(tf::gradients(y, a)[0], {{a, 1}}).item<float>(), 3);
  EXPECT_FALSE(tf::gradients(y, unused)[0].defined());
  const Tensor zero = tf::gradients(y, unused, {}, {.unconnected_gradients = tf::UnconnectedGradients::ZERO})[0];
  EXPECT_EQ(session.run(zero, {{unused, tt::ones({2})}}).to_vector<float>(), (Floats{0, 0}));
  Tensor hidden;
  {
    const tt::GradMode off(false);
    hidden = a * 3;
  }
  EXPECT_WRONG("[gradients] a y was made where nothing is recorded", tf::gradients(hidden, a));
}

// The random numbers' own state was initialized after what their scope waits for, which needs initialized variables.
TEST(ControlDependencies, StateWaitsForNobody) {
  tf::Graph graph;
  const tf::Variable v = graph.variable("v", tt::tensor(1.0));
  const Tensor add = v.assign_add(1);
  const auto after = graph.control_dependencies({add});
  const Tensor noise = graph.random_normal({});
  const tf::Variable inner = graph.variable("inner", tt::tensor(5.0));
  const tf::Session session(graph);
  session.run(graph.variables()[0].initializer());
  session.run(inner.initializer());
  EXPECT_EQ(session.value(v).item<float>(), 1);
  session.run(noise);
  EXPECT_EQ(session.value(v).item<float>(), 2);
}

TEST(LowLevelGradients, StopAtOneOfSeveralResults) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {4});
  const auto halves = tt::split(x, 2);
  const Tensor y = tt::sum(halves[0] * halves[1]);
  const auto g = tf::gradients(y, {x, halves[0]}, {}, {.stop_gradients = {halves[0]}});
  const tf::Session session(graph);
  const auto values = session.run(g, {{x, tt::tensor({1, 2, 3, 4})}});
  EXPECT_EQ(values[0].to_vector<float>(), (std::vector<float>{0, 0, 1, 2}));
  EXPECT_EQ(values[1].to_vector<float>(), (std::vector<float>{3, 4}));
}

TEST(LowLevelGradients, HessiansEqualTensorFlow) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {3}), other = graph.placeholder("o", tt::float32, {2});
  const Tensor y = tt::sum(tt::pow(x, 3)) + tt::prod(x);
  const auto h = tf::hessians(y, {x, other});
  const tf::Session session(graph);
  EXPECT_EQ(session.run(h[0], {{x, tt::tensor({1, 2, 3})}}).to_vector<float>(),
            (std::vector<float>{6, 3, 2, 3, 12, 1, 2, 1, 18}));
  EXPECT_EQ(session.run(h[1], {{other, tt::zeros({2})}}).to_vector<float>(), std::vector<float>(4));
  EXPECT_THROW(tf::hessians(tt::sum(y), graph.placeholder("u", tt::float32, {tt::unknown})), tt::ArgumentError);
  EXPECT_THROW(tf::hessians(tt::sum(y), graph.placeholder("many", tt::float32, {1000, 1000})), tt::UnsupportedError);
}

TEST(Gradients, AreOverriddenByOp) {
  static const tf::RegisterGradient guided("Guided", [](const tf::Operation& op, const std::vector<Tensor>& grads) {
    return std::vector<Tensor>{grads[0] * op.outputs[0] * 10};
  });
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2}), before = tt::relu(x);
  Tensor after;
  {
    const auto scope = tf::gradient_override_map(graph, {{"Relu", "Guided"}});
    after = tt::relu(x);
  }
  const tf::Session session(graph);
  const Tensor fed = tt::tensor<float>({-1, 3});
  EXPECT_EQ(session.run(tf::gradients(before, x)[0], {{x, fed}}).to_vector<float>(), (Floats{0, 1}));
  EXPECT_EQ(session.run(tf::gradients(after, x)[0], {{x, fed}}).to_vector<float>(), (Floats{0, 30}));
  EXPECT_WRONG("[gradient_override_map] there is no op of this name",
               tf::gradient_override_map(graph, {{"Reluu", "Guided"}}));
  EXPECT_WRONG("[gradient_override_map] no gradient is registered",
               tf::gradient_override_map(graph, {{"Relu", "Nobody"}}));
  EXPECT_WRONG("[RegisterGradient] a gradient of this name exists",
               tf::RegisterGradient("Guided", [](const tf::Operation&, const std::vector<Tensor>& g) { return g; }));
}
