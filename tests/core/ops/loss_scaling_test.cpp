// Loss scaling: values against PyTorch's _amp_foreach_non_finite_check_and_unscale_ and _amp_update_scale_, which tell
// what they do in a few numbers; and updates that are skipped, on the tape and in graphs.
#include "triptych/core/ops/loss_scaling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "triptych/core/autocast.h"
#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

using tt::Tensor;
using Tensors = std::vector<Tensor>;
using Floats = std::vector<float>;

constexpr float infinity = std::numeric_limits<float>::infinity();

Tensor flag(float value) { return tt::full({}, value); }
Floats floats(const Tensor& x) { return x.to_vector<float>(); }

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return "";
}

TEST(Unscale, MultipliesEveryGradientInItsDtype) {
  for (const tt::DType dtype : {tt::float32, tt::float64, tt::float16, tt::bfloat16}) {
    const Tensor g = tt::cast(tt::tensor({3.0, -1.5, 0.1}), dtype);
    const auto [gradients, found_inf] = tt::amp_check_finite_and_unscale(Tensors{g, tt::ones({2, 2})}, flag(0.125));
    EXPECT_EQ(gradients[0].dtype(), dtype);
    EXPECT_EQ(floats(gradients[0]), floats(g * 0.125));
    EXPECT_EQ(floats(gradients[1]), Floats(4, 0.125));
    EXPECT_EQ(found_inf.dtype(), tt::float32);
    EXPECT_EQ(found_inf.shape(), tt::Shape());
    EXPECT_EQ(found_inf.item<float>(), 0);
    EXPECT_EQ(floats(g), floats(g * 1)) << "what was given stays";
  }
}

TEST(Unscale, FindsWhatIsNotFiniteAnywhere) {
  for (const tt::DType dtype : {tt::float32, tt::float64, tt::float16, tt::bfloat16})
    for (const float bad : {infinity, -infinity, std::nanf("")})
      for (const std::int64_t size : {1, 7, 1000, 100003})
        for (const std::int64_t place : {std::int64_t{0}, size / 2, size - 1}) {
          Tensor g = tt::zeros({size}, dtype);
          g.set(place, tt::full({}, bad, dtype));
          const Tensor fine = tt::ones({size}, dtype), empty = tt::ones({0}, dtype);
          EXPECT_EQ(tt::amp_check_finite_and_unscale(Tensors{fine, empty, g}, flag(2)).found_inf.item<float>(), 1);
          EXPECT_EQ(tt::amp_check_finite_and_unscale(Tensors{fine, empty}, flag(2)).found_inf.item<float>(), 0);
        }
  // What overflows by the scale was finite.
  EXPECT_EQ(tt::amp_check_finite_and_unscale(Tensors{tt::full({2}, 1e30)}, flag(1e30F)).found_inf.item<float>(), 0);
}

TEST(Unscale, TakesNoGradientsAndRefusesOthers) {
  const auto none = tt::amp_check_finite_and_unscale({}, flag(0.5));
  EXPECT_TRUE(none.gradients.empty());
  EXPECT_EQ(none.found_inf.item<float>(), 0);
  EXPECT_TRUE(refusal([] {
                tt::amp_check_finite_and_unscale(Tensors{tt::tensor({1})}, flag(1));
              }).starts_with("[amp_check_finite_and_unscale] a gradient is not floating-point: "));
  EXPECT_TRUE(refusal([] {
                tt::amp_check_finite_and_unscale({}, tt::ones({1}));
              }).starts_with("[amp_check_finite_and_unscale] inv_scale is not a 0-d float32 tensor: "));
  EXPECT_TRUE(refusal([] {
                tt::amp_check_finite_and_unscale(Tensors{Tensor()}, flag(1));
              }).starts_with("[amp_check_finite_and_unscale] an input is undefined"));
}

