// Compiled steps: the same bits as node by node, planned memory, failure, threads, many shapes, very large graphs.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>
#include <thread>

#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using Floats = std::vector<float>;

namespace {

tf::SessionOptions compiled() { return {.numerics = tt::Numerics::exact}; }
tf::SessionOptions node_by_node() { return {.numerics = tt::Numerics::exact, .compile = false}; }

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const tt::Error& error) {
    return error.what();
  }
  return "no error";
}

tt::Tensor numbers(const tt::Shape& shape, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  Floats values(static_cast<std::size_t>(shape.size()));
  for (float& value : values) value = static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 500;
  return tt::tensor(values, shape);
}

tt::Initializer numbered(int seed) {
  return [seed](const tt::Shape& shape, tt::DType) { return numbers(shape, seed); };
}

void expect_same_bits(const tt::Tensor& a, const tt::Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  const Floats x = a.to_vector<float>(), y = b.to_vector<float>();
  EXPECT_EQ(std::memcmp(x.data(), y.data(), x.size() * sizeof(float)), 0);
}

/// A graph of random ops on (n, 6) matrices, with variables, views, effects and an update at the end.
struct RandomGraph {
  tf::Graph graph;
  tt::Tensor x;
  std::vector<tt::Tensor> fetches;

  explicit RandomGraph(unsigned seed) {
    std::mt19937 random(seed);
    x = graph.placeholder("x", tt::float32, {tt::unknown, 6});
    const auto w = graph.variable("w", {6, 6}, numbered(1)), b = graph.variable("b", {6}, numbered(2));
    const auto count = graph.variable("count", {6}, numbered(3), {.trainable = false});
    std::vector<tt::Tensor> pool{x, x * 0.5};
    const auto any = [&] { return pool[random() % pool.size()]; };
    for (int i = 0; i < 25; ++i) {
      switch (random() % 12) {
        case 0:
          pool.push_back(any() + any());
          break;
        case 1:
          pool.push_back(any() - b);
          break;
        case 2:
          pool.push_back(any() * any() * 0.25);
          break;
        case 3:
          pool.push_back(tt::relu(any()));
          break;
        case 4:
          pool.push_back(tt::matmul(any(), w) * 0.1 + b);
          break;
        case 5:
          pool.push_back(tt::relu(tt::matmul(any(), tt::transpose(w)) * 0.1));
          break;
        case 6:
          pool.push_back(tt::transpose(tt::transpose(any()) * 2));
          break;
        case 7:
          pool.push_back(tt::reshape(tt::reshape(any(), {-1, 3}) + 1, {-1, 6}));
          break;
        case 8:
          pool.push_back(any() - tt::mean(any(), {1}, true));
          break;
        case 9:
          pool.push_back(any() + tt::sum(any(), {0}) * 0.01);
          break;
        case 10:
          pool.push_back(any() * 1 - 0.0);
          break;
        case 11: {
          const auto read = tt::identity(count);
          const auto updated = count.assign(tt::sum(any(), {0}) * 0.001 + count * 0.5);
          pool.push_back(any() + updated + read + count);
          break;
        }
      }
    }
    const auto loss = tt::mean(pool.back() * pool.back());
    const auto step = tf::Momentum({.learning_rate = 1e-3}).minimize(loss + tt::sum(tt::matmul(x, w) + b) * 0);
    fetches = {loss, step, pool[pool.size() / 2], any(), tt::transpose(any()), w, count};
  }
};

}  // namespace

TEST(GraphStep, CompiledEqualsNodeByNodeBitForBit) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const RandomGraph random(seed);
    const tf::Session one(random.graph, compiled()), two(random.graph, node_by_node());
    auto unplanned_options = compiled();
    unplanned_options.memory_planning = unplanned_options.fusion = unplanned_options.common_subexpressions = false;
    const tf::Session three(random.graph, unplanned_options);
    for (const auto& session : {one, two, three}) session.run(random.graph.initializer());
    const auto step = one.make_callable({random.x}, random.fetches),
               oracle = two.make_callable({random.x}, random.fetches);
    const auto plain = three.make_callable({random.x}, random.fetches);
    for (int run = 0; run < 6; ++run) {
      const auto value = numbers({run % 2 ? 5 : 3, 6}, run);
      const auto a = step(value), b = oracle(value), c = plain(value);
      ASSERT_TRUE(step.report().compiled) << step.report().reason;
      ASSERT_FALSE(oracle.report().compiled);
      for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i].defined(), b[i].defined());
        if (!a[i].defined()) continue;
        expect_same_bits(a[i], b[i]);
        expect_same_bits(c[i], b[i]);
      }
    }
  }
}

