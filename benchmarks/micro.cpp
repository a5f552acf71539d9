// Overhead of single eager ops, of control flow and of fit, and speed of single kernels: float32, inputs made once,
// outputs from the caching allocator.
#include <tuple>

#include "report.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;

namespace {

void register_all() {
  constexpr std::int64_t million = 1 << 20, k = 1024;
  tt::manual_seed(1);
  const tt::Tensor s = tt::rand({8, 8}), t = tt::rand({8, 8}), g = tt::rand({8, 8}).set_requires_grad();
  const tt::Tensor one = tt::ones({}).set_requires_grad();
  const tt::Tensor x = tt::rand({million}), y = tt::rand({million}), z = tt::rand({million});
  const tt::Tensor m = tt::rand({k, k}), w = tt::rand({k, k}), v = tt::rand({k}), b = tt::rand({k});
  const tt::Tensor m1 = tt::rand({128, 128}), table = tt::rand({50000, 64}), rows = tt::randint(0, 50000, {k});

  const auto add = [](const char* name, auto call) { bench::add(name, [call] { benchmark::DoNotOptimize(call()); }); };
  add("add_8x8", [=] { return s + t; });
  add("add_8x8_grad", [=] { return g + t; });
  add("matmul_8x8", [=] { return tt::matmul(s, t); });
  bench::add("mlp_fwd_bwd_8", [=] { tt::sum(tt::relu(tt::matmul(g, t))).backward(); });
  add("add_1m", [=] { return x + y; });
  add("mul_add_relu_1m", [=] { return tt::relu(x * y + z); });
  add("exp_1m", [=] { return tt::exp(x); });
  add("gelu_1m", [=] { return tt::gelu(x); });
  add("sum_1m", [=] { return tt::sum(x); });
  add("sum_axis0_1k", [=] { return tt::sum(m, {0}); });
  add("softmax_1k", [=] { return tt::softmax(m, -1); });
  add("layer_norm_1k", [=] { return tt::layer_norm(m, {k}, v, b); });
  add("transpose_1k", [=] { return tt::contiguous(tt::transpose(m, 0, 1)); });
  add("matmul_1k", [=] { return tt::matmul(m, w); });
  add("matmul_128", [=] { return tt::matmul(m1, m1); });
  add("gather_64k", [=] { return tt::embedding(table, rows); });
  bench::add("adam_10m", [weights = tt::rand({10'000'000}).set_requires_grad(), gradient = tt::rand({10'000'000}),
                          optimizer = std::shared_ptr<tt::eager::optim::Adam>()]() mutable {
    if (!optimizer) {
      optimizer = std::make_shared<tt::eager::optim::Adam>(std::vector<tt::Tensor>{weights});
      weights.set_grad(gradient);
    }
    optimizer->step();
  });
  bench::add("chain_1000", [=] {
    tt::Tensor c = one;
    for (int i = 0; i < 1000; ++i) c = c * 1.0001;
    c.backward();
  });
}

// A branch and a loop of scalars: what control flow itself costs. The loop's figure is for a thousand iterations.
void register_control_flow() {
  namespace tf = triptych::lowlevel;
  const tf::Graph graph;
  const tt::Tensor n = graph.placeholder("n", tt::int32, {}), x = graph.placeholder("x", tt::float32, {});
  const tt::Tensor loop =
      tf::while_loop([&](const tt::Tensor& i) { return i < n; }, [](const tt::Tensor& i) { return i + 1; }, 0 * n);
  const tt::Tensor plain = x + 1, branch = tf::cond(
                                      x > 0, [&] { return plain; }, [&] { return x; });
  const tf::Session session(graph);
  const tt::Tensor thousand = tt::full({}, 1000, tt::int32), one = tt::ones({});
  bench::add("while_1000", [step = session.make_callable({n}, {loop}), thousand] { step(thousand); });
  bench::add("cond", [step = session.make_callable({x}, {branch}), one] { step(one); });
  bench::add("cond_without", [step = session.make_callable({x}, {plain, x > 0}), one] { step(one); });
}

// A thousand steps of one small model: as a session's function, and by Keras's `fit`, which makes batches, takes the
// mean of losses and calls back besides.
void register_fit() {
  constexpr std::int64_t steps = 1000, batch = 16;
  const tt::Tensor x = tt::rand({steps * batch, 2}), y = tt::rand({steps * batch, 1});
  {
    namespace tf = triptych::lowlevel;
    const tf::Graph graph;
    const tf::DefaultGraph as_default(graph);
    const tt::Tensor inputs = graph.placeholder("x", tt::float32, {batch, 2}),
                     targets = graph.placeholder("y", tt::float32, {batch, 1});
    tt::Tensor h = inputs;
    for (const auto& [name, from, to] : {std::tuple{"a", 2, 16}, {"b", 16, 16}, {"c", 16, 1}}) {
      const auto scope = tf::variable_scope(name);
      h = tt::matmul(h, tf::get_variable("w", {from, to})) +
          tf::get_variable("b", {to}, {.initializer = tt::init::zeros()});
      if (to > 1) h = tt::tanh(h);
    }
    const tt::Tensor loss = tt::mse_loss(h, targets);
    const tt::Tensor update = tf::GradientDescent({.learning_rate = 0.01}).minimize(loss);
    const tf::Session session(graph);
    session.run(graph.initializer());
    bench::add("steps_1000", [step = session.make_callable({inputs, targets}, {loss, update}),
                              x = tt::slice(x, 0, {0, batch}), y = tt::slice(y, 0, {0, batch})] {
      for (std::int64_t i = 0; i < steps; ++i) step(x, y);
    });
  }
  namespace keras = triptych::keras;
  using namespace keras::layers;
  const keras::Sequential model({Input({2}), Dense(16, "tanh"), Dense(16, "tanh"), Dense(1)});
  model.compile({.optimizer = keras::optimizers::SGD(0.01), .loss = "mse"});
  bench::add("fit_1000", [=] { model.fit(x, y, {.batch_size = batch, .verbose = 0, .shuffle = false}); });
}

/// relu of relu ...: nodes that all depend on each other.
std::vector<tt::Tensor> long_chain(const tt::Tensor& x, int nodes) {
  std::vector<tt::Tensor> all{x};
  all.reserve(static_cast<std::size_t>(nodes) + 1);
  for (int i = 0; i < nodes; ++i) all.push_back(tt::relu(all.back()));
  return all;
}

// Large graphs: a hundred thousand nodes built, and compiled in the first run of a session; ten thousand fetches
// planned.
void register_large_graphs() {
  namespace tf = triptych::lowlevel;
  bench::add("graph_build_100k", [] {
    const tf::Graph graph;
    benchmark::DoNotOptimize(long_chain(graph.placeholder("x", tt::float32, {}), 99'999));
  });
  const auto compile = [](const char* name, int nodes, bool fetch_all) {
    const tf::Graph graph;
    const std::vector<tt::Tensor> all = long_chain(graph.placeholder("x", tt::float32, {}), nodes);
    bench::add(name, [graph, all, fetch_all, one = tt::ones({})] {
      const tf::Session session(graph);
      benchmark::DoNotOptimize(session.run(fetch_all ? all : std::vector{all.back()}, {{all.front(), one}}));
    });
  };
  compile("graph_compile_100k", 99'999, false);
  compile("graph_fetch_10k", 9'999, true);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, [] {
    register_all();
    register_control_flow();
    register_fit();
    register_large_graphs();
  });
}
