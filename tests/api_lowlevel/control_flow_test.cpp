// Branches and loops: as nodes of a graph and on computed tensors, with their gradients.
#include "triptych/core/control_flow.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;
using Floats = std::vector<float>;

namespace {

/// Every way in which a session can run a graph.
std::vector<tt::SessionOptions> all_ways() {
  const auto exact = tt::Numerics::exact;
  return {{.numerics = exact},
          {.numerics = exact, .compile = false},
          {.numerics = exact,
           .constant_folding = false,
           .algebraic_simplification = false,
           .common_subexpressions = false,
           .fusion = false,
           .memory_planning = false}};
}

#define EXPECT_WRONG(wrong, call)                                              \
  try {                                                                        \
    static_cast<void>(call);                                                   \
    ADD_FAILURE() << "nothing was thrown: " << #call;                          \
  } catch (const tt::Error& error) {                                           \
    EXPECT_TRUE(std::string(error.what()).starts_with(wrong)) << error.what(); \
    EXPECT_TRUE(error.where().text().starts_with("control_flow_test.cpp:"));   \
  }

bool same_bits(const Tensor& a, const Tensor& b) {
  const Floats x = a.to_vector<float>(), y = b.to_vector<float>();
  return a.shape() == b.shape() && std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
}

}  // namespace

TEST(Cond, RunsTheBranchThatIsTaken) {
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor pred = graph.placeholder("pred", tt::boolean, {}),
                 x = graph.placeholder("x", tt::float32, {tt::unknown});
    const tf::Variable v = graph.variable("v", tt::tensor<float>({10}));
    const Tensor y = tt::cond(
        pred, [&] { return x * v.assign_add(tt::tensor<float>({1})); }, [&] { return x - v; });
    const auto gradients = tf::gradients(tt::sum(y * y), {x, v});
    const tf::Session session(graph, way);
    session.run(graph.initializer());
    const Tensor fed = tt::tensor<float>({1, 2});
    EXPECT_EQ(session.run(y, {{pred, false}, {x, fed}}).to_vector<float>(), (Floats{-9, -8}));
    EXPECT_EQ(session.value(v).item<float>(), 10);
    EXPECT_EQ(session.run(y, {{pred, true}, {x, fed}}).to_vector<float>(), (Floats{11, 22}));
    EXPECT_EQ(session.value(v).item<float>(), 11);
    const auto g = session.run({gradients[0], gradients[1]}, {{pred, false}, {x, fed}});
    EXPECT_EQ(g[0].to_vector<float>(), (Floats{-20, -18}));
    EXPECT_EQ(g[1].to_vector<float>(), (Floats{38}));
  }
}

TEST(While, CountsAndDifferentiates) {
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown}), n = graph.placeholder("n", tt::int32, {});
    const auto [i, power] = tt::while_loop([&](const Tensor& k, const Tensor&) { return k < n; },
                                           [&](const Tensor& k, const Tensor& p) { return std::tuple(k + 1, p * x); },
                                           std::tuple(0, tt::ones_like(x)));
    const Tensor first = tf::gradients(tt::sum(power), {x})[0], second = tf::gradients(tt::sum(first), {x})[0];
    const tf::Session session(graph, way);
    for (const std::int64_t times : {0, 1, 4, 40}) {
      const Tensor fed = tt::tensor<double>({1, -1}).to(tt::float32);
      const auto got = session.run({i, power, first, second}, {{x, fed}, {n, times}});
      EXPECT_EQ(got[0].item<int>(), times);
      EXPECT_EQ(got[1].to_vector<float>(), (Floats{1, times % 2 ? -1.f : 1.f}));
      const auto t = static_cast<float>(times);
      EXPECT_EQ(got[2].to_vector<float>(), (Floats{t, times % 2 ? t : -t}));
      const float d2 = t * (t - 1);
      EXPECT_EQ(got[3].to_vector<float>(), (Floats{d2, times % 2 ? -d2 : d2}));
    }
  }
}

TEST(While, EqualsTheUnrolledLoopBitForBit) {
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    tt::manual_seed(3);
    const std::int64_t steps = 7;
    const Tensor x = graph.constant(tt::randn({steps, 3, 4})), h0 = graph.constant(tt::randn({3, 5}));
    const tf::Variable w = graph.variable("w", tt::randn({4, 5})), u = graph.variable("u", tt::randn({5, 5})),
                       b = graph.variable("b", tt::randn({5}));
    const auto step = [&](const Tensor& in, const Tensor& h) {
      return tt::tanh(tt::matmul(in, w) + tt::matmul(h, u) + b);
    };
    const auto [i, h, all] = tt::while_loop([&](const Tensor& k, const Tensor&, const Tensor&) { return k < steps; },
                                            [&](const Tensor& k, const Tensor& state, const Tensor& sum) {
                                              const Tensor next = step(tt::take(x, k, 0), state);
                                              return std::tuple(k + 1, next, sum + next * next);
                                            },
                                            std::tuple(0, h0, tt::zeros({3, 5})));
    Tensor plain = h0, plain_all = tt::zeros({3, 5});
    for (std::int64_t k = 0; k < steps; ++k) {
      plain = step(tt::take(x, tt::full({}, k, tt::int32), 0), plain);
      plain_all = plain_all + plain * plain;
    }
    std::vector<Tensor> fetches{h, plain, all, plain_all};
    const auto g = tf::gradients(tt::sum(all) + tt::sum(h), {w, u, b, x, h0});
    const auto e = tf::gradients(tt::sum(plain_all) + tt::sum(plain), {w, u, b, x, h0});
    for (std::size_t k = 0; k < g.size(); ++k) fetches.insert(fetches.end(), {g[k], e[k]});
    const tf::Session session(graph, way);
    session.run(graph.initializer());
    const auto values = session.run(fetches);
    for (std::size_t k = 0; k < values.size(); k += 2) EXPECT_TRUE(same_bits(values[k], values[k + 1])) << k;
  }
}