TEST(GraphStep, ResultsAreTheCallersOwn) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {3});
  const auto y = x * 2, flat = tt::reshape(y, {3, 1});
  const tf::Session session(graph, compiled());
  const auto call = session.make_callable({x}, {y, flat, x});
  auto first = call(tt::tensor<float>({1, 2, 3}));
  first[0].add_(100);
  const auto second = call(tt::tensor<float>({4, 5, 6}));
  EXPECT_EQ(first[0].to_vector<float>(), (Floats{102, 104, 106}));
  EXPECT_EQ(first[1].to_vector<float>(), (Floats{2, 4, 6}));
  EXPECT_EQ(first[2].to_vector<float>(), (Floats{1, 2, 3}));
  EXPECT_EQ(second[0].to_vector<float>(), (Floats{8, 10, 12}));
}

TEST(GraphStep, FeedsWithAnyStrides) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {2, 3});
  const auto y = tt::matmul(x, tt::transpose(x)) + 1;
  const tf::Session one(graph, compiled()), two(graph, node_by_node());
  const auto value = tt::transpose(numbers({3, 2}, 5));
  expect_same_bits(one.run(y, {{x, value}}), two.run(y, {{x, value}}));
}

TEST(GraphStep, FailedStepChangesNothing) {
  for (const auto& options : {compiled(), node_by_node()}) {
    tf::Graph graph;
    const auto index = graph.placeholder("index", tt::int64, {2});
    const auto w = graph.variable("w", {4}, numbered(1));
    const auto n = graph.variable("n", {}, [](const tt::Shape& s, tt::DType d) { return tt::zeros(s, d); });
    const auto counted = n.assign_add(1);
    tt::Tensor picked;
    int line;
    {
      auto after = graph.control_dependencies({counted});
      line = __LINE__ + 1;
      picked = tt::index_select(w, 0, index);
    }
    const auto set = w.assign(w * 2);
    const tf::Session session(graph, options);
    session.run(graph.initializer());
    const auto before = session.value(w).to_vector<float>();
    const auto step = session.make_callable({index}, {picked, set});
    step(tt::tensor<std::int64_t>({0, 3}));
    const auto after = session.value(w).to_vector<float>();
    EXPECT_EQ(after[0], 2 * before[0]);
    EXPECT_EQ(session.value(n).item<float>(), 1);
    const std::string error = error_of([&] { step(tt::tensor<std::int64_t>({0, 7})); });
    EXPECT_NE(error.find("graph_step_test.cpp"), std::string::npos) << error << line;
    EXPECT_EQ(session.value(w).to_vector<float>(), after);
    EXPECT_EQ(session.value(n).item<float>(), 1);
    step(tt::tensor<std::int64_t>({1, 1}));
    EXPECT_EQ(session.value(n).item<float>(), 2);
  }
}

TEST(GraphStep, ShapeErrorsOfTheFeedsNameTheNodesLine) {
  tf::Graph graph;
  const auto a = graph.placeholder("a", tt::float32, {tt::unknown, tt::unknown});
  const auto b = graph.placeholder("b", tt::float32, {tt::unknown, tt::unknown});
  const int line = __LINE__ + 1;
  const auto c = tt::matmul(a, b);
  const tf::Session session(graph, compiled());
  const std::string error = error_of([&] { session.run(c, {{a, tt::zeros({2, 3})}, {b, tt::zeros({4, 5})}}); });
  EXPECT_NE(error.find("inner dimensions differ: a is (2, 3), b is (4, 5)"), std::string::npos) << error;
  EXPECT_NE(error.find("graph_step_test.cpp:" + std::to_string(line)), std::string::npos) << error;
}

TEST(GraphStep, MemoryIsShared) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {1000});
  tt::Tensor y = x;
  for (int i = 0; i < 20; ++i) y = tt::relu(y + x);
  const auto total = tt::sum(y);
  const tf::Session session(graph, compiled());
  const auto call = session.make_callable({x}, {total});
  call(numbers({1000}, 1));
  const auto report = call.report();
  EXPECT_GE(report.unplanned_bytes, 40 * 4000);
  EXPECT_LE(report.arena_bytes, 2 * 4096);
  EXPECT_EQ(report.kernel_calls, 41);
}

