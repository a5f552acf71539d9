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
