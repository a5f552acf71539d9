// Schedulers, clipping and averages against PyTorch's numbers, and what they refuse.
#include <cmath>
#include <functional>
#include <memory>

#include "eager_testing.h"
#include "optimizer_runs.h"
#include "triptych/core/ops.h"
#include "triptych/core/warning.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/normalization.h"
#include "triptych/eager/nn/utils/clip_grad.h"
#include "triptych/eager/nn/utils/convert_parameters.h"
#include "triptych/eager/optim.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
namespace lr_scheduler = optim::lr_scheduler;
namespace swa = optim::swa_utils;
using tt::Tensor;

namespace {

const OptimizerRuns& runs() {
  static const OptimizerRuns all(TRIPTYCH_SOURCE_DIR "/tests/references/optimizer_runs_torch.safetensors");
  return all;
}

using Made = std::shared_ptr<lr_scheduler::LRScheduler>;

std::unique_ptr<optim::SGD> two_groups(std::vector<Tensor>& p, double momentum) {
  p = {tt::zeros({1}).set_requires_grad(), tt::zeros({1}).set_requires_grad()};
  auto optimizer =
      std::make_unique<optim::SGD>(std::vector<Tensor>{p[0]}, optim::SGDOptions{.lr = 0.25, .momentum = momentum});
  optimizer->add_param_group({p[1]}, {.lr = 0.5, .momentum = momentum});
  for (Tensor& t : p) t.set_grad(tt::zeros({1}));
  return optimizer;
}

/// 40 steps; in the middle optimizer and scheduler are replaced by ones that load their states.
void expect_pytorch(const std::string& name, const std::function<Made(optim::Optimizer&)>& make, double momentum = 0,
                    const std::function<void(lr_scheduler::LRScheduler&, int)>& step = {}) {
  SCOPED_TRACE(name);
  const std::vector<double> expected = runs().values("lr." + name);
  std::vector<Tensor> p;
  auto optimizer = two_groups(p, momentum);
  Made scheduler = make(*optimizer);
  for (int t = 0; t < 40; ++t) {
    if (t == 17) {
      const tt::StateDict of_optimizer = optimizer->state_dict(), of_scheduler = scheduler->state_dict();
      optimizer = two_groups(p, momentum);
      scheduler = make(*optimizer);
      scheduler->load_state_dict(of_scheduler);
      optimizer->load_state_dict(of_optimizer);
    }
    for (std::size_t g = 0; g < 2; ++g) {
      const auto at = static_cast<std::size_t>(t) * 4 + g * 2;
      ASSERT_NEAR(optimizer->option(g, "lr"), expected[at], 1e-13) << "step " << t << ", group " << g;
      ASSERT_NEAR(optimizer->option(g, "momentum"), expected[at + 1], 1e-13) << "step " << t << ", group " << g;
      if (t > 0) {
        ASSERT_EQ(scheduler->get_last_lr()[g], optimizer->option(g, "lr"));
      }
    }
    optimizer->step();
    step ? step(*scheduler, t) : scheduler->step();
  }
}

/// Makes a scheduler of class S.
template <class S, class... A>
auto of(A... arguments) {
  return [=](optim::Optimizer& optimizer) -> Made { return std::make_shared<S>(optimizer, arguments...); };
}

}  // namespace

using namespace lr_scheduler;

TEST(LRSchedulers, PlansEqualPyTorchs) {
  expect_pytorch("lambda", of<LambdaLR>(std::vector<LRLambda>{
                               [](std::int64_t e) { return std::pow(0.95, static_cast<double>(e)); },
                               [](std::int64_t e) { return 1 / (1 + static_cast<double>(e)); }}));
  expect_pytorch("multiplicative", of<MultiplicativeLR>([](std::int64_t e) { return e % 3 ? 0.9 : 1.05; }));
  expect_pytorch("step", of<StepLR>(7, 0.5));
  expect_pytorch("multistep", of<MultiStepLR>(std::vector<std::int64_t>{4, 10, 10, 25}, 0.5));
  expect_pytorch("constant", of<ConstantLR>(0.25, 8));
  expect_pytorch("linear", of<LinearLR>(0.125, 0.75, 10));
  expect_pytorch("exponential", of<ExponentialLR>(0.9));
  expect_pytorch("polynomial", of<PolynomialLR>(15, 2.0));
  expect_pytorch("cosine", of<CosineAnnealingLR>(9, 0.01));
  expect_pytorch("restarts", of<CosineAnnealingWarmRestarts>(5, 2, 0.01));
  expect_pytorch("swalr", of<swa::SWALR>(0.05, 8));
  expect_pytorch("swalr_linear", of<swa::SWALR>(std::vector<double>{0.05, 0.9}, 5, tt::OwnedText("linear")));
}

