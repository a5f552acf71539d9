// Overhead of single eager ops, and speed of single kernels.
#include "report.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

int main(int argc, char** argv) {
  const auto square = [](std::int64_t n, float value) { return tt::full({n, n}, value); };
  const tt::Tensor s = square(8, 0.5f), t = square(8, 0.25f);
  tt::Tensor g = square(8, 0.125f);
  g.set_requires_grad();
  const tt::Tensor one = tt::ones({}).set_requires_grad();
  const tt::Tensor x = tt::full({1 << 20}, 0.5f), y = tt::full({1 << 20}, 0.25f);
  const tt::Tensor m = square(1024, 0.5f), w = square(1024, 0.25f), m1 = square(128, 0.5f);

  bench::add("add_8x8", [=] { benchmark::DoNotOptimize(s + t); });
  bench::add("add_8x8_grad", [=] { benchmark::DoNotOptimize(g + t); });
  bench::add("matmul_8x8", [=] { benchmark::DoNotOptimize(tt::matmul(s, t)); });
  bench::add("mlp_fwd_bwd_8", [=] { tt::sum(tt::relu(tt::matmul(g, t))).backward(); });
  bench::add("add_1m", [=] { benchmark::DoNotOptimize(x + y); });
  bench::add("sum_1m", [=] { benchmark::DoNotOptimize(tt::sum(x)); });
  bench::add("sum_axis0_1k", [=] { benchmark::DoNotOptimize(tt::sum(m, {0})); });
  bench::add("matmul_1k", [=] { benchmark::DoNotOptimize(tt::matmul(m, w)); });
  bench::add("matmul_128", [=] { benchmark::DoNotOptimize(tt::matmul(m1, m1)); });
  bench::add("chain_1000", [=] {
    tt::Tensor c = one;
    for (int i = 0; i < 1000; ++i) c = c * 1.0001;
    c.backward();
  });
  return bench::run(argc, argv);
}