TEST(While, NestsAndWritesState) {
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {});
    const tf::Variable calls = graph.variable("calls", tt::tensor<float>({0}), {.trainable = false});
    // sum over i < 3 of (product over j < i of x), with a condition inside
    const auto outer = tt::while_loop(
        [](const Tensor& i, const Tensor&) { return i < 3; },
        [&](const Tensor& i, const Tensor& sum) {
          const auto inner = tt::while_loop([&](const Tensor& j, const Tensor&) { return j < i; },
                                            [&](const Tensor& j, const Tensor& p) {
                                              calls.assign_add(tt::ones({1}));
                                              return std::tuple(j + 1, p * x);
                                            },
                                            std::tuple(0, tt::ones_like(x)));
          const Tensor product = std::get<1>(inner);
          return std::tuple(i + 1, sum + tt::cond(
                                             i == 1, [&] { return product * 10; }, [&] { return product; }));
        },
        std::tuple(0, tt::zeros_like(x)));
    const Tensor y = std::get<1>(outer);  // 1 + 10 x + x^2
    const Tensor first = tf::gradients(y, x)[0], second = tf::gradients(first, x)[0];
    const tf::Session session(graph, way);
    session.run(graph.initializer());
    EXPECT_EQ(session.run(y, {{x, 3}}).item<float>(), 40);
    EXPECT_EQ(session.value(calls).item<float>(), 3);
    EXPECT_EQ(session.run(first, {{x, 3}}).item<float>(), 16);
    EXPECT_EQ(session.run(second, {{x, 3}}).item<float>(), 2);
  }
}

TEST(While, ChangesItsFirstDimension) {
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 2});
    const auto [i, all] = tf::while_loop([](const Tensor& k, const Tensor&) { return k < 3; },
                                         [&](const Tensor& k, const Tensor& rows) {
                                           return std::tuple(k + 1, tt::concat({rows, rows + 1}, 0));
                                         },
                                         std::tuple(0, x), {.shape_invariants = {{}, {tt::unknown, 2}}});
    const Tensor gradient = tf::gradients(tt::sum(all), x)[0];
    const tf::Session session(graph, way);
    const Tensor got = session.run(all, {{x, tt::zeros({1, 2})}});
    EXPECT_EQ(got.shape(), (tt::Shape{8, 2}));
    EXPECT_EQ(tt::max(got).item<float>(), 3);
    EXPECT_EQ(session.run(gradient, {{x, tt::zeros({3, 2})}}).to_vector<float>(), (Floats{8, 8, 8, 8, 8, 8}));
  }
}

TEST(While, StopsAtItsLimit) {
  tf::Graph graph;
  const Tensor most = graph.placeholder("most", tt::int32, {});
  const auto always = [](const Tensor& i) { return i >= 0; };
  const auto next = [](const Tensor& i) { return std::vector<Tensor>{i + 1}; };
  const std::vector<Tensor> start{graph.constant(tt::full({}, 0, tt::int32))};
  const Tensor three =
      tf::while_loop([&](const std::vector<Tensor>& v) { return always(v[0]); },
                     [&](const std::vector<Tensor>& v) { return next(v[0]); }, start, {.maximum_iterations = 3})[0];
  const Tensor fed =
      tf::while_loop([&](const std::vector<Tensor>& v) { return always(v[0]); },
                     [&](const std::vector<Tensor>& v) { return next(v[0]); }, start, {.maximum_iterations = most})[0];
  const tf::Session session(graph);
  EXPECT_EQ(session.run(three).item<int>(), 3);
  EXPECT_EQ(session.run(fed, {{most, 5}}).item<int>(), 5);
  EXPECT_THROW(session.run(fed, {{most, -1}}), tt::ArgumentError);
}

TEST(While, AllocatesNothingInAnIteration) {
  tf::Graph graph;
  const Tensor n = graph.placeholder("n", tt::int32, {}), x = graph.placeholder("x", tt::float32, {64});
  const auto loop = tf::while_loop([&](const Tensor& i, const Tensor&) { return i < n; },
                                   [&](const Tensor& i, const Tensor& v) { return std::tuple(i + 1, tt::tanh(v + x)); },
                                   std::tuple(0, tt::zeros_like(x)));
  const tf::Session session(graph);
  const auto step = session.make_callable({n, x}, {std::get<1>(loop)});
  const Tensor fed = tt::ones({64});
  const auto allocations = [&](int times) {
    const Tensor count = tt::full({}, times, tt::int32);
    step(count, fed);
    const std::int64_t before = tt::statistics().allocations;
    step(count, fed);
    return tt::statistics().allocations - before;
  };
  EXPECT_EQ(allocations(10), allocations(1000));
}

