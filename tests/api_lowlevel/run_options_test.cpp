// Runs with limits, side by side, measured; what passes did; the debugger.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <map>
#include <sstream>
#include <thread>

#include "files.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;

namespace {

/// A loop without end that writes state.
struct Endless {
  tf::Graph graph;
  tf::Variable count = graph.variable("count", tt::tensor(0.0f));
  Tensor loop;
  tf::Session session;
  explicit Endless(bool compile) : loop(make()), session(graph, {.compile = compile}) {
    session.run(graph.initializer());
  }
  Tensor make() {
    const auto scope = tf::as_default(graph);
    const auto [i] = tf::while_loop([](const Tensor& i) { return i >= 0; },
                                    [&](const Tensor& i) {
                                      count.assign_add(1.0f);
                                      return std::tuple(i * 1);
                                    },
                                    std::tuple(0));
    return i;
  }
};

}  // namespace

class RunLimits : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Engines, RunLimits, testing::Bool(),
                         [](const auto& info) { return info.param ? "Compiled" : "NodeByNode"; });

TEST_P(RunLimits, ATimeLimitLeavesStateAsItWas) {
  const Endless model(GetParam());
  const std::string text =
      error_of<tf::errors::DeadlineExceededError>([&] { model.session.run(model.loop, {}, {.timeout_in_ms = 30}); });
  EXPECT_NE(text.find("the run took longer than its time limit: 30 ms"), std::string::npos) << text;
  EXPECT_NE(text.find("run_options_test.cpp"), std::string::npos) << text;
  EXPECT_EQ(model.session.value(model.count).item<float>(), 0.0f);
  const tf::Session limited(model.graph, {.compile = GetParam(), .operation_timeout_in_ms = 30});
  limited.run(model.graph.initializer());
  EXPECT_THROW(limited.run(model.loop), tf::errors::DeadlineExceededError);
  EXPECT_THROW(limited.make_callable({}, model.loop).run({}, {.timeout_in_ms = 20}), tf::errors::DeadlineExceededError);
  EXPECT_EQ(limited.value(model.count).item<float>(), 0.0f);
}

TEST_P(RunLimits, AnotherThreadCancels) {
  const Endless model(GetParam());
  const tf::Cancellation cancellation;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    cancellation.cancel();
  });
  EXPECT_THROW(model.session.run(model.loop, {}, {.cancellation = &cancellation}), tf::errors::CancelledError);
  other.join();
  EXPECT_EQ(model.session.value(model.count).item<float>(), 0.0f);
  EXPECT_THROW(model.session.run(model.count * 2, {}, {.cancellation = &cancellation}), tf::errors::CancelledError);
  EXPECT_EQ(model.session.run(model.count * 2).item<float>(), 0.0f);
}

TEST(RunOptions, BadLimits) {
  tf::Graph graph;
  const Tensor y = graph.placeholder("x", tt::float32, {}, tt::tensor(1.0f)) * 2;
  const tf::Session session(graph);
  EXPECT_THROW(session.run(y, {}, {.timeout_in_ms = -1}), tt::ArgumentError);
  EXPECT_THROW(session.run(y, {}, {.timeout_in_ms = NAN}), tt::ArgumentError);
  EXPECT_EQ(session.run(y, {}, {.timeout_in_ms = INFINITY}).item<float>(), 2.0f);
  EXPECT_EQ(session.run(y, {}, {.timeout_in_ms = 1e300}).item<float>(), 2.0f);
}

