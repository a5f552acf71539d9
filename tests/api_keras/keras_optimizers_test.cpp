// Keras's optimizers over 100 steps and its schedules against Keras's numbers; in both engines of fit; what they
// refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "api_eager/eager_testing.h"
#include "files.h"
#include "optimizer_runs.h"
#include "triptych/core/ops.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace schedules = keras::optimizers::schedules;
using namespace keras::optimizers;
using tt::Tensor;

namespace {

const OptimizerRuns& runs() {
  static const OptimizerRuns all(TRIPTYCH_SOURCE_DIR "/tests/references/optimizer_runs_keras.safetensors");
  return all;
}

constexpr double rate = 0.03125;

/// Of some Python numbers Keras makes float32 tensors, hence the tolerance.
void expect_keras(const std::string& name, const keras::Optimizer& optimizer, double tolerance = 5e-6,
                  bool halved = true, bool exclude = false) {
  SCOPED_TRACE(name);
  const std::vector<Tensor> p{runs().start("a"), runs().start("b")};
  if (exclude) optimizer.exclude_from_weight_decay({p[1]});
  for (std::int64_t t = 1; t <= runs().steps(); ++t) {
    if (halved && t == 50) optimizer.set_learning_rate(rate / 2);
    const std::vector<Tensor> g{runs().gradient("a", t), runs().gradient("b", t)};
    optimizer.apply(g, p);
    runs().expect(name + ".a", t, p[0], tolerance);
    runs().expect(name + ".b", t, p[1], tolerance);
  }
}

/// A model of one weight matrix and a bias, trained for two epochs.
std::vector<float> trained(const keras::Optimizer& optimizer, bool eagerly) {
  keras::utils::set_random_seed(3);
  keras::Model model = keras::Sequential({keras::layers::Dense(3, {.activation = "tanh"}), keras::layers::Dense(1)});
  model.compile({.optimizer = optimizer, .loss = "mean_squared_error", .run_eagerly = eagerly});
  std::vector<float> x(32 * 4), y(32);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i));
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[4 * i] - x[4 * i + 1];
  model.fit(tt::tensor<float>(x, {32, 4}), tt::tensor<float>(y, {32, 1}),
            {.batch_size = 8, .epochs = 2, .verbose = 0, .shuffle = false});
  std::vector<float> all;
  for (const Tensor& weight : model.get_weights())
    for (const float value : weight.to_vector<float>()) all.push_back(value);
  return all;
}

}  // namespace

TEST(KerasOptimizers, RulesEqualKeras) {
  expect_keras("rmsprop", RMSprop(rate));
  expect_keras(
      "rmsprop_all",
      RMSprop(rate, {.rho = 0.75, .momentum = 0.5, .centered = true, .weight_decay = 0.125, .clipvalue = 0.5}));
  expect_keras("adadelta", Adadelta(rate, {.weight_decay = 0.125}));
  expect_keras("adagrad", Adagrad(rate, {.initial_accumulator_value = 0.25, .epsilon = 0x1p-10}));
  expect_keras("adamax", Adamax(rate, {.weight_decay = 0.125}));
  expect_keras("adafactor", Adafactor(rate, {.weight_decay = 0.125}));
  expect_keras("nadam", Nadam(rate, {.weight_decay = 0.125}));
  expect_keras("ftrl", Ftrl(rate, {.l1_regularization_strength = 0.125,
                                   .l2_regularization_strength = 0.25,
                                   .l2_shrinkage_regularization_strength = 0.125,
                                   .beta = 0.5}));
  expect_keras("ftrl_power", Ftrl(rate, {.learning_rate_power = -0.25, .weight_decay = 0.125}));
  expect_keras("lion", Lion(rate, {.weight_decay = 0.125}));
  expect_keras("lamb", Lamb(rate, {.weight_decay = 0.125}));
  expect_keras("muon", Muon(rate));
  expect_keras("muon_plain", Muon(rate, {.adam_weight_decay = 0.25,
                                         .weight_decay = 0.125,
                                         .adam_lr_ratio = 0.5,
                                         .nesterov = false,
                                         .rms_rate = std::nullopt}));
}