TEST(Random, OfABodyIsDrawnAgainForTheGradient) {
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {3});
    const auto loop = tf::while_loop(
        [](const Tensor& i, const Tensor&) { return i < 4; },
        [&](const Tensor& i, const Tensor& v) { return std::tuple(i + 1, v * tt::rand_like(v)); }, std::tuple(0, x));
    const Tensor y = std::get<1>(loop), g = tf::gradients(y, x)[0];
    const tf::Session session(graph, way);
    const Tensor fed = tt::ones({3});
    const auto values = session.run({y, g}, {{x, fed}});
    EXPECT_TRUE(tt::allclose(values[0], values[1]));
    const Tensor again = session.run(y, {{x, fed}});
    EXPECT_NE(again.to_vector<float>(), values[0].to_vector<float>());
  }
}

TEST(TensorArray, IsWrittenAndReadInALoop) {
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 2});
    const tf::TensorArray empty(tt::float32, 3);
    const auto [i, array] = tf::while_loop([](const Tensor& k, const tf::TensorArray&) { return k < 3; },
                                           [&](const Tensor& k, const tf::TensorArray& a) {
                                             return std::tuple(k + 1, a.write(k, x * x * tt::cast(k, tt::float32)));
                                           },
                                           std::tuple(0, empty));
    const Tensor all = array.stack(), last = array.read(2), g = tf::gradients(all, x)[0],
                 second = tf::gradients(g, x)[0];
    const tf::Session session(graph, way);
    const Tensor fed = tt::tensor<float>({{1, 2}});
    const auto got = session.run({all, last, g, second, array.size(), array.concat()}, {{x, fed}});
    EXPECT_EQ(got[0].shape(), (tt::Shape{3, 1, 2}));
    EXPECT_EQ(got[1].to_vector<float>(), (Floats{2, 8}));
    EXPECT_EQ(got[2].to_vector<float>(), (Floats{6, 12}));
    EXPECT_EQ(got[3].to_vector<float>(), (Floats{6, 6}));
    EXPECT_EQ(got[4].item<int>(), 3);
    EXPECT_EQ(got[5].shape(), (tt::Shape{3, 2}));
  }
  tf::TensorArray eager(tt::float32, 0, {.dynamic_size = true});
  for (int k = 0; k < 3; ++k) eager = eager.write(k, tt::full({2}, static_cast<float>(k)));
  EXPECT_EQ(eager.stack().to_vector<float>(), (Floats{0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(eager.gather(tt::tensor<std::int64_t>({2, 0})).to_vector<float>(), (Floats{2, 2, 0, 0}));
  eager = eager.scatter(tt::tensor<std::int64_t>({0, 2}), tt::ones({2, 2}));
  EXPECT_EQ(eager.stack().to_vector<float>(), (Floats{1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(tf::TensorArray(tt::float32).unstack(tt::ones({4, 1})).size().item<int>(), 4);
}

TEST(TensorArray, GrowsWithTheGradientsOfTheTape) {
  // The number of iterations, and with it the shape of every value of the array, is known when it runs.
  const auto run = [](const Tensor& x, const Tensor& n) {
    const auto [i, array] = tf::while_loop(
        [&](const Tensor& k, const tf::TensorArray&) { return k < n; },
        [&](const Tensor& k, const tf::TensorArray& a) {
          const Tensor factor = tt::cast(k + 1, tt::float32);
          return std::tuple(k + 1,
                            a.write(k, tf::cond(
                                           k > 0, [&] { return a.read(k - 1) * x; }, [&] { return x * factor; })));
        },
        std::tuple(0, tf::TensorArray(tt::float32, 0, {.dynamic_size = true, .element_shape = tt::Shape{2}})));
    return array.stack();
  };
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {2}), n = graph.placeholder("n", tt::int32, {});
    const Tensor all = run(x, n), first = tf::gradients(tt::sum(all * all), x)[0], second = tf::gradients(first, x)[0],
                 third = tf::gradients(second, x)[0];
    const tf::Session session(graph, way);
    for (const int count : {0, 1, 2, 5}) {
      const auto got = session.run({all, first, second, third}, {{x, tt::tensor<float>({0.5, -1.5})}, {n, count}});
      const Tensor now = tt::tensor<float>({0.5, -1.5}).set_requires_grad();
      const Tensor wanted = run(now, tt::tensor(count, tt::int32));
      EXPECT_EQ(got[0].shape(), (tt::Shape{count, 2}));
      EXPECT_EQ(got[0].to_vector<float>(), wanted.to_vector<float>());
      // Row k is x^(k + 1): the sum of squares is x^2 + x^4 + ...
      for (int at = 0; at < 2; ++at) {
        const double value = at == 0 ? 0.5 : -1.5;
        double d1 = 0, d2 = 0, d3 = 0;
        for (int k = 1; k <= count; ++k) {
          d1 += 2 * k * std::pow(value, 2 * k - 1);
          d2 += 2 * k * (2 * k - 1) * std::pow(value, 2 * k - 2);
          if (k > 1) d3 += 2 * k * (2 * k - 1) * (2 * k - 2) * std::pow(value, 2 * k - 3);
        }
        const double least = 1e-5;
        EXPECT_NEAR(got[1][at].item<double>(), d1, least * (1 + std::abs(d1))) << count;
        EXPECT_NEAR(got[2][at].item<double>(), d2, least * (1 + std::abs(d2))) << count;
        EXPECT_NEAR(got[3][at].item<double>(), d3, least * (1 + std::abs(d3))) << count;
      }
      if (count == 0) continue;
      tt::sum(wanted * wanted).backward();
      EXPECT_TRUE(tt::allclose(now.grad(), got[1], 1e-6)) << now.grad() << got[1];
    }
  }
}

TEST(TensorArray, OfWhichOnlyWritesAreDifferentiatedIsNotKept) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {1000}), n = graph.placeholder("n", tt::int32, {});
  const auto [i, array] = tf::while_loop(
      [&](const Tensor& k, const tf::TensorArray&) { return k < n; },
      [&](const Tensor& k, const tf::TensorArray& a) {
        return std::tuple(k + 1, a.write(k, x * tt::cast(k, tt::float32)));
      },
      std::tuple(0, tf::TensorArray(tt::float32, 0, {.dynamic_size = true, .element_shape = tt::Shape{1000}})));
  const Tensor gradient = tf::gradients(tt::sum(array.stack()), x)[0];
  const tf::Session session(graph);
  const tt::Statistics before = tt::statistics();
  tt::reset_statistics();
  EXPECT_EQ(session.run(gradient, {{x, tt::zeros({1000})}, {n, 100}})[0].item<float>(), 4950);
  // The values of all iterations are 100 * 100 * 1000 * 4 bytes; one of them, and its gradients, a hundredth of that.
  EXPECT_LT(tt::statistics().peak_bytes_in_use - before.bytes_in_use, 10'000'000);
}

TEST(Functional, MapsScansAndFolds) {
  const Tensor numbers = tt::tensor<float>({1, 2, 3, 4, 5, 6});
  const auto add = [](const Tensor& a, const Tensor& x) { return a + x; };
  const auto minus = [](const Tensor& a, const Tensor& x) { return a - x; };
  for (const bool symbolic : {false, true}) {
    for (const tt::SessionOptions& way : all_ways()) {
      tf::Graph graph;
      const Tensor e = symbolic ? graph.placeholder("e", tt::float32, {tt::unknown}) : numbers;
      std::vector<Tensor> got{tf::map_fn([](const Tensor& x) { return x * x; }, e),
                              tf::scan(add, e),
                              tf::scan(add, e, 10.0f),
                              tf::scan(add, e, {.reverse = true}),
                              tf::foldl(minus, e),
                              tf::foldr(minus, e),
                              tf::foldl(minus, e, 100.0f)};
      const auto pair = tf::map_fn(
          [](const std::pair<Tensor, Tensor>& p) { return std::pair(p.first - p.second, p.second); }, std::pair(e, -e));
      got.push_back(pair.first);
      if (symbolic) {
        got.push_back(tf::gradients(got[1], e)[0]);
        got.push_back(tf::gradients(tf::gradients(tt::sum(got[1] * got[1]), e)[0], e)[0]);
        got = tf::Session(graph, way).run(got, {{e, numbers}});
        EXPECT_EQ(got[8].to_vector<float>(), (Floats{6, 5, 4, 3, 2, 1}));
        EXPECT_EQ(got[9].to_vector<float>(), (Floats{42, 40, 36, 30, 22, 12}));
      }
      EXPECT_EQ(got[0].to_vector<float>(), (Floats{1, 4, 9, 16, 25, 36}));
      EXPECT_EQ(got[1].to_vector<float>(), (Floats{1, 3, 6, 10, 15, 21}));
      EXPECT_EQ(got[2].to_vector<float>(), (Floats{11, 13, 16, 20, 25, 31}));
      EXPECT_EQ(got[3].to_vector<float>(), (Floats{21, 20, 18, 15, 11, 6}));
      EXPECT_EQ(got[4].item<float>(), -19);
      EXPECT_EQ(got[5].item<float>(), -9);
      EXPECT_EQ(got[6].item<float>(), 79);
      EXPECT_EQ(got[7].to_vector<float>(), (Floats{2, 4, 6, 8, 10, 12}));
    }
  }
}

// Numbers of TensorFlow's: scripts/references/make_references_control_flow.py.
TEST(ControlFlow, GivesTensorFlowsNumbers) {
  const tt::StateDict expected = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/control_flow.safetensors");
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const auto constant = [&](const char* name) { return graph.constant(*expected.find(name), name); };
    const Tensor x = constant("x"), w = constant("w"), u = constant("u"), b = constant("b"), h0 = constant("h0");
    const auto [i, last, outputs] =
        tf::while_loop([](const Tensor& k, const Tensor&, const tf::TensorArray&) { return k < 5; },
                       [&](const Tensor& k, const Tensor& before, const tf::TensorArray& all) {
                         const Tensor h = tt::tanh(tt::matmul(tf::gather(x, k), w) + tt::matmul(before, u) + b);
                         const Tensor next = tf::cond(
                             tt::sum(h) > 0, [&] { return h * 0.5; }, [&] { return h - tt::square(h); });
                         return std::tuple(k + 1, next, all.write(k, next));
                       },
                       std::tuple(0, h0, tf::TensorArray(tt::float32, 5)));
    const Tensor stacked = outputs.stack(), loss = tt::sum(tt::square(stacked)) + tt::sum(last);
    const auto g = tf::gradients(loss, {w, u, b, x, h0});
    const auto second = tf::gradients(tt::sum(tt::square(g[0])), {w, h0});
    const Tensor scanned = tf::scan([](const Tensor& a, const Tensor& row) { return tt::sin(a) + tt::sum(row); }, x,
                                    0.0, {.reverse = true});
    const Tensor mapped = tf::map_fn([&](const Tensor& row) { return tt::matmul(row, w); }, x);
    const Tensor folded = tf::foldr([](const Tensor& a, const Tensor& row) { return a * 0.5 + row * row; }, x);
    const auto [j, array] = tf::while_loop(
        [](const Tensor& k, const tf::TensorArray&) { return k < 4; },
        [&](const Tensor& k, const tf::TensorArray& all) {
          return std::tuple(k + 1,
                            all.write(k + 1, tt::sin(all.read(k) * u[0]) + all.read(0) * tt::sum(tf::gather(x, k))));
        },
        std::tuple(0, tf::TensorArray(tt::float32, 1, {.dynamic_size = true}).write(0, b)));
    const Tensor grown = array.stack(), grown_b = tf::gradients(tt::sum(tt::square(grown)), b)[0];
    const auto [m, doubled] = tf::while_loop([](const Tensor& k, const Tensor&) { return k < 3; },
                                             [&](const Tensor& k, const Tensor& rows) {
                                               return std::tuple(k + 1, tt::concat({rows, tt::sin(rows) * b}, 0));
                                             },
                                             std::tuple(0, h0), {.shape_invariants = {{}, {tt::unknown, 4}}});
    const auto of_doubled = tf::gradients(tt::sum(doubled * doubled), {h0, b});
    const std::vector<std::pair<std::string, Tensor>> results{
        {"grown", grown},
        {"grown/b", grown_b},
        {"grown/second", tf::gradients(tt::sum(tt::square(grown_b)), b)[0]},
        {"doubled", doubled},
        {"doubled/h0", of_doubled[0]},
        {"doubled/b", of_doubled[1]},
        {"doubled/second", tf::gradients(tt::sum(tt::square(of_doubled[1])), h0)[0]},
        {"last", last},
        {"stacked", stacked},
        {"gradient/w", g[0]},
        {"gradient/u", g[1]},
        {"gradient/b", g[2]},
        {"gradient/x", g[3]},
        {"gradient/h0", g[4]},
        {"second/w", second[0]},
        {"second/h0", second[1]},
        {"scan", scanned},
        {"map", mapped},
        {"foldr", folded},
        {"scan/x", tf::gradients(tt::sum(scanned * scanned), x)[0]},
        {"map/w", tf::gradients(tt::sum(mapped * mapped), w)[0]},
        {"foldr/x", tf::gradients(tt::sum(folded), x)[0]}};
    std::vector<Tensor> fetches;
    for (const auto& [name, tensor] : results) fetches.push_back(tensor);
    const auto values = tf::Session(graph, way).run(fetches);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const Tensor& wanted = *expected.find("result/" + results[k].first);
      EXPECT_TRUE(tt::allclose(values[k], wanted, 1e-4, 1e-5)) << results[k].first << values[k] << wanted;
    }
  }
}