TEST(LRSchedulers, CyclesEqualPyTorchs) {
  expect_pytorch("onecycle", of<OneCycleLR>(std::vector<double>{1.0, 2.0}, 40), 0.9);
  expect_pytorch(
      "onecycle_three",
      of<OneCycleLR>(
          1.0, OneCycleLROptions{.epochs = 8, .steps_per_epoch = 5, .anneal_strategy = "linear", .three_phase = true}),
      0.9);
  expect_pytorch("cyclic", of<CyclicLR>(0.1, 1.0, CyclicLROptions{.step_size_up = 5, .step_size_down = 7}), 0.9);
  expect_pytorch(
      "cyclic2",
      of<CyclicLR>(0.1, 1.0, CyclicLROptions{.step_size_up = 4, .mode = "triangular2", .cycle_momentum = false}));
  expect_pytorch(
      "cyclic_exp",
      of<CyclicLR>(0.1, 1.0,
                   CyclicLROptions{.step_size_up = 4, .mode = "exp_range", .gamma = 0.97, .cycle_momentum = false}));
}

TEST(LRSchedulers, PlateausEqualPyTorchs) {
  const auto metric = [](double (*f)(int)) {
    return [f](LRScheduler& scheduler, int t) { dynamic_cast<ReduceLROnPlateau&>(scheduler).step(f(t)); };
  };
  expect_pytorch("plateau",
                 of<ReduceLROnPlateau>(ReduceLROnPlateauOptions{
                     .mode = "min", .factor = 0.5, .patience = 2, .cooldown = 3, .min_lr = {0.02, 0.1}}),
                 0, metric([](int i) { return 1.0 / (1 + std::min(i, 6)) + (i % 2) * 0.01; }));
  expect_pytorch("plateau_max",
                 of<ReduceLROnPlateau>(ReduceLROnPlateauOptions{
                     .mode = "max", .factor = 0.5, .patience = 1, .threshold = 0.1, .threshold_mode = "abs"}),
                 0, metric([](int i) { return std::sin(i / 5.0); }));
}

TEST(LRSchedulers, CompositionsEqualPyTorchs) {
  expect_pytorch("sequential", [](optim::Optimizer& o) -> Made {
    return std::make_shared<SequentialLR>(
        o,
        std::vector<Made>{std::make_shared<LinearLR>(o, 0.1, 1.0, 6), std::make_shared<CosineAnnealingLR>(o, 10),
                          std::make_shared<ExponentialLR>(o, 0.9)},
        std::vector<std::int64_t>{6, 16});
  });
  expect_pytorch("chained", [](optim::Optimizer& o) -> Made {
    return std::make_shared<ChainedScheduler>(
        std::vector<Made>{std::make_shared<ConstantLR>(o, 0.5, 6), std::make_shared<ExponentialLR>(o, 0.95)});
  });
}

TEST(LRSchedulers, AStepBeforeTheOptimizersIsSaidOnce) {
  std::vector<std::string> said;
  const tt::WarningHandler before =
      tt::set_warning_handler([&](const std::string& text, tt::Location) { said.push_back(text); });
  std::vector<Tensor> p;
  const auto optimizer = two_groups(p, 0);
  StepLR scheduler(*optimizer, 2);
  scheduler.step();
  scheduler.step();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("[StepLR] the scheduler steps before its optimizer"), std::string::npos) << said[0];
  const auto other = two_groups(p, 0);
  StepLR late(*other, 2);
  other->step();
  late.step();
  EXPECT_EQ(said.size(), 1u);
  tt::set_warning_handler(before);
}

