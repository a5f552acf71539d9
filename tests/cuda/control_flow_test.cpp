// Branches, loops and checks on a GPU (as a rule the emulated one): the values and gradients of the CPU.
#include <gtest/gtest.h>

#include <cmath>

#include "gpu.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;

class CudaControlFlow : public OnGpu {
 protected:
  /// What a graph on `device` gives for x = (0.5, -1.5) and n, the third time that it is asked.
  template <class Build>
  static std::vector<Tensor> values(tt::Device device, int n, const Build& build) {
    const tt::DeviceScope on(device);
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {2}), count = graph.placeholder("n", tt::int32, {});
    const std::vector<Tensor> fetches = build(x, count);
    const tf::Session session(graph, {.numerics = tt::Numerics::exact});
    const tf::Callable call = session.make_callable({x, count}, fetches);
    std::vector<Tensor> results;
    for (int run = 0; run < 3; ++run) {
      results = call(tt::tensor<float>({0.5, -1.5}), tt::tensor(n, tt::int32));
      EXPECT_FALSE(call.report().captured);
    }
    for (Tensor& result : results) {
      EXPECT_EQ(result.device(), device);
      result = result.to(tt::Device::cpu());
    }
    return results;
  }

  template <class Build>
  void expect_the_cpus(const Build& build) {
    for (const int n : {0, 1, 4}) {
      const std::vector<Tensor> here = values(cpu, n, build), there = values(gpu, n, build);
      for (std::size_t i = 0; i < here.size(); ++i)
        EXPECT_TRUE(tt::allclose(there[i], here[i], 1e-5, 1e-6)) << "n " << n << ", " << i << here[i] << there[i];
    }
  }

  /// y, its gradient, and that one's.
  static std::vector<Tensor> with_gradients(const Tensor& y, const Tensor& x) {
    const Tensor first = tf::gradients(tt::sum(y * y), x)[0];
    return {y, first, tf::gradients(tt::sum(first), x)[0]};
  }
};

TEST_F(CudaControlFlow, Branches) {
  expect_the_cpus([](const Tensor& x, const Tensor& n) {
    return with_gradients(tf::cond(
                              n > 2, [&] { return tt::sin(x) * x; }, [&] { return tt::exp(x); }),
                          x);
  });
  expect_the_cpus([](const Tensor& x, const Tensor& n) {
    return with_gradients(tf::switch_case<std::function<Tensor()>>(
                              n, {[&] { return x * x; }, [&] { return tt::tanh(x); }, [&] { return x * 3; }}),
                          x);
  });
}

TEST_F(CudaControlFlow, Loops) {
  expect_the_cpus([](const Tensor& x, const Tensor& n) {
    const auto [i, y] = tf::while_loop(
        [&](const Tensor& k, const Tensor&) { return k < n; },
        [&](const Tensor& k, const Tensor& v) { return std::tuple(k + 1, tt::sin(v) * x + tt::cast(k, tt::float32)); },
        std::tuple(0, x));
    return with_gradients(y, x);
  });
  expect_the_cpus([](const Tensor& x, const Tensor&) {
    return with_gradients(tf::scan([](const Tensor& a, const Tensor& row) { return a * row + 1; }, x, 1.0), x);
  });
}

TEST_F(CudaControlFlow, Arrays) {
  for (const bool dynamic : {false, true})
    expect_the_cpus([&](const Tensor& x, const Tensor& n) {
      const tf::TensorArray first(tt::float32, dynamic ? 1 : 5, {.dynamic_size = dynamic});
      const auto [i, all] = tf::while_loop([&](const Tensor& k, const tf::TensorArray&) { return k < n; },
                                           [&](const Tensor& k, const tf::TensorArray& a) {
                                             return std::tuple(k + 1, a.write(k + 1, tt::sin(a.read(k)) * x));
                                           },
                                           std::tuple(0, first.write(0, x)));
      return with_gradients(all.stack(), x);
    });
}

TEST_F(CudaControlFlow, LoopsWhoseShapesChange) {
  expect_the_cpus([](const Tensor& x, const Tensor& n) {
    const auto [i, y] = tf::while_loop([&](const Tensor& k, const Tensor&) { return k < n; },
                                       [&](const Tensor& k, const Tensor& v) {
                                         return std::tuple(k + 1, tt::concat({v, tt::cos(v)}, 0));
                                       },
                                       std::tuple(0, x), {.shape_invariants = {{}, {tt::unknown}}});
    return with_gradients(y, x);
  });
}

// A step that is captured as a CUDA graph would not look again.
TEST_F(CudaControlFlow, ChecksLookEachTime) {
  const tt::DeviceScope on(gpu);
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2});
  const Tensor root = tf::check_numerics(tt::sqrt(x), "root") * 2, small = tf::assert_less(x, 10);
  const tf::Session session(graph);
  const tf::Callable roots = session.make_callable({x}, {root}), checks = session.make_callable({x}, {small});
  const Tensor good = tt::tensor<float>({4, 9}), bad = tt::tensor<float>({-1, 99});
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(roots(good)[0].to_vector<float>(), (std::vector<float>{4, 6}));
    checks(good);
    EXPECT_THROW(roots(bad), tt::ArgumentError);
    EXPECT_THROW(checks(bad), tt::ArgumentError);
  }
  EXPECT_FALSE(roots.report().captured);
  EXPECT_FALSE(checks.report().captured);
}

}  // namespace
