// Tensors, recorded computations and graphs on a GPU (as a rule the emulated one), beside what their ops compute.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "../bad_input.h"
#include "gpu.h"
#include "triptych/core/debugging.h"
#include "triptych/core/memory.h"
#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
using testing::ElementsAre;

class CudaTensors : public OnGpu {};
class CudaGraphs : public OnGpu {};
class CudaDevices : public OnGpu {};

TEST_F(CudaTensors, MoveThereAndBack) {
  const tt::Tensor x = tt::tensor({{1, 2}, {3, 4}});
  const tt::Tensor there = x.to(gpu);
  EXPECT_EQ(there.device(), gpu);
  EXPECT_EQ(there.shape(), x.shape());
  EXPECT_TRUE(there.to(gpu).is_same(there));
  EXPECT_THAT(there.to(cpu).to_vector<int>(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(x.t().to(gpu).to_vector<int>(), ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(there.t().to(cpu).to_vector<int>(), ElementsAre(1, 3, 2, 4));
}

// Whatever reads values copies them; what hands out a pointer says what to do.
TEST_F(CudaTensors, Reading) {
  const tt::Tensor there = tt::tensor({1.5f, 2.5f}).to(gpu);
  EXPECT_EQ(there.text(), "[1.5 2.5]");
  EXPECT_EQ(there[1].item<float>(), 2.5f);
  EXPECT_TRUE(tt::array_equal(there, tt::tensor({1.5f, 2.5f})));
  EXPECT_BAD("[data] the values are not in the CPU's memory: float32 (2,) on cuda:0", there.data<float>());
}

// CUDA's own conversion would saturate: here a number is cut as it is on the CPU.
TEST_F(CudaTensors, CastsBeyondARangeAreTheCpus) {
  const tt::Tensor x = tt::tensor({300.0, -1.5, 1e10, std::nan(""), 2147483648.0, -HUGE_VAL, HUGE_VAL, 1e20});
  for (tt::DType from : {tt::float64, tt::float32, tt::float16, tt::bfloat16})
    for (tt::DType to : {tt::int64, tt::int32, tt::int8, tt::uint8}) {
      const tt::Tensor floating = tt::cast(x, from);
      EXPECT_TRUE(tt::array_equal(tt::cast(floating.to(gpu), to).to(cpu), tt::cast(floating, to))) << from << to;
    }
}

TEST_F(CudaTensors, MixedDevicesAreAnError) {
  const tt::Tensor here = tt::ones({2}), there = here.to(gpu);
  EXPECT_BAD("[add] operands are on different devices: (2,) on cuda:0, (2,) on cpu. Move one with to(device)",
             there + here);
}

TEST_F(CudaTensors, GradientsCrossDevices) {
  tt::Tensor x = tt::tensor({1.0f, 2.0f}).set_requires_grad();
  const tt::Tensor there = x.to(gpu) * 3;
  there.backward(tt::ones({2}).to(gpu));
  EXPECT_EQ(x.grad().device(), cpu);
  EXPECT_THAT(x.grad().to_vector<float>(), ElementsAre(3, 3));
}

TEST_F(CudaTensors, AViewIsNotWrittenToWhileItsBaseLives) {
  tt::Tensor x = tt::tensor({{1.0f, 2.0f}, {3.0f, 4.0f}}).to(gpu);
  tt::Tensor row = x[0], same = tt::identity(x);
  EXPECT_BAD("[fill_] a view cannot be written to", row.fill_(5));
  same.fill_(0);
  EXPECT_THAT(x.to_vector<float>(), ElementsAre(1, 2, 3, 4));
  x.reset();
  row.fill_(5);
  EXPECT_THAT(row.to_vector<float>(), ElementsAre(5, 5));
}

TEST_F(CudaTensors, GradientsAreTensorsOfTheirOwn) {
  tt::Tensor w = tt::ones({2}).to(gpu).set_requires_grad(), d = tt::ones({2}).to(gpu).set_requires_grad();
  const tt::Tensor seed = tt::ones({2}).to(gpu);
  (w + d).backward(seed);
  tt::Tensor g = w.grad();
  g.mul_(0.5);
  EXPECT_THAT(d.grad().to_vector<float>(), ElementsAre(1, 1));
  EXPECT_THAT(seed.to_vector<float>(), ElementsAre(1, 1));
}

TEST_F(CudaTensors, WritesAreSeenByNoView) {
  tt::Tensor x = tt::tensor({{1.0f, 2.0f}, {3.0f, 4.0f}}).to(gpu);
  const tt::Tensor view = x.t();
  x.add_(1);
  EXPECT_THAT(x.to_vector<float>(), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(view.to_vector<float>(), ElementsAre(1, 3, 2, 4));
  x.copy_(tt::zeros({2, 2}));
  EXPECT_EQ(x.device(), gpu);
  EXPECT_THAT(x.to_vector<float>(), ElementsAre(0, 0, 0, 0));
}

TEST_F(CudaTensors, AScopeMakesThingsThere) {
  {
    const tt::DeviceScope scope(gpu);
    EXPECT_EQ(tt::tensor({1, 2}).device(), gpu);
    EXPECT_EQ(tt::empty({2}).device(), gpu);
    const tt::DeviceScope back(cpu);
    EXPECT_EQ(tt::zeros({2}).device(), cpu);
  }
  EXPECT_EQ(tt::tensor({1, 2}).device(), cpu);
}

TEST_F(CudaTensors, LoadersMadeInAScopeGiveTheirBatchesThere) {
  const tt::data::TensorDataset numbers(tt::tensor({1.0f, 2.0f, 3.0f}), {});
  for (const int workers : {0, 1}) {
    const auto scope = std::make_unique<tt::DeviceScope>(gpu);
    tt::data::DataLoader loader(numbers, {.batch_size = 2, .num_workers = workers});
    const tt::DeviceScope outside(cpu);
    std::vector<float> seen;
    for (const auto& [x, y] : loader) {
      EXPECT_EQ(x.device(), gpu);
      for (const float value : x.to_vector<float>()) seen.push_back(value);
    }
    EXPECT_THAT(seen, ElementsAre(1, 2, 3));
  }
}

TEST_F(CudaGraphs, PlacedNodesAndFeeds) {
  tt::lowlevel::Graph graph;
  tt::Tensor x, y;
  {
    const tt::DeviceScope scope(gpu);
    x = graph.placeholder("x", tt::float32, {tt::unknown});
    y = (x + 1) * x;
  }
  EXPECT_EQ(y.device(), gpu);
  tt::lowlevel::Session session(graph);
  const tt::Tensor result = session.run(y, {{x, tt::tensor({1.0f, 2.0f})}});
  EXPECT_EQ(result.device(), gpu);
  EXPECT_THAT(result.to_vector<float>(), ElementsAre(2, 6));
}

TEST_F(CudaGraphs, OperandsFromElsewhereAreCopiedInAScope) {
  tt::lowlevel::Graph graph;
  const tt::Tensor x = graph.placeholder("x", tt::float32, {2});
  tt::Tensor y;
  {
    const tt::DeviceScope scope(gpu);
    y = x + x;
  }
  EXPECT_EQ(x.device(), cpu);
  EXPECT_EQ(y.device(), gpu);
  EXPECT_BAD("[mul] operands are on different devices", x * y);
  const tt::Tensor gradient = tt::lowlevel::gradients(y, {x})[0];
  EXPECT_EQ(gradient.device(), cpu);
  tt::lowlevel::Session session(graph);
  EXPECT_THAT(session.run(y, {{x, tt::tensor({1.0f, 2.0f})}}).to_vector<float>(), ElementsAre(2, 4));
}

TEST_F(CudaGraphs, Variables) {
  tt::lowlevel::Graph graph;
  const auto scope = std::make_unique<tt::DeviceScope>(gpu);
  const tt::lowlevel::Variable v = graph.variable("v", tt::tensor({1.0f, 2.0f}));
  const tt::Tensor step = v.assign_add(v + 1);
  tt::lowlevel::Session session(graph);
  session.run(graph.initializer());
  session.run(step);
  EXPECT_EQ(session.value(v).device(), gpu);
  EXPECT_THAT(session.value(v).to_vector<float>(), ElementsAre(3, 5));
}

// A step is run once, then captured, then replayed; what it gives does not depend on that.
TEST_F(CudaGraphs, StepsAreCaptured) {
  tt::lowlevel::Graph graph;
  const auto scope = std::make_unique<tt::DeviceScope>(gpu);
  const tt::Tensor x = graph.placeholder("x", tt::float32, {2});
  const tt::lowlevel::Variable v = graph.variable("v", tt::tensor({0.0f, 0.0f}));
  const tt::Tensor added = v.assign_add((x + x.t()) * x), y = (x + 1) * x;
  tt::lowlevel::Session session(graph);
  session.run(graph.initializer());
  auto step = session.make_callable({x}, {y, added});
  std::vector<tt::Tensor> results;
  for (int i = 1; i <= 5; ++i) {
    results.push_back(step(tt::tensor({float(i), 0.5f}))[0]);
    EXPECT_EQ(step.report().captured, i >= 2) << step.report().capture_reason;
  }
  for (int i = 1; i <= 5; ++i)  // each result is its own, though the step has one place for them
    EXPECT_THAT(results[std::size_t(i - 1)].to_vector<float>(), ElementsAre(float(i * (i + 1)), 0.75f)) << i;
  EXPECT_THAT(session.value(v).to_vector<float>(), ElementsAre(2 * (1 + 4 + 9 + 16 + 25), 2.5f));

  session.set_value(v, tt::tensor({1.0f, 1.0f}));
  step(tt::tensor({1.0f, 0.0f}));
  EXPECT_TRUE(step.report().captured);
  EXPECT_THAT(session.value(v).to_vector<float>(), ElementsAre(3, 1));

  // Timed, a replay is one kernel; one that would have to be captured is run op by op.
  tt::set_kernel_timing(true);
  const tt::Tensor feed = tt::tensor({1.0f, 0.0f});
  const tt::Statistics before = tt::statistics();
  step(feed);
  EXPECT_EQ(tt::statistics().kernel_launches, before.kernel_launches + 1);
  EXPECT_GT(tt::statistics().kernel_nanoseconds, before.kernel_nanoseconds);
  session.set_value(v, tt::tensor({1.0f, 1.0f}));
  step(tt::tensor({1.0f, 0.0f}));
  tt::set_kernel_timing(false);
  EXPECT_THAT(session.value(v).to_vector<float>(), ElementsAre(3, 1));
  EXPECT_TRUE(step.report().captured) << step.report().capture_reason;
}

// A replayed step tells nothing of what happens within: while the check is on, each kernel is launched by itself.
TEST_F(CudaGraphs, CheckNumericsLooksIntoCapturedSteps) {
  tt::lowlevel::Graph graph;
  const auto scope = std::make_unique<tt::DeviceScope>(gpu);
  const tt::Tensor x = graph.placeholder("x", tt::float32, {2});
  const tt::Tensor y = tt::log(x) * x;
  tt::lowlevel::Session session(graph);
  auto step = session.make_callable({x}, {y});
  const tt::Tensor good = tt::tensor({1.0f, 2.0f}), bad = tt::tensor({1.0f, -2.0f});
  for (int i = 0; i < 3; ++i) step(good);
  ASSERT_TRUE(step.report().captured);
  EXPECT_NO_THROW(step(bad)) << "not switched on";
  tt::enable_check_numerics();
  EXPECT_NO_THROW(step(good));
  EXPECT_THAT([&] { step(bad); }, testing::ThrowsMessage<tt::ArgumentError>(
                                      testing::HasSubstr("[log] a result is not finite: NaN in output 0")));
  EXPECT_BAD("[sqrt] a result is not finite: NaN in output 0, float32 (2,)", tt::sqrt(bad.to(gpu)));
  tt::disable_check_numerics();
  EXPECT_NO_THROW(step(bad));
}

// The emulated device has no run-time compiler unless it is told of one, as fused_elementwise_test does.
TEST_F(CudaGraphs, WithoutARunTimeCompilerEachOpIsAKernel) {
  tt::lowlevel::Graph graph;
  const tt::DeviceScope scope(gpu);
  const tt::Tensor x = graph.placeholder("x", tt::float32, {2}), y = (x + 1) * x;
  tt::lowlevel::Session session(graph);
  auto step = session.make_callable({x}, {y});
  EXPECT_THAT(step(tt::tensor({2.0f, 3.0f}))[0].to_vector<float>(), ElementsAre(6, 12));
  const tt::StepReport report = step.report();
  for (const tt::PassReport& pass : report.passes) {
    if (pass.name != "fuse_elementwise") continue;
    if (tt::devices()[1].name != "Triptych emulated GPU") GTEST_SKIP() << "a GPU: " << pass.reason;
    EXPECT_THAT(pass.reason, testing::HasSubstr("the emulated device has no run-time compiler"));
    EXPECT_EQ(pass.rewrites, 0);
    EXPECT_EQ(report.kernel_calls, 2);
    return;
  }
  FAIL() << "no such pass";
}

TEST_F(CudaGraphs, AStepWithTheHostInItIsNotCaptured) {
  tt::lowlevel::Graph graph;
  const tt::Tensor x = graph.placeholder("x", tt::float32, {2});
  const tt::Tensor y = x.to(gpu) + x.to(gpu);
  tt::lowlevel::Session session(graph);
  auto step = session.make_callable({x}, {y});
  for (int i = 0; i < 3; ++i) EXPECT_THAT(step(tt::tensor({1.0f, 1.0f}))[0].to_vector<float>(), ElementsAre(2, 2));
  EXPECT_FALSE(step.report().captured);
  EXPECT_EQ(step.report().capture_reason, "it runs on several devices");
}

TEST_F(CudaDevices, MemoryIsCountedAndLimited) {
  const std::int64_t before = tt::statistics(gpu).bytes_in_use;
  const tt::Tensor kept = tt::tensor({1.0f, 2.0f}).to(gpu);
  EXPECT_GT(tt::statistics(gpu).bytes_in_use, before);
  tt::set_memory_limit(1 << 16, gpu);
  EXPECT_UNSUPPORTED("[memory] out of memory on cuda:0: asked for 4000000 bytes",
                     tt::Tensor(kept).expand({500000, 2}).contiguous());
  tt::set_memory_limit(0, gpu);
  EXPECT_EQ(kept.expand({500000, 2}).contiguous().numel(), 1000000);
}

// A step that runs out of memory after its first write changes nothing, compiled or not, and the session works on.
TEST_F(CudaGraphs, RunningOutOfMemory) {
  tt::lowlevel::Graph graph;
  const auto scope = std::make_unique<tt::DeviceScope>(gpu);
  const tt::Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  const tt::lowlevel::Variable v = graph.variable("v", tt::tensor({1.0f}));
  const tt::Tensor added = v.assign_add(1), table = x.unsqueeze(0) + x.unsqueeze(1);
  for (const bool compile : {true, false}) {
    tt::lowlevel::Session session(graph, {.compile = compile});
    session.run(graph.initializer());
    const tt::Tensor large = tt::Tensor(tt::tensor({2.0f})).expand({1000});
    tt::set_memory_limit(tt::statistics(gpu).bytes_in_use + (1 << 20), gpu);
    EXPECT_THROW(session.run({added, table}, {{x, large}}), tt::UnsupportedError);
    EXPECT_THAT(session.value(v).to_vector<float>(), ElementsAre(1));
    session.run({added, table}, {{x, tt::tensor({2.0f})}});
    tt::set_memory_limit(0, gpu);
    session.run({added, table}, {{x, large}});
    EXPECT_THAT(session.value(v).to_vector<float>(), ElementsAre(3));
  }
}

/// An op that only the CPU can do.
const tt::Op halves_op{.name = "halves",
                       .inputs = 1,
                       .infer =
                           [](tt::Infer& infer) {
                             for (const int i : {0, 1}) infer.output(i, infer.shape(0), infer.dtype(0));
                           },
                       .gradient = [](tt::Gradient& g) { g.set(0, g.upstream(0) * 0.5f); }};
const tt::Kernel halves_kernel{.run = [](const tt::KernelCall& call) {
  for (std::int64_t i = 0; i < call.outputs[0].size(); ++i)
    for (const std::size_t k : {0, 1})
      call.outputs[k].as<float>()[i] = call.inputs[0].as<const float>()[i] * (k == 0 ? 0.5f : 0.25f);
}};

TEST_F(CudaGraphs, SoftPlacement) {
  static const bool registered = [] {
    tt::register_op(halves_op);
    tt::register_kernel(halves_op, tt::Device::Type::cpu, halves_kernel);
    return true;
  }();
  ASSERT_TRUE(registered);
  tt::lowlevel::Graph graph;
  const tt::DeviceScope scope(gpu);
  const tt::Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  const tt::lowlevel::Variable w = graph.variable("w", tt::tensor({2.0f, 4.0f}));
  const tt::Tensor xw = x * w;
  const tt::Arg product(xw);
  const tt::Arg* const inputs[] = {&product};
  tt::Tensor parts[2];
  tt::apply(halves_op, inputs, nullptr, parts, tt::Location::here());
  const tt::Tensor y = parts[0] + parts[1] * 2;
  const tt::Tensor gradient = tt::lowlevel::gradients(parts[0], w)[0];
  EXPECT_EQ(parts[1].device(), gpu);
  const std::vector<tt::lowlevel::Feed> feeds{{x, tt::tensor({3.0f, 5.0f})}};
  for (const bool compile : {true, false}) {
    const tt::lowlevel::Session hard(graph, {.compile = compile});
    hard.run(graph.initializer());
    EXPECT_THAT([&] { hard.run(y, feeds); }, testing::ThrowsMessage<tt::UnsupportedError>(testing::StartsWith(
                                                 "[halves] the op has no kernel for this device: cuda")));
    const tt::lowlevel::Session soft(graph,
                                     {.compile = compile, .allow_soft_placement = true, .log_device_placement = true});
    testing::internal::CaptureStderr();
    soft.run(graph.initializer());
    const auto results = soft.run({y, parts[1], gradient}, feeds);
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_THAT(results[0].to_vector<float>(), ElementsAre(6, 20));
    EXPECT_EQ(results[0].device(), gpu);
    EXPECT_THAT(results[1].to_vector<float>(), ElementsAre(1.5f, 5));
    EXPECT_EQ(results[1].device(), gpu);
    EXPECT_THAT(results[2].to_vector<float>(), ElementsAre(1.5f, 2.5f));
    EXPECT_NE(log.find("halves: (halves): cpu, there is no kernel for cuda:0\n"), std::string::npos) << log;
    const auto step = soft.make_callable({x}, {y});
    step(tt::tensor({3.0f, 5.0f}));
    if (!compile) continue;
    const tt::StepReport report = step.report();
    EXPECT_TRUE(report.compiled);
    EXPECT_EQ(report.passes[0].name, "soft_placement");
    EXPECT_THAT(report.passes[0].changes,
                ElementsAre("'halves' (halves) runs on the CPU: there is no kernel for cuda:0"));
    for (std::size_t i = 1; i < report.passes.size(); ++i)
      for (const std::string& change : report.passes[i].changes)
        EXPECT_EQ(change.find("halves"), std::string::npos) << change;
  }
}

TEST_F(CudaDevices, AreListed) {
  const std::vector<tt::DeviceInfo> all = tt::devices();
  ASSERT_GE(all.size(), 2u);
  EXPECT_EQ(all[0].device, cpu);
  EXPECT_EQ(all[1].device, gpu);
  EXPECT_GT(all[1].total_bytes, 0u);
  EXPECT_EQ(tt::Device::from_text("cuda"), gpu);
  EXPECT_EQ(tt::Device::from_text("cuda:0"), gpu);
  EXPECT_BAD("[device] there is no CUDA device of this number", tt::Device::cuda(100));
}

}  // namespace
