// Random numbers on a GPU (as a rule the emulated one) are the CPU's, number for number, whatever the op and the dtype.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "../bad_input.h"
#include "gpu.h"
#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;

const tt::DType floats[] = {tt::float32, tt::float64, tt::float16, tt::bfloat16};
// Blocks of 4, blocks of threads, and what is left over.
const std::int64_t sizes[] = {0, 1, 6, 1021, 70003};

class CudaRandom : public OnGpu {
 protected:
  /// Two draws of `draw`, made on the device and moved back.
  std::vector<tt::Tensor> drawn(tt::Device device, const std::function<tt::Tensor(tt::Device)>& draw) {
    tt::manual_seed(5);
    const tt::DeviceScope on(device);
    std::vector<tt::Tensor> results;
    for (int i = 0; i < 2; ++i) {
      const tt::Tensor result = draw(device);
      EXPECT_EQ(result.device(), device);
      results.push_back(result.to(cpu));
    }
    return results;
  }
  void expect_the_cpus(const std::string& what, const std::function<tt::Tensor(tt::Device)>& draw) {
    const auto here = drawn(cpu, draw), there = drawn(gpu, draw);
    for (std::size_t i = 0; i < here.size(); ++i) {
      ASSERT_EQ(here[i].dtype(), there[i].dtype()) << what;
      EXPECT_TRUE(tt::array_equal(here[i], there[i])) << what << ", draw " << i;
    }
    if (here[0].numel() > 100) {
      EXPECT_FALSE(tt::array_equal(here[0], here[1])) << what;
    }
  }
};

TEST_F(CudaRandom, FloatingDistributions) {
  for (const tt::DType dtype : floats)
    for (const std::int64_t n : sizes) {
      const std::string what = std::string(tt::dtype_name(dtype)) + " " + std::to_string(n);
      expect_the_cpus("uniform " + what, [&](auto) { return tt::uniform({n}, -2, 3, dtype); });
      expect_the_cpus("normal " + what, [&](auto) { return tt::normal({n}, 1, 3, dtype); });
      expect_the_cpus("truncated normal " + what, [&](auto) { return tt::truncated_normal({n}, 1, 3, dtype); });
      expect_the_cpus("like " + what, [&](auto) { return tt::rand_like(tt::zeros({n}, dtype)); });
      expect_the_cpus("normal like " + what, [&](auto) { return tt::randn_like(tt::zeros({n}, dtype)); });
      expect_the_cpus("bernoulli " + what, [&](auto) { return tt::bernoulli(tt::full({n}, 0.3, dtype)); });
    }
}

TEST_F(CudaRandom, Integers) {
  for (const std::int64_t n : sizes) {
    expect_the_cpus("int8", [&](auto) { return tt::randint(-100, 100, {n}, tt::int8); });
    expect_the_cpus("uint8", [&](auto) { return tt::randint(0, 256, {n}, tt::uint8); });
    expect_the_cpus("int32", [&](auto) { return tt::randint(-7, 1 << 30, {n}, tt::int32); });
    expect_the_cpus("int64", [&](auto) { return tt::randint(INT64_MIN, INT64_MAX, {n}, tt::int64); });
  }
}

TEST_F(CudaRandom, Permutations) {
  for (const std::int64_t n : {0, 1, 2, 3, 64, 1000, 5003})
    expect_the_cpus(std::to_string(n), [&](auto) { return tt::permutation(n); });
}

TEST_F(CudaRandom, Choices) {
  const tt::Tensor weights = tt::tensor({{0.0f, 3.0f, 0.5f, 0.0f, 1.5f}, {1.0f, 0.0f, 2.0f, 4.0f, 0.0f}});
  for (const tt::DType dtype : floats)
    for (const bool replacement : {false, true})
      expect_the_cpus("few", [&](tt::Device device) {
        return tt::multinomial(tt::cast(weights, dtype).to(device), replacement ? 2000 : 3, replacement);
      });
  tt::manual_seed(1);
  const tt::Tensor many = tt::rand({3, 700});
  expect_the_cpus("many", [&](tt::Device device) { return tt::multinomial(many.to(device), 700); });
  expect_the_cpus("many, again", [&](tt::Device device) { return tt::multinomial(many.to(device), 900, true); });
}

TEST_F(CudaRandom, DropoutMasksAndTheirGradients) {
  for (const tt::DType dtype : floats)
    for (const std::int64_t n : sizes) {
      const auto dropped = [&](auto) { return tt::dropout(tt::ones({n}, dtype), {.p = 0.4}); };
      expect_the_cpus(std::string(tt::dtype_name(dtype)) + " " + std::to_string(n), dropped);
    }
  const tt::DeviceScope on(gpu);
  tt::Tensor x = tt::ones({1000}).set_requires_grad();
  const tt::Tensor y = tt::dropout(x, {.p = 0.4});
  y.backward(tt::ones({1000}));
  EXPECT_TRUE(tt::array_equal(x.grad().to(cpu), y.to(cpu)));
}

// The counter is raised on the device: a graph's runs draw new numbers, those of the CPU.
TEST_F(CudaRandom, AStreamGoesOn) {
  std::vector<tt::Tensor> results[2];
  for (const tt::Device device : {cpu, gpu}) {
    tt::manual_seed(9);
    const tt::DeviceScope on(device);
    tt::lowlevel::Graph graph;
    const tt::Tensor x = graph.placeholder("x", tt::float32, {50});
    const tt::Tensor y = tt::dropout(x) + tt::rand_like(x);
    tt::lowlevel::Session session(graph);
    auto step = session.make_callable({x}, {y});
    for (int i = 0; i < 4; ++i) {
      results[device == gpu].push_back(step(tt::ones({50}))[0].to(cpu));
      EXPECT_EQ(step.report().captured, device == gpu && i > 0) << step.report().capture_reason;
    }
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(tt::array_equal(results[0][i], results[1][i])) << i;
  EXPECT_FALSE(tt::array_equal(results[0][0], results[0][1]));
}

TEST_F(CudaRandom, WhatCannotBeDrawnIsAnErrorWhenTheDeviceIsWaitedFor) {
  EXPECT_BAD("[bernoulli] a probability is outside of [0, 1]: 1.500000 at element 1, found on cuda:0",
             tt::bernoulli(tt::tensor({0.5f, 1.5f}).to(gpu)).to(cpu));
  EXPECT_BAD("[multinomial] a weight is negative or not finite: -1.000000, found on cuda:0",
             tt::multinomial(tt::tensor({0.5f, -1.0f}).to(gpu), 1).to(cpu));
  EXPECT_BAD("[multinomial] there are too few positive weights: 2 samples, 1 positive weights, found on cuda:0",
             tt::multinomial(tt::tensor({0.5f, 0.0f}).to(gpu), 2).to(cpu));
}

}  // namespace