TEST(Cases, TakeTheFirstAndTheNumbered) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {}), n = graph.placeholder("n", tt::int32, {});
  using Function = std::function<Tensor()>;
  const Function one = [&] { return x * 1; }, two = [&] { return x * 2; }, three = [&] { return x * 3; };
  const Tensor first = tf::case_<Function>({{x > 10, one}, {x > 5, two}}, three);
  const Tensor numbered = tf::switch_case<Function>(n, {one, two, three});
  const Tensor g = tf::gradients(numbered, x)[0];
  const tf::Session session(graph);
  EXPECT_EQ(session.run(first, {{x, 20}}).item<float>(), 20);
  EXPECT_EQ(session.run(first, {{x, 7}}).item<float>(), 14);
  EXPECT_EQ(session.run(first, {{x, 1}}).item<float>(), 3);
  for (const int i : {0, 1, 2, 3, -1}) {
    const float factor = i == 0 ? 1 : i == 1 ? 2 : 3;
    EXPECT_EQ(session.run(numbered, {{x, 1}, {n, i}}).item<float>(), factor);
    EXPECT_EQ(session.run(g, {{x, 1}, {n, i}}).item<float>(), factor);
  }
}

TEST(Cases, SayHowManyConditionsMayBeTrue) {
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {});
    using Function = std::function<Tensor()>;
    const Function one = [&] { return x * 1; }, two = [&] { return x * 2; };
    const Tensor exclusive = tf::case_<Function>({{x > 10, one}, {x > 5, two}}, one, true);
    const Tensor some = tf::case_<Function>({{x > 10, one}, {x > 5, two}});
    const Tensor single = tf::case_<Function>({{x > 5, two}});
    const tf::Session session(graph, way);
    EXPECT_EQ(session.run(exclusive, {{x, 7}}).item<float>(), 14);
    EXPECT_EQ(session.run(exclusive, {{x, 1}}).item<float>(), 1);
    EXPECT_WRONG("[case] more than one condition is true: 1, 1", session.run(exclusive, {{x, 11}}));
    EXPECT_EQ(session.run(some, {{x, 11}}).item<float>(), 11);
    EXPECT_EQ(session.run(some, {{x, 7}}).item<float>(), 14);
    EXPECT_WRONG("[case] no condition is true: 0, 0", session.run(some, {{x, 1}}));
    EXPECT_EQ(session.run(single, {{x, 7}}).item<float>(), 14);
    EXPECT_WRONG("[case] no condition is true: 0", session.run(single, {{x, 1}}));
  }
}