TEST(GraphStep, NothingIsAllocatedInTheSteadyState) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {64, 6});
  const auto w = graph.variable("w", {6, 6}, numbered(1));
  const auto loss = tt::sum(tt::relu(tt::matmul(x, w)));
  const auto step = tf::GradientDescent().minimize(loss);
  const tf::Session session(graph, compiled());
  session.run(graph.initializer());
  const auto call = session.make_callable({x}, {loss, step});
  const auto value = numbers({64, 6}, 1);
  for (int i = 0; i < 3; ++i) call(value);
  tt::reset_statistics();
  for (int i = 0; i < 10; ++i) call(value);
  EXPECT_LE(tt::statistics().allocations, 10 * 4);  // the loss: a tensor and its storage; the scratch of a kernel
  EXPECT_EQ(tt::statistics().hidden_copies, 0);
}

TEST(GraphStep, ManyShapesFallBackToNodeByNode) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown});
  const auto y = tt::sum(x * 2);
  auto options = compiled();
  options.max_compiled_shapes = 4;
  const tf::Session session(graph, options);
  const auto call = session.make_callable({x}, {y});
  for (int n = 1; n <= 8; ++n) {
    EXPECT_EQ(call(tt::ones({n}))[0].item<float>(), 2 * n);
    EXPECT_EQ(call.report().compiled, n <= 4);
  }
  EXPECT_NE(call.report().reason.find("more than 4 different shapes"), std::string::npos);
  EXPECT_EQ(call(tt::ones({2}))[0].item<float>(), 4);
  EXPECT_TRUE(call.report().compiled) << call.report().reason;  // the report is of the latest call
  EXPECT_EQ(call.report().reason, "");
}

TEST(GraphStep, ManyShapesTrainEqually) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown, 6});
  const auto w = graph.variable("w", {6, 6}, numbered(1));
  const auto loss = tt::mean(tt::dropout(tt::relu(tt::matmul(x, w)), {.p = 0.25}));
  const auto step = tf::Momentum({.learning_rate = 0.1}).minimize(loss);
  auto few = compiled();
  few.max_compiled_shapes = 2;
  const tf::Session one(graph, few), two(graph, node_by_node());
  for (const auto& session : {one, two}) session.run(graph.initializer());
  const auto a = one.make_callable({x}, {loss, step}), b = two.make_callable({x}, {loss, step});
  for (int run = 0; run < 12; ++run) {
    const auto value = numbers({1 + run % 5, 6}, run);
    expect_same_bits(a(value)[0], b(value)[0]);
    if (run < 5) {
      EXPECT_EQ(a.report().compiled, run < 2);  // afterwards the report is of the fall-back
    }
    expect_same_bits(one.value(w), two.value(w));
  }
}

// tile and repeat give a tensor of their own though they repeat nothing, on the tape and in graphs: what arrives there is
// added up first.
TEST(GraphStep, GradientsThroughACopyAreAddedInOneOrder) {
  const auto f = [](const tt::Tensor& x) {
    const tt::Tensor same = tt::tile(x, {1}), too = tt::repeat(x, 1, 0);
    return tt::sum(same * 1e8) + tt::sum(x * 3) + tt::sum(too * -1e8) + tt::sum(same * too) + tt::sum(x * x);
  };
  const tt::Tensor value = numbers({5}, 4), x = value.clone().set_requires_grad();
  const tt::Tensor expected = tt::gradients(std::vector{f(x)}, std::vector{x})[0];
  tf::Graph graph;
  const tt::Tensor fed = graph.placeholder("x", tt::float32, {5});
  const tt::Tensor gradient = tt::gradients(std::vector{f(fed)}, std::vector{fed})[0];
  for (const tf::SessionOptions& options : {compiled(), node_by_node()})
    expect_same_bits(tf::Session(graph, options).run(gradient, {{fed, value}}), expected);
}