TEST(SideBySide, NotABitChanges) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {16, 16});
  std::vector<Tensor> branches;
  for (int b = 0; b < 6; ++b) {
    Tensor h = x * (b + 1);
    for (int i = 0; i < 5; ++i) h = tt::tanh(tt::matmul(h, x) + static_cast<float>(b));
    branches.push_back(h);
  }
  Tensor y = branches[0];
  for (std::size_t b = 1; b < branches.size(); ++b) y = y + branches[b];
  const tf::Variable w = graph.variable("w", tt::ones({16, 16}));
  const Tensor before = w * 2;
  const Tensor update = w.assign_add(y);
  const Tensor after = w * 3;
  tf::GradientDescent optimizer(0.01);
  const Tensor train = optimizer.minimize(tt::sum(tt::square(tt::matmul(w, x))));
  const tf::Session one(graph), four(graph, {.inter_op_parallelism_threads = 4});
  for (const tf::Session& session : {one, four}) session.run(graph.initializer());
  for (int step = 0; step < 20; ++step) {
    tt::manual_seed(static_cast<std::uint64_t>(step));
    const std::vector<tf::Feed> feeds{{x, tt::randn({16, 16})}};
    const auto a = one.run({y, before, update, after, train}, feeds);
    const auto b = four.run({y, before, update, after, train}, feeds);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(a[i].to_vector<float>(), b[i].to_vector<float>()) << step << " " << i;
    EXPECT_EQ(one.value(w).to_vector<float>(), four.value(w).to_vector<float>());
  }
}

TEST(SideBySide, AFailureLeavesStateAndNamesTheFirst) {
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {});
  const tf::Variable w = graph.variable("w", tt::tensor(1.0f));
  const Tensor write = w.assign_add(x);
  const Tensor first = tf::assert_less(x, 0.0f), second = tf::assert_less(x, 1.0f);
  const tf::Session session(graph, {.inter_op_parallelism_threads = 3});
  session.run(graph.initializer());
  for (int i = 0; i < 20; ++i) {
    EXPECT_THROW(session.run({write, first, second}, {{x, 5.0}}), tt::ArgumentError);
    EXPECT_EQ(session.value(w).item<float>(), 1.0f);
  }
}

TEST(RunMetadata, SaysWhatEachNodeTookAndGave) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 3});
  const Tensor y = tt::exp(x), z = tt::sum(y, 1);
  for (const bool compile : {true, false}) {
    const tf::Session session(graph, {.compile = compile, .inter_op_parallelism_threads = compile ? 2 : 1});
    tf::RunMetadata metadata;
    session.make_callable({x}, {z}).run({tt::ones({2, 3})}, {.metadata = &metadata});
    ASSERT_EQ(metadata.nodes.size(), 2u);
    EXPECT_EQ(metadata.nodes[0].op, "exp");
    EXPECT_EQ(metadata.nodes[0].outputs, (std::vector<std::string>{"float32 (2, 3)"}));
    EXPECT_EQ(metadata.nodes[0].output_bytes, 24);
    EXPECT_EQ(metadata.nodes[1].output_bytes, 8);
    EXPECT_GE(metadata.nodes[1].start, metadata.nodes[0].start);
    EXPECT_GE(metadata.microseconds, metadata.nodes[0].microseconds);
  }
}

// The operations are those that tf.compat.v1.profiler counts (float_operation).
TEST(RunOptions, OperationsAndBytesOfNodes) {
  for (const bool compile : {true, false}) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {2, 3, 8, 8}),
                 row = graph.placeholder("row", tt::float32, {7});
    const Tensor images = tt::conv2d(x, tt::ones({5, 3, 3, 3}));  // (2, 5, 6, 6)
    const Tensor y = tt::matmul(tt::flatten(images, 1), tt::ones({180, 7})) + row;
    const tf::Session session(graph, {.compile = compile, .fusion = false});
    tf::RunMetadata metadata;
    session.make_callable({x, row}, {y}).run({tt::ones({2, 3, 8, 8}), tt::ones({7})}, {.metadata = &metadata});
    std::map<std::string, std::pair<double, std::int64_t>> costs;
    for (const auto& node : metadata.nodes) costs[node.op] = {node.flops, node.bytes};
    EXPECT_EQ(costs["conv2d"], std::pair(19440.0, std::int64_t{4 * (384 + 135 + 360)}));
    EXPECT_EQ(costs["matmul"], std::pair(5040.0, std::int64_t{4 * (360 + 1260 + 14)}));
    EXPECT_EQ(costs["add"], std::pair(14.0, std::int64_t{4 * (14 + 7 + 14)}));
  }
}

TEST(Fetches, ThousandsArePlanned) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {});
  std::vector<Tensor> fetches;
  for (int i = 0; i < 10000; ++i) fetches.push_back(x + i);
  const tf::Session session(graph);
  const auto values = session.run(fetches, {{x, 1.0}});
  EXPECT_EQ(values[9999].item<float>(), 10000.0f);
}