TEST(UpdateScale, GrowsAndBacksOff) {
  for (const tt::DType dtype : {tt::int32, tt::int64}) {
    const Tensor scale = flag(8), tracker = tt::zeros({}, dtype);
    const tt::AmpUpdateScale every_third{.growth_factor = 4, .backoff_factor = 0.25, .growth_interval = 3};
    // torch._amp_update_scale_(scale, tracker, found_inf, 4, 0.25, 3)
    const float found[] = {0, 0, 0, 0, 1, 0, 0, 0, 1, 1}, scales[] = {8, 8, 32, 32, 8, 8, 8, 32, 8, 2};
    const int trackers[] = {1, 2, 0, 1, 0, 1, 2, 0, 0, 0};
    for (std::size_t i = 0; i < 10; ++i) {
      tt::amp_update_scale(scale, tracker, flag(found[i]), every_third);
      EXPECT_EQ(scale.item<float>(), scales[i]) << i;
      EXPECT_EQ(tracker.item<int>(), trackers[i]) << i;
    }
  }
  // It does not grow to infinity.
  const Tensor scale = flag(3e38F), tracker = tt::zeros({}, tt::int32);
  tt::amp_update_scale(scale, tracker, flag(0), {.growth_interval = 1});
  EXPECT_EQ(scale.item<float>(), 3e38F);
  EXPECT_EQ(tracker.item<int>(), 0);
}

TEST(UpdateScale, RefusesWhatIsNoScale) {
  const Tensor scale = flag(8), tracker = tt::zeros({}, tt::int32);
  EXPECT_TRUE(refusal([&] {
                tt::amp_update_scale(tt::ones({1}), tracker, flag(0));
              }).starts_with("[amp_update_scale] scale and found_inf are not 0-d float32 tensors: "));
  EXPECT_TRUE(refusal([&] {
                tt::amp_update_scale(scale, flag(0), flag(0));
              }).starts_with("[amp_update_scale] the growth tracker is not a 0-d int32 or int64 tensor: "));
  EXPECT_TRUE(refusal([&] {
                tt::amp_update_scale(scale, tracker, flag(0), {.growth_interval = 0});
              }).starts_with("[amp_update_scale] growth_interval is not positive: 0."));
  EXPECT_TRUE(refusal([&] {
                tt::amp_update_scale(scale, tracker, flag(0), {.growth_factor = -2});
              }).starts_with("[amp_update_scale] growth_factor is not positive, or not finite: -2"));
  EXPECT_TRUE(refusal([&] {
                tt::amp_update_scale(scale, tracker, scale);
              }).starts_with("[amp_update_scale] a tensor that is written to is given twice: "));
}

/// All updates, on two parameters.
struct Updated {
  Tensors p{tt::full({5}, 1.0), tt::full({70000}, 2.0)}, g{tt::full({5}, 0.5), tt::full({70000}, 0.25)},
      a = zeros(), b = zeros(), c = zeros();
  Tensors t{tt::zeros({}, tt::int64), tt::zeros({}, tt::int64)};

  static Tensors zeros() { return {tt::zeros({5}), tt::zeros({70000})}; }
  void update(int which) const {
    const Tensor rate = tt::full({}, 0.1, tt::float64);
    if (which == 0) tt::sgd_update(rate, p, g, {.weight_decay = 0.5});
    if (which == 1) tt::momentum_update(rate, p, g, a, t, {.momentum = 0.9});
    if (which == 2) tt::adam_update(rate, p, g, a, b, t);
    if (which == 3) tt::adam_update(rate, p, g, a, b, t, {}, c);
  }
  std::vector<Floats> all() const {
    std::vector<Floats> result;
    for (const Tensors* list : {&p, &a, &b, &c, &t})
      for (const Tensor& x : *list) result.push_back(floats(x));
    return result;
  }
};