TEST(Functions, AreTracedOnceAndShareTheirVariables) {
  tf::Graph graph;
  const Tensor fed = tt::ones({2}), fed_wide = tt::ones({5, 2});  // in the scope they would be nodes
  const auto scope = tf::as_default(graph);
  int calls = 0;
  const auto layer = tf::function(
      [&](const Tensor& x) {
        ++calls;
        return x * tf::get_variable("w", {2}, {.initializer = tt::init::constant(3)});
      },
      "layer");
  const Tensor x = graph.placeholder("x", tt::float32, {2}), wide = graph.placeholder("wide", tt::float32, {5, 2});
  const Tensor y = layer(layer(x)), z = layer(wide);
  EXPECT_EQ(calls, 2);
  ASSERT_EQ(graph.trainable_variables().size(), 1u);
  const tf::Variable w = graph.trainable_variables()[0];
  EXPECT_EQ(w.name(), "layer/w");
  const auto g = tf::gradients(tt::sum(y) + tt::sum(z), {x, w});
  const tf::Session session(graph);
  session.run(graph.initializer());
  const auto got = session.run({y, g[0], g[1]}, {{x, fed}, {wide, fed_wide}});
  EXPECT_EQ(got[0].to_vector<float>(), (Floats{9, 9}));
  EXPECT_EQ(got[1].to_vector<float>(), (Floats{9, 9}));
  EXPECT_EQ(got[2].to_vector<float>(), (Floats{11, 11}));
}

