// What each pass of the graph compiler does, and what it leaves alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

const tt::PassReport& pass(const tf::StepReport& report, const std::string& name) {
  for (const auto& entry : report.passes)
    if (entry.name == name) return entry;
  throw std::runtime_error("no pass " + name);
}

tf::StepReport report_of(const tf::Graph& graph, const tf::TensorList& fetches, tf::SessionOptions options = {}) {
  options.dump = true;
  const tf::Session session(graph, options);
  if (!graph.variables().empty()) session.run(graph.initializer());
  const auto call = session.make_callable({}, fetches);
  call();
  return call.report();
}

tt::Initializer filled(double value) {
  return [value](const tt::Shape& shape, tt::DType dtype) { return tt::full(shape, value, dtype); };
}

}  // namespace

TEST(GraphPasses, OnlyWhatIsNeededIsCompiled) {
  tf::Graph graph;
  const auto w = graph.variable("w", {2}, filled(1));
  const auto y = w * 2;
  const auto unused = w * 3;
  const auto report = report_of(graph, y);
  EXPECT_EQ(report.needed_nodes, 1);
  EXPECT_EQ(report.kernel_calls, 1);
}

TEST(GraphPasses, DumpsAreTheSameInEveryRun) {
  const auto text = [] {
    tf::Graph graph;
    const auto w = graph.variable("w", {2}, filled(1));
    std::string all;
    for (const auto& entry : report_of(graph, (w + graph.constant(tt::ones({2}))) * tt::full({2}, 3.0)).passes)
      all += entry.before + entry.after;
    return all;
  };
  const std::string first = text(), second = text();
  EXPECT_EQ(first, second);
  EXPECT_EQ(first.find('@'), std::string::npos) << first;
}

TEST(GraphPasses, ConstantsAreFoldedAndRandomNumbersAreNot) {
  tf::Graph graph;
  const auto two = graph.constant(tt::full({2}, 2.0));
  const auto six = two * 3, y = tt::sum(six + two);
  const auto report = report_of(graph, y);
  EXPECT_EQ(pass(report, "constant_folding").rewrites, 3);
  EXPECT_EQ(report.kernel_calls, 0);
  const tf::Session session(graph);
  EXPECT_EQ(session.run(y).item<float>(), 16);

  tt::Tensor random;
  {
    auto scope = graph.scope();
    random = tt::rand({4});
  }
  const auto call = session.make_callable({}, {random});
  const auto first = call()[0].to_vector<float>(), second = call()[0].to_vector<float>();
  EXPECT_NE(first, second);
}

TEST(GraphPasses, StateIsNotFolded) {
  tf::Graph graph;
  const auto w = graph.variable("w", {2}, filled(1));
  const auto y = w * 2, up = w.assign_add(1);
  const tf::Session session(graph);
  session.run(graph.initializer());
  const auto call = session.make_callable({}, {y});
  EXPECT_EQ(call()[0].to_vector<float>()[0], 2);
  session.run(up);
  EXPECT_EQ(call()[0].to_vector<float>()[0], 4);
}

TEST(GraphPasses, EqualThingsAreComputedOnceUnlessStateWasWrittenBetween) {
  tf::Graph graph;
  const auto w = graph.variable("w", {2}, filled(1));
  const auto a = w * 2, b = w * 2;
  const auto up = w.assign_add(1);
  const auto c = w * 2;
  const auto report = report_of(graph, {a, b, c, up});
  EXPECT_GE(pass(report, "common_subexpressions").rewrites, 1);
  const tf::Session session(graph);
  session.run(graph.initializer());
  const auto values = session.run({a, b, c, up});
  EXPECT_EQ(values[0].to_vector<float>()[0], 2);
  EXPECT_EQ(values[1].to_vector<float>()[0], 2);
  EXPECT_EQ(values[2].to_vector<float>()[0], 4);
}

// Sorted values alone, and with their places: one op, one input and the same attributes.
TEST(GraphPasses, CallsWithMoreAndFewerOutputsAreNotOne) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::int64, {4});
  const auto found = tt::isin(x, x), inverse = tt::unique(x, {.return_inverse = true}).inverse_indices;
  const auto values = tf::Session(graph).run({found, inverse}, {{x, tt::tensor({7, 5, 7, 6})}});
  EXPECT_EQ(values[0].to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 1, 1, 1}));
  EXPECT_EQ(values[1].to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 0, 2, 1}));
}

