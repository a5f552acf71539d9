// Building graphs: names, scopes, placeholders, variables, control dependencies.
#include <gtest/gtest.h>

#include <functional>

#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return "no error";
}

tt::Initializer ones() {
  return [](const tt::Shape& shape, tt::DType dtype) { return tt::ones(shape, dtype); };
}

}  // namespace

TEST(LowlevelGraph, NamesAreUniqueAndScoped) {
  tf::Graph graph;
  const auto a = graph.placeholder("x", tt::float32, {2});
  const auto b = graph.placeholder("x", tt::float32, {2});
  EXPECT_EQ(tf::name_of(a), "x");
  EXPECT_EQ(tf::name_of(b), "x_1");
  {
    auto net = graph.scope("net");
    EXPECT_EQ(graph.variable("w", {2}, ones()).name(), "net/w");
    auto inner = graph.scope("inner");
    EXPECT_EQ(tf::name_of(a + b), "net/inner/add");
    EXPECT_EQ(inner.name(), "net/inner");
  }
  {
    auto net = graph.scope("net");
    EXPECT_EQ(net.name(), "net_1");
  }
  // A name with a number may be asked for before and after it is given.
  std::string names;
  for (const char* asked : {"b_1", "b", "b", "b_2", "b_1", "b", "b_02", "b_2_1"})
    names += tf::name_of(graph.placeholder(asked, tt::float32, {})) + " ";
  EXPECT_EQ(names, "b_1 b b_2 b_2_1 b_1_1 b_3 b_02 b_2_1_1 ");
  EXPECT_EQ(tf::name_of(graph.find("net/w")), "net/w");
  EXPECT_TRUE(graph.contains("x_1"));
  EXPECT_FALSE(graph.contains("y"));
  EXPECT_NE(error_of([&] { graph.find("y"); }).find("no node of this name: 'y'"), std::string::npos);
}

TEST(LowlevelGraph, CreationInsideAScopeIsANode) {
  tf::Graph graph;
  auto scope = graph.scope();
  EXPECT_TRUE(tt::zeros({3}).is_symbolic());
}

TEST(LowlevelGraph, SeveralGraphsDoNotMix) {
  tf::Graph one, two;
  const auto a = one.placeholder("a", tt::float32, {2});
  const auto b = two.placeholder("b", tt::float32, {2});
  EXPECT_NE(error_of([&] { a + b; }).find("the tensor belongs to another graph"), std::string::npos);
}

TEST(LowlevelGraph, FinalizedGraphTakesNoMoreNodes) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {2});
  const auto w = graph.variable("w", {2}, ones());
  graph.finalize();
  const int line = __LINE__ + 1;
  const std::string error = error_of([&] { x* w; });
  EXPECT_NE(error.find("the graph is finalized"), std::string::npos) << error;
  EXPECT_NE(error.find("lowlevel_graph_test.cpp:" + std::to_string(line)), std::string::npos) << error;
  tf::Session session(graph);
  session.run(graph.initializer());  // was made by finalize
  EXPECT_EQ(session.run(w).to_vector<float>(), (std::vector<float>{1, 1}));
}

// As in TensorFlow 1, where NumPy computes what has values: only what says nothing of where it belongs is a node.
TEST(LowlevelGraph, InAScopeValuesAreComputedAtOnce) {
  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const auto w = graph.variable("w", {3}, ones());
  const tt::Tensor scores = w * tt::tensor({1.0f, 3.0f, 2.0f});
  EXPECT_TRUE(tf::zeros({2}).is_symbolic());
  EXPECT_TRUE(tf::random::normal({2}).is_symbolic());
  const tf::Session session(graph);
  session.run(graph.initializer());
  const std::size_t nodes = graph.size();
  for (const tt::Tensor& value : {session.run(scores), session.value(w) * tt::tensor({1.0f, 3.0f, 2.0f})}) {
    EXPECT_EQ(tf::argmax(value).item<std::int64_t>(), 1);
    EXPECT_EQ(tf::argmax(value * 2 + 1, 0).item<std::int64_t>(), 1);
    EXPECT_FLOAT_EQ(tt::mean(tt::softmax(value, 0)).item<float>(), 1 / 3.0f);
  }
  EXPECT_EQ(graph.size(), nodes);
}

