// All optimizers over 200 steps against PyTorch's numbers, LBFGS, states, groups and errors.
#include <cmath>
#include <functional>
#include <memory>

#include "eager_testing.h"
#include "optimizer_runs.h"
#include "triptych/core/ops.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/optim.h"

namespace tt = triptych;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

const OptimizerRuns& runs() {
  static const OptimizerRuns all(TRIPTYCH_SOURCE_DIR "/tests/references/optimizer_runs_torch.safetensors");
  return all;
}

constexpr double rate = 0.03125;

/// The run of the script: b has twice the rate and no gradient in every seventh step; rates are halved at step 100. In
/// the middle the optimizer is replaced by one that loads its state.
template <class O>
void expect_pytorch(const std::string& name, typename O::Options options, double tolerance = 1e-12,
                    bool vectors = true) {
  SCOPED_TRACE(name);
  Tensor a = runs().start("a").set_requires_grad(), b = runs().start("b").set_requires_grad();
  const auto make = [&] {
    options.lr = rate;
    auto optimizer = std::make_unique<O>(std::vector<Tensor>{a}, options);
    options.lr = 2 * rate;
    if (vectors) optimizer->add_param_group({b}, options);
    return optimizer;
  };
  std::unique_ptr<O> optimizer = make();
  for (std::int64_t t = 1; t <= runs().steps(); ++t) {
    if (t == 100)
      for (auto& group : optimizer->param_groups()) group.options.lr *= 0.5;
    if (t == 120) {
      const tt::StateDict state = optimizer->state_dict();
      optimizer = make();
      optimizer->load_state_dict(state);
    }
    a.set_grad(runs().gradient("a", t));
    b.set_grad(t % 7 == 0 ? Tensor() : runs().gradient("b", t));
    optimizer->step();
    runs().expect(name + ".a", t, a, tolerance);
    if (vectors) runs().expect(name + ".b", t, b, tolerance);
  }
}

}  // namespace

TEST(EagerOptimizers, SgdAndSignsEqualPyTorch) {
  expect_pytorch<optim::SGD>("sgd_nesterov", {.momentum = 0.9, .weight_decay = 0.01, .nesterov = true});
  // PyTorch keeps eta in float32.
  expect_pytorch<optim::ASGD>("asgd", {.lambd = 0.01, .t0 = 50, .weight_decay = 0.01}, 1e-7);
  expect_pytorch<optim::Rprop>("rprop", {.etas = {0.4, 1.3}, .step_sizes = {1e-4, 0.5}});
}

TEST(EagerOptimizers, AdamsEqualPyTorch) {
  expect_pytorch<optim::Adam>("adam_amsgrad", {.betas = {0.8, 0.95}, .weight_decay = 0.01, .amsgrad = true});
  expect_pytorch<optim::AdamW>("adamw_maximize", {.maximize = true});
  expect_pytorch<optim::Adamax>("adamax", {.betas = {0.8, 0.95}, .eps = 1e-3, .weight_decay = 0.01});
  // PyTorch keeps the product of the momenta in float32.
  expect_pytorch<optim::NAdam>("nadam", {}, 1e-6);
  expect_pytorch<optim::NAdam>("nadam_decoupled",
                               {.weight_decay = 0.1, .momentum_decay = 0.1, .decoupled_weight_decay = true}, 1e-6);
  expect_pytorch<optim::RAdam>("radam", {.weight_decay = 0.01});
  expect_pytorch<optim::RAdam>("radam_decoupled",
                               {.betas = {0.8, 0.9}, .weight_decay = 0.1, .decoupled_weight_decay = true});
}

TEST(EagerOptimizers, AdaptiveOnesEqualPyTorch) {
  expect_pytorch<optim::RMSprop>("rmsprop", {});
  expect_pytorch<optim::RMSprop>("rmsprop_centered",
                                 {.alpha = 0.9, .eps = 1e-4, .weight_decay = 0.01, .centered = true});
  expect_pytorch<optim::RMSprop>("rmsprop_all", {.momentum = 0.9, .centered = true, .maximize = true}, 1e-10);
  expect_pytorch<optim::RMSprop>("rmsprop_momentum", {.momentum = 0.5});
  expect_pytorch<optim::Adagrad>("adagrad", {});
  expect_pytorch<optim::Adagrad>(
      "adagrad_all", {.lr_decay = 0.01, .weight_decay = 0.01, .initial_accumulator_value = 0.5, .eps = 1e-3});
  expect_pytorch<optim::Adadelta>("adadelta", {.rho = 0.8, .weight_decay = 0.01});
}