TEST(GraphPasses, NeutralOperandsDisappear) {
  tf::Graph graph;
  const auto w = graph.variable("w", {2}, filled(1));
  const auto x = w + 0.5;
  const auto y = (tt::identity(x) * 1 - 0.0) / 1.0;
  EXPECT_EQ(pass(report_of(graph, y), "algebraic_simplification").rewrites, 4);
  EXPECT_EQ(report_of(graph, y).kernel_calls, 1);
  // A gradient is summed to its tensor's shape, which turns out to be its own already.
  const auto fed = graph.placeholder("fed", tt::float32, {tt::unknown});
  const auto gradient = tf::gradients(tt::sum(fed * fed), {fed})[0];
  const tf::Session session(graph);
  const auto call = session.make_callable({fed}, {gradient});
  EXPECT_EQ(call(tt::tensor({1.0f, 3.0f}))[0].to_vector<float>(), (std::vector<float>{2, 6}));
  EXPECT_EQ(pass(call.report(), "algebraic_simplification").rewrites, 2);
  const auto kept = x + 0;  // -0 + 0 is +0: not neutral
  EXPECT_EQ(pass(report_of(graph, kept), "algebraic_simplification").rewrites, 0);
}

TEST(GraphPasses, LinearLayersAreFused) {
  tf::Graph graph;
  const auto x = graph.variable("x", {5, 3}, filled(0.3), {.trainable = false});
  const auto w = graph.variable("w", {3, 4}, filled(0.7)), b = graph.variable("b", {4}, filled(-0.1));
  const auto y = tt::relu(tt::matmul(x, w) + b);
  const auto report = report_of(graph, y);
  EXPECT_EQ(pass(report, "fusion").rewrites, 2);
  EXPECT_EQ(report.kernel_calls, 1);
  EXPECT_NE(pass(report, "fusion").after.find("linear("), std::string::npos) << pass(report, "fusion").after;
  EXPECT_NE(pass(report, "fusion").before.find("matmul("), std::string::npos);
  EXPECT_EQ(report_of(graph, y, {.fusion = false}).kernel_calls, 3);
  const auto product = tt::matmul(x, w), sum = product + b;
  EXPECT_EQ(report_of(graph, {sum, product}).kernel_calls, 2);  // the product itself is wanted too

  const tf::Session fused(graph, {.numerics = tt::Numerics::exact}),
      plain(graph, {.numerics = tt::Numerics::exact, .fusion = false});
  for (const auto& session : {fused, plain}) session.run(graph.initializer());
  EXPECT_EQ(fused.run(y).to_vector<float>(), plain.run(y).to_vector<float>());
}

TEST(GraphPasses, TheGradientsOfAPoolAndItsReluAreFused) {
  for (const std::int64_t stride : {2, 1}) {  // windows apart, and overlapping
    tf::Graph graph;
    const auto x = graph.variable("x", {2, 3, 6, 6}, tt::init::uniform(-1, 1));
    const auto y = tt::relu(x * 1.5);
    const auto loss = tt::sum(tt::square(tt::max_pool2d(y, {.kernel_size = 2, .stride = stride})));
    const auto gradient = tf::gradients(loss, {x})[0];
    const auto report = report_of(graph, gradient);
    EXPECT_EQ(pass(report, "fusion").rewrites, 1);
    EXPECT_EQ(pass(report, "fusion").after.find("relu_grad("), std::string::npos) << pass(report, "fusion").after;
    const tf::Session fused(graph, {.numerics = tt::Numerics::exact}),
        plain(graph, {.numerics = tt::Numerics::exact, .fusion = false});
    for (const auto& session : {fused, plain}) {
      tt::manual_seed(3);
      session.run(graph.initializer());
    }
    const auto values = fused.run(gradient).to_vector<float>();
    EXPECT_EQ(values, plain.run(gradient).to_vector<float>());
    EXPECT_TRUE(std::any_of(values.begin(), values.end(), [](float v) { return v > 0; }));
  }
}

TEST(GraphPasses, EachHasASwitch) {
  tf::Graph graph;
  const auto w = graph.variable("w", {2}, filled(1));
  const auto y = w * 2;
  const auto report = report_of(graph, y,
                                {.constant_folding = false,
                                 .algebraic_simplification = false,
                                 .common_subexpressions = false,
                                 .fusion = false,
                                 .fuse_elementwise = false});
  for (const auto& entry : report.passes) EXPECT_EQ(entry.name, "prune");
}

TEST(GraphPasses, DumpsAreWritten) {
  const auto folder = std::filesystem::temp_directory_path() / "graph_passes_test";
  std::filesystem::create_directories(folder);
  tf::Graph graph;
  const auto w = graph.variable("w", {2}, filled(1));
  const auto y = w * 2;
  report_of(graph, y, {.dump_directory = folder.string()});
  EXPECT_TRUE(std::filesystem::exists(folder / "00_graph.txt"));
  EXPECT_TRUE(std::filesystem::exists(folder / "05_fusion.txt"));
  std::ifstream picture(folder / "00_graph.svg");
  const std::string svg{std::istreambuf_iterator<char>(picture), {}};
  EXPECT_TRUE(svg.starts_with("<svg")) << svg;
  EXPECT_NE(svg.find("<title>%2 mul</title>"), std::string::npos) << svg;
  EXPECT_TRUE(std::filesystem::exists(folder / "07_prune.svg"));
  EXPECT_TRUE(std::filesystem::exists(folder / "06_fuse_elementwise.txt"));
  std::filesystem::remove_all(folder);
}