TEST(LowlevelGraph, AScopeOfAFinalizedGraphMakesNoNodes) {
  tf::Graph graph, other;
  const auto outside = tf::as_default(other);
  {
    const auto here = tf::as_default(graph);
    const auto x = graph.placeholder("x", tt::float32, {2});
    const tt::Tensor y = x * 2;
    graph.finalize();
    EXPECT_EQ(tf::zeros({2}).to_vector<float>(), (std::vector<float>{0, 0}));
    EXPECT_FALSE(tf::random::normal({2}).is_symbolic());
    EXPECT_EQ(tf::argmax(tf::one_hot(tt::tensor({3}), 5), 1).item<std::int64_t>(), 3);
    {
      const auto again = graph.scope("late");
      EXPECT_FALSE(tf::ones({2}).is_symbolic());
    }
    EXPECT_FALSE(tf::ones({2}).is_symbolic());
    EXPECT_NE(error_of([&] { y + tf::ones({2}); }).find("the graph is finalized"), std::string::npos);
    const tf::Session session(graph);
    EXPECT_EQ(session.run(y, {{x, tf::ones({2})}}).to_vector<float>(), (std::vector<float>{2, 2}));
  }
  EXPECT_TRUE(tf::ones({2}).is_symbolic());  // of the scope around it, whose graph takes nodes
}

TEST(LowlevelGraph, AFirstValueMayBeComputedByTheGraph) {
  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const tt::Tensor drawn = tf::random::normal({1000}, 5, 0.1);
  const auto w = graph.variable("w", drawn, {.trainable = false}), twice = graph.variable("twice", drawn * 2);
  const auto b = graph.variable("b", {2}, ones());
  const tt::Tensor x = graph.placeholder("x", tt::float32, {2});
  const auto fed = graph.variable("fed", x);
  EXPECT_FALSE(w.trainable());
  EXPECT_TRUE(twice.trainable());
  const tf::Session session(graph), other(graph);
  EXPECT_NE(error_of([&] { session.run(w * 1); }).find("before it is initialized"), std::string::npos);
  session.run(graph.initializer(), {{x, tt::tensor({7.0f, 8.0f})}});
  const tt::Tensor first = session.value(w);
  EXPECT_NEAR(tt::mean(first).item<float>(), 5, 0.1);
  EXPECT_TRUE(tt::array_equal(first * 2, session.value(twice)));  // of one draw
  EXPECT_EQ(session.value(b).to_vector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(session.value(fed).to_vector<float>(), (std::vector<float>{7, 8}));
  session.set_value(w, first * 0);
  session.run(tf::variables_initializer({w, b}));
  EXPECT_TRUE(tt::array_equal(first, session.value(w)));  // the initializer began the stream anew
  EXPECT_TRUE(tt::array_equal(first * 2, session.value(twice)));
  tf::train::ExponentialMovingAverage average(0.5);
  const tt::Tensor update = average.apply(tf::TensorList{twice});
  other.run(graph.initializer(), {{x, tt::tensor({7.0f, 8.0f})}});
  EXPECT_TRUE(tt::array_equal(other.value(twice), other.value(average.average(twice))));
  other.run({twice.assign_add(2.0f), update});
}

TEST(LowlevelGraph, ErrorNamesTheLineThatAddsTheNode) {
  tf::Graph graph;
  const auto a = graph.placeholder("a", tt::float32, {tt::unknown, 784});
  const auto b = graph.placeholder("b", tt::float32, {512, 10});
  const int line = __LINE__ + 1;
  const std::string error = error_of([&] { tt::matmul(a, b); });
  EXPECT_NE(error.find("inner dimensions differ: a is (?, 784), b is (512, 10)"), std::string::npos) << error;
  EXPECT_NE(error.find("lowlevel_graph_test.cpp:" + std::to_string(line)), std::string::npos) << error;
}

TEST(LowlevelGraph, ValuesOfSymbolicTensorsAreAnError) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {});
  EXPECT_NE(error_of([&] { x.item<float>(); }).find("has no values until a session runs it"), std::string::npos);
  EXPECT_NE(error_of([&] {
              if (x) FAIL();
            }).find("has no values until a session runs it"),
            std::string::npos);
}

TEST(LowlevelGraph, OutlivesTheFunctionThatBuiltIt) {
  const auto build = [] {
    tf::Graph graph;
    const auto x = graph.placeholder("x", tt::float32, {2});
    return std::pair{x, x * 3};
  };
  const auto [x, y] = build();
  const tf::Session session(tf::graph_of(y));
  EXPECT_EQ(session.run(y, {{x, tt::tensor<float>({1, 2})}}).to_vector<float>(), (std::vector<float>{3, 6}));
}

TEST(LowlevelGraph, OperationsWithoutAValueAreNoOperands) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {0});
  const auto nothing = graph.no_op();
  EXPECT_NE(error_of([&] { x + tt::cast(nothing, tt::float32); }).find("cannot be an operand"), std::string::npos);
}