// As it is published, and computed with JAX below Keras. With TensorFlow Keras reads the momentum after it has changed
// it in place (3.15.1).
TEST(KerasOptimizers, ScheduleFreeAdamWFollowsItsPaper) {
  const Tensor p = runs().start("b");
  const keras::Optimizer optimizer = ScheduleFreeAdamW(rate, {.warmup_steps = 10, .weight_decay = 0.125});
  std::vector<double> x = p.to_vector<double>(), y = x, z = x, v(x.size());
  for (std::int64_t t = 1; t <= 50; ++t) {
    const Tensor g = runs().gradient("b", t);
    optimizer.apply(std::vector<Tensor>{g}, std::vector<Tensor>{p});
    const double now = rate * std::min(static_cast<double>(t) / 10, 1.0);
    const std::vector<double> slope = g.to_vector<double>(), given = p.to_vector<double>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      y[i] -= y[i] * 0.125 * rate;
      x[i] = (y[i] - 0.1 * z[i]) / 0.9;
      v[i] += 0.001 * (slope[i] * slope[i] - v[i]);
      z[i] -= now * slope[i] / (std::sqrt(v[i] / (1 - std::pow(0.999, t))) + 1e-8);
      x[i] += (z[i] - x[i]) / static_cast<double>(t);
      y[i] = 0.1 * z[i] + 0.9 * x[i];
      ASSERT_NEAR(given[i], y[i], 1e-10) << "step " << t;
    }
  }
}

TEST(KerasOptimizers, WhatAllOfThemHaveEqualsKeras) {
  expect_keras(
      "sgd_ema",
      SGD(rate,
          {.momentum = 0.875, .nesterov = true, .use_ema = true, .ema_momentum = 0.75, .ema_overwrite_frequency = 10}));
  expect_keras("sgd_clipnorm", SGD(rate, {.weight_decay = 0.125, .clipnorm = 1.0}));
  expect_keras("adam_global", Adam(rate, {.amsgrad = true, .global_clipnorm = 2.0}));
  expect_keras("adam_accumulated", Adam(rate, {.weight_decay = 0.125, .gradient_accumulation_steps = 3}));
  expect_keras("nadam_accumulated", Nadam(rate, {.gradient_accumulation_steps = 4}));
  expect_keras("adamw_excluded", AdamW(rate, {.weight_decay = 0.25}), 5e-6, true, true);
  expect_keras("lossscale", SGD(rate, {.momentum = 0.5, .loss_scale_factor = 8.0}));
  expect_keras("adam_exponential", Adam(schedules::ExponentialDecay(0.125, 20, 0.5)), 5e-6, false);
  expect_keras("sgd_cosine",
               SGD(schedules::CosineDecay(0.0, 60, {.alpha = 0.125, .warmup_target = 0.5, .warmup_steps = 20}),
                   {.momentum = 0.5}),
               5e-6, false);
}

TEST(KerasOptimizers, SchedulesEqualKeras) {
  const auto expect = [&](const char* name, const schedules::LearningRateSchedule& schedule) {
    const std::vector<double> expected = runs().values(std::string("lr.") + name);
    for (int t = 0; t < 40; ++t) EXPECT_NEAR(schedule(t), expected[static_cast<std::size_t>(t)], 1e-6) << name << t;
  };
  expect("exponential", schedules::ExponentialDecay(0.5, 7, 0.75));
  expect("exponential_stairs", schedules::ExponentialDecay(0.5, 7, 0.75, true));
  expect("piecewise", schedules::PiecewiseConstantDecay({5, 12}, {1.0, 0.5, 0.125}));
  expect("polynomial", schedules::PolynomialDecay(0.5, 20, 0.125, 2.0));
  expect("polynomial_cycle", schedules::PolynomialDecay(0.5, 7, 0.125, 0.5, true));
  expect("inverse", schedules::InverseTimeDecay(0.5, 7, 0.75));
  expect("cosine", schedules::CosineDecay(0.5, 20, 0.125));
  expect("cosine_warm", schedules::CosineDecay(0.125, 20, {.alpha = 0.125, .warmup_target = 0.75, .warmup_steps = 6}));
  expect("restarts", schedules::CosineDecayRestarts(0.5, 5, 2.0, 0.75, 0.125));
  expect("restarts_even", schedules::CosineDecayRestarts(0.5, 5, 1.0, 0.75));
}