TEST(Functions, GiveAsManyResultsAsTheShapesSay) {
  tf::Graph graph;
  const auto columns = tf::function([](const Tensor& x) {
    std::vector<Tensor> all;
    for (std::int64_t i = 0; i < x.size(1); ++i) all.push_back(x.select(1, i));
    return all;
  });
  const Tensor two = graph.placeholder("two", tt::float32, {4, 2}),
               three = graph.placeholder("three", tt::float32, {4, 3});
  EXPECT_EQ(columns(two).size(), 2u);
  EXPECT_EQ(columns(three).size(), 3u);
  EXPECT_EQ(columns(two).size(), 2u);
}

TEST(ControlFlow, IsPrintedAndDrawn) {
  tf::Graph graph;
  const Tensor p = graph.placeholder("p", tt::boolean, {}), x = graph.placeholder("x", tt::float32, {2});
  tf::cond(
      p, [&] { return tt::exp(x); }, [&] { return x; });
  const std::string text = graph.as_text();
  EXPECT_NE(text.find("cond = cond(p, x) : float32 (2,)  # control_flow_test.cpp:"), std::string::npos) << text;
  EXPECT_NE(text.find("  branch 0:\n    captured = placeholder() : float32 (2,)"), std::string::npos) << text;
  EXPECT_NE(text.find("    exp = exp(captured) : float32 (2,)"), std::string::npos) << text;
  EXPECT_NE(text.find("  branch 1:\n"), std::string::npos) << text;
  const std::string folder = testing::TempDir();
  graph.write_dot(folder + "control.dot");
  graph.write_svg(folder + "control.svg");
}

TEST(ControlFlow, RunsOnComputedTensors) {
  auto x = tt::tensor<float>({1, 2}).set_requires_grad();
  const auto [i, y] =
      tt::while_loop([](const Tensor& k, const Tensor&) { return k < 3; },
                     [&](const Tensor& k, const Tensor& v) { return std::tuple(k + 1, v * x); }, std::tuple(0, x));
  tt::sum(tt::cond(
              y.shape()[0] == 2, [&] { return y * 2; }, [&] { return y; }))
      .backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{8, 64}));
}