TEST(SkipUpdates, ChangesNothingWhereSomethingWasFound) {
  for (int which = 0; which < 4; ++which) {
    Updated plain, skipped, passed;
    const std::vector<Floats> before = skipped.all();
    plain.update(which);
    {
      const tt::SkipUpdates skip(flag(1));
      skipped.update(which);
      const tt::SkipUpdates go(flag(0));  // the innermost counts
      passed.update(which);
    }
    EXPECT_EQ(skipped.all(), before) << which;
    EXPECT_EQ(passed.all(), plain.all()) << which;
    EXPECT_NE(plain.all(), before) << which;
    skipped.update(which);  // the scope has ended
    EXPECT_EQ(skipped.all(), plain.all()) << which;
  }
  EXPECT_TRUE(refusal([] {
                const tt::SkipUpdates skip(tt::ones({2}));
              }).starts_with("[SkipUpdates] found_inf is not a 0-d float32 tensor: float32 (2,)."));
}

TEST(LossScaling, AnOptimizersStep) {
  Tensor w = tt::tensor({1.0, 2.0}).clone().set_requires_grad();
  tt::eager::optim::SGD optimizer({w}, {.lr = 1, .momentum = 0.5});
  const Tensor scale = flag(1024), tracker = tt::zeros({}, tt::int32);
  const auto step = [&](float factor) {
    w.set_grad({});
    tt::sum(w * factor * scale).backward();
    const auto [gradients, found_inf] = tt::amp_check_finite_and_unscale(Tensors{w.grad()}, 1 / scale);
    w.set_grad(gradients[0]);
    {
      const tt::SkipUpdates skip(found_inf);
      optimizer.step();
    }
    tt::amp_update_scale(scale, tracker, found_inf, {.growth_interval = 2});
  };
  step(0.5);
  EXPECT_EQ(floats(w), (Floats{0.5, 1.5}));
  step(1e38F);
  EXPECT_EQ(floats(w), (Floats{0.5, 1.5}));
  EXPECT_EQ(scale.item<float>(), 512);
  step(0.25);
  EXPECT_EQ(floats(w), (Floats{0, 1}));  // the momentum is that of the first step
  step(0.25);
  EXPECT_EQ(scale.item<float>(), 1024);
}

TEST(LossScaling, AStepOfAGraphWaitsForNothing) {
  tf::Graph graph;
  const auto filled = [](double value) {
    return [value](const tt::Shape& shape, tt::DType dtype) { return tt::full(shape, value, dtype); };
  };
  const tf::Variable w = graph.variable("w", {2}, filled(1)), scale = graph.variable("scale", {}, filled(1024)),
                     tracker = graph.variable("tracker", {}, filled(0), {.dtype = tt::int64, .trainable = false});
  const Tensor x = graph.placeholder("x", tt::float32, {2});
  Tensor loss;
  {
    const tt::Autocast scope(tt::float16);
    loss = tt::sum(tt::matmul(x, w)) * scale;
  }
  const Tensors scaled = tf::gradients({loss}, {w});
  const auto [gradients, found_inf] = tt::amp_check_finite_and_unscale(scaled, 1 / scale);
  tf::GradientDescent optimizer(0.5);
  Tensor train;
  {
    const tt::SkipUpdates skip(found_inf);
    train = optimizer.apply_gradients({{gradients[0], w}});
  }
  EXPECT_EQ(found_inf.dtype(), tt::float32);
  for (const bool compiled : {true, false}) {
    const tf::Session session(graph, {.compile = compiled});
    session.run(graph.initializer());
    session.run(train, {{x, tt::tensor({0.5, 0.25})}});
    EXPECT_EQ(floats(session.run(w)), (Floats{0.75, 0.875}));
    // 70000 is infinite in float16.
    EXPECT_EQ(session.run(found_inf, {{x, tt::tensor({70000.0, 0.25})}}).item<float>(), 1);
    session.run(train, {{x, tt::tensor({70000.0, 0.25})}});
    EXPECT_EQ(floats(session.run(w)), (Floats{0.75, 0.875}));
  }
}

}  // namespace