TEST(LRSchedulers, Misuse) {
  std::vector<Tensor> p;
  auto optimizer = two_groups(p, 0);
  optim::Adagrad without_momentum({tt::zeros({1}).set_requires_grad()});
  EXPECT_ARGUMENT_ERROR(StepLR(*optimizer, 0), "step_size is not positive: 0");
  EXPECT_ARGUMENT_ERROR(ExponentialLR(*optimizer, NAN), "gamma is negative or not finite: nan");
  EXPECT_ARGUMENT_ERROR(ConstantLR(*optimizer, 1.5), "factor is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(LinearLR(*optimizer, 0.0), "start_factor is not positive");
  EXPECT_ARGUMENT_ERROR(CosineAnnealingLR(*optimizer, -3), "T_max is not positive");
  EXPECT_ARGUMENT_ERROR(OneCycleLR(*optimizer, 1.0, OneCycleLROptions{}), "the number of steps is not known");
  EXPECT_ARGUMENT_ERROR(OneCycleLR(without_momentum, 1.0, 10), "neither a momentum nor betas");
  EXPECT_ARGUMENT_ERROR(CyclicLR(*optimizer, 0.1, {1.0, 1.0, 1.0}), "there is not one value for each group");
  EXPECT_ARGUMENT_ERROR(LambdaLR(*optimizer, LRLambda()), "[LambdaLR]");
  EXPECT_ARGUMENT_ERROR(StepLR(without_momentum, 2, 0.1, 5), "a group has no initial_lr to go on from");
  EXPECT_ARGUMENT_ERROR(ChainedScheduler({}), "there is no scheduler");
  const auto step = std::make_shared<StepLR>(*optimizer, 2);
  EXPECT_ARGUMENT_ERROR(SequentialLR(*optimizer, {step}, {3}), "not one milestone between each two schedulers");
  EXPECT_ARGUMENT_ERROR(SequentialLR(without_momentum, {step}, {}), "belongs to another optimizer");
  EXPECT_ARGUMENT_ERROR(SequentialLR(*optimizer, {std::make_shared<ReduceLROnPlateau>(*optimizer)}, {}),
                        "a scheduler steps by a metric");
  ReduceLROnPlateau plateau(*optimizer, "min");
  EXPECT_ARGUMENT_ERROR(plateau.step(), "there is no metric");
  EXPECT_ARGUMENT_ERROR(plateau.load_state_dict(step->state_dict()), "the state does not fit the scheduler");
  optimizer->step();
  LambdaLR wild(*optimizer, [](std::int64_t e) { return e > 0 ? -1.0 : 1.0; });
  const std::vector<double> rates = wild.get_last_lr();
  EXPECT_ARGUMENT_ERROR(wild.step(), "a learning rate that is negative or not finite");
  EXPECT_EQ(wild.last_epoch(), 0);
  EXPECT_EQ(optimizer->option(0, "lr"), rates[0]);
  optimizer->add_param_group({tt::zeros({1}).set_requires_grad()}, {});
  EXPECT_ARGUMENT_ERROR(step->step(), "another number of groups than at first: 3, at first 2");
  optimizer.reset();
  EXPECT_ARGUMENT_ERROR(step->step(), "the optimizer is gone");
}

TEST(ClipGrad, NormsAndValuesEqualPyTorchs) {
  const Tensor a = runs().start("a"), b = runs().start("b");
  const std::pair<const char*, double> norms[] = {{"1.0", 1}, {"2.0", 2}, {"3.0", 3}, {"inf", INFINITY}};
  for (const auto& [name, p] : norms)
    EXPECT_NEAR(nn::utils::get_total_norm({a, b}, p).item<double>(), runs().values(std::string("norm.") + name)[0],
                1e-12);
  Tensor p = tt::zeros({3, 4}, tt::float64).set_requires_grad(), q = tt::zeros({5}, tt::float64).set_requires_grad(),
         unused = tt::zeros({2}).set_requires_grad();
  p.set_grad(a);
  q.set_grad(b);
  const Tensor handle = p.grad();
  const double total = nn::utils::clip_grad_norm_({p, q, unused}, 0.5).item<double>();
  EXPECT_NEAR(nn::utils::get_total_norm({p.grad(), q.grad()}).item<double>(), 0.5 * total / (total + 1e-6), 1e-12);
  EXPECT_EQ(handle.to_vector<double>(), p.grad().to_vector<double>());  // in place
  nn::utils::clip_grad_value_({p, q}, 0.01);
  EXPECT_LE(nn::utils::get_total_norm({p.grad(), q.grad()}, INFINITY).item<double>(), 0.01);
  q.set_grad(tt::full({5}, INFINITY, tt::float64));
  EXPECT_ARGUMENT_ERROR(nn::utils::clip_grad_norm_({p, q}, 1, 2, true), "the total norm is not finite: inf");
  EXPECT_ARGUMENT_ERROR(nn::utils::clip_grad_norm_({p}, NAN), "max_norm is negative or NaN");
  EXPECT_ARGUMENT_ERROR(nn::utils::clip_grad_norm_({p}, 1, 0), "norm_type is not positive");
  EXPECT_ARGUMENT_ERROR(nn::utils::clip_grad_value_({p}, -1), "clip_value is negative or NaN");
}

TEST(ConvertParameters, ThereAndBack) {
  nn::Linear model(3, 2);
  const Tensor vector = nn::utils::parameters_to_vector(model.parameters());
  EXPECT_EQ(vector.shape(), tt::Shape({8}));
  nn::utils::vector_to_parameters(vector.detach() * 2, model.parameters());
  EXPECT_EQ(nn::utils::parameters_to_vector(model.parameters()).to_vector<float>(),
            (vector.detach() * 2).to_vector<float>());
  EXPECT_ARGUMENT_ERROR(nn::utils::vector_to_parameters(tt::zeros({9}), model.parameters()), "(9,), expected (8,)");
  EXPECT_ARGUMENT_ERROR(nn::utils::parameters_to_vector({}), "there is no parameter");
}

TEST(SwaUtils, AveragesOfAModel) {
  nn::Linear model(2, 1);
  swa::AveragedModel mean(model);
  swa::AveragedModel<nn::Linear> ema(model, {.multi_avg_fn = swa::get_ema_multi_avg_fn(0.5)});
  const std::vector<double> seen{1, 2, 6};
  for (const double value : seen) {
    tt::eager::NoGrad off;
    for (Tensor p : model.parameters()) p.copy_(tt::full(p.shape(), value));
    mean.update_parameters(model);
    ema.update_parameters(model);
  }
  EXPECT_EQ(mean.n_averaged.item<int>(), 3);
  EXPECT_NEAR(mean.module.bias.item<float>(), 3, 1e-6);
  EXPECT_NEAR(ema.module.bias.item<float>(), 3.75, 1e-6);  // 1, 1.5, 3.75
  EXPECT_NEAR(mean(tt::ones({1, 2})).item<float>(), 9, 1e-5);
  EXPECT_EQ(mean.state_dict().names(), (std::vector<std::string>{"n_averaged", "module.weight", "module.bias"}));
  nn::Linear other(3, 1);
  EXPECT_ARGUMENT_ERROR(mean.update_parameters(other), "the model has other parameters or buffers than the average");
  EXPECT_ARGUMENT_ERROR(swa::get_ema_avg_fn(1.5), "decay is outside of [0, 1]");
}

TEST(SwaUtils, BatchNormTakesTheMeanOfAllBatches) {
  nn::BatchNorm1d model(2);
  const std::vector<Tensor> batches{tt::tensor<float>({1, 2, 3, 6}, {2, 2}), tt::tensor<float>({0, 0, 4, 2}, {2, 2})};
  model.eval();
  swa::update_bn(batches, model);
  EXPECT_FALSE(model.is_training());
  const auto mean = model.running_mean.to_vector<float>(), var = model.running_var.to_vector<float>();
  EXPECT_NEAR(mean[0], 2, 1e-5);
  EXPECT_NEAR(mean[1], 2.5, 1e-5);
  EXPECT_NEAR(var[0], 5, 1e-5);  // (2 + 8) / 2
  EXPECT_NEAR(var[1], 5, 1e-5);  // (8 + 2) / 2
}