// Loops that run not once, of sequences of no rows: what they begin with gets the gradient, what their bodies read gets
// zeros, and the rows get a gradient of no rows. As jax.grad of jax.lax.fori_loop, scan and map.
TEST(ControlFlow, OfNothingHasGradients) {
  const auto loops = [](const Tensor& rows, const Tensor& start, const Tensor& w, const Tensor& n) {
    const auto step = [&](const Tensor& a, const Tensor& row) { return a * w + row; };
    const auto [i, power] = tt::while_loop([&](const Tensor& k, const Tensor&) { return k < n; },
                                           [&](const Tensor& k, const Tensor& p) { return std::tuple(k + 1, p * w); },
                                           std::tuple(0, start));
    const Tensor scanned = tf::scan(step, rows, start), last = tf::foldl(step, rows, start);
    const Tensor mapped = tf::map_fn([&](const Tensor& row) { return row * w; }, rows);
    const Tensor loss = tt::sum(power) + 3 * tt::sum(scanned) + 5 * tt::sum(last) + tt::sum(mapped);
    return std::vector{loss, power, scanned, last, mapped};
  };
  const auto expect = [](const std::vector<Tensor>& got, float read) {
    EXPECT_EQ(got[0].item<float>(), 18);
    EXPECT_EQ(got[1].to_vector<float>(), (Floats{1, 2}));
    EXPECT_EQ(got[2].shape(), (tt::Shape{0, 2}));
    EXPECT_EQ(got[3].to_vector<float>(), (Floats{1, 2}));
    EXPECT_EQ(got[4].shape(), (tt::Shape{0, 2}));
    EXPECT_EQ(got[5].shape(), (tt::Shape{0, 2}));
    EXPECT_EQ(got[6].to_vector<float>(), (Floats{6, 6}));
    EXPECT_EQ(got[7].to_vector<float>(), (Floats{read, read}));
  };
  const Tensor none = tt::zeros({0, 2}), start = tt::tensor<float>({1, 2}), w = tt::tensor<float>({3, 4});
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor rows = graph.placeholder("rows", tt::float32, {tt::unknown, 2});
    const Tensor s = graph.placeholder("s", tt::float32, {2}), v = graph.placeholder("v", tt::float32, {2});
    const Tensor n = graph.placeholder("n", tt::int32, {});
    std::vector<Tensor> fetched = loops(rows, s, v, n);
    const std::vector<Tensor> first = tf::gradients(fetched[0], {rows, s, v});
    fetched.insert(fetched.end(), first.begin(), first.end());
    fetched.push_back(tf::gradients(tt::sum(first[1] * first[1]) + tt::sum(first[2]), {v})[0]);
    const tf::Session session(graph, way);
    const auto got = session.run(fetched, {{rows, none}, {s, start}, {v, w}, {n, 0}});
    expect(got, 0);
    EXPECT_EQ(got[8].to_vector<float>(), (Floats{0, 0}));
    EXPECT_EQ(session.run(fetched, {{rows, tt::ones({1, 2})}, {s, start}, {v, w}, {n, 1}})[7].to_vector<float>(),
              (Floats{1 + 8 + 1, 2 + 16 + 1}));
  }
  const Tensor rows = none.clone().set_requires_grad(), s = start.clone().set_requires_grad();
  const Tensor v = w.clone().set_requires_grad();
  std::vector<Tensor> got = loops(rows, s, v, tt::tensor(0));
  got[0].backward();
  // What was never read has none, as in a loop of PyTorch's.
  EXPECT_FALSE(rows.grad().defined());
  EXPECT_FALSE(v.grad().defined());
  expect({got[0], got[1], got[2], got[3], got[4], none, s.grad(), tt::zeros({2})}, 0);
}

// In a traced module the same code becomes nodes.
TEST(ControlFlow, WorksInTracedModules) {
  struct Net : tt::eager::nn::Module {
    tt::Tensor& w = register_parameter("w", tt::tensor<float>({2}));
    tt::Tensor& count = register_buffer("count", tt::zeros({}));
    Tensor forward(const Tensor& x) override {
      const auto loop = tt::while_loop([](const Tensor& i, const Tensor&) { return i < 3; },
                                       [&](const Tensor& i, const Tensor& v) {
                                         count.add_(1);
                                         return std::tuple(i + 1, v * w);
                                       },
                                       std::tuple(0, x));
      return std::get<1>(loop);
    }
  } net;
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {1});
  const Tensor y = net(x), g = tf::gradients(y, net.w)[0];
  const tf::Session session(graph);
  const Tensor fed = tt::ones({1});
  EXPECT_EQ(session.run(y, {{x, fed}}).item<float>(), net(fed).item<float>());
  EXPECT_EQ(net.count.item<float>(), 6);
  EXPECT_EQ(session.run(g, {{x, fed}}).item<float>(), 12);
}

TEST(Functions, DoNotCallThemselves) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2});
  std::function<Tensor(const Tensor&)> again;
  const auto forever = tf::function([&](const Tensor& v) { return again(v) + 1; }, "forever");
  again = [&](const Tensor& v) { return forever(v); };
  EXPECT_WRONG("[forever] the function calls itself while it is traced", forever(x));
  const auto longer = tf::function([&](const Tensor& v) { return again(tt::concat({v, x}, 0)); }, "longer");
  again = [&](const Tensor& v) { return longer(v); };
  EXPECT_WRONG("[longer] the function calls itself while it is traced", longer(x));
  // What ends may: shapes are known while it is traced.
  const auto fold =
      tf::function([&](const Tensor& v) { return v.size(0) == 1 ? v : again(v[tt::Slice(1, {})] + v[0]); });
  again = [&](const Tensor& v) { return fold(v); };
  EXPECT_EQ(tf::Session(graph).run(fold(x), {{x, tt::tensor<float>({1, 2})}}).to_vector<float>(), (Floats{3}));
}