TEST(EagerOptimizers, WholeTensorsEqualPyTorch) {
  expect_pytorch<optim::Adafactor>("adafactor", {.weight_decay = 0.01});
  expect_pytorch<optim::Adafactor>("adafactor_eps",
                                   {.beta2_decay = -0.5, .eps = {1e-2, 1e-2}, .d = 2.0, .maximize = true});
  // The iteration is in bfloat16, where every product rounds.
  expect_pytorch<optim::Muon>("muon", {}, 0.05, false);
  expect_pytorch<optim::Muon>(
      "muon_scaled", {.weight_decay = 0.01, .nesterov = false, .adjust_lr_fn = tt::MuonUpdate::Scale::match_rms_adamw},
      0.05, false);
}

TEST(EagerOptimizers, LionFollowsTheSignOfItsMomentum) {
  Tensor p = tt::tensor<double>({1, -2}).set_requires_grad();
  optim::Lion lion({p}, {.lr = 0.1, .betas = {0.9, 0.5}, .weight_decay = 0.5});
  p.set_grad(tt::tensor<double>({3, -1}));
  lion.step();
  EXPECT_NEAR(p.to_vector<double>()[0], 1 * 0.95 - 0.1, 1e-15);
  EXPECT_NEAR(p.to_vector<double>()[1], -2 * 0.95 + 0.1, 1e-15);
  p.set_grad(tt::tensor<double>({-1, 0}));  // 0.9 * 1.5 - 0.1 > 0
  lion.step();
  EXPECT_NEAR(p.to_vector<double>()[0], 0.85 * 0.95 - 0.1, 1e-15);
}

TEST(EagerOptimizers, LbfgsEqualsPyTorch) {
  for (const bool wolfe : {false, true}) {
    const std::string name = wolfe ? "lbfgs_wolfe" : "lbfgs";
    SCOPED_TRACE(name);
    Tensor x = tt::tensor<double>({-1.2, 1.0, 0.5, 2.0}).set_requires_grad();
    const optim::LBFGSOptions options{.lr = wolfe ? 1 : 0.1,
                                      .max_iter = 6,
                                      .history_size = wolfe ? 5 : 100,
                                      .line_search_fn = wolfe ? "strong_wolfe" : ""};
    auto optimizer = std::make_unique<optim::LBFGS>(std::vector<Tensor>{x}, options);
    const auto expected = runs().values(name);
    for (std::size_t step = 0; step < 12; ++step) {
      if (step == 5) {
        const tt::StateDict state = optimizer->state_dict();
        optimizer = std::make_unique<optim::LBFGS>(std::vector<Tensor>{x}, options);
        optimizer->load_state_dict(state);
      }
      const Tensor loss = optimizer->step([&] {
        optimizer->zero_grad();
        const Tensor head = tt::slice(x, 0, tt::Slice(0, 3)), tail = tt::slice(x, 0, tt::Slice(1, 4));
        Tensor value = tt::sum(100 * tt::square(tail - tt::square(head)) + tt::square(1 - head));
        value.backward();
        return value;
      });
      const auto values = x.to_vector<double>();
      for (std::size_t i = 0; i < 4; ++i) ASSERT_NEAR(values[i], expected[step * 5 + i], 1e-7) << "step " << step;
      ASSERT_NEAR(loss.item<double>(), expected[step * 5 + 4], 1e-6 * (1 + expected[step * 5 + 4])) << "step " << step;
    }
  }
}

TEST(EagerOptimizers, GroupsTakeTheDefaults) {
  Tensor a = tt::ones({1}).set_requires_grad(), b = tt::ones({1}).set_requires_grad(),
         c = tt::ones({1}).set_requires_grad();
  optim::RMSprop optimizer({{{a}}, {{b}, optim::RMSpropOptions{.lr = 0.5}}}, {.lr = 0.25, .alpha = 0.5});
  optimizer.add_param_group(std::vector<Tensor>{c});
  ASSERT_EQ(optimizer.group_count(), 3u);
  EXPECT_EQ(optimizer.option(0, "lr"), 0.25);
  EXPECT_EQ(optimizer.option(1, "alpha"), 0.99);
  EXPECT_EQ(optimizer.option(2, "alpha"), 0.5);
  optimizer.set_option(2, "momentum", 0.9);
  EXPECT_EQ(optimizer.param_groups()[2].options.momentum, 0.9);
  EXPECT_ARGUMENT_ERROR(optimizer.set_option(2, "momentum", -1), "momentum is negative or not finite");
  EXPECT_EQ(optimizer.option(2, "momentum"), 0.9);
  EXPECT_ARGUMENT_ERROR(optimizer.option(2, "beta1"), "there is no option of this name: 'beta1'");
  EXPECT_ARGUMENT_ERROR(optimizer.option(3, "lr"), "there is no such group");
}