TEST(PassReport, SaysWhatBecameOfNodes) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2, 2});
  const Tensor a = tt::exp(x), b = tt::exp(x);
  const Tensor y = a + b + tt::relu(tt::linear(x, tt::ones({2, 2}), tt::ones({2})));
  const tf::Session session(graph);
  const auto step = session.make_callable({x}, {y});
  step(tt::ones({2, 2}));
  std::string text;
  for (const tt::PassReport& pass : step.report().passes)
    for (const std::string& change : pass.changes) text += pass.name + ": " + change + "\n";
  EXPECT_NE(text.find("common_subexpressions: 'exp_1' (exp) is computed already"), std::string::npos) << text;
  const tf::Session off(graph, {.constant_folding = false,
                                .algebraic_simplification = false,
                                .common_subexpressions = false,
                                .fusion = false,
                                .fuse_elementwise = false,
                                .memory_planning = false,
                                .prune = false});
  const auto plain = off.make_callable({x}, {y});
  EXPECT_EQ(plain(tt::ones({2, 2}))[0].to_vector<float>(), step(tt::ones({2, 2}))[0].to_vector<float>());
  EXPECT_TRUE(plain.report().passes.empty());
}

TEST(Placement, ColocatedAndLogged) {
  tf::Graph graph;
  const tf::Variable w = graph.variable("w", tt::ones({2}));
  {
    const auto with = tf::colocate_with(w);
    EXPECT_EQ((w * 2).device(), w.device());
  }
  EXPECT_THROW(tf::colocate_with(Tensor()), tt::ArgumentError);
  const Tensor y = tt::exp(w);
  const tf::Session session(graph, {.log_device_placement = true});
  session.run(graph.initializer());
  testing::internal::CaptureStderr();
  session.run(y);
  session.run(y);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "w: (variable): cpu\nexp: (exp): cpu\n");
}

TEST(Passes, WhatEachSavesIsMeasured) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {64, 64});
  const tf::Variable w = graph.variable("w", tt::ones({64, 64}));
  const Tensor count = w.assign_add(1.0f);
  const Tensor a = tt::matmul(x, w), b = tt::matmul(x, w);  // the same twice
  const tf::Session session(graph, {.fusion = false});
  session.run(graph.initializer());
  const std::vector<tf::Feed> feeds{{x, tt::ones({64, 64})}};
  const tf::StepReport report = session.measure_passes({a + b, count}, feeds, 5);
  EXPECT_GT(report.microseconds.value(), 0);
  int measured = 0;
  for (const tt::PassReport& pass : report.passes) {
    EXPECT_NE(pass.name, "fusion");
    EXPECT_EQ(pass.saved_microseconds.has_value(), pass.name != "prune") << pass.name;
    measured += pass.saved_microseconds.has_value();
    if (pass.name == "common_subexpressions") {
      EXPECT_EQ(pass.changes, std::vector<std::string>{"'matmul_1' (matmul) is computed already"});
    }
  }
  EXPECT_EQ(measured, 4);
  EXPECT_EQ(session.value(w).max().item<float>(), 1.0f);  // nothing was written here
  std::ostringstream text;
  text << report;
  for (const char* part : {"3 kernel calls", "common_subexpressions: 5 -> 4 nodes, saves ",
                           "  'matmul_1' (matmul) is computed already", " us\n"})
    EXPECT_NE(text.str().find(part), std::string::npos) << text.str();
  text.str("");
  text << tf::Session(graph).make_callable({x}, a).report();
  EXPECT_EQ(text.str(), "not compiled: it has not run yet\n");
  EXPECT_THROW(session.measure_passes(a, feeds, 0), tt::ArgumentError);
  EXPECT_THROW(session.measure_passes(a), tt::ArgumentError);  // x is not fed
}

// --- The debugger ----------------------------------------------------------------------------------------------------