TEST(GraphStep, StateMayMoveBetweenRuns) {
  tf::Graph graph;
  auto w = numbers({3, 3}, 1).set_requires_grad();
  const auto x = graph.placeholder("x", tt::float32, {3, 3});
  const auto y = x + w;
  const auto step = tf::GradientDescent({.learning_rate = 1}).minimize(tt::sum(y));
  const tf::Session one(graph, compiled());
  one.run(graph.initializer());
  const auto read = one.make_callable({x}, {y}), train = one.make_callable({x}, {y, step});
  const auto zeros = tt::zeros({3, 3});
  for (int i = 0; i < 3; ++i) {
    const tt::Tensor view = tt::transpose(w.detach());  // shares the storage that the step writes
    const auto before = w.to_vector<float>();
    EXPECT_EQ(train(zeros)[0].to_vector<float>(), before);
    EXPECT_EQ(tt::transpose(view).to_vector<float>(), before);
    EXPECT_EQ(w.to_vector<float>()[0], before[0] - 1);
    {
      tt::GradMode off(false);
      w.copy_(tt::transpose(numbers({3, 3}, 7 + i)));  // may leave it with other strides
    }
    EXPECT_EQ(read(zeros)[0].to_vector<float>(), w.to_vector<float>());
  }
}

TEST(GraphStep, ManyThreadsRunOneSession) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown, 6});
  const auto w = graph.variable("w", {6, 6}, numbered(1));
  const auto n =
      graph.variable("n", {}, [](const tt::Shape& s, tt::DType d) { return tt::zeros(s, d); }, {.dtype = tt::int64});
  const auto y = tt::relu(tt::matmul(x, w));
  const auto up = n.assign_add(1);
  const tf::Session session(graph, compiled());
  session.run(graph.initializer());
  const auto pure = session.make_callable({x}, {y}), counting = session.make_callable({}, {up});
  std::vector<tt::Tensor> expected;
  for (int i = 0; i < 4; ++i) expected.push_back(session.run(y, {{x, numbers({4 + i, 6}, i)}}));
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const int k = (t + i) % 4;
        if (pure(numbers({4 + k, 6}, k))[0].to_vector<float>() !=
            expected[static_cast<std::size_t>(k)].to_vector<float>())
          ++wrong;
        if (i % 10 == 0) counting();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(session.value(n).item<int>(), 80);
}

// Readers see one state, not half of the next.
TEST(GraphStep, ManyThreadsReadWhileOneWrites) {
  for (const auto& options : {compiled(), node_by_node()}) {
    tf::Graph graph;
    const auto w = graph.variable("w", tt::zeros({1000}));
    const auto least = tt::min(w), most = tt::max(w);
    const auto up = w.assign_add(1);
    const tf::Session session(graph, options);
    session.run(graph.initializer());
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0, reads = 0;
    std::vector<std::thread> readers;
    for (int t = 0; t < 4; ++t)
      readers.emplace_back([&] {
        float last = 0;
        do {
          const auto seen = session.run({least, most});
          const float low = seen[0].item<float>(), high = seen[1].item<float>();
          if (low != high || low < last) ++torn;
          last = low;
          ++reads;
        } while (!done);
      });
    for (int i = 0; i < 200; ++i) session.run(up);
    done = true;
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(torn, 0);
    EXPECT_GE(reads, 4);
    EXPECT_EQ(session.run(most).item<float>(), 200);
  }
}

// Random streams are a session's own: two sessions of one graph neither race nor share numbers.
TEST(GraphStep, SessionsOfOneGraphDrawTheSameNumbers) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {64});
  const auto y = tt::dropout(x, {.p = 0.5}) + tt::rand_like(x);
  std::vector<std::vector<Floats>> drawn(2);
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&, t] {
      const tf::Session session(graph, t ? compiled() : node_by_node());
      const auto call = session.make_callable({x}, {y});
      for (int i = 0; i < 20; ++i)
        drawn[static_cast<std::size_t>(t)].push_back(call(tt::ones({64}))[0].to_vector<float>());
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(drawn[0], drawn[1]);
  EXPECT_NE(drawn[0][0], drawn[0][1]);
}

TEST(GraphStep, RunMetadata) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {4});
  const auto y = tt::relu(x * 2) + 1;
  for (const auto& options : {compiled(), node_by_node()}) {
    const tf::Session session(graph, options);
    tf::RunMetadata metadata;
    session.run(y, {{x, numbers({4}, 1)}}, {.metadata = &metadata});
    EXPECT_EQ(metadata.nodes.size(), 3u);
    EXPECT_EQ(metadata.nodes[0].op, "mul");
    EXPECT_EQ(metadata.nodes[1].name, "relu");
    EXPECT_EQ(metadata.kernel_launches, 3);
    EXPECT_GT(metadata.microseconds, 0);
    EXPECT_EQ(metadata.compiled, options.compile);
  }
}