TEST(ControlFlow, RefusesWhatIsWrong) {
  tf::Graph graph, other;
  const Tensor x = graph.placeholder("x", tt::float32, {2}), p = graph.placeholder("p", tt::boolean, {}),
               foreign = other.placeholder("foreign", tt::float32, {2}), n = graph.placeholder("n", tt::int32, {});
  const std::size_t before = graph.size();
  const auto same = [&] { return x; };
  EXPECT_WRONG("[cond] the condition is not a scalar boolean", tf::cond(x, same, same));
  EXPECT_WRONG("[cond] the branches give different dtypes", tf::cond(p, same, [&] { return tt::cast(x, tt::int32); }));
  EXPECT_WRONG("[cond] the branches give different numbers of dimensions",
               tf::cond(p, same, [&] { return tt::sum(x); }));
  using List = std::vector<Tensor>;
  EXPECT_WRONG("[cond] the branches give different numbers", tf::cond(
                                                                 p, [&] { return List{x}; },
                                                                 [&] {
                                                                   return List{x, x};
                                                                 }));
  EXPECT_WRONG("[graph] the tensor belongs to another graph", tf::cond(p, same, [&] { return x + foreign; }));
  EXPECT_WRONG("[switch_case] the index is not a scalar integer", tf::switch_case<std::function<Tensor()>>(p, {same}));
  EXPECT_WRONG("[case] there is no pair", tf::case_<std::function<Tensor()>>({}));
  const auto holds = [&](const Tensor&) { return p; };
  const auto keep = [](const Tensor& v) { return std::tuple(v); };
  const std::tuple<Tensor> start(x);
  EXPECT_WRONG("[while_loop] the condition is not a scalar boolean",
               tf::while_loop([](const Tensor& v) { return v > 0; }, keep, start));
  EXPECT_WRONG("[while_loop] a loop variable changes its shape against its declaration",
               tf::while_loop(
                   holds,
                   [](const Tensor& v) {
                     return std::tuple(tt::concat({v, v}, 0));
                   },
                   start));
  EXPECT_WRONG("[while_loop] a loop variable changes its dtype",
               tf::while_loop(
                   holds, [](const Tensor& v) { return std::tuple(tt::cast(v, tt::int32)); }, start));
  EXPECT_WRONG("[while_loop] the body does not give one tensor", tf::while_loop(
                                                                     holds,
                                                                     [](const Tensor& v) {
                                                                       return List{v, v};
                                                                     },
                                                                     start));
  EXPECT_WRONG("[while_loop] maximum_iterations is negative",
               tf::while_loop(holds, keep, start, {.maximum_iterations = -1}));
  EXPECT_WRONG("[while_loop] parallel_iterations is not positive",
               tf::while_loop(holds, keep, start, {.parallel_iterations = 0}));
  EXPECT_WRONG("[while_loop] there is not one shape invariant",
               tf::while_loop(holds, keep, start, {.shape_invariants = {{2}, {2}}}));
  EXPECT_WRONG("[while_loop] a loop variable does not have the shape",
               tf::while_loop(holds, keep, start, {.shape_invariants = {{3}}}));
  EXPECT_WRONG("[while_loop] there are no loop variables",
               tf::while_loop([&](const List&) { return p; }, [](const List& l) { return l; }, List{}));
  EXPECT_WRONG("[map_fn] what is gone through row by row is a scalar",
               tf::map_fn([](const Tensor& v) { return v; }, n));
  EXPECT_WRONG("[scan] there is no first row",
               tf::scan([](const Tensor& a, const Tensor&) { return a; }, tt::zeros({0})));
  const Tensor three = tt::ones({3}), zero = tt::zeros({});
  int calls = 0;
  EXPECT_WRONG("[map_fn] the function gives another number of results than for the first row: 2 for row 1, 1 for",
               tf::map_fn([&](const Tensor& v) { return List(static_cast<std::size_t>(++calls), v); }, three));
  // A graph that nothing else holds.
  const auto of_another = [](const Tensor&) { return tf::Graph().placeholder("p", tt::boolean, {}); };
  EXPECT_WRONG("[graph] the tensor belongs to another graph", tf::while_loop(of_another, keep, std::tuple(zero)));
  EXPECT_WRONG("[scan] the function gives another number of tensors than the accumulator has: 2, not 1",
               tf::scan(
                   [](const List& a, const Tensor& v) {
                     return List{a[0], v};
                   },
                   three, List{zero}));
  EXPECT_WRONG("[foldl] the function gives another number of tensors than the accumulator has: 2, not 1",
               tf::foldl(
                   [](const List& a, const Tensor& v) {
                     return List{a[0], v};
                   },
                   three, List{zero}));
  EXPECT_WRONG("[TensorArray] the size is negative", tf::TensorArray(tt::float32, -1));
  EXPECT_WRONG("[TensorArray.write] the value's dtype", tf::TensorArray(tt::float32, 2).write(0, n));
  EXPECT_WRONG("[TensorArray] the shape of the elements is not known", tf::TensorArray(tt::float32, 2).stack());
  EXPECT_GE(graph.size(), before);
}