TEST(KerasOptimizers, BothEnginesOfFitGiveTheSameBits) {
  const std::vector<std::function<keras::Optimizer()>> all{
      [] { return keras::Optimizer("rmsprop"); },
      [] { return keras::Optimizer("Adadelta"); },
      [] { return keras::Optimizer("adafactor"); },
      [] { return keras::Optimizer("nadam"); },
      [] { return keras::Optimizer("lamb"); },
      [] { return keras::Optimizer("muon"); },
      [] { return Ftrl(0.1); },
      [] { return Adam(schedules::PolynomialDecay(0.1, 6)); },
      [] { return AdamW(0.1, {.global_clipnorm = 0.5, .use_ema = true}); },
      [] { return Lion(0.01, {.weight_decay = 0.1, .gradient_accumulation_steps = 2}); },
      [] { return LossScaleOptimizer(SGD(0.1, {.momentum = 0.9}), {.dynamic_growth_steps = 3}); }};
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(trained(all[i](), true), trained(all[i](), false)) << "optimizer " << i;
}

TEST(KerasOptimizers, WeightsAreExcludedByTheirNames) {
  keras::Model model = keras::Sequential({keras::layers::Dense(2, {.use_bias = true})});
  const keras::Optimizer optimizer = SGD(0.5, {.weight_decay = 0.5});
  optimizer.exclude_from_weight_decay({}, {"bias"});
  model.compile({.optimizer = optimizer, .loss = "mean_squared_error"});
  const Tensor x = tt::zeros({4, 3});
  model.fit(x, tt::zeros({4, 2}), {.epochs = 0, .verbose = 0});
  model.predict(x);
  model.set_weights({tt::ones({3, 2}), tt::full({2}, 0.0)});
  model.fit(x, tt::zeros({4, 2}), {.batch_size = 4, .epochs = 1, .verbose = 0});
  EXPECT_NEAR(model.get_weights()[0].to_vector<float>()[0], 0.75, 1e-6);
  EXPECT_EQ(model.get_weights()[1].to_vector<float>()[0], 0);
  EXPECT_ARGUMENT_ERROR(optimizer.exclude_from_weight_decay({}, {"kernel"}), "the optimizer is built already");
}