TEST(Debugger, ATranscript) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2});
  const Tensor shifted = x - 1;
  const Tensor root = tt::log(shifted);
  const Tensor y = tt::sum(root);
  const tf::Session session(graph);
  std::istringstream in(
      "break s*\n"
      "run\n"
      "lt\n"
      "delete s*\n"
      "watch log\n"
      "run -f has_inf_or_nan\n"
      "li log\n"
      "pt x\n"
      "step\n"
      "run -f mine\n"
      "what\n"
      "run\n"
      "run\n");
  std::ostringstream out;
  const tf::Debugger debugger = session.debugger(in, out);
  debugger.run(y, {{x, tt::tensor<float>({3, 1})}});
  EXPECT_EQ(out.str(),
            "--- run 1: 1 fetch, 1 feed\n"
            "tdb> tdb> before 'sub' (sub)\n"
            "tdb>   x (placeholder): float32 (2,)\n"
            "  constant (constant): float32 ()\n"
            "tdb> tdb> tdb> log: float32 (2,)\n"
            "[0.6931472      -inf]\n"
            "'log' has an infinite or NaN element\n"
            "tdb>   sub: float32 (2,)\n"
            "tdb> x: float32 (2,)\n"
            "[3. 1.]\n"
            "tdb> before 'sum' (sum)\n"
            "tdb> there is no filter 'mine'\n"
            "tdb> what is 'what'? help lists the commands\n"
            "tdb> --- end of run 1\n"
            "tdb> ");
}

TEST(Debugger, RecordsWithoutATerminal) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2});
  const Tensor root = tt::log(x - 1), y = tt::sum(root);
  const tf::Session session(graph);
  const tf::Debugger debugger(session);
  debugger.run(y, {{x, tt::tensor<float>({3, 0})}});
  const auto found = debugger.find_first();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "log");
  ASSERT_EQ(found->inputs.size(), 1u);
  EXPECT_EQ(found->inputs[0].second.to_vector<float>(), (std::vector<float>{2, -1}));
  EXPECT_EQ(debugger.dumped_tensors().back().first, "sum");
  debugger.run(y, {{x, tt::tensor<float>({3, 2})}});
  EXPECT_FALSE(debugger.find_first());
  debugger.add_tensor_filter("large", [](const std::string&, const Tensor& t) { return tt::max(t).item<float>() > 2; });
  EXPECT_EQ(debugger.find_first("large")->name, "x");
  EXPECT_THROW(debugger.find_first("other"), tt::ArgumentError);
  EXPECT_THROW(debugger.add_tensor_filter("", tf::has_inf_or_nan), tt::ArgumentError);
  const TemporaryFolder folder;
  debugger.write_dot(folder / "g.dot");
  debugger.write_svg(folder / "g.svg");
  EXPECT_NE(read_file(folder / "g.dot").find("sum float32 () = "), std::string::npos) << read_file(folder / "g.dot");
  EXPECT_NE(read_file(folder / "g.svg").find("[3. 2.]"), std::string::npos);
}

TEST(Debugger, ExitLeavesStateAsItWas) {
  tf::Graph graph;
  const tf::Variable w = graph.variable("w", tt::tensor(1.0f));
  const Tensor y = tt::exp(w.assign_add(1.0f));
  const tf::Session session(graph);
  session.run(graph.initializer());
  std::istringstream in("break exp\nrun\nexit\n");
  std::ostringstream out;
  EXPECT_THROW(session.debugger(in, out).run(y), tf::errors::CancelledError);
  EXPECT_EQ(session.value(w).item<float>(), 1.0f);
  std::istringstream nothing;
  EXPECT_NEAR(session.debugger(nothing, out).run(y).item<float>(), std::exp(2.0f), 1e-5);
}

TEST(Debugger, StepsIntoLoops) {
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {});
  const auto [i, y] =
      tf::while_loop([](const Tensor& i, const Tensor&) { return i < 3; },
                     [&](const Tensor& i, const Tensor& v) { return std::tuple(i + 1, tt::exp(v)); }, std::tuple(0, x));
  const tf::Session session(graph);
  const tf::Debugger debugger(session);
  debugger.watch("exp");
  debugger.run(y, {{x, 5.0}});
  EXPECT_EQ(debugger.find_first()->name, "exp");
}
