// Branches and loops: as nodes of a graph and on computed tensors, with their gradients.
#include "triptych/core/control_flow.h"

#include <gtest/gtest.h>

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

bool same_bits(const Tensor& a, const Tensor& b) {
  const Floats x = a.to_vector<float>(), y = b.to_vector<float>();
  return a.shape() == b.shape() && std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
}

}  // namespace

TEST(Cond, RunsTheBranchThatIsTaken) {
  for (const tt::SessionOptions& way : all_ways()) {
    tf::Graph graph;
    const Tensor pred = graph.placeholder("pred", tt::boolean, {}), x = graph.placeholder("x", tt::float32, {tt::unknown});
    const tf::Variable v = graph.variable("v", tt::tensor<float>({10}));
    const Tensor y = tt::cond(pred, [&] { return x * v.assign_add(tt::tensor<float>({1})); }, [&] { return x - v; });
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
    const auto [i, h, all] = tt::while_loop(
        [&](const Tensor& k, const Tensor&, const Tensor&) { return k < steps; },
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