TEST(EagerOptimizers, HyperparametersOutOfRange) {
  Tensor p = tt::ones({2}).set_requires_grad(), m = tt::ones({2, 2}).set_requires_grad();
  EXPECT_ARGUMENT_ERROR(optim::RMSprop({p}, {.alpha = NAN}), "[RMSprop] alpha is outside of [0, 1]: nan");
  EXPECT_ARGUMENT_ERROR(optim::RMSprop({p}, -1), "lr is negative or not finite: -1");
  EXPECT_ARGUMENT_ERROR(optim::Adagrad({p}, {.lr_decay = -1}), "lr_decay is negative");
  EXPECT_ARGUMENT_ERROR(optim::Adadelta({p}, {.rho = 1.5}), "rho is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(optim::Adamax({p}, {.betas = {1, 0.5}}), "a beta is outside of [0, 1)");
  EXPECT_ARGUMENT_ERROR(optim::NAdam({p}, {.momentum_decay = -1}), "momentum_decay is negative");
  EXPECT_ARGUMENT_ERROR(optim::RAdam({p}, {.eps = NAN}), "eps is negative or not finite");
  EXPECT_ARGUMENT_ERROR(optim::Rprop({p}, {.etas = {1.5, 1.2}}), "the etas are not on both sides of 1");
  EXPECT_ARGUMENT_ERROR(optim::ASGD({p}, {.lambd = -1}), "lambd is negative");
  EXPECT_ARGUMENT_ERROR(optim::Lion({p}, {.betas = {2, 0.5}}), "a beta is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(optim::Adafactor({p}, {.d = 0.5}), "d - 1 is negative");
  EXPECT_ARGUMENT_ERROR(optim::Muon({m, p}), "a parameter is not a matrix: parameter 1 is (2,)");
  EXPECT_ARGUMENT_ERROR(optim::LBFGS({p}, {.max_iter = 0}), "max_iter is not positive");
  EXPECT_ARGUMENT_ERROR(optim::LBFGS({p}, {.line_search_fn = "wolfe"}), "line_search_fn is unknown: 'wolfe'");
  optim::LBFGS lbfgs({p});
  EXPECT_ARGUMENT_ERROR(lbfgs.step(), "there is no closure");
  EXPECT_ARGUMENT_ERROR(lbfgs.add_param_group({m}, {}), "parameters are given in two groups");
}

TEST(EagerOptimizers, StatesOfOthersAreRefused) {
  Tensor p = tt::ones({2, 3}).set_requires_grad(), q = tt::ones({3, 2}).set_requires_grad();
  optim::Adafactor one({p}), other({q});
  p.set_grad(tt::ones({2, 3}));
  one.step();
  const tt::StateDict state = one.state_dict();
  EXPECT_EQ(state.at("state.0.row_var").shape(), tt::Shape({2, 1}));
  EXPECT_EQ(state.at("state.0.col_var").shape(), tt::Shape({1, 3}));
  EXPECT_ARGUMENT_ERROR(other.load_state_dict(state), "'state.0.row_var' is (2, 1), expected (3, 1)");
  tt::StateDict broken = state;
  broken.erase("state.0.col_var");
  EXPECT_ARGUMENT_ERROR(one.load_state_dict(broken), "'state.0.col_var' is missing");
  optim::Rprop rprop({p});
  EXPECT_ARGUMENT_ERROR(rprop.load_state_dict(state), "is missing");
}

TEST(EagerOptimizers, ClosureOfLbfgsThatThrowsChangesNothing) {
  Tensor x = tt::tensor<double>({3, -2}).set_requires_grad();
  optim::LBFGS optimizer({x}, {.lr = 0.5, .line_search_fn = "strong_wolfe"});
  int calls = 0;
  EXPECT_THROW(optimizer.step([&] {
    if (++calls == 3) throw std::runtime_error("stop");
    optimizer.zero_grad();
    Tensor loss = tt::sum(tt::square(tt::square(x)));
    loss.backward();
    return loss;
  }),
               std::runtime_error);
  EXPECT_EQ(x.to_vector<double>(), (std::vector<double>{3, -2}));
}