TEST(KerasOptimizers, ALossScaleSkipsWhatIsNotFinite) {
  const Tensor p = tt::ones({2}), good = tt::full({2}, 4.0), bad = tt::tensor({1.0F, INFINITY});
  const keras::Optimizer optimizer = LossScaleOptimizer(SGD(0.5, {.weight_decay = 0.5, .use_ema = true}),
                                                        {.initial_scale = 4, .dynamic_growth_steps = 2});
  EXPECT_EQ(optimizer.scale_loss(tt::full({}, 2.0)).item<float>(), 8);
  const std::vector<Tensor> parameters{p};
  const auto apply = [&](const Tensor& g) { optimizer.apply(std::vector<Tensor>{g}, parameters); };
  apply(bad);
  EXPECT_EQ(p.to_vector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(optimizer.iterations(), 0);
  EXPECT_EQ(optimizer.scale_loss(tt::ones({})).item<float>(), 2);
  apply(good);
  EXPECT_EQ(p.to_vector<float>(), (std::vector<float>{-0.25F, -0.25F}));  // 1 - 0.25 - 0.5 * 2
  apply(good);
  EXPECT_EQ(optimizer.scale_loss(tt::ones({})).item<float>(), 4);
  EXPECT_EQ(optimizer.iterations(), 2);
}

TEST(KerasOptimizers, BadInput) {
  EXPECT_ARGUMENT_ERROR(RMSprop({.rho = NAN}), "[RMSprop] rho is outside of [0, 1]: nan");
  EXPECT_ARGUMENT_ERROR(Adagrad(-1.0), "learning_rate is negative or not finite: -1");
  EXPECT_ARGUMENT_ERROR(Lion({.weight_decay = -1}), "weight_decay is negative");
  EXPECT_ARGUMENT_ERROR(Adam({.clipnorm = 1.0, .clipvalue = 1.0}), "gradients are clipped in several ways");
  EXPECT_ARGUMENT_ERROR(Adam({.clipnorm = -1.0}), "clipnorm is negative or not finite");
  EXPECT_ARGUMENT_ERROR(SGD({.use_ema = true, .ema_momentum = 2}), "ema_momentum is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(SGD({.gradient_accumulation_steps = 1}), "gradient_accumulation_steps is below 2");
  EXPECT_ARGUMENT_ERROR(SGD({.use_ema = true, .ema_overwrite_frequency = 0}),
                        "ema_overwrite_frequency is not positive");
  EXPECT_ARGUMENT_ERROR(keras::Optimizer("adem"), "there is no optimizer of this name: 'adem'");
  EXPECT_ARGUMENT_ERROR(schedules::ExponentialDecay(0.1, 0, 0.5), "decay_steps is not positive");
  EXPECT_ARGUMENT_ERROR(schedules::PiecewiseConstantDecay({1}, {1}), "there is not one value more than boundaries");
  EXPECT_ARGUMENT_ERROR(schedules::PiecewiseConstantDecay({3, 2}, {1, 2, 3}), "the boundaries do not grow");
  const keras::Optimizer scheduled = Adam(schedules::CosineDecay(0.1, 10));
  EXPECT_ARGUMENT_ERROR(scheduled.set_learning_rate(0.1), "the learning rate is a schedule's: 'CosineDecay'");
  EXPECT_NEAR(scheduled.learning_rate(), 0.1, 1e-15);
  EXPECT_ARGUMENT_ERROR(LossScaleOptimizer(SGD(), {.initial_scale = 0}), "initial_scale is not positive");
  EXPECT_ARGUMENT_ERROR(Ftrl({.learning_rate_power = 0.5}), "[Ftrl] -learning_rate_power is negative");
}

TEST(KerasOptimizers, PartsHaveOptimizersOfTheirOwn) {
  using namespace keras::layers;
  const tt::Tensor x = tt::rand({8, 3}), y = tt::rand({8, 1});
  for (const char* engine : {"graph", "eager"}) {
    keras::utils::set_random_seed(1);
    const keras::Optimizer still = keras::optimizers::SGD(0.0), fast = keras::optimizers::Adam(0.1);
    const keras::Sequential model({Input({3}), Dense(4, {.name = "encoder"}), Dense(1, {.name = "head"})});
    const std::vector<tt::Tensor> before = model.get_weights();
    model.compile({.optimizer = keras::optimizers::MultiOptimizer({still, {{"head/.*", fast}, {"encoder/bias", fast}}}),
                   .loss = "mse",
                   .engine = engine});
    model.fit(x, y, {.batch_size = 4, .epochs = 2, .verbose = 0});
    const std::vector<tt::Tensor> after = model.get_weights();
    EXPECT_TRUE(tt::array_equal(after[0], before[0])) << engine;
    for (const std::size_t i : {1U, 2U, 3U}) EXPECT_FALSE(tt::array_equal(after[i], before[i])) << engine << i;
    EXPECT_EQ(model.optimizer().iterations(), 4) << engine;
    EXPECT_EQ(fast.iterations(), 4) << engine;
    // Each has a rate of its own.
    fast.set_learning_rate(0.0);
    model.fit(x, y, {.batch_size = 4, .verbose = 0});
    EXPECT_TRUE(tt::array_equal(model.get_weights()[3], after[3])) << engine;
  }
  const auto error = [](auto&& function) { return error_of<tt::ArgumentError>(function); };
  const keras::Optimizer sgd("sgd");
  using keras::optimizers::MultiOptimizer;
  EXPECT_THAT(error([&] { static_cast<void>(MultiOptimizer({sgd}).learning_rate()); }),
              testing::HasSubstr("[MultiOptimizer] it has no learning rate"));
  EXPECT_THAT(error([&] {
                MultiOptimizer({sgd, {{"(", sgd}}});
              }),
              testing::HasSubstr("a pattern is no regular expression: '('"));
  EXPECT_THAT(error([&] {
                MultiOptimizer({sgd, {{"a", sgd}, {"a", sgd}}});
              }),
              testing::HasSubstr("a pattern stands twice: 'a'"));
  EXPECT_THAT(error([&] { MultiOptimizer({MultiOptimizer({sgd})}); }),
              testing::HasSubstr("a part has an optimizer around others: 'multi_optimizer'"));
  const auto both = MultiOptimizer({sgd, {{"head/.*", sgd}, {".*/kernel", sgd}}});
  const std::vector<tt::Tensor> weights{tt::ones({2})};
  const std::vector<std::string> paths{"head/kernel"};
  EXPECT_THAT(error([&] { both.base().build(weights, paths); }),
              testing::HasSubstr("several patterns have a weight: 'head/kernel'"));
}
